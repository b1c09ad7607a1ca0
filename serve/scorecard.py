"""The scorecard: the four Winter factors, each given, read or unknown, beside its average.

A lawyer weighs a motion by the factors of Winter v. NRDC, 555 U.S. 7, 20 (2008). A rating alone
does not say whom it speaks for, since the training rulings do not average 3 on each; so the
average stands beside it.
"""

from typing import Literal

import numpy as np

from data.schema import RATINGS
from features.build import COLUMNS
from features.families import inferred_ratings, ratings
from serve.explain import Explained, points_moved
from serve.responses import ScorecardRow, Side, plain

NEITHER_BAND = 0.25
"""Rating points around the average within which a rating given speaks for neither party."""
MIDDLE = 3.0
"""Middle of the scale: stands for an average that is not known."""
_INDEX = {column.name: index for index, column in enumerate(COLUMNS)}


def side_of(
    value: float, average: float | None, error: float | None = None
) -> Side | Literal["neither"]:
    """Return whom a rating speaks for, by its distance from the average.

    Parameters
    ----------
    error
        Typical error of a rating that was read: within it, the rating speaks for neither.

    Examples
    --------
    >>> side_of(3.4, 2.9), side_of(3.0, 3.2), side_of(3.3, 3.0, error=0.8)
    ('movant', 'neither', 'neither')
    """
    above = value - (MIDDLE if average is None else average)
    if abs(above) <= max(NEITHER_BAND, error or 0.0):
        return "neither"
    return "movant" if above > 0 else "opponent"


def build_scorecard(explained: Explained) -> list[ScorecardRow]:
    """Return the four Winter factors of a motion."""
    return [_row(factor, explained) for factor in RATINGS]


def _row(factor: str, explained: Explained) -> ScorecardRow:
    frame, row, shap, p, errors, averages, _ = explained
    given, read = f"{ratings.FAMILY}.{factor}", f"{inferred_ratings.FAMILY}.{factor}"
    name = given
    value = frame.column(given)[row]
    if np.isnan(value):
        name = read
        value = frame.column(read)[row]
    known = plain(value)
    if not isinstance(known, float):
        return ScorecardRow(
            factor=factor,
            source="unknown",
            value=None,
            error=None,
            average=averages.get(given),
            favors=None,
            points=None,
        )
    average = averages.get(name)
    return ScorecardRow(
        factor=factor,
        source="given" if name == given else "read",
        value=known,
        error=errors.get(name),
        average=average,
        favors=side_of(known, average, errors.get(name)),
        points=points_moved(p, float(shap[_INDEX[name]])),
    )
