"""Phrases that can be spelt out: all their wordings are looked for at once, to the letter.

References
----------
Aho and Corasick (1975), Communications of the ACM 18:333-340.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

import ahocorasick_rs
import numpy as np

from features.phrases.catalog import patterns
from features.phrases.halves import Between, Wordings, join, side_by_side, what_stands_between
from features.phrases.marks import Marks, count_between
from features.phrases.spans import Flags, Matches, Numbers, counted_up, take, without_overlaps
from features.text.normalize import LETTERS

_SPACED = {code: " " for code in range(128) if chr(code) not in LETTERS}


class _Owners(NamedTuple):
    """Whose wording each one is: those of wording i are rows `first[i]:first[i+1]`.

    `patterns` holds the place of each row's pattern among those of its kind, `ranks` the place of
    the wording among the pattern's own.
    """

    first: Numbers
    patterns: Numbers
    ranks: Numbers

    def of(self, which: Numbers) -> tuple[Numbers, Numbers]:
        """Return pairs of a place in `which`, and a row of one whose wording stands there."""
        counts = self.first[which + 1] - self.first[which]
        return np.arange(len(which)).repeat(counts), counted_up(self.first[which], counts)


class _Wordings(NamedTuple):
    """The automaton of all wordings.

    Attributes
    ----------
    starred
        Of each wording, whether the word at its end may go on.
    apostrophes, first_apostrophes
        How many each wording has, and where the first stands in it.
    whole, left, right
        Whose it is, as the whole phrase or one of its halves.
    numbers, halved
        Numbers of the patterns spelt out whole, and of those in halves.
    between
        What may stand between the halves of the latter.
    """

    automaton: ahocorasick_rs.AhoCorasick
    starred: Flags
    apostrophes: Numbers
    first_apostrophes: Numbers
    whole: _Owners
    left: _Owners
    right: _Owners
    numbers: Numbers
    halved: Numbers
    between: Between


@cache
def _wordings() -> _Wordings:
    known = patterns()
    numbers = [number for number, pattern in enumerate(known) if pattern.wordings]
    halved = [number for number, pattern in enumerate(known) if pattern.halves]
    halves = [half for pattern in known if (half := pattern.halves)]
    parts = (
        [known[number].wordings for number in numbers],
        [half.left for half in halves],
        [half.right for half in halves],
    )
    everything = list(dict.fromkeys(w for part in parts for mine in part for w in mine))
    places = {wording: place for place, wording in enumerate(everything)}
    whole, left, right = (_owners(places, part) for part in parts)
    return _Wordings(
        ahocorasick_rs.AhoCorasick([_spaced(wording) for wording in everything]),
        np.array([wording[-1] == "*" for wording in everything], dtype=bool),
        np.array([wording.count("'") for wording in everything], dtype=np.int64),
        np.array([wording.find("'") for wording in everything], dtype=np.int64),
        whole,
        left,
        right,
        np.array(numbers, dtype=np.int64),
        np.array(halved, dtype=np.int64),
        what_stands_between([known[number] for number in halved]),
    )


def _spaced(wording: str) -> str:
    """Put a space on either side, which binds a wording to whole words, and for each sign."""
    spaced = f" {wording} ".translate(_SPACED)
    return spaced[:-2] if wording[-1] == "*" else spaced


def _owners(places: Mapping[str, int], part: Sequence[Sequence[str]]) -> _Owners:
    """Return whose wordings these are; `places` numbers all wordings from 0."""
    which = np.fromiter(map(places.__getitem__, chain.from_iterable(part)), dtype=np.int64)
    counts = np.array([len(mine) for mine in part], dtype=np.int64)
    order = which.argsort(kind="stable")
    found = np.bincount(which, minlength=len(places))
    return _Owners(
        np.append(0, found.cumsum()),
        np.arange(len(part)).repeat(counts)[order],
        counted_up(np.zeros_like(counts), counts)[order],
    )


def spelt_out(text: str, marks: Marks) -> Matches:
    """Find the patterns that are spelt out, whole or in halves, in a text in reading form."""
    words = _wordings()
    spaced = f" {text.translate(_SPACED)} "
    found = words.automaton.find_matches_as_indexes(spaced, overlapping=True)
    which, starts, ends = Matches.of(found)  # of wordings, for now
    ends = ends - 2 + words.starred[which]  # without the spaces around it
    inside = ends <= len(text)  # "against a *" wants a word after "against a"
    which, starts, ends = which[inside], starts[inside], ends[inside]
    starred = words.starred[which]
    ends = np.where(starred, marks.word_ends(ends), ends)
    # "data, breach" looks like "data breach" once signs are spaces.
    alike = count_between(marks.signs, starts, ends) == words.apostrophes[which]
    first = starts + words.first_apostrophes[which]
    alike &= (words.apostrophes[which] == 0) | (
        count_between(marks.apostrophes, first, first + 1) == 1
    )
    which, starts, ends = which[alike], starts[alike], ends[alike]

    def owned(owners: _Owners, places: Numbers, rows: Numbers) -> Wordings:
        return Wordings(owners.patterns[rows], starts[places], ends[places], owners.ranks[rows])

    whole = _first_ones(owned(words.whole, *words.whole.of(which)), words.numbers)
    left, right = words.left.of(which), words.right.of(which)
    near_left, near_right = side_by_side(
        (words.left.patterns[left[1]], ends[left[0]]),
        (words.right.patterns[right[1]], starts[right[0]]),
        len(words.halved),
    )
    joined = join(
        owned(words.left, left[0][near_left], left[1][near_left]),
        owned(words.right, right[0][near_right], right[1][near_right]),
        marks,
        words.between,
    )
    return whole.and_those(_first_ones(joined, words.halved))


def _first_ones(found: Wordings, numbers: Numbers) -> Matches:
    """Leave out what overlaps an earlier match of its pattern; give the patterns' numbers."""
    found = take(found, np.lexsort((found.ranks, found.starts, found.patterns)))
    found = take(found, without_overlaps(found.patterns, found.starts, found.ends))
    return Matches(numbers[found.patterns], found.starts, found.ends)
