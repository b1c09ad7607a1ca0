"""Chunks are shared out between this process and its workers, and come back in order."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from serve.pool import WAITING, _shared_out

Begin = Callable[[int], "Future[bytes]"]
Score = Callable[[int], bytes]


def _shared(chunks: int, begin: Begin, score: Score) -> Any:
    numbers: Any = range(chunks)  # in the place of chunks
    share_out: Any = _shared_out
    return share_out(iter(numbers), begin, score, 2)


def test_who_would_wait_for_a_worker_scores_meanwhile() -> None:
    futures: dict[int, Future[bytes]] = {}
    here: list[int] = []

    def begin(chunk: int) -> "Future[bytes]":
        futures[chunk] = Future()
        if len(here) >= 5:  # the worker has started by now, and is fast
            futures[chunk].set_result(b"there")
        return futures[chunk]

    def score(chunk: int) -> bytes:
        here.append(chunk)
        if len(here) == 5:
            for future in futures.values():
                future.set_result(b"there")
        return b"here"

    found = list(_shared(20, begin, score))
    assert [chunk for chunk, _ in found] == list(range(20))
    assert here == [2, 3, 4, 5, 6]  # the first two wait for the worker
    assert [chunk for chunk, scores in found if scores == b"here"] == here


def test_no_more_wait_than_may() -> None:
    here: list[int] = []

    class Slow(Future[bytes]):
        def result(self, timeout: float | None = None) -> bytes:
            assert len(here) == WAITING - 2  # beside the two that were begun
            return b"late"

    def score(chunk: int) -> bytes:
        here.append(chunk)
        return b"here"

    assert next(_shared(10 * WAITING, lambda chunk: Slow(), score)) == (0, b"late")


def test_what_goes_wrong_elsewhere_is_told() -> None:
    def begin(chunk: int) -> "Future[bytes]":
        future: Future[bytes] = Future()
        future.set_exception(MemoryError("no memory there"))
        return future

    with pytest.raises(MemoryError, match="no memory there"):
        list(_shared(5, begin, lambda chunk: b"here"))
