"""Prior shift: probabilities for a population that grants motions more or less often.

The model learned from rulings of which a certain share was granted. Where another population has
another base rate, and granted motions look alike in both populations (as do denied ones), Bayes'
rule shifts the log-odds of every probability by the same amount.

References
----------
Saerens, Latinne and Decaestecker (2002), Neural Computation 14:21-41, equation 2.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import logit

from data.arrays import Floats
from data.court_counts import CourtCount

MIN_RATE = 0.001
"""Smallest base rate accepted; the largest is one less this."""
PSEUDO_RULINGS = 20.0
"""Weight of the overall base rate beside a court's own counts, in rulings."""


def adjust_to_base_rate(p: Floats, training_rate: float, target_rate: Floats | float) -> Floats:
    """Return probabilities for a population of another base rate than the training rulings.

    The odds are multiplied by those of `target_rate` over those of `training_rate`: order is kept,
    and nothing changes where the two rates are equal.

    Parameters
    ----------
    p
        n probabilities of a model trained at `training_rate`.
    training_rate
        Share granted among the training rulings.
    target_rate
        Share granted in the population: one rate, or n of them; NaN leaves its probability as is.

    Raises
    ------
    ValueError
        If a rate is out of range (`check_rate`).

    >>> float(adjust_to_base_rate(np.array([0.31]), 0.57, 0.37)[0].round(3))
    0.166
    """
    for rate in (training_rate, *np.atleast_1d(target_rate)):
        if not np.isnan(rate):
            check_rate(rate)
    target = np.broadcast_to(np.asarray(target_rate, dtype=float), p.shape)
    granted = p * target * (1 - training_rate)
    denied = (1 - p) * (1 - target) * training_rate
    unchanged = np.isnan(target) | (target == training_rate)
    return np.asarray(np.where(unchanged, p, granted / (granted + denied)), dtype=float)


def log_odds_shift(training_rate: float, target_rate: float) -> float:
    """Return what `adjust_to_base_rate` adds to every log-odds."""
    return float(logit(check_rate(target_rate)) - logit(check_rate(training_rate)))


def check_rate(rate: float) -> float:
    """Return a base rate if it is in range.

    Raises
    ------
    ValueError
        If it is not between `MIN_RATE` and one less that.
    """
    if not MIN_RATE <= rate <= 1 - MIN_RATE:
        raise ValueError(
            f"a grant rate of {rate:g}: expected a share from {MIN_RATE} to {1 - MIN_RATE}, such "
            "as 0.37"
        )
    return rate


@dataclass(frozen=True)
class BaseRates:
    """The base rate of the population asked about: one for all, or by court.

    A court's rate is the mean of a beta distribution: its counts, plus `PSEUDO_RULINGS` rulings at
    the overall rate (the model's training rate where no overall rate is given). Without the
    latter, three denials would give a rate of 0, and any handful of rulings a rate of chance. The
    embedded rulings, fitted by court, support a weight of 20 or more; 20 lets the user's own counts
    prevail soonest.

    Raises
    ------
    ValueError
        If the overall rate is out of range (`check_rate`).
    """

    overall: float | None = None
    courts: Mapping[str, CourtCount] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.overall is not None:
            check_rate(self.overall)

    def for_courts(self, courts: Sequence[str | None], training_rate: float) -> Floats:
        """Return the base rate of each of n motions by its court; NaN where none is given."""
        default = np.nan if self.overall is None else self.overall
        pooled = training_rate if self.overall is None else self.overall
        rates = np.full(len(courts), default)
        for index, court in enumerate(courts):
            counts = self.courts.get(court) if court else None
            if counts is not None:
                n = counts.granted + counts.denied
                rates[index] = (counts.granted + PSEUDO_RULINGS * pooled) / (n + PSEUDO_RULINGS)
        # A court that granted none of thousands must not stop a batch of motions.
        return np.asarray(np.clip(rates, MIN_RATE, 1 - MIN_RATE), dtype=float)
