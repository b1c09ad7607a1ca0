"""Fit the rating line on the training rulings that have Winter ratings."""

import numpy as np

from data.arrays import Flags, Floats
from train.fit.calibration import fit_line
from train.model.rating_line import RatingLine

SLOPE = 0.5
"""Share of the fitted slopes that the boosters start with. They may add to a slope and, being
monotone, never take from it: whole slopes overshoot at the low end, where more motions are granted
than they allow for (`python -m bench.rating_ends`)."""
MIN_RATED = 100
"""Fewest training rulings with all ratings that a line is fitted on."""


def fit_rating_line(ratings: Floats, granted: Flags) -> RatingLine | None:
    """Fit the line on n rulings; None if too few are rated, or those all have one outcome.

    Parameters
    ----------
    ratings
        (n, 4) ratings, NaN where a ruling lacks one; only rulings with all are fitted on.
    granted
        n labels.
    """
    known = ~np.isnan(ratings).any(axis=1)
    outcomes = granted[known]
    if known.sum() < MIN_RATED or outcomes.all() or not outcomes.any():
        return None
    means = ratings[known].mean(axis=0)
    line = fit_line(ratings[known] - means, outcomes, np.ones(len(outcomes)))
    slopes = tuple(SLOPE * slope for slope in line.slopes)
    return RatingLine(line.intercept, slopes, tuple(means.tolist()))
