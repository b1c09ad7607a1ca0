"""Chunks are shared out between this process and its workers."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from serve.batch.local_pool import _shared_out

Begin = Callable[[int], "Future[bytes]"]
Score = Callable[[int], bytes]


def _shared(chunks: int, begin: Begin, score: Score, ahead: int = 2) -> Any:
    numbers: Any = range(chunks)  # in the place of chunks
    share_out: Any = _shared_out
    return share_out(iter(numbers), begin, score, ahead)


def _done(scores: bytes) -> "Future[bytes]":
    future: Future[bytes] = Future()
    future.set_result(scores)
    return future


def test_who_would_wait_for_a_worker_scores_meanwhile() -> None:
    futures: dict[int, Future[bytes]] = {}
    here: list[int] = []

    def begin(chunk: int) -> "Future[bytes]":
        # By the time five were scored here the worker has started, and is fast.
        futures[chunk] = Future() if len(here) < 5 else _done(b"there")
        return futures[chunk]

    def score(chunk: int) -> bytes:
        here.append(chunk)
        if len(here) == 5:
            for future in futures.values():
                future.set_result(b"there")
        return b"here"

    found = list(_shared(20, begin, score))
    assert sorted(chunk for chunk, _ in found) == list(range(20))
    assert here == [2, 3, 4, 5, 6]  # the first two wait for the worker
    assert [chunk for chunk, scores in found if scores == b"here"] == here


@pytest.mark.parametrize("ahead", [1, 2, 66])
def test_no_more_chunks_are_taken_than_are_worked_on(ahead: int) -> None:
    taken = 0

    def begin(chunk: int) -> "Future[bytes]":
        nonlocal taken
        taken = chunk + 1
        return _done(b"there")

    for place, _ in enumerate(_shared(500, begin, lambda chunk: b"here", ahead)):
        assert taken - place <= ahead


def test_all_are_scored_here_where_no_worker_ever_comes() -> None:
    here: list[int] = []

    def score(chunk: int) -> bytes:
        here.append(chunk)
        return b"here"

    shared = _shared(100, lambda chunk: Future(), score, 66)
    assert [next(shared) for _ in range(34)] == [(chunk, b"here") for chunk in range(66, 100)]
    assert len(here) == 34


def test_what_goes_wrong_elsewhere_is_told() -> None:
    def begin(chunk: int) -> "Future[bytes]":
        future: Future[bytes] = Future()
        future.set_exception(MemoryError("no memory there"))
        return future

    with pytest.raises(MemoryError, match="no memory there"):
        list(_shared(5, begin, lambda chunk: b"here"))
