"""Encoding: from a feature frame to the number matrix that LightGBM takes."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from features.build import COLUMNS
from features.frame import FeatureFrame
from train.model.calibration import Floats

MIN_COURT_ROWS = 15
"""Courts with fewer training rows are left to their circuit and level."""


def fit_categories(frame: FeatureFrame) -> dict[str, tuple[str, ...]]:
    """Fix the values of every category column from the training rows.

    Where the schema lists the values they are taken whole, so that codes never shift; otherwise
    (courts) the values with at least `MIN_COURT_ROWS` rows are kept, in alphabetical order.
    """
    categories = {}
    for column in COLUMNS:
        # Where a category was put into numbers before, it is a number (see `train.evaluate.choices`).
        if column.name in frame.words:
            counts = Counter(value for value in frame.words[column.name] if value is not None)
            frequent = sorted(value for value in counts if counts[value] >= MIN_COURT_ROWS)
            categories[column.name] = column.values or tuple(frequent)
    return categories


def encode(
    frame: FeatureFrame, columns: Sequence[str], categories: dict[str, tuple[str, ...]]
) -> Floats:
    """Turn a feature frame into the number matrix (n rows, len(columns)) the boosters take.

    A category becomes its place in `categories`; one that is not listed, like a missing value,
    becomes NaN.

    Raises
    ------
    ValueError
        If the frame's columns differ from `columns` in name or order.
    """
    if frame.names != tuple(columns):
        extra = set(frame.names) ^ set(columns)
        raise ValueError(
            "this model was fitted on other feature columns"
            + (f" (differing: {', '.join(sorted(extra)[:5])})" if extra else " (other order)")
            + "; train again with `enjoin train`"
        )
    matrix = frame.numbers.copy()
    for name, values in categories.items():
        codes = {value: float(code) for code, value in enumerate(values)}
        mine = [codes.get(value, np.nan) for value in frame.words[name]]
        matrix[:, frame.names.index(name)] = mine
    return matrix
