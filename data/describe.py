"""Describe labelled rulings: counts and grant rates by court, circuit, motion type and so on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from data.codebook import Outcome
from data.courts import find_court
from data.schema import Ruling


@dataclass(frozen=True)
class Cell:
    """One group of rulings: outcomes counted, and the share granted with its 95% interval."""

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
GROUPINGS: dict[Grouping, Callable[[Ruling], str]] = {
    "motion_type": lambda ruling: ruling.motion_type.value,
    "circuit": lambda ruling: find_court(ruling.court).circuit or "not shown",
    "court": lambda ruling: find_court(ruling.court).id or "not shown",
    "claim_area": lambda ruling: ruling.claim_area or "not shown",
    "year": lambda ruling: str(ruling.year),
}


def describe(rulings: Sequence[Ruling], grouping: Grouping) -> list[Cell]:
    """Count outcomes in each group of one grouping, largest group first (years in order)."""
    groups: dict[str, list[Ruling]] = {}
    for ruling in rulings:
        groups.setdefault(GROUPINGS[grouping](ruling), []).append(ruling)
    cells = [count(name, members) for name, members in groups.items()]
    if grouping == "year":
        return sorted(cells, key=lambda cell: cell.name)
    return sorted(cells, key=lambda cell: (-cell.n, cell.name))


def count(name: str, rulings: Sequence[Ruling]) -> Cell:
    """Count the outcomes of some rulings (at least one)."""
    tally = [sum(ruling.outcome is outcome for ruling in rulings) for outcome in Outcome]
    granted, granted_in_part, denied = tally
    low, high = wilson_interval(granted + granted_in_part, len(rulings))
    return Cell(name, len(rulings), granted, granted_in_part, denied, low, high)


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """Return the 95% score interval of a proportion (Wilson 1927); of none it is anything."""
    if n == 0:
        return 0.0, 1.0
    z = 1.959963984540054
    share, width = successes / n, z * z / n
    middle = (share + width / 2) / (1 + width)
    half = z * ((share * (1 - share) + width / 4) / n) ** 0.5 / (1 + width)
    # Rounding must not leave the share itself outside, as it can at 0 and 1.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
