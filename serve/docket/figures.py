"""Figures of a scored docket: expected grants with ranges, groups, and a histogram.

All of them treat the rulings as independent; the page tells readers what that means.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from data.arrays import Floats
from serve.docket.scored import ScoredMotion
from serve.long_papers import LONG_PAPER
from train.model.calibration import INTERVAL

BINS = 20
NEAR_EVEN = (0.4, 0.6)
"""Probabilities called near 50/50."""
Grouping = Callable[[ScoredMotion], str]


@dataclass(frozen=True)
class ExpectedGrants:
    """The expected number of grants among some motions, with two ranges.

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
    """The motions of one court or claim area: their number, mean probability, expected grants."""

    name: str
    n: int
    mean: float
    expected: ExpectedGrants
    out_of_scope: int


@dataclass(frozen=True)
class Bar:
    """A bar of the histogram: its lower and upper end, and the motions in and out of scope."""

    low: float
    high: float
    in_scope: int
    out_of_scope: int


def grants_distribution(p: Sequence[float]) -> Floats:
    """Return the probability of 0, 1 ... n grants among n independent rulings.

    Parameters
    ----------
    p
        (n,) probabilities of grant.

    Returns
    -------
    (n + 1,) probabilities.

    Notes
    -----
    The Poisson-binomial distribution, as the convolution of n Bernoulli distributions, computed
    pairwise by fast Fourier transform.

    References
    ----------
    Hong (2013), On computing the distribution function for the Poisson binomial distribution,
    Computational Statistics & Data Analysis 59, 41-51.

    >>> grants_distribution([0.5, 0.5]).round(3)
    array([0.25, 0.5 , 0.25])
    """
    n = len(p)
    # Padded to a power of two with rulings that are never granted, which add no grant.
    padded = np.zeros(1 << max(n - 1, 0).bit_length())
    padded[:n] = p
    distributions = np.stack([1 - padded, padded], axis=1)
    while len(distributions) > 1:
        length = 2 * distributions.shape[1] - 1
        transforms = np.fft.rfft(distributions, length, axis=1)
        distributions = np.fft.irfft(transforms[::2] * transforms[1::2], length, axis=1)
    return np.asarray(np.clip(distributions[0, : n + 1], 0.0, 1.0))


def expected_grants(motions: Sequence[ScoredMotion]) -> ExpectedGrants:
    """Return the expected number of grants with two ranges.

    `by_chance` runs from the 5th to the 95th percentile of `grants_distribution` at the motions'
    probabilities. `cautious` runs from the 5th percentile with every probability at the lower end
    of its interval to the 95th with every one at its upper end: the widest range that errors can
    cause, since quantiles of comonotone risks add up, with chance on top. No level is claimed for
    it.

    References
    ----------
    Dhaene et al. (2002), The concept of comonotonicity in actuarial science and finance: theory,
    Insurance: Mathematics and Economics 31, 3-33.
    """
    p, low, high = (
        [getattr(motion, name) for motion in motions] for name in ("p_grant", "p_low", "p_high")
    )
    tail = (1 - INTERVAL) / 2
    return ExpectedGrants(
        mean=float(np.sum(p)),
        by_chance=(_percentile(p, tail), _percentile(p, 1 - tail)),
        cautious=(_percentile(low, tail), _percentile(high, 1 - tail)),
    )


def group_motions(motions: Sequence[ScoredMotion], by: Grouping) -> list[Group]:
    """Return the figures of each group, the largest first."""
    members: dict[str, list[ScoredMotion]] = {}
    for motion in motions:
        members.setdefault(by(motion), []).append(motion)
    groups = [_group(name, group) for name, group in members.items()]
    return sorted(groups, key=lambda group: (-group.n, group.name))


def histogram(motions: Sequence[ScoredMotion]) -> list[Bar]:
    """Count the motions in `BINS` equal steps of probability; 1 counts in the last."""
    counts = np.zeros((BINS, 2), dtype=int)
    for motion in motions:
        counts[min(int(motion.p_grant * BINS), BINS - 1), int(not motion.in_scope)] += 1
    return [
        Bar(step / BINS, (step + 1) / BINS, int(in_scope), int(out_of_scope))
        for step, (in_scope, out_of_scope) in enumerate(counts)
    ]


def is_near_even(motion: ScoredMotion) -> bool:
    """Return whether a motion's probability is near 50/50."""
    return NEAR_EVEN[0] <= motion.p_grant <= NEAR_EVEN[1]


def is_long_paper(motion: ScoredMotion) -> bool:
    """Return whether a motion is a long paper that was read by phrases."""
    return LONG_PAPER in (motion.why_out_of_scope or "")


def _group(name: str, motions: Sequence[ScoredMotion]) -> Group:
    expected = expected_grants(motions)
    out_of_scope = sum(not motion.in_scope for motion in motions)
    return Group(name, len(motions), expected.mean / len(motions), expected, out_of_scope)


def _percentile(p: Sequence[float], level: float) -> int:
    return int(np.searchsorted(np.cumsum(grants_distribution(p)), level - 1e-12))
