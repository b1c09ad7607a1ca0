"""Hits: phrases found in a motion's papers, and what their context makes of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from features.phrases.context import Speaker, author_of
from features.phrases.lexicon import PaperName


class Hit(NamedTuple):
    """A phrase found: what it speaks for, where it stands, and what its context makes of it.

    Attributes
    ----------
    field, value
        What it speaks for.
    start, end
        Character offsets into the paper (`motion` or `opposition`) as given; `words` are its
        words there.
    negated, uncertain
        Whether the sentence denies it ("no breach") or leaves it open ("may be breached").
    weight
        How many phrases it counts for.
    speaker
        Who says it: a party, or the record.
    sentence
        (start, end) of its sentence, or None where it was not looked for.
    """

    field: str
    value: str
    paper: PaperName
    start: int
    end: int
    words: str
    negated: bool
    weight: int = 1
    uncertain: bool = False
    speaker: Speaker = "movant"
    sentence: tuple[int, int] | None = None


def plain_hit(field: str, value: str, paper: PaperName, start: int, end: int, text: str) -> Hit:
    """Return a hit found by other means than a phrase, in the words of the paper's author."""
    words = text[start:end]
    return Hit(field, value, paper, start, end, words, False, speaker=author_of(paper))


HitsByField = Mapping[str, Sequence[Hit]]
"""The phrases of both papers by the field they speak for."""


def by_field(hits: Iterable[Hit]) -> HitsByField:
    """Sort hits by the field they speak for, keeping their order."""
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.field, []).append(hit)
    return found
