"""Calibration: from the bags' raw log-odds to a probability of grant and its interval.

A ruling's out-of-bag score is the mean over the bags that did not train on its case. On these
scores a logistic regression maps mean log-odds to calibrated log-odds (Platt scaling; Platt 1999,
Advances in Large Margin Classifiers). Bag b alone, calibrated by the line fitted on bootstrap b of
the cases, is one replicate: the estimate that another sample of rulings would have given. The
interval extends a multiple of the replicates' standard deviation to either side of the calibrated
log-odds. It covers the uncertainty from a finite sample of rulings like these, not changes in
years to come.

Where the boosters start from a reader's forecast (`train.model.reader_line`), the regression has
two inputs, the boosters' score and the reader's line. The boosters add to the reader what they
learned from the same rulings, so both need a slope of their own.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.special import expit

from data.arrays import Flags, Floats

INTERVAL = 0.90
"""Nominal level of the interval from p_low to p_high."""
_N_DEVIATIONS = NormalDist().inv_cdf((1 + INTERVAL) / 2)
"""Standard deviations from the estimate to either end of the interval."""


@dataclass(frozen=True)
class Calibration:
    """Lines `intercept + slope * score + offset_slope * offset`: the main one, and one per bag.

    `spread` is the standard deviation of the training rulings' calibrated log-odds. Without
    offsets, their slopes are 0.
    """

    intercept: float
    slope: float
    bag_intercepts: tuple[float, ...]
    bag_slopes: tuple[float, ...]
    spread: float = 0.0
    offset_slope: float = 0.0
    bag_offset_slopes: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.bag_offset_slopes:
            zeros = (0.0,) * len(self.bag_slopes)
            object.__setattr__(self, "bag_offset_slopes", zeros)


@dataclass(frozen=True)
class OutOfBagScores:
    """Mean log-odds of training rows by the bags that did not train on them, with their labels.

    Offsets, if any, are added.
    """

    scores: Floats
    granted: Flags


def probabilities(
    scores: Floats, calibration: Calibration, offsets: Floats, spreads: Floats
) -> Floats:
    """Turn raw log-odds into (n, 3) columns `p_grant`, `p_low`, `p_high`.

    Parameters
    ----------
    scores
        (n, bags) raw log-odds.
    calibration
        The lines.
    offsets
        (n,) log-odds that the boosters started from; zeros if they started from nothing.
    spreads
        (n,) standard deviations in log-odds that widen the interval, beside that of the bags.
    """
    point = (
        calibration.intercept
        + calibration.slope * scores.mean(axis=1)
        + calibration.offset_slope * offsets
    )
    replicates = (
        np.array(calibration.bag_intercepts)
        + np.array(calibration.bag_slopes) * scores
        + np.array(calibration.bag_offset_slopes) * offsets[:, None]
    )
    # Quantiles of twenty replicates would be their extremes; the standard deviation is steadier.
    margin = _N_DEVIATIONS * np.hypot(replicates.std(axis=1, ddof=1), spreads)
    return np.column_stack([expit(point), expit(point - margin), expit(point + margin)])
