"""The average Winter ratings of the training rulings: a rating means little without them."""

from collections.abc import Mapping

import numpy as np

from features.families import inferred_ratings, ratings
from features.frame import FeatureFrame
from train.modes import Mode

RATING_AVERAGES = "rating_averages"
"""Name of the fact that holds the averages by column; absent from models trained before it was
kept."""
_COLUMNS = tuple(
    column.name
    for column in (*ratings.COLUMNS, *inferred_ratings.COLUMNS)
    if column.kind == "number"
)


def average_ratings(frames: Mapping[Mode, FeatureFrame]) -> dict[str, float]:
    """Return the mean of each rating column, given or inferred, over the rulings that have one.

    Parameters
    ----------
    frames
        The training rulings in each mode, with their out-of-fold ratings (`Fitted.frames`).
    """
    averages = {}
    for name in _COLUMNS:
        values = frames["rated"].column(name)
        known = values[~np.isnan(values)]
        if len(known):
            averages[name] = round(float(known.mean()), 3)
    return averages
