"""Phrases in two halves: from where the halves stand in a text to where the phrases do."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from features.phrases.marks import Marks, count_between
from features.phrases.spans import Flags, Numbers, counted_up, take
from features.phrases.syntax import Pattern

_BLOCK = 512
"""Characters; a right half stands in the block where its left half ends, or in the next."""


class Wordings(NamedTuple):
    """n wordings found: whose they are, their places, and what place each has among its own.

    Of wordings of a pattern that start together the one of the lowest rank counts.
    """

    patterns: Numbers
    starts: Numbers
    ends: Numbers
    ranks: Numbers


class Between(NamedTuple):
    """Of each of n patterns in halves, what may stand between these (see `patterns.Halves`).

    `reach` is how many characters that can be, and `ways` how many wordings the right half has.
    """

    fewest: Numbers
    most: Numbers
    gap: Flags
    reach: Numbers
    ways: Numbers


def what_stands_between(patterns: Sequence[Pattern]) -> Between:
    """Return what stands between the halves of patterns; those without halves are left out."""
    rows = [
        (h.fewest, h.most, h.gap, min(pattern.reach, _BLOCK), len(h.right))
        for pattern in patterns
        if (h := pattern.halves)
    ]
    fewest, most, gap, reach, ways = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return Between(fewest, most, gap.astype(bool), reach, ways)


def side_by_side(
    left: tuple[Numbers, Numbers], right: tuple[Numbers, Numbers], n_patterns: int
) -> tuple[Flags | Numbers, Flags | Numbers]:
    """Tell which halves may have their other half near them: few, of all that are found.

    Parameters
    ----------
    left, right
        The patterns of the halves, and where those on the left end and those on the right start.

    Returns
    -------
    Rows of `left` and of `right`.
    """
    ends, starts = (places // _BLOCK * n_patterns + patterns for patterns, places in (left, right))
    seen = np.zeros(max(ends.max(initial=0), starts.max(initial=0)) + n_patterns + 1, dtype=bool)
    seen[ends] = seen[ends + n_patterns] = True
    near = seen[starts].nonzero()[0]
    starts = starts[near]
    seen[:] = False
    seen[starts] = seen[np.maximum(starts - n_patterns, 0)] = True
    return seen[ends].nonzero()[0], near


def join(left: Wordings, right: Wordings, marks: Marks, between: Between) -> Wordings:
    """Join the halves that stand as near to each other as their phrase allows."""
    size = marks.outside[-1] + _BLOCK
    keys = right.patterns * size + right.starts
    order = keys.argsort(kind="stable")
    keys, right = keys[order], take(right, order)
    ahead = left.patterns * size + left.ends
    first = keys.searchsorted(ahead, side="right")
    last = keys.searchsorted(ahead + between.reach[left.patterns], side="right")
    right = take(right, counted_up(first, last - first))
    left = take(left, np.arange(len(first)).repeat(last - first))
    since, until, gap = left.ends, right.starts, between.gap[left.patterns]
    fewest, most = between.fewest[left.patterns], between.most[left.patterns]
    words = count_between(marks.space_places, since, until) - 1
    # A gap reaches over whatever words there are, a star over letters alone.
    blanks, signs = (count_between(c, since, until) for c in (marks.blanks, marks.signs))
    fits = (words >= fewest) & (words <= most) & (np.where(gap, blanks, signs) == 0)
    fits &= marks.spaces[since] & marks.spaces[until - 1]
    preferred = np.where(gap, words, most - words)
    ranks = (left.ranks * (most + 1) + preferred) * between.ways[left.patterns] + right.ranks
    return take(Wordings(left.patterns, left.starts, right.ends, ranks), fits)
