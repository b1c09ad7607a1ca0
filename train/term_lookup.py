"""Term lookup: which columns of a vocabulary the papers of many motions fill.

Words are numbers here, and pairs of neighbouring words numbers again: making the names of all pairs
would take longer than all else.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.hits import Hit

Integers = npt.NDArray[np.int64]
Placed = tuple[str, int]
"""A term's name and its column."""
_NO_WORD = -1
"""A word that no term holds, and the end of a paper."""


class TermLookup(NamedTuple):
    """The columns of a vocabulary.

    Attributes
    ----------
    numbers
        The number of each word that a term holds.
    singles
        The column of each word alone, -1 where it is no term; the last is for `_NO_WORD`.
    pairs, pair_columns
        Each pair of words as a number, in order, and its column.
    phrases
        The column of each phrase, by field, value and whether it is denied.
    """

    numbers: dict[str, int]
    singles: Integers
    pairs: Integers
    pair_columns: Integers
    phrases: dict[tuple[str, str, bool], int]

    @classmethod
    def of(
        cls, words: Iterable[tuple[str, int]], phrases: Iterable[tuple[str, int]]
    ) -> "TermLookup":
        """Return the lookup of some terms.

        Parameters
        ----------
        words
            Words, and pairs of them with a space between.
        phrases
            Their names as `name_of_phrase` gives them.
        """
        numbers: dict[str, int] = {}
        alone, firsts, seconds, columns = [], [], [], []
        for name, column in words:
            first, _, second = name.partition(" ")
            number = numbers.setdefault(first, len(numbers))
            if second:
                firsts.append(number)
                seconds.append(numbers.setdefault(second, len(numbers)))
                columns.append(column)
            else:
                alone.append((number, column))
        singles = np.full(len(numbers) + 1, -1, dtype=np.int64)
        for number, column in alone:
            singles[number] = column
        codes = _array(firsts) * len(singles) + _array(seconds)
        order = np.argsort(codes)
        named = {_parts_of_phrase(name): column for name, column in phrases}
        return cls(numbers, singles, codes[order], _array(columns)[order], named)

    def words_in(self, papers: Sequence[Sequence[Sequence[str]]]) -> tuple[Integers, Integers]:
        """Return the motion and column of each word and pair in the words of n motions' papers."""
        read: list[int] = []
        ends = []
        for motion in papers:
            for words in motion:
                read += map(self.numbers.get, words, repeat(_NO_WORD))
                read.append(_NO_WORD)
            ends.append(len(read))
        found = _array(read)
        motions = np.arange(len(papers)).repeat(np.diff([0, *ends]))
        singles = self.singles[found]
        alone = singles >= 0
        together = np.flatnonzero((found[:-1] >= 0) & (found[1:] >= 0))
        codes = found[together] * len(self.singles) + found[together + 1]
        places = self.pairs.searchsorted(codes)
        known = places < len(self.pairs)
        known[known] = self.pairs[places[known]] == codes[known]
        return (
            np.concatenate([motions[alone], motions[together[known]]]),
            np.concatenate([singles[alone], self.pair_columns[places[known]]]),
        )

    def phrases_in(self, hits: Sequence[Sequence[Hit]]) -> tuple[Integers, Integers]:
        """Return the motion and column of each phrase of n motions."""
        get = self.phrases.get
        read = [get((hit.field, hit.value, hit.negated), -1) for mine in hits for hit in mine]
        columns = _array(read)
        motions = np.arange(len(hits)).repeat([len(mine) for mine in hits])
        return motions[columns >= 0], columns[columns >= 0]


def name_of_phrase(hit: Hit) -> str:
    """Return the name of the term that a phrase is."""
    return f"{'not ' if hit.negated else ''}{hit.field}.{hit.value}"


def _parts_of_phrase(name: str) -> tuple[str, str, bool]:
    field, value = name.removeprefix("not ").split(".", 1)
    return field, value, name.startswith("not ")


def _array(numbers: Sequence[int]) -> Integers:
    return np.array(numbers, dtype=np.int64)
