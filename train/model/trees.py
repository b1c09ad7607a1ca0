"""Trees: what LightGBM's text says of each, as numbers to reckon with.

A tree asks questions of a row ("is this number at most t", "is this category one of these"); each
answer sends it left or right, until it lies in a leaf.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from train.model.calibration import Floats

_CATEGORICAL, _DEFAULT_LEFT, _MISSING_ZERO, _MISSING_NAN = 1, 2, 4, 8
"""Bits of LightGBM's `decision_type`."""


class Unsuited(ValueError):
    """A tree that cannot be read here, though LightGBM can use it."""


class Question(NamedTuple):
    """A row goes left if its number is at most the threshold, or its code among the categories."""

    feature: int
    threshold: float
    categories: tuple[int, ...] | None
    left_if_missing: bool


class Tree(NamedTuple):
    """A tree of k questions and k + 1 leaves.

    Attributes
    ----------
    values
        (leaves,): what each adds to the log-odds.
    turns
        (leaves, k): where a leaf lies as seen from a question: 1 left, -1 right, 0 not below it.
    fractions
        (leaves, k): the part of a question's training rows that went the leaf's way, 1 where the
        leaf is not below it.
    """

    questions: tuple[Question, ...]
    values: Floats
    turns: npt.NDArray[np.int8]
    fractions: Floats

    @property
    def features(self) -> list[int]:
        """The features asked about, each once."""
        return list(dict.fromkeys(question.feature for question in self.questions))


class Trees(NamedTuple):
    """n trees side by side, as if each had k questions and k + 1 leaves.

    Attributes
    ----------
    values, turns, fractions
        (n, leaves), (n, leaves, k), (n, leaves, k): see `Tree`. Below a question that a tree does
        not have lies no leaf; a leaf that it does not have is worth nothing.
    asks
        (n, k): for each question, the place of its feature in `Tree.features`.
    """

    values: Floats
    turns: npt.NDArray[np.int8]
    fractions: Floats
    asks: npt.NDArray[np.intp]

    @classmethod
    def of(cls, trees: Sequence[Tree], k: int) -> "Trees":
        """Lay trees of at most k questions side by side."""
        values, turns = np.zeros((len(trees), k + 1)), np.zeros((len(trees), k + 1, k), np.int8)
        fractions, asks = np.ones(turns.shape), np.zeros((len(trees), k), dtype=np.intp)
        for place, tree in enumerate(trees):
            leaves, mine = tree.turns.shape
            values[place, :leaves] = tree.values
            turns[place, :leaves, :mine] = tree.turns
            fractions[place, :leaves, :mine] = tree.fractions
            features = tree.features
            asks[place, :mine] = [features.index(question.feature) for question in tree.questions]
        return cls(values, turns, fractions, asks)

    def some(self, start: int, end: int) -> "Trees":
        """Return those from one on, up to another."""
        rows = slice(start, end)
        return Trees(self.values[rows], self.turns[rows], self.fractions[rows], self.asks[rows])


def read_tree(text: str) -> Tree:
    """Read a tree from LightGBM's text of it.

    Raises
    ------
    Unsuited
        If it treats missing values, or its leaves, in a way that is not known here.
    ValueError
        If the text is damaged.
    """
    fields = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    try:
        if fields.get("is_linear", "0") != "0":
            raise Unsuited("a tree has linear models in its leaves")
        values = np.array(fields["leaf_value"].split(), dtype=float)
        k = len(values) - 1
        turns, fractions = np.zeros((k + 1, k), dtype=np.int8), np.ones((k + 1, k))
        for leaf, path in _paths(fields) if k else ():
            for question, turn, fraction in path:
                turns[leaf, question], fractions[leaf, question] = turn, fraction
        return Tree(tuple(_questions(fields)) if k else (), values, turns, fractions)
    except (KeyError, IndexError, ZeroDivisionError) as error:
        raise ValueError(f"the text of a tree is damaged: {error!r}") from None


Path = tuple[tuple[int, int, float], ...]
"""The questions on the way to a leaf, each with the turn taken and the part of rows taking it."""


def _paths(fields: dict[str, str]) -> Iterator[tuple[int, Path]]:
    children = ((1, _integers(fields["left_child"])), (-1, _integers(fields["right_child"])))
    rows, in_leaves = _integers(fields["internal_count"]), _integers(fields["leaf_count"])
    waiting: list[tuple[int, Path]] = [(0, ())]
    while waiting:
        node, path = waiting.pop()
        if len(path) > len(rows):
            raise ValueError("a tree whose branches go round in a circle")
        if node < 0:  # LightGBM numbers leaves downwards from -1
            yield ~node, path
            continue
        for turn, child_of in children:
            child = child_of[node]
            count = rows[child] if child >= 0 else in_leaves[~child]
            waiting.append((child, (*path, (node, turn, count / rows[node]))))


def _questions(fields: dict[str, str]) -> Iterator[Question]:
    words = _integers(fields.get("cat_threshold", ""))
    bounds = list(pairwise(_integers(fields.get("cat_boundaries", ""))))
    asked = zip(
        _integers(fields["split_feature"]),
        map(float, fields["threshold"].split()),
        _integers(fields["decision_type"]),
        strict=True,
    )
    for feature, threshold, kind in asked:
        if kind & _CATEGORICAL:
            first, last = bounds[int(threshold)]
            yield Question(feature, 0.0, tuple(_set_bits(words[first:last])), False)
        elif kind & _MISSING_ZERO:
            raise Unsuited("a tree takes 0 for a missing value")
        elif kind & _MISSING_NAN:
            yield Question(feature, threshold, None, bool(kind & _DEFAULT_LEFT))
        else:  # no value was missing in training: LightGBM takes 0 for one that is
            yield Question(feature, threshold, None, threshold >= 0)


def _set_bits(words: list[int]) -> Iterator[int]:
    for place, word in enumerate(words):
        if word < 0:
            raise ValueError(f"a set of categories with {word}")
        while word:
            yield 32 * place + (word & -word).bit_length() - 1
            word &= word - 1


def _integers(text: str) -> list[int]:
    return list(map(int, text.split()))
