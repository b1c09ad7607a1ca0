"""What counts as granted: a motion granted in part may count either way, or be left out."""

from collections.abc import Iterable
from typing import Literal

from data.codebook import Outcome
from data.schema import Ruling

PartialGrants = Literal["granted", "denied", "left_out"]


def counted_as_granted(
    outcomes: Iterable[Outcome | str], partial_grants_as: PartialGrants
) -> list[bool | None]:
    """Tell of each outcome whether it counts as granted; None where it is left out.

    >>> counted_as_granted(["granted", "granted_in_part", "denied"], "left_out")
    [True, None, False]
    """
    counts: dict[str, bool | None] = {
        Outcome.GRANTED: True,
        Outcome.GRANTED_IN_PART: {"granted": True, "denied": False, "left_out": None}[
            partial_grants_as
        ],
        Outcome.DENIED: False,
    }
    return [counts[outcome] for outcome in outcomes]


def labelled_rulings(
    rulings: Iterable[Ruling], partial_grants_as: PartialGrants
) -> tuple[list[Ruling], list[bool]]:
    """Return the rulings that are not left out, and of each whether it counts as granted."""
    rulings = list(rulings)
    found = counted_as_granted((ruling.outcome for ruling in rulings), partial_grants_as)
    kept = [ruling for ruling, granted in zip(rulings, found, strict=True) if granted is not None]
    return kept, [granted for granted in found if granted is not None]
