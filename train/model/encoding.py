"""Encoding: from a feature frame to the numeric matrix that LightGBM takes."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from data.arrays import Floats
from features.build import COLUMNS
from features.frame import FeatureFrame

MIN_COURT_ROWS = 15
"""Courts with fewer training rows are represented by their circuit and level only."""


def fit_categories(frame: FeatureFrame) -> dict[str, tuple[str, ...]]:
    """Return the values of every category column, whose indices become its codes.

    Where the schema lists the values, all of them, so that codes never shift; otherwise (courts)
    those of at least `MIN_COURT_ROWS` training rows, in alphabetical order.
    """
    categories = {}
    for column in COLUMNS:
        # A refit may have encoded a category as a number (see `train.evaluate.refits`).
        if column.name in frame.categorical:
            counts = Counter(value for value in frame.categorical[column.name] if value is not None)
            frequent = sorted(value for value in counts if counts[value] >= MIN_COURT_ROWS)
            categories[column.name] = column.values or tuple(frequent)
    return categories


def encode(
    frame: FeatureFrame, columns: Sequence[str], categories: dict[str, tuple[str, ...]]
) -> Floats:
    """Encode a feature frame as the (n rows, len(columns)) matrix that the boosters take.

    A category becomes its index in `categories`; an unlisted one, like a missing value, becomes
    NaN.

    Raises
    ------
    ValueError
        If the frame's columns differ from `columns` in name or order.
    """
    if frame.names != tuple(columns):
        differing = sorted(set(frame.names) ^ set(columns))
        raise ValueError(
            "this model was fitted on other feature columns"
            + (f" (differing: {', '.join(differing[:5])})" if differing else " (other order)")
            + "; train again with `enjoin train`"
        )
    matrix = frame.numeric.copy()
    for name, values in categories.items():
        codes = {value: float(code) for code, value in enumerate(values)}
        matrix[:, frame.names.index(name)] = [
            codes.get(value, np.nan) for value in frame.categorical[name]
        ]
    return matrix
