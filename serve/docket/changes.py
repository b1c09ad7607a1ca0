"""Compare a scored docket with an earlier scoring of it."""

from dataclasses import dataclass

from data.io.rows import UnreadableInput
from serve.docket.scored import ScoredDocket, ScoredMotion

MIN_POINTS = 1
"""Percentage points of probability from which on a motion is listed as moved."""


@dataclass(frozen=True)
class FactorChange:
    """A family whose strongest feature, or its value, is not the one before."""

    family: str
    label: str
    label_before: str


@dataclass(frozen=True)
class MovedMotion:
    """A motion on both dockets.

    Attributes
    ----------
    points
        Percentage points by which its probability rose.
    factor_changes
        Families whose strongest feature changed, the strongest first.
    """

    now: ScoredMotion
    before: ScoredMotion
    points: float
    factor_changes: tuple[FactorChange, ...]

    @property
    def scope_changed(self) -> bool:
        """Whether it came into scope or went out of it."""
        return self.now.in_scope != self.before.in_scope


@dataclass(frozen=True)
class Changes:
    """How a docket differs from an earlier scoring.

    Attributes
    ----------
    new, gone
        Motions on one docket only.
    moved
        Motions that moved by `MIN_POINTS` or more, or in or out of scope; the largest move first.
    unchanged
        Number of the other motions on both dockets.
    not_compared
        Number of motions without an id of their own.
    model_changed, base_rate_changed
        Whether the two were scored by other models, or adjusted to other rates.
    """

    earlier: ScoredDocket
    new: tuple[ScoredMotion, ...]
    gone: tuple[ScoredMotion, ...]
    moved: tuple[MovedMotion, ...]
    unchanged: int
    not_compared: int
    model_changed: bool
    base_rate_changed: bool


def compare_dockets(docket: ScoredDocket, earlier: ScoredDocket) -> Changes:
    """Compare a docket with its earlier scoring by the ids of the motions.

    Ids assigned from row numbers, such as `row-7`, say nothing across files and are not compared.

    Raises
    ------
    UnreadableInput
        If the two have no id in common.
    """
    now, before = _by_id(docket), _by_id(earlier)
    pairs = [_compare(now[name], before[name]) for name in now if name in before]
    if not pairs:
        raise UnreadableInput(
            f"{earlier.name} has no id in common with {docket.name}; expected an earlier scoring "
            "of the same docket, with an `id` for each motion"
        )
    moved = [pair for pair in pairs if abs(pair.points) >= MIN_POINTS or pair.scope_changed]
    return Changes(
        earlier=earlier,
        new=tuple(motion for name, motion in now.items() if name not in before),
        gone=tuple(motion for name, motion in before.items() if name not in now),
        moved=tuple(sorted(moved, key=lambda motion: -abs(motion.points))),
        unchanged=len(pairs) - len(moved),
        not_compared=len(docket.motions) - len(now),
        model_changed=set(docket.versions) != set(earlier.versions),
        base_rate_changed=docket.base_rates != earlier.base_rates,
    )


def _by_id(docket: ScoredDocket) -> dict[str, ScoredMotion]:
    return {motion.id: motion for motion in docket.motions if motion.has_own_id}


def _compare(now: ScoredMotion, before: ScoredMotion) -> MovedMotion:
    labels = {factor.family: factor.label for factor in before.top_factors}
    factor_changes = tuple(
        FactorChange(factor.family, factor.label, labels[factor.family])
        for factor in now.top_factors
        if labels.get(factor.family, factor.label) != factor.label
    )
    return MovedMotion(now, before, 100 * (now.p_grant - before.p_grant), factor_changes)
