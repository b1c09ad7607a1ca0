"""Parse LightGBM's text format: a booster into its trees, a tree into arrays.

A tree of k splits has k + 1 leaves. Each split compares one feature with a threshold, or asks
whether a category is one of a set, and sends the row left or right.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from data.arrays import Floats

_HEADER = "tree\nversion="
_TREE = re.compile(r"^Tree=\d+\n(?:.+\n)+", re.MULTILINE)
_TREE_SIZES = re.compile(r"^tree_sizes=(.+)$", re.MULTILINE)
_MAX_FEATURE_INDEX = re.compile(r"^max_feature_idx=(\d+)$", re.MULTILINE)
_LEAF_VALUES = re.compile(r"^leaf_value=(.+)$", re.MULTILINE)
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_ZERO, _MISSING_NAN = 1, 2, 4, 8
"""Bits of LightGBM's `decision_type`."""

Path = tuple[tuple[int, int, float], ...]
"""The splits from the root to a leaf: (split, direction, share of training rows that took it)."""


class UnsupportedTree(ValueError):
    """A tree that LightGBM can evaluate and this program cannot tabulate."""


class Split(NamedTuple):
    """A row goes left if its value is at most the threshold, or its code among the categories."""

    feature: int
    threshold: float
    categories: tuple[int, ...] | None
    left_if_missing: bool


class Tree(NamedTuple):
    """A tree of k splits and k + 1 leaves.

    Attributes
    ----------
    splits
        The k splits, as LightGBM numbers them.
    leaf_values
        (leaves,): what each leaf adds to the log-odds.
    directions
        (leaves, k): which way a leaf's path takes at a split: 1 left, -1 right, 0 where the split
        is not on the path.
    cover
        (leaves, k): the share of a split's training rows that went the leaf's way; 1 where the
        split is not on the path.
    """

    splits: tuple[Split, ...]
    leaf_values: Floats
    directions: npt.NDArray[np.int8]
    cover: Floats

    @property
    def features(self) -> list[int]:
        """The features that the tree splits on, each once."""
        return list(dict.fromkeys(split.feature for split in self.splits))


def tree_texts(booster: str) -> list[str]:
    """Return the text of each tree of a booster.

    Raises
    ------
    ValueError
        If this is not the text of a booster, or trees are missing.
    """
    trees = _TREE.findall(booster)
    sizes = _TREE_SIZES.search(booster)
    if not booster.startswith(_HEADER) or sizes is None or not trees:
        raise ValueError("a booster's text without trees")
    if len(trees) != (expected := len(sizes[1].split())):
        raise ValueError(f"a booster's text with {len(trees)} of {expected} trees")
    return trees


def n_features(booster: str) -> int:
    """Return how many columns a booster takes; ValueError if its text does not say."""
    last = _MAX_FEATURE_INDEX.search(booster)
    if last is None:
        raise ValueError("a booster's text that does not say how many features it has")
    return int(last[1]) + 1


def leaf_values(tree: str) -> Floats:
    """Return the values of a tree's leaves; ValueError if its text has none."""
    values = _LEAF_VALUES.search(tree)
    if values is None:
        raise ValueError("a tree without leaf values")
    return np.array(values[1].split(), dtype=float)


def parse_tree(text: str) -> Tree:
    """Parse the text of a tree.

    Raises
    ------
    UnsupportedTree
        If its leaves are linear models, or it takes 0 for a missing value.
    ValueError
        If the text is damaged.
    """
    fields = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    try:
        if fields.get("is_linear", "0") != "0":
            raise UnsupportedTree("a tree has linear models in its leaves")
        values = np.array(fields["leaf_value"].split(), dtype=float)
        k = len(values) - 1
        directions, cover = np.zeros((k + 1, k), dtype=np.int8), np.ones((k + 1, k))
        for leaf, path in _paths(fields) if k else ():
            for split, direction, share in path:
                directions[leaf, split], cover[leaf, split] = direction, share
        return Tree(tuple(_splits(fields)) if k else (), values, directions, cover)
    except KeyError as error:  # the names are the parser's own, never the file's
        raise ValueError(f"the text of a tree is damaged: it has no {error.args[0]}") from None
    except (IndexError, ZeroDivisionError) as error:
        raise ValueError(f"the text of a tree is damaged: {type(error).__name__}") from None


def check_tree(text: str, n_features: int) -> None:
    """Check the text of a tree of any size: every branch ends in a leaf of its own.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    fields = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
    try:
        k = len(fields["leaf_value"].split()) - 1
        if not k:
            return
        children = [*_integers(fields["left_child"]), *_integers(fields["right_child"])]
        features = _integers(fields["split_feature"])
        kinds = _integers(fields["decision_type"])
        thresholds = list(map(float, fields["threshold"].split()))
    except KeyError as error:
        raise ValueError(f"the text of a tree is damaged: it has no {error.args[0]}") from None
    if {len(children) / 2, len(features), len(kinds), len(thresholds)} != {k}:
        raise ValueError("the text of a tree is damaged: its lists are of different lengths")
    of_leaves = _integers(fields.get("leaf_features", ""))  # where leaves are linear models
    if not all(0 <= feature < n_features for feature in (*features, *of_leaves)):
        raise ValueError(f"a tree splits on other columns than the {n_features} there are")
    # Every split but the first is the child of one split, and so is every leaf.
    if sorted(children) != [*range(-k - 1, 0), *range(1, k)]:
        raise ValueError("a tree whose branches go round in a circle")
    if sum(_integers(fields.get("num_features", ""))) != len(of_leaves):
        raise ValueError("the text of a tree is damaged: its leaves")
    bounds = _integers(fields.get("cat_boundaries", "0"))
    n_words = len(fields.get("cat_threshold", "").split())
    if not all(0 <= start < end <= n_words for start, end in pairwise(bounds)):
        raise ValueError("the text of a tree is damaged: its categories")
    for kind, threshold in zip(kinds, thresholds, strict=True):
        if kind & _CATEGORICAL and threshold not in range(len(bounds) - 1):
            raise ValueError("the text of a tree is damaged: its categories")


def _paths(fields: dict[str, str]) -> Iterator[tuple[int, Path]]:
    """Yield every leaf with its path from the root."""
    children = ((1, _integers(fields["left_child"])), (-1, _integers(fields["right_child"])))
    split_counts, leaf_counts = map(_integers, (fields["internal_count"], fields["leaf_count"]))
    pending: list[tuple[int, Path]] = [(0, ())]
    while pending:
        node, path = pending.pop()
        if len(path) > len(split_counts):
            raise ValueError("a tree whose branches go round in a circle")
        if node < 0:  # LightGBM numbers leaves downwards from -1
            yield ~node, path
            continue
        for direction, child_of in children:
            child = child_of[node]
            count = split_counts[child] if child >= 0 else leaf_counts[~child]
            pending.append((child, (*path, (node, direction, count / split_counts[node]))))


def _splits(fields: dict[str, str]) -> Iterator[Split]:
    category_words = _integers(fields.get("cat_threshold", ""))
    bounds = list(pairwise(_integers(fields.get("cat_boundaries", ""))))
    for feature, threshold, decision_type in zip(
        _integers(fields["split_feature"]),
        map(float, fields["threshold"].split()),
        _integers(fields["decision_type"]),
        strict=True,
    ):
        if decision_type & _CATEGORICAL:
            first, last = bounds[int(threshold)]
            yield Split(feature, 0.0, tuple(_set_bits(category_words[first:last])), False)
        elif decision_type & _MISSING_ZERO:
            raise UnsupportedTree("a tree takes 0 for a missing value")
        elif decision_type & _MISSING_NAN:
            yield Split(feature, threshold, None, bool(decision_type & _DEFAULT_LEFT))
        else:  # no value was missing in training: LightGBM takes 0 for one that is
            yield Split(feature, threshold, None, threshold >= 0)


def _set_bits(words: list[int]) -> Iterator[int]:
    """Yield the numbers of the bits set in a bit set of 32-bit words."""
    for index, word in enumerate(words):
        if word < 0:
            raise ValueError(f"a set of categories with {word}")
        if word >= 2**32:
            raise ValueError("a set of categories with a word of more than 32 bits")
        while word:
            yield 32 * index + (word & -word).bit_length() - 1
            word &= word - 1


def _integers(text: str) -> list[int]:
    return list(map(int, text.split()))
