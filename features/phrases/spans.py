"""Spans of text as columns of numbers, so that numpy handles those of many papers at once."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Table = TypeVar("Table", bound=tuple[Any, ...])


class Spans(NamedTuple):
    """n spans of a text, each with the number of its sentence."""

    starts: Numbers
    ends: Numbers
    sentences: Numbers


class Matches(NamedTuple):
    """n matches: their numbers in `sought.patterns()`, and where each starts and ends in the text.

    Matches of one pattern do not overlap: the first is given, and of those that start together the
    one that its choices name first.
    """

    numbers: Numbers
    starts: Numbers
    ends: Numbers

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int]]) -> "Matches":
        """Return matches given one by one."""
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=3 * len(rows))
        return cls(*flat.reshape(-1, 3).T)

    def and_those(self, others: "Matches") -> "Matches":
        """Return these and others."""
        return Matches(*(np.concatenate(pair) for pair in zip(self, others, strict=True)))


def take(table: Table, rows: Flags | Numbers) -> Table:
    """Return these rows of a table, whose columns are arrays of one length."""
    return type(table)(*(column[rows] for column in table))


def counted_up(first: Numbers, counts: Numbers) -> Numbers:
    """Return, for each of n rows, the numbers from its first one on, as many as its count.

    >>> counted_up(np.array([5, 0, 2]), np.array([2, 0, 3]))
    array([5, 6, 2, 3, 4])
    """
    rows: Numbers = np.arange(counts.sum()) + (first - counts.cumsum() + counts).repeat(counts)
    return rows


def without_overlaps(groups: Numbers, starts: Numbers, ends: Numbers) -> Numbers:
    """Return which of n spans to keep, so that those of one group do not overlap: the first ones.

    Parameters
    ----------
    groups, starts, ends
        The spans in order: by group, then by start; of those that start together the first goes
        before the others.

    >>> without_overlaps(np.array([0, 0, 1]), np.array([0, 2, 2]), np.array([3, 4, 4]))
    array([0, 2])
    """
    if not len(groups):
        return groups
    # Far enough apart that the spans of one group never seem to reach those of another.
    ahead = groups * (ends.max() + 1)
    reached = np.maximum.accumulate(ahead + ends)
    clashes = ahead[1:] + starts[1:] < reached[:-1]
    if not clashes.any():
        return np.arange(len(groups))
    runs = np.append(0, (groups[1:] != groups[:-1]).cumsum())
    troubled = np.zeros(runs[-1] + 1, dtype=bool)
    troubled[runs[1:][clashes]] = True
    kept = ~troubled[runs]
    rows = (~kept).nonzero()[0]
    last, end_of_last = -1, 0
    columns = (rows, runs[rows], starts[rows], ends[rows])
    for row, run, start, end in zip(*(column.tolist() for column in columns), strict=True):
        if run != last:
            last, end_of_last = run, 0
        if start >= end_of_last:
            kept[row], end_of_last = True, end
    first_ones: Numbers = kept.nonzero()[0]
    return first_ones
