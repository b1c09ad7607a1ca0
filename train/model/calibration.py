"""Calibration: from a bag's raw log-odds to a probability of grant and its interval.

A ruling's out-of-bag score is the mean over the bags that did not see its case; on these scores a
line maps mean log-odds to calibrated log-odds (Platt 1999, Advances in Large Margin Classifiers).
Bag b alone, put through the line fitted on bootstrap b of the cases, is one replicate of what
another sample of rulings would have taught. The interval reaches as far on either side of the
calibrated log-odds as the replicates' standard deviation says. It tells how sure the model is of
the probability, given rulings like the training ones; it knows nothing of years to come.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

INTERVAL = 0.90
"""Nominal level of the interval from p_low to p_high."""
_REACH = NormalDist().inv_cdf((1 + INTERVAL) / 2)
"""Standard deviations that the interval reaches on either side."""


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
class OutOfBag:
    """Mean log-odds of training rows by the bags that did not see them, with their labels."""

    scores: Floats
    granted: Flags


def probabilities(scores: Floats, line: Calibration, in_scope: Flags) -> Floats:
    """Turn (n, bags) raw log-odds into (n, 3) columns `p_grant`, `p_low`, `p_high`.

    Of a motion that is out of scope the model knows little more than that motions differ: their
    spread widens its interval.
    """
    point = line.intercept + line.slope * scores.mean(axis=1)
    replicates = np.array(line.bag_intercepts) + np.array(line.bag_slopes) * scores
    # Quantiles of twenty replicates would be their extremes; their spread is steadier.
    deviation = np.hypot(replicates.std(axis=1, ddof=1), np.where(in_scope, 0.0, line.spread))
    reach = _REACH * deviation
    return np.column_stack([expit(point), expit(point - reach), expit(point + reach)])
