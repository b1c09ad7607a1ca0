"""What the paragraphs of an opinion say: the lists of `cues.toml`, found in them."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from data.documents.cues import Cue, first_of

_NOT_CUES = ("headings", "lead_in")


@dataclass(frozen=True)
class CueList:
    """One list of `cues.toml`.

    Attributes
    ----------
    name
        Its name, which the fitted weights are stored under.
    bars
        `always` or `later`: when a paragraph with such a phrase cannot reach the input; "" never.
    """

    name: str
    bars: str
    phrases: tuple[Cue, ...]

    def found_in(self, text: str, lowered: str) -> bool:
        """Tell whether a text has one of the phrases."""
        return any(cue.find(text, lowered) for cue in self.phrases)


@cache
def _toml() -> dict[str, Any]:
    text = (files("data") / "opinions" / "cues.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def cue_lists() -> tuple[CueList, ...]:
    """Return the lists of cues, in the order of the file."""
    return tuple(
        CueList(name, table.get("bars", ""), _cues(table["phrases"]))
        for name, table in _toml().items()
        if name not in _NOT_CUES
    )


@cache
def lead_in() -> tuple[Cue, ...]:
    """Return the court's words that open a list or a quotation."""
    return _cues(_toml()["lead_in"]["phrases"])


@cache
def heading_cues() -> tuple[tuple[str, tuple[Cue, ...]], ...]:
    """Return the cues of each part of an opinion."""
    return tuple((part, _cues(_toml()["headings"][part])) for part in PARTS[1:4])


PARTS = ("none", "facts", "discussion", "conclusion", "numbered")
"""The parts that a heading opens: of facts, of reasons, the end, or only a number."""
_NUMBER = re.compile(r"[\s\[(]*(?:[IVX]+|[A-F]|\d+)[.\s)\]]*")
_NUMBERED = re.compile(r"(?:[IVX]+|[A-F]|\d+)\.")
_MAX_HEADING = 12
"""Words of a heading."""


def part_opened_by(text: str) -> str | None:
    """Return the part of the opinion that a heading opens; None if the text is no heading.

    >>> part_opened_by("II. Discussion"), part_opened_by("The parties met in May.")
    ('discussion', None)
    """
    words = text.split()
    if not 1 <= len(words) <= _MAX_HEADING:
        return None
    if text.strip()[-1] in ".,;" and not _NUMBERED.match(text.strip()):
        return None
    if sum(word[:1].isupper() for word in words) < 0.6 * len(words):
        return None
    lowered = text.lower()
    for part, cues in heading_cues():
        if first_of(cues, text, lowered):
            return part
    return "numbered" if _NUMBER.fullmatch(text) else None


def _cues(phrases: Sequence[str]) -> tuple[Cue, ...]:
    return tuple(map(Cue, phrases))
