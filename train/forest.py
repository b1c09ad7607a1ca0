"""The forest: the trees of all bags of an ensemble, which LightGBM looks at in one call.

Twenty boosters asked one after the other take longer to call than to run. Put into one booster they
fall into the same leaves; a bag's score is the sum of its own trees' leaves, and TreeSHAP shares,
which add up over trees, are those of the mean of the bags.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from train.calibration import Floats

Leaves = npt.NDArray[np.intp]
"""(n, trees): the numbers of the leaves that rows fall into, bag after bag."""
MANY_ROWS = 256
"""Rows from which threads are worth starting: for few, that takes a hundred times the work."""
_TREE = re.compile(r"^Tree=\d+\n(?:.+\n)+", re.MULTILINE)
_LEAVES = re.compile(r"^leaf_value=(.+)$", re.MULTILINE)


class Forest:
    """The trees of some bags.

    Parameters
    ----------
    bags
        LightGBM boosters fitted on the same columns.
    """

    def __init__(self, bags: Sequence[lgb.Booster]) -> None:
        self.bags = tuple(bags)

    def leaves(self, matrix: Floats) -> Leaves:
        """Return the (n, trees) numbers of the leaves that rows fall into, bag after bag."""
        found = self._merged.booster.predict(matrix, pred_leaf=True, num_threads=_threads(matrix))
        return np.asarray(found, dtype=np.intp).reshape(len(matrix), -1)

    def scores(self, leaves: Leaves) -> Floats:
        """Return the (n, bags) raw log-odds of rows that fall into these leaves."""
        merged = self._merged
        values = merged.values[merged.offsets + leaves]
        return np.asarray(np.add.reduceat(values, merged.firsts, axis=1), dtype=float)

    def shares(self, matrix: Floats) -> Floats:
        """Return (n, columns + 1): each column's TreeSHAP share of the bags' mean, then the base.

        References
        ----------
        Lundberg et al. (2020), Nature Machine Intelligence 2:56-67 (TreeSHAP).
        """
        found = self._merged.booster.predict(
            matrix, pred_contrib=True, num_threads=_threads(matrix)
        )
        return np.asarray(found, dtype=float).reshape(len(matrix), -1) / len(self.bags)

    @cached_property
    def _merged(self) -> "_Merged":
        texts = [bag.model_to_string() for bag in self.bags]
        trees = [_TREE.findall(text) for text in texts]
        flat = [tree for mine in trees for tree in mine]
        blocks = [
            re.sub(r"^Tree=\d+", f"Tree={place}", tree) + "\n\n" for place, tree in enumerate(flat)
        ]
        head = texts[0][: texts[0].index("tree_sizes=")]
        sizes = " ".join(str(len(block)) for block in blocks)
        text = f"{head}tree_sizes={sizes}\n\n{''.join(blocks)}end of trees\n"
        values = [np.array(_leaf_values(tree)) for tree in flat]
        return _Merged(
            lgb.Booster(model_str=text),
            np.concatenate(values),
            np.cumsum([0, *(len(mine) for mine in values[:-1])]),
            np.cumsum([0, *(len(mine) for mine in trees[:-1])]),
        )


class _Merged(NamedTuple):
    """One booster of all trees, all leaves' values, where each tree's and each bag's start."""

    booster: lgb.Booster
    values: Floats
    offsets: npt.NDArray[np.intp]
    firsts: npt.NDArray[np.intp]


def _leaf_values(tree: str) -> list[float]:
    found = _LEAVES.search(tree)
    if found is None:
        raise ValueError("a tree without leaf values")
    return [float(value) for value in found[1].split()]


def _threads(matrix: Floats) -> int:
    return 1 if len(matrix) < MANY_ROWS else 0
