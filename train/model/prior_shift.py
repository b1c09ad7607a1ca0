"""Base-rate shift: probabilities for a population that grants more or less often.

The model learned from rulings of which a certain share was granted. Where the population asked
about grants at another rate, and motions that are granted look alike in both (as do those that are
denied), Bayes' rule moves every probability by one and the same shift in log-odds.

References
----------
Saerens, Latinne and Decaestecker (2002), Neural Computation 14:21-41, equation 2.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import logit

from data.court_counts import CourtCount
from train.model.calibration import Floats

LEAST_RATE = 0.001
"""Courts that grant more seldom than this, or deny more seldom, are not known."""
COUNTS_FOR = 20.0
"""Rulings that the overall grant rate counts for beside a court's own counts."""


def adjusted(p: Floats, base_rate: float, prior: Floats | float) -> Floats:
    """Return probabilities for a population of grant rate `prior` instead of `base_rate`.

    The odds are multiplied by those of `prior` over those of `base_rate`: order is kept, and
    nothing changes where the two rates are equal.

    Parameters
    ----------
    p
        n probabilities, taught at `base_rate`.
    prior
        One grant rate, or n of them; NaN leaves its probability as it is.

    Raises
    ------
    ValueError
        If a grant rate is none that log-odds can be shifted to (`check_rate`).

    >>> float(adjusted(np.array([0.31]), 0.57, 0.37)[0].round(3))
    0.166
    """
    for rate in (base_rate, *np.atleast_1d(prior)):
        if not np.isnan(rate):
            check_rate(rate)
    rate = np.broadcast_to(np.asarray(prior, dtype=float), p.shape)
    yes = p * rate * (1 - base_rate)
    no = (1 - p) * (1 - rate) * base_rate
    same = np.isnan(rate) | (rate == base_rate)
    found: Floats = np.where(same, p, yes / (yes + no))
    return found


def log_odds_shift(base_rate: float, prior: float) -> float:
    """Return what `adjusted` adds to every log-odds."""
    return float(logit(check_rate(prior)) - logit(check_rate(base_rate)))


def check_rate(rate: float) -> float:
    """Return a grant rate if it is one that log-odds can be shifted to.

    Raises
    ------
    ValueError
        If it is not between `LEAST_RATE` and one less that.
    """
    if not LEAST_RATE <= rate <= 1 - LEAST_RATE:
        raise ValueError(
            f"a grant rate of {rate:g}: expected a share from {LEAST_RATE} to {1 - LEAST_RATE}, "
            "such as 0.37 (beyond, nothing would be left to predict)"
        )
    return rate


@dataclass(frozen=True)
class Prior:
    """The grant rate of the population asked about: one for all, or by court.

    A court's rate is the mean of a beta distribution: its counts, together with `COUNTS_FOR`
    rulings at the overall rate (at the model's own base rate where no overall rate is given).
    Without them three denials would give a rate of 0, and any handful of rulings a rate of chance.
    Fitted to the courts of the embedded rulings, such a distribution is worth 20 rulings or more;
    at 20, the user's own counts speak soonest.

    Raises
    ------
    ValueError
        If the overall rate is none that log-odds can be shifted to (`check_rate`).
    """

    overall: float | None = None
    courts: Mapping[str, CourtCount] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.overall is not None:
            check_rate(self.overall)

    def rates(self, courts: Sequence[str | None], base_rate: float) -> Floats:
        """Return the grant rate for motions in n courts; NaN where none is given for it."""
        wider = base_rate if self.overall is None else self.overall
        rates = np.full(len(courts), np.nan if self.overall is None else self.overall)
        for place, court in enumerate(courts):
            mine = self.courts.get(court) if court else None
            if mine is not None:
                n = mine.granted + mine.denied
                rates[place] = (mine.granted + COUNTS_FOR * wider) / (n + COUNTS_FOR)
        # One court that granted none of thousands must not stop a docket.
        clipped: Floats = np.clip(rates, LEAST_RATE, 1 - LEAST_RATE)
        return clipped
