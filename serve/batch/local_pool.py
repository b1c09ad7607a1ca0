"""Score chunks on all cores of this machine."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

import joblib

from data.io.chunks import Chunk
from serve.batch.chunk import Wanted, score_chunk
from serve.model_source import Located
from serve.predictor import Predictor
from train.model.store import UnusableModel

FEW = 10
"""Chunks that are scored in this process alone: a worker takes about as long to start."""
AHEAD = 2
"""Chunks handed out per worker, so that none waits for the next."""


def processes(jobs: int) -> int:
    """Return how many processes `--jobs` asks for.

    Raises
    ------
    ValueError
        If it is neither -1 nor a positive number.
    """
    if jobs != -1 and jobs < 1:
        raise ValueError(f"--jobs {jobs}: expected a number of processes, or -1 for all cores")
    return int(joblib.cpu_count()) if jobs == -1 else jobs


def scored_here(
    chunks: Iterable[Chunk], predictor: Predictor, located: Located, wanted: Wanted, jobs: int
) -> Iterator[tuple[Chunk, bytes]]:
    """Score chunks in this process and worker processes, and yield each when it is scored.

    With one process, or no more than `FEW` chunks, no worker is started. Workers load the model of
    `located` once each.

    Raises
    ------
    OSError
        If a worker is ended from outside.
    """
    chunks = iter(chunks)
    first = list(islice(chunks, FEW + 1))
    rest = chain(first, chunks)

    def score(chunk: Chunk) -> bytes:
        return score_chunk(predictor, chunk, wanted)

    if jobs == 1 or len(first) <= FEW:
        for chunk in rest:
            yield chunk, score(chunk)
        return
    names = str(located.folder), predictor.version, predictor.digest
    with _pool(jobs - 1) as pool:

        def begin(chunk: Chunk) -> Future[bytes]:
            return pool.submit(score_with, chunk, names, wanted)

        try:
            yield from _shared_out(rest, begin, score, AHEAD * (jobs - 1))
        except BrokenProcessPool:
            raise ChildProcessError(
                "a scoring process was ended from outside, for want of memory perhaps: go on with "
                "--resume, with fewer --jobs if memory is short"
            ) from None


def _shared_out(
    chunks: Iterator[Chunk],
    begin: Callable[[Chunk], Future[bytes]],
    score: Callable[[Chunk], bytes],
    ahead: int,
) -> Iterator[tuple[Chunk, bytes]]:
    """Yield chunks with their scores, whichever are done; some begun elsewhere, some scored here.

    `ahead` are kept begun. Whoever would only wait for one of them scores another meanwhile:
    workers take seconds to start.
    """
    begun: dict[Future[bytes], Chunk] = {}
    while True:
        for chunk in islice(chunks, ahead - len(begun)):
            begun[begin(chunk)] = chunk
        done = {future for future in begun if future.done()}
        if not done:
            mine = next(chunks, None)
            if mine is not None:
                yield mine, score(mine)
                continue
            if not begun:
                return
            done = wait(begun, return_when=FIRST_COMPLETED).done
        for future in done:
            yield begun.pop(future), future.result()


def score_with(chunk: Chunk, names: tuple[str, str, str], wanted: Wanted) -> bytes:
    """Score a chunk with a model that each process loads once.

    Parameters
    ----------
    names
        The model's folder, version and digest.
    """
    return score_chunk(_loaded(*names), chunk, wanted)


@lru_cache(maxsize=2)  # a worker of a cluster may live long and meet many
def _loaded(folder: str, version: str, digest: str) -> Predictor:
    predictor = Predictor.from_located(Located(Path(folder), version))
    if predictor.digest != digest:
        raise UnusableModel(f"the model in {folder} was changed during the run; run again")
    return predictor


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Start worker processes of one thread each; unfinished work is dropped when the block ends."""
    name = "OMP_NUM_THREADS"
    before = os.environ.get(name)
    os.environ[name] = "1"  # every process would take all cores; workers read it as they start
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_stay_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _stay_with_parent() -> None:
    """End with the parent, which a kill gives no time to end its workers; leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
