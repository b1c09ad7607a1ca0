"""Shapley values of small trees, for every pattern of answers that a row can give."""

from math import factorial

import numpy as np

from train.model.calibration import Floats
from train.model.trees import Trees


def shapley_values(trees: Trees) -> tuple[Floats, Floats]:
    """Work out the shares of each tree's features, once for all rows.

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
    values, turns, fractions, asks = trees
    k = asks.shape[1]
    numbers = np.arange(1 << k)  # read as patterns of answers, and as sets of known features
    worth = np.broadcast_to(values[:, None, :, None], (len(values), 1 << k, k + 1, 1 << k))
    for question in range(k):
        turn, yes = turns[:, :, question, None], numbers >> question & 1
        goes = np.where(turn == 0, 1.0, np.where(turn == 1, yes, 1 - yes))
        known = numbers >> asks[:, question, None] & 1 == 1
        part = fractions[:, None, :, question, None]
        worth = worth * np.where(known[:, :, None, None], goes[:, None], part)
    worth = worth.sum(axis=2)
    shares = np.zeros((len(values), k, 1 << k))
    for feature in range(k):
        for others in numbers[numbers >> feature & 1 == 0].tolist():
            size = others.bit_count()
            weight = factorial(size) * factorial(k - size - 1) / factorial(k)
            shares[:, feature] += weight * (worth[:, others | 1 << feature] - worth[:, others])
    return shares, worth[:, 0, 0]
