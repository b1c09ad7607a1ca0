"""Explain a prediction: which features moved the probability, and by how many percentage points."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from data.arrays import Floats
from features.build import COLUMNS, FAMILIES
from features.families import forecast
from features.frame import FeatureFrame
from features.indicators import NOT_SHOWN_CODE, Column, Source
from serve.responses import Factor, FamilyShare, plain
from train.model.reader_line import ReaderLine

MAX_FACTORS = 12
"""Factors listed in an answer; the families always add up over all of them."""
_FLAGS = [(index, column.name) for index, column in enumerate(COLUMNS) if column.kind == "flag"]
_FAMILY_OF = np.array([list(FAMILIES).index(column.family) for column in COLUMNS])


def points_moved(p: float, log_odds: float) -> float:
    """Return the percentage points by which a share of the log-odds moves a probability.

    Parameters
    ----------
    p
        The probability with the share.
    log_odds
        The share: what would be taken off the log-odds without it.
    """
    # For a single number, the functions of scipy take several times as long.
    return 100 * (p - p / (p + (1 - p) * math.exp(log_odds)))


class Explained(NamedTuple):
    """What moved a motion's probability, and what its ratings are compared with.

    Attributes
    ----------
    frame, row
        The features, and the motion's row in them.
    shap
        (columns,) shares of the motion's log-odds (`GrantModel.shap_values`, without the base).
    p
        The probability of grant.
    errors
        Typical error of each inferred rating, by column (`GrantModel.rating_errors`).
    averages
        Average of each rating, by column (`train.rating_averages`); {} if they are not known.
    reader_line
        What recalibrates a reader's forecast; None where the model learned none.
    """

    frame: FeatureFrame
    row: int
    shap: Floats
    p: float
    errors: Mapping[str, float]
    averages: Mapping[str, float]
    reader_line: ReaderLine | None = None


def largest_factors(explained: Explained) -> list[Factor]:
    """Return the features that move a motion's probability most, the largest first."""
    frame, row, shap, p, errors, averages, reader_line = explained
    order = np.argsort(-np.abs(shap), kind="stable")[:MAX_FACTORS]
    factors = []
    for index in order[shap[order] != 0.0].tolist():
        column, share = COLUMNS[index], float(shap[index])
        value = plain(frame.column(column.name)[row])
        label = _described(column, value, reader_line, errors.get(column.name))
        average = averages.get(column.name)
        if average is not None and value is not None:
            label += f", average {average:.1f}"
        factors.append(
            Factor(
                factor=column.name,
                family=FAMILIES[column.family],
                label=label,
                value=value,
                source=frame.source(row, column.name),
                log_odds=share,
                points=points_moved(p, share),
                favors="movant" if share > 0 else "opponent",
                average=average,
                error=errors.get(column.name),
            )
        )
    return factors


def _described(
    column: Column,
    value: float | str | None,
    reader_line: ReaderLine | None,
    error: float | None = None,
) -> str:
    """Put a feature with its value in words; a forecast with what it is recalibrated to.

    What moves the probability is the recalibrated forecast: 48% may well speak for a grant.
    """
    label = column.describe(value, error)
    if column.name != forecast.COLUMN or reader_line is None or not isinstance(value, float):
        return label
    recalibrated = 1 / (1 + math.exp(-float(reader_line.log_odds(np.array([value]))[0])))
    return f"{label} (recalibrated to {recalibrated:.0%})"


def shown_flags(frame: FeatureFrame, row: int) -> dict[str, Source]:
    """Return the yes/no features that a motion shows, with their source."""
    return {
        name: frame.source(row, name)
        for index, name in _FLAGS
        if frame.numeric[row, index] == 1 and frame.provenance[row, index] != NOT_SHOWN_CODE
    }


def family_shares(shap: Floats, p: float) -> list[FamilyShare]:
    """Return what all features of each family move together (parameters: `Explained`)."""
    sums = np.bincount(_FAMILY_OF, shap, len(FAMILIES)).tolist()
    return [
        FamilyShare(family=name, log_odds=share, points=points_moved(p, share))
        for name, share in zip(FAMILIES.values(), sums, strict=True)
    ]


def strongest_of_family(
    frame: FeatureFrame,
    shap: Floats,
    p: Floats,
    family: str,
    reader_line: ReaderLine | None = None,
) -> tuple[list[str | None], list[float]]:
    """Return, for n motions, the feature of a family that moves each probability most.

    Parameters
    ----------
    frame
        The features of the n motions.
    shap
        (n, columns) shares of the log-odds.
    p
        (n,) probabilities of grant.
    family
        A key of `features.build.FAMILIES`.
    reader_line
        As in `Explained`.

    Returns
    -------
    labels, points
        The feature with its value in words, and the percentage points it moves; None and 0 where
        no feature of the family moves the probability.
    """
    indices = np.flatnonzero([column.family == family for column in COLUMNS])
    strongest = indices[np.abs(shap[:, indices]).argmax(axis=1)]
    labels: list[str | None] = []
    points = []
    for row, index in enumerate(strongest.tolist()):
        column, share = COLUMNS[index], float(shap[row, index])
        moves = share != 0.0
        value = plain(frame.column(column.name)[row])
        labels.append(_described(column, value, reader_line) if moves else None)
        points.append(points_moved(float(p[row]), share) if moves else 0.0)
    return labels, points
