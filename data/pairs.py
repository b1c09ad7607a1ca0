"""Pairs of rows that are compared: all pairs of a block, in a large one those of neighbors.

References
----------
Hernandez and Stolfo (1995), The Merge/Purge Problem for Large Databases, SIGMOD 127-138 (sorted
neighborhoods).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

MAX_BLOCK = 1_000
"""Rows up to which each is compared with each: half a million pairs."""
WINDOW = 50
"""Rows that each row of a larger block is compared with, on either side of it."""


def pairs_within(block: Sequence[int], key: Callable[[int], Any]) -> Iterator[tuple[int, int]]:
    """Yield pairs of a block, the lesser number first.

    Parameters
    ----------
    block
        Row numbers.
    key
        What the rows of a large block are sorted by, so that rows that may be one stand together.
    """
    if len(block) <= MAX_BLOCK:
        yield from combinations(sorted(block), 2)
        return
    ordered = sorted(block, key=key)
    for place, row in enumerate(ordered):
        for other in ordered[place + 1 : place + 1 + WINDOW]:
            yield min(row, other), max(row, other)
