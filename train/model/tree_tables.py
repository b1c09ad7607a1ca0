"""Tabulated trees: leaf and TreeSHAP values of a row, looked up instead of computed.

A tree of k splits depends on a row only through the splits at which it goes left: 2^k patterns at
most. Leaf and SHAP values of every pattern are computed once; a row then costs a few lookups per
tree, where TreeSHAP walks each tree anew.

References
----------
Lundberg et al. (2020), Nature Machine Intelligence 2:56-67 (TreeSHAP).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import factorial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from data.arrays import Flags, Floats, Rows
from train.model.tree_parsing import Split, Tree, UnsupportedTree

LeafIndices = Rows
"""(n, trees): the index of the leaf that each row reaches in each tree, bag after bag."""
MAX_SPLITS = 5
"""Splits up to which a tree is tabulated: each one more makes the tables four times the work."""
_ROWS_PER_BLOCK = 64
"""Rows looked up together: their patterns stay in the processor's cache."""
_TREES_PER_BLOCK = 128
"""Trees whose SHAP values are computed together, to bound memory."""
_MAX_ALONE = 10
"""Rows explained one at a time before their table is made, which takes as long as ten of them."""
_NO_FEATURE = -1
_Patterns = tuple[slice, npt.NDArray[np.uint8]]
"""A block of rows, and their (n, trees) patterns."""


class TreeTables:
    """Some trees, tabulated.

    Parameters
    ----------
    trees
        In the order of the columns of `leaf_indices`.
    n_features
        How many columns a row has.

    Raises
    ------
    UnsupportedTree
        If a tree has more than `MAX_SPLITS` splits.
    ValueError
        If a tree splits on a column that rows do not have.
    """

    def __init__(self, trees: Sequence[Tree], n_features: int) -> None:
        self._trees, self._n_features = trees, n_features
        k = max(len(tree.splits) for tree in trees)
        if k > MAX_SPLITS:
            raise UnsupportedTree(f"a tree has {k} splits; at most {MAX_SPLITS} are tabulated")
        # Bags share many splits: each distinct one is evaluated once per row.
        splits = list(dict.fromkeys(split for tree in trees for split in tree.splits))
        if not all(0 <= split.feature < n_features for split in splits):
            raise ValueError(f"a tree splits on other columns than the {n_features} there are")
        self._splits = _SplitTests.of(splits)
        index_of = {split: index for index, split in enumerate(splits)}
        self._split_index = np.zeros((k, len(trees)), dtype=np.intp)
        for column, tree in enumerate(trees):
            self._split_index[: len(tree.splits), column] = [index_of[s] for s in tree.splits]
        self._padded = PaddedTrees.of(trees, k)
        self._leaf_table = _leaf_table(self._padded)
        self._table_starts = np.arange(len(trees), dtype=np.intp) << k
        self._n_alone = 0

    def leaf_indices(self, matrix: Floats) -> LeafIndices:
        """Return the (n, trees) leaves that rows of (n, columns) reach."""
        leaves = np.empty((len(matrix), len(self._trees)), dtype=np.intp)
        for rows, patterns in self._patterns(matrix):
            leaves[rows] = self._leaf_table[self._table_starts + patterns]
        return leaves

    def shap_values(self, matrix: Floats) -> Floats:
        """Return (n, columns + 1): SHAP values summed over the trees, then their expected value."""
        has_table = "_shap_table" in self.__dict__
        if len(matrix) == 1 and not has_table and self._n_alone < _MAX_ALONE:
            self._n_alone += 1
            ((_, patterns),) = self._patterns(matrix)
            table = _ShapTable.of(self._trees, self._padded, patterns.T)
            return self._look_up(table, len(matrix), [(slice(0, 1), np.zeros_like(patterns))])
        return self._look_up(self._shap_table, len(matrix), self._patterns(matrix))

    def _look_up(self, table: "_ShapTable", n: int, blocks: "Iterable[_Patterns]") -> Floats:
        values = np.zeros((n, self._n_features + 1))
        values[:, -1] = table.expected_value
        if len(table.features):
            for rows, patterns in blocks:
                per_tree = table.values[table.starts + patterns.take(table.trees, axis=1)]
                values[rows, table.features] = np.add.reduceat(per_tree, table.firsts, axis=1)
        return values

    def _patterns(self, matrix: Floats) -> "Iterator[_Patterns]":
        """Yield blocks of rows with their (n, trees) patterns (bit i set: split i goes left)."""
        for start in range(0, len(matrix), _ROWS_PER_BLOCK):
            rows = slice(start, start + _ROWS_PER_BLOCK)
            goes_left = self._splits.goes_left(matrix[rows])
            patterns = np.zeros((len(self._trees), goes_left.shape[1]), dtype=np.uint8)
            for bit, split_index in enumerate(self._split_index):
                patterns |= goes_left[split_index] << np.uint8(bit)
            yield rows, np.ascontiguousarray(patterns.T)  # the lookups go row by row

    @cached_property
    def _shap_table(self) -> "_ShapTable":
        return _ShapTable.of(self._trees, self._padded)


class PaddedTrees(NamedTuple):
    """n trees as arrays of one shape, each padded to k splits and k + 1 leaves.

    Attributes
    ----------
    leaf_values, directions, cover
        (n, leaves), (n, leaves, k), (n, leaves, k): see `Tree`. A padded split is on no path; a
        padded leaf has the value 0.
    split_feature
        (n, k): for each split, the index of its feature in `Tree.features`.
    """

    leaf_values: Floats
    directions: npt.NDArray[np.int8]
    cover: Floats
    split_feature: Rows

    @classmethod
    def of(cls, trees: Sequence[Tree], k: int) -> "PaddedTrees":
        """Pad trees of at most k splits."""
        n = len(trees)
        padded = cls(
            np.zeros((n, k + 1)),
            np.zeros((n, k + 1, k), dtype=np.int8),
            np.ones((n, k + 1, k)),
            np.zeros((n, k), dtype=np.intp),
        )
        for index, tree in enumerate(trees):
            n_leaves, n_splits = tree.directions.shape
            padded.leaf_values[index, :n_leaves] = tree.leaf_values
            padded.directions[index, :n_leaves, :n_splits] = tree.directions
            padded.cover[index, :n_leaves, :n_splits] = tree.cover
            features = tree.features
            padded.split_feature[index, :n_splits] = [
                features.index(split.feature) for split in tree.splits
            ]
        return padded

    def block(self, start: int, end: int) -> "PaddedTrees":
        """Return the trees from `start` up to `end`."""
        rows = slice(start, end)
        return PaddedTrees(
            self.leaf_values[rows],
            self.directions[rows],
            self.cover[rows],
            self.split_feature[rows],
        )


def shapley_values(
    trees: PaddedTrees, patterns: npt.NDArray[np.integer] | None = None
) -> tuple[Floats, Floats]:
    """Compute SHAP values of every tree for some patterns.

    The game whose Shapley values these are (Shapley 1953, A value for n-person games): where some
    features of a row are known, a tree is worth the mean of its leaves, weighted by training cover
    at the splits on unknown features.

    Parameters
    ----------
    trees
        Trees of k splits.
    patterns
        (trees, p) patterns: bit i is set if split i goes left. None for all 2^k of each tree.

    Returns
    -------
    values
        (trees, k, p): for each feature of a tree (in the order of `Tree.features`; zeros beyond
        the last) its SHAP value in rows of each pattern.
    expected_values
        (trees,): a tree's mean over the training rows. Prediction = expected value + SHAP values.
    """
    leaf_values, directions, cover, split_feature = trees
    n, k = split_feature.shape
    subsets = np.arange(1 << k)  # read as patterns (of splits), and as coalitions (of features)
    rows = np.broadcast_to(subsets, (n, 1 << k)) if patterns is None else patterns.astype(np.intp)
    # (trees, coalitions, leaves, patterns), summed over leaves below
    worth = np.broadcast_to(leaf_values[:, None, :, None], (n, 1 << k, k + 1, rows.shape[1]))
    for split in range(k):
        direction, goes_left = directions[:, :, split, None], (rows >> split & 1)[:, None]
        reached = np.where(direction == 0, 1.0, np.where(direction == 1, goes_left, 1 - goes_left))
        known = subsets >> split_feature[:, split, None] & 1 == 1
        share = cover[:, None, :, split, None]
        worth = worth * np.where(known[:, :, None, None], reached[:, None], share)
    worth = worth.sum(axis=2)
    values = np.zeros((n, k, rows.shape[1]))
    for feature in range(k):
        for others in subsets[subsets >> feature & 1 == 0].tolist():
            size = others.bit_count()
            weight = factorial(size) * factorial(k - size - 1) / factorial(k)
            values[:, feature] += weight * (worth[:, others | 1 << feature] - worth[:, others])
    return values, worth[:, 0, 0]


def _leaf_table(trees: PaddedTrees) -> Rows:
    """Return the leaf of each pattern, tree by tree: (trees * 2^k,)."""
    k = trees.split_feature.shape[1]
    taken = 2 * (np.arange(1 << k)[:, None] >> np.arange(k) & 1) - 1  # 1 left, -1 right
    directions = trees.directions[:, None]
    reached = ((directions == 0) | (directions == taken[:, None, :])).all(axis=3)
    # A padded leaf is reached by every pattern, but comes after the tree's own leaves.
    return np.asarray(reached.argmax(axis=2).ravel(), dtype=np.intp)


class _SplitTests(NamedTuple):
    """Distinct splits, evaluated together.

    Those at the indices `categorical` test category codes: `in_set` (categorical, codes) has a
    column per code, and a last column, always False, for any other code.
    """

    features: Rows
    thresholds: Floats
    left_if_missing: Flags
    categorical: Rows
    in_set: Flags

    @classmethod
    def of(cls, splits: Sequence[Split]) -> "_SplitTests":
        sets = {i: s.categories for i, s in enumerate(splits) if s.categories is not None}
        n_codes = 1 + max((code for codes in sets.values() for code in codes), default=0)
        in_set = np.zeros((len(sets), n_codes + 1), dtype=bool)
        for row, codes in enumerate(sets.values()):
            in_set[row, list(codes)] = True
        return cls(
            np.array([split.feature for split in splits], dtype=np.intp),
            np.array([split.threshold for split in splits], dtype=float),
            np.array([split.left_if_missing for split in splits], dtype=bool),
            np.array(list(sets), dtype=np.intp),
            in_set,
        )

    def goes_left(self, matrix: Floats) -> npt.NDArray[np.uint8]:
        """Return (splits, n): 1 where a row goes left."""
        values = np.ascontiguousarray(matrix.T)[self.features]
        missing = np.isnan(values)
        left = values <= self.thresholds[:, None]
        np.copyto(left, self.left_if_missing[:, None], where=missing)
        other = self.in_set.shape[1] - 1
        codes = np.where(missing, other, values)[self.categorical].astype(np.intp)
        codes[(codes < 0) | (codes > other)] = other
        left[self.categorical] = np.take_along_axis(self.in_set, codes, axis=1)
        return left.view(np.uint8)


class _ShapTable(NamedTuple):
    """SHAP values of all trees, sorted by feature so that one `reduceat` sums them.

    Entry j is one feature of tree `trees[j]`; its values are `values[starts[j] + pattern]`, for
    the index of a pattern among those that were tabulated. `firsts` are the entries at which each
    of `features` begins.
    """

    values: Floats
    starts: Rows
    trees: Rows
    firsts: Rows
    features: Rows
    expected_value: float

    @classmethod
    def of(
        cls,
        trees: Sequence[Tree],
        padded: PaddedTrees,
        patterns: npt.NDArray[np.uint8] | None = None,
    ) -> "_ShapTable":
        """Tabulate (trees, p) patterns, or all of them."""
        k = padded.split_feature.shape[1]
        width = 1 << k if patterns is None else patterns.shape[1]
        of_blocks = [slice(i, i + _TREES_PER_BLOCK) for i in range(0, len(trees), _TREES_PER_BLOCK)]
        blocks = [
            shapley_values(
                padded.block(rows.start, rows.stop), None if patterns is None else patterns[rows]
            )
            for rows in of_blocks
        ]
        values = np.concatenate([block for block, _ in blocks]).reshape(-1, width)
        padded_features = [(*tree.features, *[_NO_FEATURE] * k)[:k] for tree in trees]
        feature_of = np.array(padded_features, dtype=np.intp).ravel()
        tree_of = np.arange(len(trees), dtype=np.intp).repeat(k)
        order = np.argsort(feature_of, kind="stable")
        order = order[feature_of[order] != _NO_FEATURE]
        features, firsts = np.unique(feature_of[order], return_index=True)
        return cls(
            values[order].ravel(),
            np.arange(len(order), dtype=np.intp) * width,
            tree_of[order],
            firsts,
            features,
            float(sum(expected.sum() for _, expected in blocks)),
        )
