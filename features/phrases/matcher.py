"""The phrase engine: find lexicon phrases in motions' papers, and what their context says.

The papers of many motions are read together: laid end to end, their phrases and cues are rows of
numbers, which numpy sorts and compares in far less time than Python would take one by one.
"""

from collections.abc import Iterator, Sequence, Set
from functools import cache
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from cachetools import LRUCache

from features.phrases.automaton import by_expression
from features.phrases.context import SPEAKERS, author_of, contexts_of
from features.phrases.hits import Hit, Papers
from features.phrases.laid import Laid, lay
from features.phrases.lexicon import PAPERS, Entry, PaperName, phrases
from features.phrases.marks import marks_of
from features.phrases.remembering import remembered_by_thread
from features.phrases.spans import Flags, Numbers, Spans, take, without_overlaps
from features.phrases.wordings import spelt_out
from features.text.document import SHORT, Paper, clean
from features.text.sentences import sentence_starts

STRONG = 3
"""How many phrases a strong one counts for."""
_AT_ONCE = 500_000
"""Characters of papers looked at together, beyond the last of them: memory stays flat."""
Texts = Sequence[tuple[str, PaperName]]


def find_phrases(text: str, paper: PaperName) -> list[Hit]:
    """Find every lexicon phrase in one paper (see `find_in_papers`)."""
    return find_in_papers([(text, paper)])[0]


def find_in_papers(papers: Texts) -> list[list[Hit]]:
    """Find every lexicon phrase in n papers, of each in the order of the lexicon and of the text.

    Of overlapping phrases of one entry the first is kept; of those that start together a strong
    one, then the longest. Words inside citations are not looked at. The time taken grows with the
    texts in proportion; many papers asked for together take far less than one by one.

    Parameters
    ----------
    papers
        The text of each, and which paper it is: entries restricted to the other paper are
        skipped. Characters past `features.text.document.LONGEST` are left out.
    """
    found: list[list[Hit]] = []
    since, size = 0, 0
    for place, (text, _) in enumerate(papers, start=1):
        size += len(text)
        if size > _AT_ONCE or place == len(papers):
            found += _find_together(papers[since:place])
            since, size = place, 0
    return found


class _Known(NamedTuple):
    """The columns of all phrases.

    `allowed` tells of each paper which phrases it may hold; `told` what a hit says of the phrase:
    field, value, weight.
    """

    entries: Numbers
    weak: Flags
    negatable: Flags
    deny: Flags
    allowed: dict[PaperName, Flags]
    told: list[tuple[str, str, int]]


@cache
def _known() -> _Known:
    known = phrases()
    return _Known(
        np.array([phrase.place for phrase in known]),
        np.array([not phrase.strong for phrase in known]),
        np.array([phrase.negatable for phrase in known]),
        np.array([phrase.denies for phrase in known]),
        {paper: np.array([paper in phrase.entry.papers for phrase in known]) for paper in PAPERS},
        [(p.entry.field, p.entry.value, STRONG if p.strong else 1) for p in known],
    )


class _Found(NamedTuple):
    """n phrases or cues found in some papers.

    Attributes
    ----------
    numbers
        In the order of `features.phrases.catalog.patterns`.
    starts, ends
        Where they stand in the readings laid end to end.
    papers, apart
        The number of each one's paper, and whether it was found in a second reading.
    firsts, lasts
        Where they start and end in the papers as given, these too laid end to end.
    """

    numbers: Numbers
    starts: Numbers
    ends: Numbers
    papers: Numbers
    apart: Flags
    firsts: Numbers
    lasts: Numbers

    def spans(self, sentences: Numbers) -> Spans:
        """Return where they stand, with their sentences: a second reading has its own."""
        return Spans(self.starts, self.ends, 2 * sentences + self.apart)


def _find_together(papers: Texts) -> list[list[Hit]]:
    cleaned = [clean(text) for text, _ in papers]
    laid = lay(cleaned)
    marks = marks_of(laid.text)
    numbers, starts, ends = spelt_out(laid.text, marks).and_those(by_expression(laid.text, marks))
    readings = laid.starts.searchsorted(starts, side="right") - 1
    origins = laid.origins(starts), laid.origins(ends - 1) + 1
    everything = _Found(
        numbers, starts, ends, laid.papers[readings], laid.apart[readings], *origins
    )
    cued = numbers >= len(phrases())
    found = _kept(take(everything, ~cued), papers, cleaned, laid)
    hits: list[list[Hit]] = [[] for _ in papers]
    if not len(found.numbers):
        return hits
    bounds = _sentence_bounds(cleaned, laid, set(found.papers.tolist()))
    cues, sentences = take(everything, cued), _sentences(bounds, found)
    cue_spans = cues.spans(_sentences(bounds, cues))
    deny = _known().deny[found.numbers]
    spans, cue_numbers = found.spans(sentences), cues.numbers - len(phrases())
    said = contexts_of(marks, spans, deny, cue_numbers, cue_spans)
    whose, offsets = found.papers, laid.offsets[found.papers]
    told = _known().told
    authors = [author_of(paper) for _, paper in papers]
    for p, number, start, end, negated, hedged, speaker, since, until in _listed(
        whose,
        found.numbers,
        found.firsts - offsets,
        found.lasts - offsets,
        said.negated & _known().negatable[found.numbers],
        said.hedged,
        said.speakers,
        bounds[sentences] - offsets,
        bounds[sentences + 1] - offsets,
    ):
        text, paper = papers[p]
        field, value, weight = told[number]
        says = SPEAKERS[speaker] if speaker >= 0 else authors[p]
        words, sentence = text[start:end], (since, until)
        hits[p].append(
            Hit(field, value, paper, start, end, words, negated, weight, hedged, says, sentence)
        )
    return hits


def _kept(found: _Found, papers: Texts, cleaned: Sequence[Paper], laid: Laid) -> _Found:
    """Put phrases in the order of paper, entry and place, without those that do not count.

    These are the phrases of the other paper's entries, those that overlap one before them, and
    those of a second reading that do not reach across a break ("third-" at a line's end, "party").
    """
    known = _known()
    moving = np.array([paper == PAPERS[0] for _, paper in papers], dtype=bool)[found.papers]
    here, there = (known.allowed[paper][found.numbers] for paper in PAPERS)
    found = take(found, np.where(moving, here, there))
    new = ~found.apart
    again = take(found, ~new)
    offsets = laid.offsets[again.papers]
    new[~new] = [
        cleaned[p].has_break_within(first, last)
        for p, first, last in _listed(again.papers, again.firsts - offsets, again.lasts - offsets)
    ]
    found = take(found, new)
    groups = found.papers * (len(known.entries) + 1) + known.entries[found.numbers]
    order = np.lexsort(
        (found.numbers, -found.lasts, known.weak[found.numbers], found.firsts, groups)
    )
    found = take(found, order)
    return take(found, without_overlaps(groups[order], found.firsts, found.lasts))


def _sentences(bounds: Numbers, found: _Found) -> Numbers:
    """Return the number of the sentence that each one starts in."""
    return bounds.searchsorted(found.firsts, side="right") - 1


def _sentence_bounds(cleaned: Sequence[Paper], laid: Laid, wanted: Set[int]) -> Numbers:
    """Return where the sentences of the wanted papers start, the others as one, and the end."""
    starts = [
        sentence_starts(paper.plain) if place in wanted else [0]
        for place, paper in enumerate(cleaned)
    ]
    ahead = np.repeat(laid.offsets[:-1], [len(mine) for mine in starts])
    flat = np.fromiter(chain.from_iterable(starts), dtype=np.int64)
    return np.append(flat + ahead, laid.offsets[-1])


def _listed(*columns: Any) -> Iterator[tuple[Any, ...]]:
    """Give the rows of some columns as plain Python values, which take a tenth of the time."""
    return zip(*(column.tolist() for column in columns), strict=True)


def read_papers(motion: str, opposition: str | None) -> tuple[Hit, ...]:
    """Find the phrases of both papers (see `read_many`)."""
    return next(read_many([(motion, opposition)]))


def read_many(pairs: Sequence[Papers]) -> Iterator[tuple[Hit, ...]]:
    """Find the phrases of both papers of n motions; remembered as in `features.text.document.clean`.

    Short ones are read together, a long one when its turn comes: of these only each thread's last
    is remembered, and whoever asks for it next must not have to clean it again.
    """
    short = [pair for pair in pairs if _is_short(pair)]
    with _LOCK:
        known = {pair: hits for pair in short if (hits := _SHORT_READ.get(pair)) is not None}
    fresh = [pair for pair in dict.fromkeys(short) if pair not in known]
    known |= zip(fresh, _read_together(fresh), strict=True)
    with _LOCK:
        _SHORT_READ.update((pair, known[pair]) for pair in fresh)
    return (known[pair] if pair in known else _read_long(pair) for pair in pairs)


_SHORT_READ: LRUCache[Papers, tuple[Hit, ...]] = LRUCache(2048)
_LOCK = Lock()


def _read_together(pairs: Sequence[Papers]) -> list[tuple[Hit, ...]]:
    texts = [
        (text, paper) for pair in pairs for text, paper in zip(pair, PAPERS, strict=True) if text
    ]
    found = iter(find_in_papers(texts))
    return [tuple(hit for text in pair if text for hit in next(found)) for pair in pairs]


@remembered_by_thread(1)
def _read_long(pair: Papers) -> tuple[Hit, ...]:
    return _read_together([pair])[0]


def _is_short(pair: Papers) -> bool:
    return sum(len(text or "") for text in pair) <= SHORT


def fires(entry: Entry, sentence: str) -> bool:
    """Tell whether an entry fires, un-negated, on a sentence (for `matches` and `misses`)."""
    return any(
        (hit.field, hit.value) == (entry.field, entry.value) and not hit.negated
        for hit in find_phrases(sentence, entry.papers[0])
    )
