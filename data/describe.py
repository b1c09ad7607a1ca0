"""Count outcomes of labelled rulings by motion type, circuit, court, claim area and year."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from data.codebook import Outcome
from data.courts import find_court

if TYPE_CHECKING:  # the command's help needs the groupings alone
    from data.schema import Ruling

MIN_TO_SAY = 30
"""With fewer cases a rate, an area under a curve or a slope is little more than chance."""
TOO_FEW = "too few to say"


@dataclass(frozen=True)
class OutcomeCounts:
    """Outcome counts of one group of rulings, and the 95% interval of its grant rate."""

    name: str
    n: int
    granted: int
    granted_in_part: int
    denied: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """Share granted at least in part."""
        return (self.granted + self.granted_in_part) / self.n


Grouping = Literal["motion_type", "circuit", "court", "claim_area", "year"]
GROUPINGS: dict[Grouping, "Callable[[Ruling], str]"] = {
    "motion_type": lambda ruling: ruling.motion_type.value,
    "circuit": lambda ruling: find_court(ruling.court).circuit or "not shown",
    "court": lambda ruling: find_court(ruling.court).id or "not shown",
    "claim_area": lambda ruling: ruling.claim_area or "not shown",
    "year": lambda ruling: str(ruling.year),
}


def describe(rulings: "Sequence[Ruling]", grouping: Grouping) -> list[OutcomeCounts]:
    """Count the outcomes of each group, largest group first (years in order)."""
    groups: dict[str, list[Ruling]] = {}
    for ruling in rulings:
        groups.setdefault(GROUPINGS[grouping](ruling), []).append(ruling)
    counts = [count_outcomes(name, members) for name, members in groups.items()]
    if grouping == "year":
        return sorted(counts, key=lambda group: group.name)
    return sorted(counts, key=lambda group: (-group.n, group.name))


def count_outcomes(name: str, rulings: "Sequence[Ruling]") -> OutcomeCounts:
    """Count the outcomes of a group of at least one ruling."""
    granted, granted_in_part, denied = (
        sum(ruling.outcome is outcome for ruling in rulings) for outcome in Outcome
    )
    low, high = wilson_interval(granted + granted_in_part, len(rulings))
    return OutcomeCounts(name, len(rulings), granted, granted_in_part, denied, low, high)


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """Return the 95% score interval of a proportion; (0, 1) if `n` is 0.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22:209-212.
    """
    if n == 0:
        return 0.0, 1.0
    z = 1.959963984540054
    rate, correction = successes / n, z * z / n
    center = (rate + correction / 2) / (1 + correction)
    half_width = z * ((rate * (1 - rate) + correction / 4) / n) ** 0.5 / (1 + correction)
    # Rounding must not leave the rate itself outside, as it can at 0 and 1.
    return max(0.0, min(rate, center - half_width)), min(1.0, max(rate, center + half_width))
