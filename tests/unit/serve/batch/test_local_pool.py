"""Chunks are shared out between this process and its workers."""

from concurrent.futures import Future

import pytest

from serve.batch.local_pool import processes, share_out


def _done(scores: bytes) -> "Future[bytes]":
    future: Future[bytes] = Future()
    future.set_result(scores)
    return future


def _score_here(chunk: int) -> bytes:
    return b"here"


def test_this_process_scores_while_workers_start() -> None:
    futures: dict[int, Future[bytes]] = {}
    here: list[int] = []

    def submit(chunk: int) -> "Future[bytes]":
        # After five chunks were scored here, the worker has started, and is fast.
        futures[chunk] = Future() if len(here) < 5 else _done(b"there")
        return futures[chunk]

    def score(chunk: int) -> bytes:
        here.append(chunk)
        if len(here) == 5:
            for future in futures.values():
                future.set_result(b"there")
        return b"here"

    scored = list(share_out(iter(range(20)), submit, score, prefetch=2))
    assert sorted(chunk for chunk, _ in scored) == list(range(20))
    assert here == [2, 3, 4, 5, 6]  # the first two were submitted to the worker
    assert [chunk for chunk, scores in scored if scores == b"here"] == here


@pytest.mark.parametrize("prefetch", [1, 2, 66])
def test_no_more_chunks_are_read_than_are_under_way(prefetch: int) -> None:
    read = 0

    def submit(chunk: int) -> "Future[bytes]":
        nonlocal read
        read = chunk + 1
        return _done(b"there")

    for n_yielded, _ in enumerate(share_out(iter(range(500)), submit, _score_here, prefetch)):
        assert read - n_yielded <= prefetch


def test_all_chunks_are_scored_here_if_no_worker_starts() -> None:
    def submit(chunk: int) -> "Future[bytes]":
        return Future()

    shared = share_out(iter(range(100)), submit, _score_here, prefetch=66)
    assert [next(shared) for _ in range(34)] == [(chunk, b"here") for chunk in range(66, 100)]


def test_errors_of_workers_are_raised() -> None:
    def submit(chunk: int) -> "Future[bytes]":
        future: Future[bytes] = Future()
        future.set_exception(MemoryError("no memory there"))
        return future

    with pytest.raises(MemoryError, match="no memory there"):
        list(share_out(iter(range(5)), submit, _score_here, prefetch=2))


def test_jobs_are_all_cores_or_a_positive_number() -> None:
    assert processes(3) == 3
    assert processes(-1) >= 1
    for jobs in (0, -2):
        with pytest.raises(ValueError, match="--jobs"):
            processes(jobs)
