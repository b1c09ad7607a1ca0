"""Term lookup: which columns of a vocabulary the papers of many motions fill.

Words are numbers here, and pairs of neighbouring words numbers again: making the names of all pairs
would take longer than all else.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.phrases.hits import Hit

Integers = npt.NDArray[np.int64]
_NO_WORD = -1
"""A word that no term holds, and the end of a paper."""
_NO_PAIR = np.iinfo(np.int64).max


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
        # The last is no pair of words: whatever is looked for has its place before it.
        codes = np.append(_array(firsts) * len(singles) + _array(seconds), _NO_PAIR)
        columns.append(-1)
        order = np.argsort(codes)
        named = {_parts_of_phrase(name): column for name, column in phrases}
        return cls(numbers, singles, codes[order], _array(columns)[order], named)

    def columns_in(
        self, read: Iterable[tuple[Iterable[Sequence[str]], Sequence[Hit]]]
    ) -> tuple[Integers, Integers]:
        """Return the motion and the column of each term of some motions, with repeats.

        Parameters
        ----------
        read
            For each motion the words of its papers, in order, and its phrases.
        """
        words: list[int] = []
        phrases: list[int] = []
        word_ends, phrase_ends = [0], [0]
        get = self.phrases.get
        for papers, hits in read:
            for paper in papers:
                words += map(self.numbers.get, paper, repeat(_NO_WORD))
                words.append(_NO_WORD)
            word_ends.append(len(words))
            phrases += [get((hit.field, hit.value, hit.negated), -1) for hit in hits]
            phrase_ends.append(len(phrases))
        alone, together = self._words(_array(words))
        columns = np.concatenate([alone, together, _array(phrases)])
        of_words, of_phrases = (_owners(ends) for ends in (word_ends, phrase_ends))
        motions = np.concatenate([of_words, of_words[:-1], of_phrases])
        return motions[columns >= 0], columns[columns >= 0]

    def _words(self, numbers: Integers) -> tuple[Integers, Integers]:
        """Return the columns of n words, and of each with the next; -1 where it is no term."""
        first, second = numbers[:-1], numbers[1:]
        codes = first * len(self.singles) + second
        places = self.pairs.searchsorted(codes)
        known = (first >= 0) & (second >= 0) & (self.pairs[places] == codes)
        return self.singles[numbers], np.where(known, self.pair_columns[places], -1)


def _owners(ends: Sequence[int]) -> Integers:
    """Return the number of the motion that each word or phrase is of."""
    return np.arange(len(ends) - 1).repeat(np.diff(ends))


def name_of_phrase(hit: Hit) -> str:
    """Return the name of the term that a phrase is."""
    return f"{'not ' if hit.negated else ''}{hit.field}.{hit.value}"


def _parts_of_phrase(name: str) -> tuple[str, str, bool]:
    field, value = name.removeprefix("not ").split(".", 1)
    return field, value, name.startswith("not ")


def _array(numbers: Sequence[int]) -> Integers:
    return np.array(numbers, dtype=np.int64)
