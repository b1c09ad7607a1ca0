"""Opinions whose paragraphs a reader has marked: what the segmenter is fitted to and judged by."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.codebook import Outcome

INPUT_KINDS = ("facts", "movant", "opponent")
"""Kinds of paragraph that were known before the ruling."""
REVEALING_KINDS = ("ruling", "mixed")
"""Kinds that reveal the ruling, alone or with what was known before it."""


@dataclass(frozen=True)
class MarkedOpinion:
    """An opinion and its marks.

    Attributes
    ----------
    paragraphs
        Its n paragraphs, as its file has them.
    kinds
        The kind of each: one of `INPUT_KINDS` or `REVEALING_KINDS`, or "" for any other.
    outcome
        The outcome of the interim motion at first instance; None if the opinion has none.
    """

    id: str
    paragraphs: tuple[str, ...]
    kinds: tuple[str, ...]
    outcome: Outcome | None

    @property
    def has_input(self) -> bool:
        """Whether anything is marked as known before the ruling."""
        return any(kind in INPUT_KINDS for kind in self.kinds)


def read_marked(path: Path) -> list[MarkedOpinion]:
    """Read marked opinions, a JSON object a line.

    Each has `id`, `paragraphs`, `outcome`, and, for each kind, a list of paragraph numbers (from 0)
    or of [first, last].

    Raises
    ------
    ValueError
        If a line is no marked opinion; names the line.
    """
    opinions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            opinions.append(_marked(row))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(
                f"{path}, line {number}: expected an opinion with id, paragraphs, outcome and "
                f"lists of paragraph numbers under {', '.join(INPUT_KINDS + REVEALING_KINDS)}"
            ) from error
    if not opinions:
        raise ValueError(f"{path} has no opinions; expected a marked opinion a line")
    return opinions


def _marked(row: dict[str, Any]) -> MarkedOpinion:
    kinds = [""] * len(row["paragraphs"])
    for kind in (*INPUT_KINDS, *REVEALING_KINDS):
        for number in _numbers(row.get(kind) or []):
            kinds[number] = kind
    outcome = Outcome(row["outcome"]) if row["outcome"] else None
    return MarkedOpinion(str(row["id"]), tuple(row["paragraphs"]), tuple(kinds), outcome)


def _numbers(ranges: Sequence[Any]) -> list[int]:
    """Return the paragraph numbers of a list such as [3, [5, 7]].

    >>> _numbers([3, [5, 7]])
    [3, 5, 6, 7]
    """
    numbers: list[int] = []
    for entry in ranges:
        numbers += range(entry[0], entry[1] + 1) if isinstance(entry, list) else [entry]
    return numbers
