"""Find a quote in a paper, as a careful clerk would: word by word, forgiving how it is printed.

White space, line ends, hyphens, quote marks, dashes, case, accents, footnote marks, page numbers
and misread letters are forgiven. Words are not: a quote with another word, one more or one fewer
(articles aside), another number or another negation does not appear in the paper, nor does one cut
off right after a "not". An ellipsis stands for some words, and a placeholder of a blinded paper
(`features.coder.blinding`) for a few; neither may hide a negation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from features.coder.words import APOSTROPHES, Words, folded, is_number, is_same
from features.document import speller
from features.text.cleaning import without_page_edges

PLACEHOLDER = re.compile(
    r"\[(?:party [A-Z]{1,2}|court|judge|docket|date|day [+-]?\d{1,6})\]", re.IGNORECASE
)
"""What a blinded paper has in place of names, numbers and dates."""
_ELLIPSIS = re.compile(r"\[?(?:\.[ \u00a0]?){2,3}\.\]?|\[?\u2026\]?")
_GAP = re.compile(
    rf"(?P<placeholder>{PLACEHOLDER.pattern}(?:[{APOSTROPHES}]s\b)?)|{_ELLIPSIS.pattern}",
    re.IGNORECASE,
)
_MAX_LEFT_OUT, _MAX_REPLACED = 60, 14
"""Words that an ellipsis and a placeholder may stand for."""
_ANCHORS, _MAX_PLACES = 6, 400
"""Rarest words of a quote that are looked up, and places of each that are tried."""
_MAX_JOINED = 3
"""Pieces of one word that hyphens, spaces or line ends may set apart."""
_WORDS_PER_NOISE = 4
"""One word in so many may be misread."""
_DENIED = re.compile(
    rf"(?:(?<![\w{APOSTROPHES}])(?:not|no|never|cannot|without|nor|neither)|n[{APOSTROPHES}]t)\s+$",
    re.IGNORECASE,
)
_MAX_DENIAL = 20
"""Characters of a negation and the white space after it."""
_MIN_BESIDE_ELLIPSIS = 2
"""Words on either side of an ellipsis."""
_HYPHEN = re.compile("[-\u00ad\u2010\u2011]")
_ARTICLES = frozenset({"a", "an", "the"})


def find_quote(quote: str, paper: str) -> tuple[int, int] | None:
    """Return the span of a quote in a paper as given, or None if it does not stand there.

    To look up several quotes in one paper, use one `QuoteFinder`.

    Examples
    --------
    >>> paper = "Hale copied the cus-\\ntomer list.3 He did not return it."
    >>> find_quote("copied the customer list", paper)
    (5, 31)
    >>> find_quote("He did return it", paper) is None
    True
    """
    return QuoteFinder(paper).find(quote)


def count_words(quote: str) -> int:
    """Return how many words of the paper a quote has, ellipses and placeholders aside."""
    return len(Words.of(_GAP.sub(" ", quote)))


class QuoteFinder:
    """Looks up quotes in one paper.

    A quote that stands there verbatim is found at once; only for another one is the paper cut into
    words.

    Parameters
    ----------
    paper
        The paper as given; spans refer to it.
    """

    def __init__(self, paper: str) -> None:
        self.paper = paper

    @cached_property
    def _words(self) -> Words:
        """The words of the paper without page stamps and line numbers, which break quotes up."""
        return Words.of(without_page_edges(self.paper.replace("\r\n", " \n")))

    def find(self, quote: str) -> tuple[int, int] | None:
        """Return the span of a quote in the paper, or None if it does not stand there."""
        quote = quote.strip()
        return self._verbatim(quote) or self._word_by_word(quote)

    def _verbatim(self, quote: str) -> tuple[int, int] | None:
        start = self.paper.find(quote) if any(map(str.isalnum, quote)) else -1
        while start >= 0:
            end = start + len(quote)
            before, after = self.paper[start - 1 : start], self.paper[end : end + 1]
            within_word = before.isalnum() and quote[0].isalnum()
            within_word |= after.isalnum() and quote[-1].isalnum()
            if not (within_word or self._is_denied(start)):
                return start, end
            start = self.paper.find(quote, start + 1)
        return None

    def _word_by_word(self, quote: str) -> tuple[int, int] | None:
        quoted = _Quoted.of(quote)
        if quoted is None:
            return None
        best: _Match | None = None
        for index, place in self._anchors(quoted.words):
            match = _match_around(quoted, self._words, index, place)
            if (
                match
                and (best is None or match < best)
                and not self._is_denied(self._span(match)[0])
            ):
                best = match
                if best.misread == 0:
                    break
        return None if best is None else self._span(best)

    def _span(self, match: "_Match") -> tuple[int, int]:
        return self._words.spans[match.first][0], self._words.spans[match.last][1]

    def _is_denied(self, start: int) -> bool:
        """Tell whether what begins here is cut off from a "not" right before it."""
        return _DENIED.search(self.paper, max(0, start - _MAX_DENIAL), start) is not None

    def _anchors(self, quoted: Words) -> Iterator[tuple[int, int]]:
        """Yield pairs of equal words: the rarest of the quote first, each in the paper's order."""
        places = self._words.places
        found = [(places[key], index) for index, key in enumerate(quoted.keys) if key in places]
        for there, index in sorted(found, key=lambda pair: len(pair[0]))[:_ANCHORS]:
            for place in there[:_MAX_PLACES]:
                yield index, place


@dataclass(frozen=True)
class _Quoted:
    """A quote's words, and before each of them how many words of the paper may be left out."""

    words: Words
    gaps: tuple[int, ...]

    @classmethod
    def of(cls, quote: str) -> "_Quoted | None":
        """Cut a quote into words; None if it has none, or a single one beside an ellipsis."""
        marks = list(_GAP.finditer(quote))
        words = Words.of(_GAP.sub(lambda mark: " " * len(mark[0]), quote))
        gaps = [0] * (len(words) + 1)
        ellipses = {0, len(words)}
        for mark in marks:
            following = sum(end <= mark.start() for _, end in words.spans)
            gaps[following] += _MAX_REPLACED if mark["placeholder"] else _MAX_LEFT_OUT
            if not mark["placeholder"]:
                ellipses.add(following)
        runs = [after - before for before, after in pairwise(sorted(ellipses))]
        if not len(words) or (len(runs) > 1 and min(runs) < _MIN_BESIDE_ELLIPSIS):
            return None
        gaps[0] = gaps[-1] = 0
        return cls(words, tuple(gaps))

    def gap(self, index: int, step: int) -> int:
        """Return how many words may be left out before a word, read forwards or backwards."""
        return self.gaps[index if step > 0 else index + 1]

    def is_run(self, index: int, n: int, step: int) -> bool:
        """Tell whether there are n words from a word on, with nothing left out between them."""
        within = 0 <= index + (n - 1) * step < len(self.words)
        return within and not any(self.gap(index + k * step, step) for k in range(1, n))


class _Match(NamedTuple):
    """Words of the paper that match a quote, by their indices; fewer misread ones are better."""

    misread: int
    first: int
    last: int


def _match_around(quoted: _Quoted, paper: Words, index: int, place: int) -> _Match | None:
    """Match a quote of which one word is already matched."""
    most = max(1, len(quoted.words) // _WORDS_PER_NOISE)
    after = _follow(quoted, paper, index + 1, place + 1, 1, most)
    if after is None:
        return None
    before = _follow(quoted, paper, index - 1, place - 1, -1, most - after[0])
    return _Match(before[0] + after[0], before[1], after[1]) if before else None


class _State(NamedTuple):
    """The next word of the quote and of the paper, and how many so far were misread."""

    word: int
    place: int
    misread: int


def _follow(
    quoted: _Quoted, paper: Words, index: int, place: int, step: int, most: int
) -> tuple[int, int] | None:
    """Match the rest of a quote from a word on, forwards (`step` 1) or backwards (-1).

    Returns
    -------
    How many words are misread, at most `most`, and the index of the last word matched; None if the
    paper has other words.
    """
    end = len(quoted.words) if step > 0 else -1
    stack = [(_State(index, place, 0), False)]
    seen: set[tuple[int, int, bool]] = set()
    while stack:
        state, past_gap = stack.pop()
        if state.misread > most or (key := (state.word, state.place, past_gap)) in seen:
            continue
        if state.word == end:
            return state.misread, state.place - step
        seen.add(key)
        gap = 0 if past_gap else quoted.gap(state.word, step)
        if gap:
            stack += [(later, True) for later in _past_gap(quoted, paper, state, step, gap)][::-1]
        else:
            stack += [(later, False) for later in _moves(quoted, paper, state, step)][::-1]
    return None


def _past_gap(
    quoted: _Quoted, paper: Words, state: _State, step: int, gap: int
) -> Iterator[_State]:
    """Yield the places at which a quote may go on after words left out, none of which says no."""
    for place in range(state.place, state.place + (gap + 1) * step, step):
        if not 0 <= place < len(paper):
            return
        if any(True for _ in _equal(quoted, paper, state.word, place, step)):
            yield state._replace(place=place)
        if paper.is_negation(place):
            return


def _moves(quoted: _Quoted, paper: Words, state: _State, step: int) -> Iterator[_State]:
    """Yield what may follow: equal words first, then what is printed but not quoted."""
    index, place, misread = state
    within = 0 <= place < len(paper)
    if within:
        for n_quoted, n_printed, n_misread in _equal(quoted, paper, index, place, step):
            yield _State(index + n_quoted * step, place + n_printed * step, misread + n_misread)
        if paper.is_mark(place):
            yield _State(index, place + step, misread)
        if paper.keys[place] in _ARTICLES:
            yield _State(index, place + step, misread + 1)
    if quoted.words.keys[index] in _ARTICLES:
        yield _State(index + step, place, misread + 1)


def _equal(
    quoted: _Quoted, paper: Words, index: int, place: int, step: int
) -> Iterator[tuple[int, int, int]]:
    """Yield how many words of quote and paper are equal from here on, and how many are misread."""
    words = quoted.words
    if words.keys[index] == paper.keys[place]:
        yield 1, 1, 0
        return
    for n in range(2, _MAX_JOINED + 1):
        if _is_joined(words, index, paper, place, n, step):
            yield 1, n, 0
        if quoted.is_run(index, n, step) and _is_joined(paper, place, words, index, n, step):
            yield n, 1, 0
    if is_same(words.raw(index), paper.raw(place), speller().is_word):
        yield 1, 1, 1


def _is_joined(whole: Words, index: int, pieces: Words, first: int, n: int, step: int) -> bool:
    """Tell whether one word equals n pieces set apart by a hyphen, a space or a line end.

    "Not able" is not "notable" (though "not-" and "able" may be), and "1 5" is not "15".
    """
    indices = sorted(range(first, first + n * step, step))
    if indices[0] < 0 or indices[-1] >= len(pieces):
        return False
    if not whole.keys[index].startswith(pieces.keys[indices[0]][:1]):
        return False
    raw = [pieces.raw(piece) for piece in indices]
    if folded("".join(raw)) != whole.keys[index]:
        return False
    between = pieces.text[pieces.spans[indices[0]][1] : pieces.spans[indices[-1]][0]]
    is_one_word = whole.raw(index).lower() == "cannot" or _HYPHEN.search(between)
    says_no = any(map(pieces.is_negation, indices)) and not is_one_word
    return not says_no and sum(map(is_number, raw)) < 2
