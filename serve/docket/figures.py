"""The figures of a scored docket: expected grants and how far they may be off, groups, a histogram.

The rulings are treated as independent of each other throughout; what that means for a reader is
said on the page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from serve.docket.scored import ScoredMotion
from train.model.calibration import INTERVAL

BINS = 20
NEAR = (0.4, 0.6)
"""Probabilities called near 50/50."""
Grouping = Callable[[ScoredMotion], str]


@dataclass(frozen=True)
class ExpectedGrants:
    """How many of some motions are expected to be granted, and how many it may be.

    Attributes
    ----------
    mean
        Sum of the probabilities.
    by_chance
        Range of the number granted if every probability is right.
    cautious
        The same if the model may err in one direction on all of them.
    """

    mean: float
    by_chance: tuple[int, int]
    cautious: tuple[int, int]


@dataclass(frozen=True)
class Group:
    """The motions of one court or claim area."""

    name: str
    n: int
    mean: float
    expected: ExpectedGrants
    out_of_scope: int


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram: its lower and upper end, and the motions in and out of scope."""

    low: float
    high: float
    in_scope: int
    out_of_scope: int


def grants_distribution(p: Sequence[float]) -> "np.ndarray[Any, Any]":
    """Return the probability of 0, 1 ... n grants among n independent rulings.

    Parameters
    ----------
    p
        Probability of each grant, shape (n,).

    Returns
    -------
    Shape (n + 1,).

    Notes
    -----
    The Poisson-binomial distribution: the convolution of n Bernoulli distributions (Hong 2013, On
    computing the distribution function for the Poisson binomial distribution, Computational
    Statistics & Data Analysis 59, 41-51), taken two and two together by fast Fourier transform.
    """
    n = len(p)
    # Rulings that are never granted fill up to a power of two; they move no grant.
    grants = np.zeros(1 << max(n - 1, 0).bit_length())
    grants[:n] = p
    parts = np.stack([1 - grants, grants], axis=1)
    while len(parts) > 1:
        longer = 2 * parts.shape[1] - 1
        waves = np.fft.rfft(parts, longer, axis=1)
        parts = np.fft.irfft(waves[::2] * waves[1::2], longer, axis=1)
    return np.asarray(np.clip(parts[0, : n + 1], 0.0, 1.0))


def expected_grants(motions: Sequence[ScoredMotion]) -> ExpectedGrants:
    """Return the expected number of grants with two ranges.

    `by_chance` runs from the 5th to the 95th percentile of `grants_distribution` at the motions'
    probabilities. `cautious` runs from the 5th percentile with each probability at the lower end of
    its own interval to the 95th with each at its upper end. It is the range of errors that all go
    one way, the widest they can make (for comonotone risks quantiles add up: Dhaene et al. 2002,
    The concept of comonotonicity in actuarial science and finance: theory, Insurance: Mathematics
    and Economics 31, 3-33), with the chance of the rulings on top, so no level is claimed for it.
    """
    p, low, high = (
        [getattr(motion, name) for motion in motions] for name in ("p_grant", "p_low", "p_high")
    )
    tail = (1 - INTERVAL) / 2
    below, above = _percentile(p, tail), _percentile(p, 1 - tail)
    cautious = _percentile(low, tail), _percentile(high, 1 - tail)
    return ExpectedGrants(float(np.sum(p)), (below, above), cautious)


def group_motions(motions: Sequence[ScoredMotion], by: Grouping) -> list[Group]:
    """Return the figures of each group, the largest first."""
    groups: dict[str, list[ScoredMotion]] = {}
    for motion in motions:
        groups.setdefault(by(motion), []).append(motion)
    found = [_group(name, members) for name, members in groups.items()]
    return sorted(found, key=lambda group: (-group.n, group.name))


def histogram(motions: Sequence[ScoredMotion]) -> list[Bar]:
    """Count the motions in `BINS` equal steps of probability; 1 falls in the last."""
    counts = np.zeros((BINS, 2), dtype=int)
    for motion in motions:
        counts[min(int(motion.p_grant * BINS), BINS - 1), int(not motion.in_scope)] += 1
    return [
        Bar(place / BINS, (place + 1) / BINS, int(inside), int(outside))
        for place, (inside, outside) in enumerate(counts)
    ]


def near_even(motion: ScoredMotion) -> bool:
    """Tell whether a motion's probability is near 50/50."""
    return NEAR[0] <= motion.p_grant <= NEAR[1]


def _group(name: str, motions: Sequence[ScoredMotion]) -> Group:
    expected = expected_grants(motions)
    outside = sum(not motion.in_scope for motion in motions)
    return Group(name, len(motions), expected.mean / len(motions), expected, outside)


def _percentile(p: Sequence[float], level: float) -> int:
    return int(np.searchsorted(np.cumsum(grants_distribution(p)), level - 1e-12))
