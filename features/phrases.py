"""The phrase engine: find lexicon phrases in a motion's papers, and what their context says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from features.automaton import matches
from features.context import CueFound, Cues, Speaker, author_of, context_of, cues
from features.lexicon import PAPERS, Entry, PaperName, phrases
from features.papers import SHORT, Reading, clean
from features.sentences import sentence_at, sentence_starts

STRONG = 3
"""How many phrases a strong one counts for."""


class Hit(NamedTuple):
    """A phrase found: what it speaks for, where it stands, and what its context makes of it.

    Attributes
    ----------
    field, value
        What it speaks for.
    start, end
        Character offsets into the paper (`motion` or `opposition`) as given; `words` are its
        words there.
    negated, hedged
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
    hedged: bool = False
    speaker: Speaker = "movant"
    sentence: tuple[int, int] | None = None


def plain_hit(field: str, value: str, paper: PaperName, start: int, end: int, text: str) -> Hit:
    """Return a hit found by other means than a phrase, in the words of the paper's author."""
    words = text[start:end]
    return Hit(field, value, paper, start, end, words, False, speaker=author_of(paper))


def find_phrases(text: str, paper: PaperName) -> list[Hit]:
    """Find every lexicon phrase in one paper, in the order of the lexicon and then of the text.

    Of overlapping phrases of one entry the first is kept; of those that start together a strong
    one, then the longest. Words inside citations are not looked at.

    Parameters
    ----------
    text
        The paper's text; characters past `features.papers.LONGEST` are left out. The time taken
        grows with the text in proportion.
    paper
        Which paper it is; entries restricted to the other paper are skipped.
    """
    cleaned = clean(text)
    found = [_read(cleaned.mended, paper)]
    places = found[0].places
    if cleaned.parted:
        # A phrase across the break of "third-" at a line's end and "party" counts too.
        found.append(_read(cleaned.parted, paper, apart=True))
        places = places + [
            place
            for place in found[1].places
            if cleaned.has_break_within(place.start, -place.minus_end)
        ]
    if not places:
        return []
    starts = [*sentence_starts(cleaned.plain), len(cleaned.plain)]
    cues_in = [_cues_by_sentence(one, starts) for one in found]
    hits: list[Hit] = []
    entry, reached = -1, 0
    for place in sorted(places):
        if place.entry != entry:
            entry, reached = place.entry, 0
        if place.start >= reached:
            reached = -place.minus_end
            read = found[place.apart].reading.text
            hits.append(_hit(text, paper, place, read, cues_in[place.apart], starts))
    return hits


class _Place(NamedTuple):
    """A phrase in a paper; places sort by entry, then as they stand, strong and long ones first.

    `start` and `minus_end` are of the text as given, the others of the reading it was found in.
    """

    entry: int
    start: int
    weak: bool
    minus_end: int
    number: int
    read_start: int
    read_end: int
    apart: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The phrases and cues found in one reading of a paper."""

    reading: Reading
    places: list[_Place]
    cues: list[CueFound]


def _read(reading: Reading, paper: PaperName, apart: bool = False) -> _Found:
    known, told = phrases(), cues()
    found = _Found(reading, [], [])
    for number, start, end in matches(reading.text):
        if number >= len(known):
            found.cues.append(CueFound(told[number - len(known)], start, end))
            continue
        phrase = known[number]
        if paper in phrase.entry.papers:
            first, last = reading.span(start, end)
            found.places.append(
                _Place(phrase.place, first, not phrase.strong, -last, number, start, end, apart)
            )
    return found


def _cues_by_sentence(found: _Found, starts: list[int]) -> dict[int, Cues]:
    """Return the real cues of each sentence that has any; `starts` are of all sentences."""
    by_sentence: dict[int, list[CueFound]] = {}
    for cue in found.cues:
        number = sentence_at(starts, found.reading.origin(cue.start))
        by_sentence.setdefault(number, []).append(cue)
    return {number: Cues(mine) for number, mine in by_sentence.items()}


def _hit(
    text: str,
    paper: PaperName,
    place: _Place,
    read: str,
    cues_in: Mapping[int, Cues],
    starts: list[int],
) -> Hit:
    """Return the hit at a place; `read` is the reading's text and `cues_in` its cues."""
    sentence = sentence_at(starts, place.start)
    mine = cues_in.get(sentence)
    nearby = mine.near(place.read_start, place.read_end) if mine else []
    said = context_of(read, place.read_start, place.read_end, nearby, paper)
    entry = phrases()[place.number].entry
    return Hit(
        entry.field,
        entry.value,
        paper,
        place.start,
        -place.minus_end,
        text[place.start : -place.minus_end],
        said.negated and entry.negatable,
        1 if place.weak else STRONG,
        said.hedged,
        said.speaker,
        (starts[sentence], starts[sentence + 1]),
    )


HitsByField = Mapping[str, Sequence[Hit]]
"""The phrases of both papers by the field they speak for."""


def by_field(hits: Iterable[Hit]) -> HitsByField:
    """Sort hits by the field they speak for, keeping their order."""
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.field, []).append(hit)
    return found


def read_papers(motion: str, opposition: str | None) -> tuple[Hit, ...]:
    """Find the phrases of both papers; they are remembered as in `features.papers.clean`."""
    short = len(motion) + len(opposition or "") <= SHORT
    return (_read_short if short else _read_long)(motion, opposition)


def _read_both(motion: str, opposition: str | None) -> tuple[Hit, ...]:
    texts = zip(PAPERS, (motion, opposition), strict=True)
    return tuple(hit for paper, text in texts if text for hit in find_phrases(text, paper))


_read_short = lru_cache(maxsize=8192)(_read_both)
_read_long = lru_cache(maxsize=1)(_read_both)


def fires(entry: Entry, sentence: str) -> bool:
    """Tell whether an entry fires, un-negated, on a sentence (for `matches` and `misses`)."""
    return any(
        (hit.field, hit.value) == (entry.field, entry.value) and not hit.negated
        for hit in find_phrases(sentence, entry.papers[0])
    )
