"""The forest: the trees of all bags of an ensemble, evaluated together.

A bag's score is the sum of its own trees' leaves; SHAP values, which add up over trees, are those
of the mean over bags. Small trees are tabulated (`train.model.tree_tables`). Larger ones are merged
into one booster, since twenty separate `predict` calls cost more in overhead than in work.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from data.arrays import Floats
from train.model.damage import Misfit, refuse
from train.model.file_schema import MAX_SIZE
from train.model.tree_parsing import (
    UnsupportedTree,
    check_tree,
    leaf_values,
    n_features,
    parse_tree,
    tree_texts,
)
from train.model.tree_tables import MAX_SPLITS, LeafIndices, TreeTables

if TYPE_CHECKING:
    from pathlib import Path

    import lightgbm as lgb

MIN_ROWS_FOR_THREADS = 256
"""With fewer rows, starting LightGBM's threads takes a hundred times as long as the work."""
ROWS_PER_BATCH = 5_000
"""Rows whose leaf indices are held at a time, some 200 MB."""


class Forest:
    """The trees of some bags.

    Parameters
    ----------
    texts
        LightGBM boosters fitted on the same columns, each as LightGBM's text.
    folder
        The folder of the texts, for messages.

    Raises
    ------
    ValueError
        If a text is not a booster's, trees are missing, or a leaf has no usable value. What else
        is damaged is found when a tree is first needed.
    """

    def __init__(self, texts: Sequence[str], folder: "Path | None" = None) -> None:
        self.texts, self._folder = tuple(texts), folder
        trees_of_bags = [tree_texts(text) for text in texts]
        trees = [tree for trees_of_bag in trees_of_bags for tree in trees_of_bag]
        values = [leaf_values(tree) for tree in trees]
        self.max_leaves = max(map(len, values))
        self._leaf_values = np.concatenate(values)
        if not (np.abs(self._leaf_values) <= MAX_SIZE).all():
            raise Misfit("leaves without a usable value")
        self._offsets = np.cumsum([0, *(len(of_tree) for of_tree in values[:-1])])
        self._bag_starts = np.cumsum([0, *(len(of_bag) for of_bag in trees_of_bags[:-1])])

    @cached_property
    def _trees(self) -> "TreeTables | _MergedBooster":
        """The trees, parsed when first needed: an answer needs one of the three ensembles.

        Raises
        ------
        UnusableModel
            If they are damaged.
        """
        try:
            return self._parse()
        except (ArithmeticError, LookupError, ValueError) as error:
            if self._folder is None:
                raise
            refuse(self._folder.parent, self._folder.name, error)

    def _parse(self) -> "TreeTables | _MergedBooster":
        trees = [tree for text in self.texts for tree in tree_texts(text)]
        n = n_features(self.texts[0])
        try:
            if self.max_leaves - 1 <= MAX_SPLITS:
                return TreeTables([parse_tree(tree) for tree in trees], n)
        except UnsupportedTree:
            pass
        for tree in trees:
            check_tree(tree, n)  # LightGBM would follow a branch to wherever it leads
        return _MergedBooster(trees, self.texts[0])

    @classmethod
    def from_boosters(cls, boosters: "Sequence[lgb.Booster]") -> "Forest":
        """Return the forest of some boosters."""
        return cls([booster.model_to_string() for booster in boosters])

    def leaf_indices(self, matrix: Floats) -> LeafIndices:
        """Return the (n, trees) leaves that rows of (n, columns) reach, bag after bag."""
        return self._trees.leaf_indices(matrix)

    def leaf_scores(self, leaves: LeafIndices) -> Floats:
        """Return the (n, bags) raw log-odds of rows that reach these leaves."""
        values = self._leaf_values[self._offsets + leaves]
        return np.asarray(np.add.reduceat(values, self._bag_starts, axis=1), dtype=float)

    def raw_scores(self, matrix: Floats) -> Floats:
        """Return the (n, bags) raw log-odds of rows, some rows at a time to bound memory."""
        batches = [
            self.leaf_scores(self.leaf_indices(matrix[start : start + ROWS_PER_BATCH]))
            for start in range(0, len(matrix), ROWS_PER_BATCH)
        ]
        return np.vstack(batches) if batches else np.empty((0, len(self.texts)))

    def shap_values(self, matrix: Floats) -> Floats:
        """Return (n, columns + 1): SHAP values of the bags' mean score, then its expected value.

        References
        ----------
        Lundberg et al. (2020), Nature Machine Intelligence 2:56-67 (TreeSHAP).
        """
        return self._trees.shap_values(matrix) / len(self.texts)


class _MergedBooster:
    """Trees of any size, as one booster of LightGBM.

    Parameters
    ----------
    trees
        The text of each tree.
    booster
        The text of a booster on the same columns, whose header serves for the merged one.
    """

    def __init__(self, trees: Sequence[str], booster: str) -> None:
        import lightgbm as lgb  # most of a second to import, and tabulated trees do without

        blocks = [
            re.sub(r"^Tree=\d+", f"Tree={index}", tree) + "\n\n" for index, tree in enumerate(trees)
        ]
        header = booster[: booster.index("tree_sizes=")]
        sizes = " ".join(str(len(block)) for block in blocks)
        merged = f"{header}tree_sizes={sizes}\n\n{''.join(blocks)}end of trees\n"
        try:
            self._booster = lgb.Booster(model_str=merged)
        except lgb.basic.LightGBMError as error:
            raise ValueError(f"a booster's text that LightGBM cannot read: {error}") from None

    def leaf_indices(self, matrix: Floats) -> LeafIndices:
        leaves = self._booster.predict(matrix, pred_leaf=True, num_threads=_n_threads(matrix))
        return np.asarray(leaves, dtype=np.intp).reshape(len(matrix), -1)

    def shap_values(self, matrix: Floats) -> Floats:
        values = self._booster.predict(matrix, pred_contrib=True, num_threads=_n_threads(matrix))
        return np.asarray(values, dtype=float).reshape(len(matrix), -1)


def _n_threads(matrix: Floats) -> int:
    return 1 if len(matrix) < MIN_ROWS_FOR_THREADS else 0
