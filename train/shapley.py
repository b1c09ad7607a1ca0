"""Shapley values of small trees, for every pattern of answers that a row can give."""

from collections.abc import Sequence
from math import factorial

import numpy as np
import numpy.typing as npt

from train.calibration import Floats
from train.trees import Tree


def shapley_values(trees: Sequence[Tree], k: int) -> tuple[Floats, Floats]:
    """Work out the shares of each tree's features, once for all rows.

    Parameters
    ----------
    trees
        Each of at most k questions.

    Returns
    -------
    (trees, k, 2^k): for each of a tree's features (in the order of `Tree.features`; zeros beyond
    the last) its share of the value of a row whose answer to question i is yes where bit i of the
    pattern is set. (trees,): the tree's expected value. Value = expected value + shares.

    References
    ----------
    Lundberg et al. (2020), Nature Machine Intelligence 2:56-67: where some features of a row are
    known, the value of a tree is the mean of its leaves, weighted at questions about unknown
    features by the training rows that went either way. A feature's share is its Shapley value in
    that game (Shapley 1953, A value for n-person games).
    """
    values, turns, fractions, asks = _stacked(trees, k)
    numbers = np.arange(1 << k)  # read as patterns of answers, and as sets of known features
    worth = np.broadcast_to(values[:, None, :, None], (len(trees), 1 << k, k + 1, 1 << k))
    for question in range(k):
        turn, yes = turns[:, :, question, None], numbers >> question & 1
        goes = np.where(turn == 0, 1.0, np.where(turn == 1, yes, 1 - yes))
        known = numbers >> asks[:, question, None] & 1 == 1
        part = fractions[:, None, :, question, None]
        worth = worth * np.where(known[:, :, None, None], goes[:, None], part)
    worth = worth.sum(axis=2)
    shares = np.zeros((len(trees), k, 1 << k))
    for feature in range(k):
        for others in numbers[numbers >> feature & 1 == 0].tolist():
            size = others.bit_count()
            weight = factorial(size) * factorial(k - size - 1) / factorial(k)
            shares[:, feature] += weight * (worth[:, others | 1 << feature] - worth[:, others])
    return shares, worth[:, 0, 0]


def _stacked(
    trees: Sequence[Tree], k: int
) -> tuple[Floats, npt.NDArray[np.int8], Floats, npt.NDArray[np.intp]]:
    """Return values, turns and fractions of trees, and the place of the feature of each question.

    Where a tree has less than k questions, no leaf lies below those added.
    """
    values, turns = np.zeros((len(trees), k + 1)), np.zeros((len(trees), k + 1, k), dtype=np.int8)
    fractions, asks = np.ones(turns.shape), np.zeros((len(trees), k), dtype=np.intp)
    for place, tree in enumerate(trees):
        leaves, mine = tree.turns.shape
        values[place, :leaves] = tree.values
        turns[place, :leaves, :mine], fractions[place, :leaves, :mine] = tree.turns, tree.fractions
        features = tree.features
        asks[place, :mine] = [features.index(question.feature) for question in tree.questions]
    return values, turns, fractions, asks
