"""Tables of small trees: a row's leaf and its TreeSHAP shares, looked up.

A tree of k questions learns of a row only which of them are answered with yes: 2^k patterns at
most. Leaf and shares of each pattern are worked out once; after that a row costs a few lookups a
tree, where TreeSHAP walks every tree anew.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from train.model.calibration import Floats
from train.model.shapley import shapley_values
from train.model.trees import Question, Tree, Trees, Unsuited

Leaves = npt.NDArray[np.intp]
"""(n, trees): the numbers of the leaves that rows fall into, bag after bag."""
MOST_QUESTIONS = 5
"""Questions of a tree up to which it is tabulated: with each, the work grows fourfold."""
_ROWS = 64
"""Rows looked up together: their numbers stay in the processor's cache."""
_TREES = 128
"""Trees whose shares are worked out together."""


class Tables:
    """Some trees, tabulated.

    Parameters
    ----------
    trees
        In the order in which their leaves are told.
    n_features
        How many columns a row has.

    Raises
    ------
    Unsuited
        If a tree asks too many questions.
    ValueError
        If a tree asks for a column that rows do not have.
    """

    def __init__(self, trees: Sequence[Tree], n_features: int) -> None:
        self._trees, self._n_features = trees, n_features
        self._k = max(len(tree.questions) for tree in trees)
        if self._k > MOST_QUESTIONS:
            raise Unsuited(f"a tree asks {self._k} questions")
        self._asked, different = _numbered(trees, self._k)
        if not all(0 <= question.feature < n_features for question in different):
            raise ValueError(f"a tree that asks for other columns than the {n_features} there are")
        self._questions = _Questions.of(different)
        self._starts = np.arange(len(trees), dtype=np.intp) << self._k
        self._laid = Trees.of(trees, self._k)
        self._leaf_of = _leaf_of(self._laid)

    def leaves(self, matrix: Floats) -> Leaves:
        """Return the (n, trees) numbers of the leaves that rows fall into."""
        found = np.empty((len(matrix), len(self._trees)), dtype=np.intp)
        for rows, patterns in self._patterns(matrix):
            found[rows] = self._leaf_of[self._starts + patterns]
        return found

    def shares(self, matrix: Floats) -> Floats:
        """Return (n, columns + 1): each column's share summed over the trees, then their base."""
        table = self._share_table
        found = np.zeros((len(matrix), self._n_features + 1))
        found[:, -1] = table.base
        if len(table.features):
            for rows, patterns in self._patterns(matrix):
                values = table.values[table.starts + patterns.take(table.trees, axis=1)]
                found[rows, table.features] = np.add.reduceat(values, table.firsts, axis=1)
        return found

    def _patterns(self, matrix: Floats) -> Iterator[tuple[slice, npt.NDArray[np.uint8]]]:
        """Yield some rows at a time, with the (n, trees) patterns of their answers."""
        for start in range(0, len(matrix), _ROWS):
            rows = slice(start, start + _ROWS)
            yes = self._questions.answered(matrix[rows])
            patterns = np.zeros((len(self._trees), yes.shape[1]), dtype=np.uint8)
            for bit, asked in enumerate(self._asked):
                patterns |= yes[asked] << np.uint8(bit)
            yield rows, np.ascontiguousarray(patterns.T)  # what follows goes along the rows

    @cached_property
    def _share_table(self) -> "_Shares":
        return _Shares.of(self._trees, self._laid)


def _numbered(trees: Sequence[Tree], k: int) -> tuple[npt.NDArray[np.intp], list[Question]]:
    """Return which of the different questions each tree asks, (k, trees), and the questions."""
    places: dict[Question, int] = {}
    asked = np.zeros((k, len(trees)), dtype=np.intp)
    for place, tree in enumerate(trees):
        for number, question in enumerate(tree.questions):
            asked[number, place] = places.setdefault(question, len(places))
    return asked, list(places)


def _leaf_of(trees: Trees) -> npt.NDArray[np.intp]:
    """Return the leaf of each pattern of answers, tree by tree."""
    k = trees.asks.shape[1]
    sides = 2 * (np.arange(1 << k)[:, None] >> np.arange(k) & 1) - 1
    turns = trees.turns[:, None]
    met = (turns == 0) | (turns == sides[:, None, :])
    # Leaves that a tree does not have lie below no question, and come after those it has.
    return np.asarray(met.all(axis=3).argmax(axis=2).ravel(), dtype=np.intp)


class _Questions(NamedTuple):
    """The different questions of all trees.

    Those at the places `of_categories` ask for codes: `chosen` (such, codes) has a column for each
    code, and a last one, of which none is true, for any other.
    """

    features: npt.NDArray[np.intp]
    thresholds: Floats
    left_if_missing: npt.NDArray[np.bool_]
    of_categories: npt.NDArray[np.intp]
    chosen: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, questions: Sequence[Question]) -> "_Questions":
        sets = {n: q.categories for n, q in enumerate(questions) if q.categories is not None}
        codes = 1 + max((code for categories in sets.values() for code in categories), default=0)
        chosen = np.zeros((len(sets), codes + 1), dtype=bool)
        for row, categories in enumerate(sets.values()):
            chosen[row, list(categories)] = True
        return cls(
            np.array([question.feature for question in questions], dtype=np.intp),
            np.array([question.threshold for question in questions], dtype=float),
            np.array([question.left_if_missing for question in questions], dtype=bool),
            np.array(list(sets), dtype=np.intp),
            chosen,
        )

    def answered(self, matrix: Floats) -> npt.NDArray[np.uint8]:
        """Return (questions, n): 1 where a row goes left."""
        shown = np.ascontiguousarray(matrix.T)[self.features]
        missing = np.isnan(shown)
        yes = shown <= self.thresholds[:, None]
        np.copyto(yes, self.left_if_missing[:, None], where=missing)
        other = self.chosen.shape[1] - 1
        codes = np.where(missing, other, shown)[self.of_categories].astype(np.intp)
        codes[(codes < 0) | (codes > other)] = other
        yes[self.of_categories] = np.take_along_axis(self.chosen, codes, axis=1)
        return yes.view(np.uint8)


class _Shares(NamedTuple):
    """The shares of each feature of each tree, feature by feature.

    `values[starts + pattern]` are those in the `trees`; `firsts` are the places where each of the
    `features` begins; `base` is the trees' expected value.
    """

    values: Floats
    starts: npt.NDArray[np.intp]
    trees: npt.NDArray[np.intp]
    firsts: npt.NDArray[np.intp]
    features: npt.NDArray[np.intp]
    base: float

    @classmethod
    def of(cls, trees: Sequence[Tree], laid: Trees) -> "_Shares":
        k = laid.asks.shape[1]
        starts = range(0, len(trees), _TREES)
        worked = [shapley_values(laid.some(start, start + _TREES)) for start in starts]
        values = np.concatenate([shares for shares, _ in worked]).reshape(-1, 1 << k)
        # What each row of values is of; -1 stands for features that a tree does not have.
        padded = [(*tree.features, *[-1] * k)[:k] for tree in trees]
        of_feature = np.array(padded, dtype=np.intp).ravel()
        of_tree = np.arange(len(trees), dtype=np.intp).repeat(k)
        order = np.argsort(of_feature, kind="stable")
        order = order[of_feature[order] >= 0]
        features, firsts = np.unique(of_feature[order], return_index=True)
        return cls(
            values[order].ravel(),
            np.arange(len(order), dtype=np.intp) << k,
            of_tree[order],
            firsts,
            features,
            float(sum(bases.sum() for _, bases in worked)),
        )
