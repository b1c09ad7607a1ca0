"""Timing for the benchmarks: the best of several runs, and a table of them."""

import time
from collections.abc import Callable

from rich.table import Table


def best_of(runs: int, work: Callable[[], int]) -> tuple[float, int]:
    """Return the shortest seconds of several runs of `work`, after one that loads and compiles.

    Also returns what `work` returns.
    """
    result = work()
    timings = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        timings.append(time.perf_counter() - start)
    return min(timings), result


def numbers_table(title: str, first: str, *columns: str) -> Table:
    """Return an empty table whose columns after the first hold numbers."""
    table = Table(first, *columns, title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    return table
