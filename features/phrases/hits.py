"""Hits: phrases found in a motion's papers, and what the words around them make of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from features.phrases.context import Speaker, author_of
from features.phrases.lexicon import PaperName


class Hit(NamedTuple):
    """A phrase found in a paper.

    Attributes
    ----------
    field, value
        What it is evidence for.
    paper
        The paper it is in.
    start, end
        Its span in that paper as given.
    words
        The words of that span.
    negated, uncertain
        Whether its sentence denies it ("no breach") or leaves it open ("may be breached").
    weight
        How many ordinary phrases it counts for.
    speaker
        Who says it: a party, or the record.
    sentence
        The span of its sentence; None if it was found by other means than a phrase.
    quotable
        Whether its words say what it is evidence for, so that they can be quoted for it.
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
    quotable: bool = True


def plain_hit(field: str, value: str, paper: PaperName, start: int, end: int, text: str) -> Hit:
    """Return a hit without context, attributed to the paper's author.

    Parameters
    ----------
    start, end
        Its span in `text`, the paper as given.
    """
    words = text[start:end]
    return Hit(field, value, paper, start, end, words, False, speaker=author_of(paper))


HitsByField = Mapping[str, Sequence[Hit]]
"""The phrases of both papers by the field they are evidence for."""


def by_field(hits: Iterable[Hit]) -> HitsByField:
    """Group hits by field, in their order."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.field, []).append(hit)
    return groups
