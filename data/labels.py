"""Labels: whether a ruling counts as granted. Partial grants count either way, or are left out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from data.codebook import Outcome

if TYPE_CHECKING:  # the command's help needs the choices alone
    from data.schema import Ruling

PartialGrants = Literal["granted", "denied", "left_out"]


def counted_as_granted(
    outcomes: Iterable[Outcome | str], partial_grants_as: PartialGrants
) -> list[bool | None]:
    """Return for each outcome whether it counts as granted, None if it is left out.

    >>> counted_as_granted(["granted", "granted_in_part", "denied"], "left_out")
    [True, None, False]
    """
    labels_of_partial = {"granted": True, "denied": False, "left_out": None}
    labels: dict[str, bool | None] = {
        Outcome.GRANTED: True,
        Outcome.GRANTED_IN_PART: labels_of_partial[partial_grants_as],
        Outcome.DENIED: False,
    }
    return [labels[outcome] for outcome in outcomes]


def labelled_rulings(
    rulings: "Iterable[Ruling]", partial_grants_as: PartialGrants
) -> "tuple[list[Ruling], list[bool]]":
    """Return the rulings that are not left out, and for each whether it counts as granted."""
    rulings = list(rulings)
    labels = counted_as_granted((ruling.outcome for ruling in rulings), partial_grants_as)
    kept = [ruling for ruling, label in zip(rulings, labels, strict=True) if label is not None]
    return kept, [label for label in labels if label is not None]
