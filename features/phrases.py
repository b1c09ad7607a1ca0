"""The phrase engine: find lexicon phrases in a motion's papers, and what their context says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from features.automaton import matches
from features.context import CueFound, Speaker, author_of, context_of, cues, real_cues
from features.lexicon import PAPERS, Entry, PaperName, Phrase, phrases
from features.papers import SHORT, Reading, clean
from features.sentences import sentence_at, sentence_starts

STRONG = 3
"""How many phrases a strong one counts for."""


@dataclass(frozen=True, slots=True)
class Hit:
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

    def sentence_in(self, text: str) -> str:
        """Return its sentence in the paper's text."""
        return text[slice(*self.sentence)] if self.sentence else self.words


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
    found = _read(cleaned.mended, paper)
    places = found.places
    if cleaned.parted:
        # A phrase across the break of "third-" at a line's end and "party" counts too.
        apart = _read(cleaned.parted, paper)
        places = places + [
            place for place in apart.places if cleaned.has_break_within(place.start, place.end)
        ]
    if not places:
        return []
    starts = [*sentence_starts(cleaned.plain), len(cleaned.plain)]
    hits: list[Hit] = []
    entry, reached = -1, 0
    for place in sorted(places, key=_Place.order):
        if place.phrase.place != entry:
            entry, reached = place.phrase.place, 0
        if place.start >= reached:
            reached = place.end
            hits.append(_hit(text, paper, place, starts))
    return hits


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """The phrases and cues found in one reading of a paper."""

    reading: Reading
    places: list["_Place"]
    cues: list[CueFound]
    by_sentence: dict[int, list[CueFound]]

    def nearby(self, sentence: int, starts: list[int]) -> list[CueFound]:
        """Return the real cues of one sentence; `starts` are those of all sentences."""
        if self.cues and not self.by_sentence:
            for cue in real_cues(self.cues):
                number = sentence_at(starts, self.reading.origin(cue.start))
                self.by_sentence.setdefault(number, []).append(cue)
        return self.by_sentence.get(sentence, [])


@dataclass(frozen=True, slots=True)
class _Place:
    """A phrase in a paper: its span in the text as given, and in the reading it was found in."""

    phrase: Phrase
    start: int
    end: int
    read_start: int
    read_end: int
    within: _Reading

    def order(self) -> tuple[int, int, bool, int]:
        """Sort by entry, then by place, strong phrases and then longer ones first."""
        return self.phrase.place, self.start, not self.phrase.strong, -self.end


def _read(reading: Reading, paper: PaperName) -> _Reading:
    known = phrases()
    found = _Reading(reading, [], [], {})
    for number, start, end in matches(reading.text):
        if number >= len(known):
            found.cues.append(CueFound(cues()[number - len(known)], start, end))
        elif paper in known[number].entry.papers:
            span = reading.span(start, end)
            found.places.append(_Place(known[number], *span, start, end, found))
    return found


def _hit(text: str, paper: PaperName, place: _Place, starts: list[int]) -> Hit:
    sentence = sentence_at(starts, place.start)
    nearby = place.within.nearby(sentence, starts)
    read = place.within.reading.text
    said = context_of(read, place.read_start, place.read_end, nearby, paper)
    entry = place.phrase.entry
    return Hit(
        entry.field,
        entry.value,
        paper,
        place.start,
        place.end,
        text[place.start : place.end],
        said.negated and entry.negatable,
        STRONG if place.phrase.strong else 1,
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
