"""What counts as granted: a motion granted in part may count either way, or be left out."""

from collections.abc import Iterable
from typing import Literal

from data.codebook import Outcome
from data.schema import Ruling

InPart = Literal["granted", "denied", "left_out"]


def counted_as_granted(outcomes: Iterable[Outcome | str], in_part: InPart) -> list[bool | None]:
    """Tell of each outcome whether it counts as granted; None where it is left out.

    >>> counted_as_granted(["granted", "granted_in_part", "denied"], "left_out")
    [True, None, False]
    """
    counts: dict[str, bool | None] = {
        Outcome.GRANTED: True,
        Outcome.GRANTED_IN_PART: {"granted": True, "denied": False, "left_out": None}[in_part],
        Outcome.DENIED: False,
    }
    return [counts[outcome] for outcome in outcomes]


def counted(rulings: Iterable[Ruling], in_part: InPart) -> tuple[list[Ruling], list[bool]]:
    """Return the rulings that are not left out, and of each whether it counts as granted."""
    rulings = list(rulings)
    found = counted_as_granted((ruling.outcome for ruling in rulings), in_part)
    kept = [ruling for ruling, granted in zip(rulings, found, strict=True) if granted is not None]
    return kept, [granted for granted in found if granted is not None]
