"""Calibration: from the bags' raw log-odds to a probability of grant and its interval.

A ruling's out-of-bag score is the mean over the bags that did not train on its case. On these
scores a logistic regression maps mean log-odds to calibrated log-odds (Platt scaling; Platt 1999,
Advances in Large Margin Classifiers). Bag b alone, calibrated by the line fitted on bootstrap b of
the cases, is one replicate: the estimate that another sample of rulings would have given. The
interval extends a multiple of the replicates' standard deviation to either side of the calibrated
log-odds. It covers the uncertainty from a finite sample of rulings like these, not changes in
years to come.
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
    """Lines `intercept + slope * score`: the main one, and one per bag.

    `spread` is the standard deviation of the training rulings' calibrated log-odds.
    """

    intercept: float
    slope: float
    bag_intercepts: tuple[float, ...]
    bag_slopes: tuple[float, ...]
    spread: float = 0.0


@dataclass(frozen=True)
class OutOfBagScores:
    """Mean log-odds of training rows by the bags that did not train on them, with their labels."""

    scores: Floats
    granted: Flags


def probabilities(scores: Floats, calibration: Calibration, in_scope: Flags) -> Floats:
    """Turn (n, bags) raw log-odds into (n, 3) columns `p_grant`, `p_low`, `p_high`.

    For a motion out of scope the model knows little more than that motions differ: the spread of
    the training rulings widens its interval.
    """
    point = calibration.intercept + calibration.slope * scores.mean(axis=1)
    bag_lines = np.array(calibration.bag_intercepts), np.array(calibration.bag_slopes)
    replicates = bag_lines[0] + bag_lines[1] * scores
    # Quantiles of twenty replicates would be their extremes; the standard deviation is steadier.
    out_of_scope = np.where(in_scope, 0.0, calibration.spread)
    margin = _N_DEVIATIONS * np.hypot(replicates.std(axis=1, ddof=1), out_of_scope)
    return np.column_stack([expit(point), expit(point - margin), expit(point + margin)])
