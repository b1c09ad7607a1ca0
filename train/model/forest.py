"""The forest: the trees of all bags of an ensemble, which are looked at together.

A bag's score is the sum of its own trees' leaves; TreeSHAP shares, which add up over trees, are
those of the mean of the bags. Small trees are tabulated (`train.model.tree_tables`); larger ones are put into
one booster, since twenty asked one after the other take longer to call than to run.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from train.model.calibration import Floats
from train.model.tree_tables import Leaves, Tables
from train.model.trees import Unsuited, read_tree

if TYPE_CHECKING:
    import lightgbm as lgb

MANY_ROWS = 256
"""Rows from which threads are worth starting: for few, that takes a hundred times the work."""
_HEAD = "tree\nversion="
_TREE = re.compile(r"^Tree=\d+\n(?:.+\n)+", re.MULTILINE)
_SIZES = re.compile(r"^tree_sizes=(.+)$", re.MULTILINE)
_LAST_FEATURE = re.compile(r"^max_feature_idx=(\d+)$", re.MULTILINE)
_LEAVES = re.compile(r"^leaf_value=(.+)$", re.MULTILINE)


class Forest:
    """The trees of some bags.

    Parameters
    ----------
    texts
        LightGBM boosters fitted on the same columns, each as LightGBM's text.

    Raises
    ------
    ValueError
        If a text is no booster's, or not whole.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
        trees = [_trees_of(text) for text in texts]
        flat = [tree for mine in trees for tree in mine]
        values = [np.array(_leaf_values(tree)) for tree in flat]
        self._values = np.concatenate(values)
        self._offsets = np.cumsum([0, *(len(mine) for mine in values[:-1])])
        self._firsts = np.cumsum([0, *(len(mine) for mine in trees[:-1])])
        self._together = _tables(flat, texts[0]) or _Merged(flat, texts[0])

    @classmethod
    def of(cls, bags: "Sequence[lgb.Booster]") -> "Forest":
        """Return the forest of some boosters."""
        return cls([bag.model_to_string() for bag in bags])

    @property
    def most_leaves(self) -> int:
        """How many leaves the largest tree has."""
        return int(np.diff([*self._offsets, len(self._values)]).max())

    def leaves(self, matrix: Floats) -> Leaves:
        """Return the (n, trees) numbers of the leaves that rows fall into, bag after bag."""
        return self._together.leaves(matrix)

    def scores(self, leaves: Leaves) -> Floats:
        """Return the (n, bags) raw log-odds of rows that fall into these leaves."""
        values = self._values[self._offsets + leaves]
        return np.asarray(np.add.reduceat(values, self._firsts, axis=1), dtype=float)

    def shares(self, matrix: Floats) -> Floats:
        """Return (n, columns + 1): each column's TreeSHAP share of the bags' mean, then the base.

        References
        ----------
        Lundberg et al. (2020), Nature Machine Intelligence 2:56-67 (TreeSHAP).
        """
        return self._together.shares(matrix) / len(self.texts)


class _Merged:
    """Trees of any size, as one booster of LightGBM.

    Parameters
    ----------
    trees
        Each as LightGBM's text gives it.
    text
        A booster on the same columns, whose head serves for the new one.
    """

    def __init__(self, trees: Sequence[str], text: str) -> None:
        import lightgbm as lgb  # most of a second to import, and small trees do without

        blocks = [
            re.sub(r"^Tree=\d+", f"Tree={place}", tree) + "\n\n" for place, tree in enumerate(trees)
        ]
        head, sizes = text[: text.index("tree_sizes=")], " ".join(str(len(b)) for b in blocks)
        whole = f"{head}tree_sizes={sizes}\n\n{''.join(blocks)}end of trees\n"
        try:
            self._booster = lgb.Booster(model_str=whole)
        except lgb.basic.LightGBMError as error:
            raise ValueError(f"a booster's text that LightGBM cannot read: {error}") from None

    def leaves(self, matrix: Floats) -> Leaves:
        found = self._booster.predict(matrix, pred_leaf=True, num_threads=_threads(matrix))
        return np.asarray(found, dtype=np.intp).reshape(len(matrix), -1)

    def shares(self, matrix: Floats) -> Floats:
        found = self._booster.predict(matrix, pred_contrib=True, num_threads=_threads(matrix))
        return np.asarray(found, dtype=float).reshape(len(matrix), -1)


def _trees_of(text: str) -> list[str]:
    trees = _TREE.findall(text)
    sizes = _SIZES.search(text)
    if not text.startswith(_HEAD) or sizes is None or not trees:
        raise ValueError("a booster's text without trees")
    if len(trees) != len(sizes[1].split()):
        raise ValueError(f"a booster's text with {len(trees)} of {len(sizes[1].split())} trees")
    return trees


def _tables(trees: Sequence[str], text: str) -> Tables | None:
    last = _LAST_FEATURE.search(text)
    if last is None:
        raise ValueError("a booster's text that does not say how many features it has")
    try:
        return Tables([read_tree(tree) for tree in trees], int(last[1]) + 1)
    except Unsuited:
        return None


def _leaf_values(tree: str) -> list[float]:
    found = _LEAVES.search(tree)
    if found is None:
        raise ValueError("a tree without leaf values")
    return [float(value) for value in found[1].split()]


def _threads(matrix: Floats) -> int:
    return 1 if len(matrix) < MANY_ROWS else 0
