"""What changed on a docket since it was scored before."""

from dataclasses import dataclass

from data.io.rows import UnreadableInput
from serve.docket.scored import ScoredDocket, ScoredMotion


@dataclass(frozen=True)
class Moved:
    """A motion on both dockets.

    Attributes
    ----------
    points
        Percentage points by which its probability rose.
    reads
        Family, present words and a remark on the former ones, for each family whose strongest
        feature has another value; or, where there is none, whose strongest feature is another.
    """

    now: ScoredMotion
    before: ScoredMotion
    points: float
    reads: tuple[tuple[str, str, str], ...]

    @property
    def scope_changed(self) -> bool:
        """Whether it came into scope or went out of it."""
        return self.now.in_scope != self.before.in_scope


@dataclass(frozen=True)
class Changes:
    """A docket beside its earlier scoring.

    Attributes
    ----------
    moved
        Those that moved by a point or more, or in or out of scope; the largest move first.
    steady
        How many of both dockets did neither.
    unnamed
        How many of the present docket have no id of their own, and are not compared.
    model_changed, prior_changed
        Whether the two were scored by other models, or adjusted to other grant rates.
    """

    earlier: ScoredDocket
    new: tuple[ScoredMotion, ...]
    gone: tuple[ScoredMotion, ...]
    moved: tuple[Moved, ...]
    steady: int
    unnamed: int
    model_changed: bool
    prior_changed: bool


def compare_dockets(docket: ScoredDocket, earlier: ScoredDocket) -> Changes:
    """Compare a docket with its earlier scoring by the motions' ids.

    Ids such as `row-7` tell only the place in a file, so what has one is not compared.

    Raises
    ------
    UnreadableInput
        If the two have no id in common.
    """
    now, before = _named(docket), _named(earlier)
    both = [name for name in now if name in before]
    if not both:
        raise UnreadableInput(
            f"{earlier.name} has no id in common with {docket.name}; expected an earlier scoring "
            "of the same docket, whose motions have an `id` of their own"
        )
    pairs = [_moved(now[name], before[name]) for name in both]
    moved = [one for one in pairs if abs(one.points) >= 1 or one.scope_changed]
    return Changes(
        earlier=earlier,
        new=tuple(motion for name, motion in now.items() if name not in before),
        gone=tuple(motion for name, motion in before.items() if name not in now),
        moved=tuple(sorted(moved, key=lambda one: -abs(one.points))),
        steady=len(pairs) - len(moved),
        unnamed=len(docket.motions) - len(now),
        model_changed=set(docket.versions) != set(earlier.versions),
        prior_changed=docket.priors != earlier.priors,
    )


def _named(docket: ScoredDocket) -> dict[str, ScoredMotion]:
    return {motion.id: motion for motion in docket.motions if not motion.unnamed}


def _moved(now: ScoredMotion, before: ScoredMotion) -> Moved:
    said = {one.family: one.says for one in before.moving}
    differing = [
        (one.family, one.says, said[one.family])
        for one in now.moving
        if one.family in said and one.says != said[one.family]
    ]
    same = [
        (family, says, f"was {_value(was)}")
        for family, says, was in differing
        if _feature(says) == _feature(was)
    ]
    swapped = [(family, says, f"strongest before: {was}") for family, says, was in differing]
    points = 100 * (now.p_grant - before.p_grant)
    return Moved(now, before, points, tuple(same or swapped))


def _feature(says: str) -> str:
    return says.rpartition(": ")[0] or says


def _value(says: str) -> str:
    # A flag that holds is said without a value.
    return says.rpartition(": ")[2] if ": " in says else "yes"
