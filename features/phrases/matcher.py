"""Find the lexicons' phrases in one paper, each with its context.

Phrases that can be spelled out (three in four) are found verbatim, in one pass, by an Aho-Corasick
automaton. Of each other phrase hyperscan finds a fragment that every match contains, and `re`
searches the text around it.

References
----------
Aho and Corasick (1975), Communications of the ACM 18:333-340.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from features.automata import finder_of
from features.phrases.catalog import patterns
from features.phrases.context import Modifier, author_of, context_of, without_pseudo
from features.phrases.context_rules import context_rules
from features.phrases.fragments import fragment_ends
from features.phrases.hits import Hit
from features.phrases.lexicon import PaperName, Phrase, entries, phrases
from features.text.normalize import LETTERS, Normalized

STRONG_WEIGHT = 3
"""How many ordinary phrases a strong one counts for."""
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
        """The offsets in `text` at which sentences start, and the end of the last one."""


class Match(NamedTuple):
    """A match of a pattern: its index in `catalog.patterns()`, and its span in normalized text."""

    pattern_index: int
    start: int
    end: int


class _Candidate(NamedTuple):
    """A match of a phrase; its fields sort candidates into the order that decides overlaps.

    `first` and `last` span the text as given, `start` and `end` the normalized text.
    """

    entry_index: int
    first: int
    weak: bool
    minus_last: int
    pattern_index: int
    start: int
    end: int


def find_phrases(
    document: Readable, matches: Iterable[Match], fields: frozenset[str] | None = None
) -> list[Hit]:
    """Find every lexicon phrase in one paper, in the order of the lexicons and of the text.

    Of overlapping phrases of one entry the first is kept; of those that start together, a strong
    one, then the longest. Citations are not searched, and entries restricted to the other paper are
    skipped. The time taken is proportional to the length of the text.

    Parameters
    ----------
    document
        The paper.
    matches
        The matches of all patterns: `find_patterns` of its normalized text, or of that text with
        parts blanked.
    fields
        The fields whose phrases are wanted; None for all.
    """
    all_phrases, normalized = phrases(), document.normalized
    candidates: list[_Candidate] = []
    modifier_matches: list[Match] = []
    first_cue = len(all_phrases) + len(context_rules())
    for match in matches:
        if match.pattern_index >= first_cue:
            continue
        if match.pattern_index >= len(all_phrases):
            modifier_matches.append(match)
            continue
        phrase = all_phrases[match.pattern_index]
        wanted = fields is None or phrase.entry.field in fields
        if wanted and document.paper in phrase.entry.papers:
            first, last = normalized.span(match.start, match.end)
            candidates.append(
                _Candidate(phrase.entry_index, first, not phrase.strong, -last, *match)
            )
    if not candidates:
        return []
    bounds = document.sentence_bounds
    modifiers = _modifiers_by_sentence(modifier_matches, normalized, bounds)
    return [
        _hit(document, candidate, all_phrases[candidate.pattern_index], bounds, modifiers)
        for candidate in _without_overlaps(sorted(candidates))
    ]


def in_order(hits: Iterable[Hit]) -> list[Hit]:
    """Return hits of one paper in the order of the lexicons and of the text."""
    index_of = {(entry.field, entry.value): index for index, entry in enumerate(entries())}
    return sorted(hits, key=lambda hit: (index_of[hit.field, hit.value], hit.start))


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
        STRONG_WEIGHT if phrase.strong else 1,
        context.uncertain,
        context.speaker or author_of(document.paper),
        (bounds[sentence], bounds[sentence + 1]),
        phrase.quotable,
    )


def _without_overlaps(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Yield the candidates that do not overlap an earlier one of their entry."""
    entry_index = end = -1
    for candidate in candidates:
        if candidate.entry_index != entry_index or candidate.first >= end:
            entry_index, end = candidate.entry_index, -candidate.minus_last
            yield candidate


def _modifiers_by_sentence(
    matches: Sequence[Match], normalized: Normalized, bounds: Sequence[int]
) -> dict[int, list[Modifier]]:
    """Return the modifiers of each sentence, in order, without pseudo-modifiers."""
    rules, n_phrases = context_rules(), len(phrases())
    by_sentence: dict[int, list[Modifier]] = {}
    for index, start, end in sorted(matches, key=lambda match: (match.start, match.end)):
        sentence = bisect_right(bounds, normalized.origin(start), hi=len(bounds) - 1) - 1
        modifier = Modifier(start, end, rules[index - n_phrases])
        by_sentence.setdefault(sentence, []).append(modifier)
    return {sentence: without_pseudo(modifiers) for sentence, modifiers in by_sentence.items()}


def find_patterns(text: str) -> list[Match]:
    """Find all patterns in a normalized text, as `re.finditer` would find each.

    Matches of one pattern do not overlap: the first is kept; of those that start together, the one
    whose choice the pattern lists first.
    """
    return [*_find_verbatim(text), *_find_by_expression(text)]


class _Wording(NamedTuple):
    """One wording of some patterns.

    Attributes
    ----------
    stem
        What to find verbatim.
    is_prefix
        Whether its last word may go on.
    owners
        The index of each pattern that has this wording, and the wording's rank in that pattern.
    """

    stem: str
    is_prefix: bool
    owners: tuple[tuple[int, int], ...]


@cache
def automaton() -> tuple[Callable[[str], Iterator[tuple[int, int, int]]], list[_Wording]]:
    """Return the automaton of all wordings, and the wordings in the order of its indices."""
    owners_of: dict[str, list[tuple[int, int]]] = {}
    for index, pattern in enumerate(patterns()):
        for rank, wording in enumerate(pattern.wordings):
            owners_of.setdefault(wording, []).append((index, rank))
    finder = finder_of([_spaced(wording) for wording in owners_of])
    wordings = [
        _Wording(wording.removesuffix("*"), wording.endswith("*"), tuple(owners))
        for wording, owners in owners_of.items()
    ]
    return finder, wordings


def _spaced(wording: str) -> str:
    """Put a space on either side, so that whole words match, and for each punctuation mark."""
    spaced = f" {wording} ".translate(_SPACED)
    return spaced[:-2] if wording.endswith("*") else spaced


def _find_verbatim(text: str) -> Iterator[Match]:
    """Yield the matches of the patterns that can be spelled out."""
    finder, wordings = automaton()
    spaced = f" {text.translate(_SPACED)} "
    spans_of: dict[int, list[tuple[int, int, int]]] = {}
    for wording_index, start, _ in finder(spaced):
        stem, is_prefix, owners = wordings[wording_index]
        # With spaces for punctuation "data, breach" looks like "data breach".
        if not text.startswith(stem, start):
            continue
        end = start + len(stem)
        if is_prefix:
            rest = _REST_OF_WORD.match(text, end)
            end = rest.end() if rest else end
        for index, rank in owners:
            spans_of.setdefault(index, []).append((start, rank, end))
    for index, spans in spans_of.items():
        last = 0
        for start, _, end in sorted(spans):
            if start >= last:
                yield Match(index, start, end)
                last = end


def _find_by_expression(text: str) -> Iterator[Match]:
    """Yield the matches of the other patterns."""
    all_patterns = patterns()
    last_ends: dict[int, int] = {}
    for index, near in fragment_ends(text):
        since = last_ends.get(index, 0)
        if near <= since:  # within the previous match
            continue
        pattern = all_patterns[index]
        # The first of several ends ("school", "school district") is reported first.
        last = min(len(text), near + pattern.max_length)
        match = pattern.search(text, max(since, near - pattern.max_length), last)
        # The window must not cut a word at its end; the pattern sees the letter before its start.
        if match is None or (match.end() == last < len(text) and text[last].isalnum()):
            continue
        if match.start() + pattern.max_length > last:  # the window may have cut a longer choice
            match = pattern.search(text, match.start(), match.start() + pattern.max_length) or match
        last_ends[index] = match.end()
        yield Match(index, *match.span())
