"""Facts come in runs: smooth the scores of paragraphs by a chain of two states.

Whether a paragraph is for the input depends on whether the one before it is. The forward-backward
algorithm (Rabiner 1989, Proceedings of the IEEE 77(2), section III.A) gives each paragraph the
probability of that by its own score and those of all others.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from data.arrays import Flags, Floats

_MOST_LOG_ODDS = 25.0
"""Log-odds of a paragraph are cut here, so that no probability is 0 or 1."""


@dataclass(frozen=True)
class Chain:
    """A Markov chain of two states: a paragraph is not for the input (0), or is (1).

    Attributes
    ----------
    start
        (2,) probabilities of the first paragraph's states.
    transitions
        (2, 2) probability of the next paragraph's state (column) after one of each state (row).
    base
        Log-odds of the input among the paragraphs that the scores were fitted to, as weighted: a
        score above it speaks for the input.
    """

    start: Floats
    transitions: Floats
    base: float

    @classmethod
    def fit(cls, runs: Iterable[Flags], base: float) -> "Chain":
        """Count states and changes of state, each change one more than seen.

        Parameters
        ----------
        runs
            Of each opinion, (n,) whether each paragraph is for the input, in order.
        """
        states, counts = [], np.ones((2, 2))
        for run in runs:
            row = run.astype(int)
            np.add.at(counts, (row[:-1], row[1:]), 1)
            states.append(row)
        share = float(np.concatenate(states).mean())
        transitions = counts / counts.sum(1, keepdims=True)
        return cls(np.array([1 - share, share]), transitions, base)

    def smooth(self, scores: Floats) -> Floats:
        """Return (n,) log-odds that each paragraph is for the input, given all of them.

        Parameters
        ----------
        scores
            (n,) log-odds of each paragraph by itself, in order.

        Examples
        --------
        >>> chain = Chain(np.array([0.5, 0.5]), np.array([[0.9, 0.1], [0.1, 0.9]]), 0.0)
        >>> [round(odds, 1) for odds in chain.smooth(np.array([3.0, 0.0, 3.0])).tolist()]
        [4.3, 3.7, 4.3]
        """
        ratio = np.clip(scores - self.base, -_MOST_LOG_ODDS, _MOST_LOG_ODDS)
        likelihood = np.stack([1 / (1 + np.exp(ratio)), 1 / (1 + np.exp(-ratio))], axis=1)
        n = len(scores)
        forward, backward = np.empty((n, 2)), np.ones((n, 2))
        ahead = self.start
        for row in range(n):
            found = ahead * likelihood[row]
            forward[row] = found / found.sum()
            ahead = forward[row] @ self.transitions
        for row in range(n - 2, -1, -1):
            found = self.transitions @ (likelihood[row + 1] * backward[row + 1])
            backward[row] = found / found.sum()
        both = forward * backward
        odds: Floats = np.log(both[:, 1] / both[:, 0])
        return np.clip(odds, -_MOST_LOG_ODDS, _MOST_LOG_ODDS)
