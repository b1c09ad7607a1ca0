"""Find the lexicons' phrases in one paper, and what the words around each make of it.

Phrases that can be spelled out (three in four) are looked for together, to the letter, by one
Aho-Corasick automaton. Of the others hyperscan finds a fragment that each match holds, and `re`
looks at the text around it.

References
----------
Aho and Corasick (1975), Communications of the ACM 18:333-340.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple, Protocol

import ahocorasick_rs

from features.phrases.catalog import patterns
from features.phrases.context import Modifier, author_of, context_of, without_pseudo
from features.phrases.context_rules import context_rules
from features.phrases.fragments import fragment_ends
from features.phrases.hits import Hit
from features.phrases.lexicon import PaperName, Phrase, phrases
from features.text.normalize import LETTERS, Normalized

STRONG = 3
"""How many phrases a strong one counts for."""
_SPACED = {code: " " for code in range(128) if chr(code) not in LETTERS}
_REST_OF_WORD = re.compile(r"\w*")


class Readable(Protocol):
    """What the matcher needs of a paper (see `features.document.Document`)."""

    @property
    def text(self) -> str:
        """The paper as given."""

    @property
    def paper(self) -> PaperName:
        """Which of the two papers it is."""

    @property
    def normalized(self) -> Normalized:
        """Its normalized text."""

    @property
    def sentence_bounds(self) -> Sequence[int]:
        """Where each sentence starts in `text`, and where the last one ends."""


class Match(NamedTuple):
    """A pattern found: its number in `catalog.patterns()` and its span in the normalized text."""

    number: int
    start: int
    end: int


class _Candidate(NamedTuple):
    """A phrase found, in the order in which overlaps are decided; offsets in the text as given."""

    entry: int
    first: int
    weak: bool
    minus_last: int
    number: int
    start: int
    end: int


def find_phrases(document: Readable) -> list[Hit]:
    """Find every lexicon phrase in one paper, in the order of the lexicon and of the text.

    Of overlapping phrases of one entry the first is kept; of those that start together a strong
    one, then the longest. Words inside citations are not looked at, and entries restricted to the
    other paper are skipped. The time taken grows in proportion to the text.
    """
    known, normalized = phrases(), document.normalized
    candidates: list[_Candidate] = []
    context: list[Match] = []
    for match in find_patterns(normalized.text):
        if match.number >= len(known):
            context.append(match)
            continue
        phrase = known[match.number]
        if document.paper in phrase.entry.papers:
            first, last = normalized.span(match.start, match.end)
            order = _Candidate(phrase.entry_index, first, not phrase.strong, -last, *match)
            candidates.append(order)
    if not candidates:
        return []
    bounds = document.sentence_bounds
    modifiers = _modifiers_by_sentence(context, normalized, bounds)
    return [
        _hit(document, candidate, known[candidate.number], bounds, modifiers)
        for candidate in _without_overlaps(sorted(candidates))
    ]


def _hit(
    document: Readable,
    candidate: _Candidate,
    phrase: Phrase,
    bounds: Sequence[int],
    modifiers: dict[int, list[Modifier]],
) -> Hit:
    first, last = candidate.first, -candidate.minus_last
    sentence = bisect_right(bounds, first, hi=len(bounds) - 1) - 1
    context = context_of(
        document.normalized.text,
        candidate.start,
        candidate.end,
        phrase.negates,
        modifiers.get(sentence, ()),
    )
    return Hit(
        phrase.entry.field,
        phrase.entry.value,
        document.paper,
        first,
        last,
        document.text[first:last],
        context.negated and phrase.negatable,
        STRONG if phrase.strong else 1,
        context.uncertain,
        context.speaker or author_of(document.paper),
        (bounds[sentence], bounds[sentence + 1]),
    )


def _without_overlaps(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Leave out a phrase that overlaps one of its entry before it."""
    entry = end = -1
    for candidate in candidates:
        if candidate.entry != entry or candidate.first >= end:
            entry, end = candidate.entry, -candidate.minus_last
            yield candidate


def _modifiers_by_sentence(
    context: Sequence[Match], normalized: Normalized, bounds: Sequence[int]
) -> dict[int, list[Modifier]]:
    """Return the modifiers of each sentence, in order, without pseudo-modifiers."""
    rules, n_phrases = context_rules(), len(phrases())
    found: dict[int, list[Modifier]] = {}
    for number, start, end in sorted(context, key=lambda match: (match.start, match.end)):
        sentence = bisect_right(bounds, normalized.origin(start), hi=len(bounds) - 1) - 1
        found.setdefault(sentence, []).append(Modifier(start, end, rules[number - n_phrases]))
    return {sentence: without_pseudo(modifiers) for sentence, modifiers in found.items()}


def find_patterns(text: str) -> list[Match]:
    """Find all patterns in a normalized text; matches of one pattern do not overlap.

    The first match of a pattern is kept; of those that start together, the one that the choices of
    the pattern name first.
    """
    return [*_spelled_out(text), *_by_expression(text)]


class _Wording(NamedTuple):
    """A way to say some patterns.

    `stem` is to be found to the letter; `open` tells whether the word at its end may go on, and
    `owners` gives each pattern's number and the rank of this wording among its own.
    """

    stem: str
    open: bool
    owners: tuple[tuple[int, int], ...]


@cache
def automaton() -> tuple[ahocorasick_rs.AhoCorasick, list[_Wording]]:
    """Return the automaton of all wordings, and what it reports by number."""
    owners: dict[str, list[tuple[int, int]]] = {}
    for number, pattern in enumerate(patterns()):
        for rank, wording in enumerate(pattern.wordings):
            owners.setdefault(wording, []).append((number, rank))
    finder = ahocorasick_rs.AhoCorasick([_spaced(wording) for wording in owners])
    wordings = [
        _Wording(wording.removesuffix("*"), wording.endswith("*"), tuple(whose))
        for wording, whose in owners.items()
    ]
    return finder, wordings


def _spaced(wording: str) -> str:
    """Put a space on either side, which binds a wording to whole words, and for each sign."""
    spaced = f" {wording} ".translate(_SPACED)
    return spaced[:-2] if wording.endswith("*") else spaced


def _spelled_out(text: str) -> Iterator[Match]:
    finder, wordings = automaton()
    spaced = f" {text.translate(_SPACED)} "
    found: dict[int, list[tuple[int, int, int]]] = {}
    for which, start, _ in finder.find_matches_as_indexes(spaced, overlapping=True):
        stem, is_open, owners = wordings[which]
        # "data, breach" looks like "data breach" once signs are spaces.
        if not text.startswith(stem, start):
            continue
        end = start + len(stem)
        if is_open:
            rest = _REST_OF_WORD.match(text, end)
            end = rest.end() if rest else end
        for number, rank in owners:
            found.setdefault(number, []).append((start, rank, end))
    for number, spans in found.items():
        last = 0
        for start, _, end in sorted(spans):
            if start >= last:
                yield Match(number, start, end)
                last = end


def _by_expression(text: str) -> Iterator[Match]:
    everything = patterns()
    ends: dict[int, int] = {}
    for number, near in fragment_ends(text):
        since = ends.get(number, 0)
        if near <= since:  # it lies in a match that was given already
            continue
        pattern = everything[number]
        # The first of several ends ("school", "school district") is reported first.
        last = min(len(text), near + pattern.max_length)
        match = pattern.search(text, max(since, near - pattern.max_length), last)
        # The window must not cut a word; a letter before the window is seen by the pattern.
        if match is None or (match.end() == last < len(text) and text[last].isalnum()):
            continue
        if match.start() + pattern.max_length > last:  # the window may have cut a longer choice
            match = pattern.search(text, match.start(), match.start() + pattern.max_length) or match
        ends[number] = match.end()
        yield Match(number, *match.span())
