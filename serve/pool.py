"""Score chunks on all cores of this machine, and give them back in order."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

import joblib

from data.chunks import Chunk
from serve.chunk import Wanted, score_chunk
from serve.locate import Located
from serve.predictor import Predictor
from train.cluster import begun_ahead
from train.store import UnusableModel

FEW = 10
"""Chunks that are scored in this process: workers take seconds to start, and this process too has
all cores for its slowest step. On two cores 24 chunks take 25 s here and 21 s in two workers."""
AHEAD = 2
"""Chunks handed out per process, so that none waits for the next, and memory stays flat."""


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
    """Score chunks in worker processes and yield each with its scores, in order.

    With one process, or no more than `FEW` chunks, they are scored in this process. Workers load
    the model of `located` once each.

    Raises
    ------
    OSError
        If a worker is ended from outside.
    """
    chunks = iter(chunks)
    first = list(islice(chunks, FEW + 1))
    if jobs == 1 or len(first) <= FEW:
        for chunk in chain(first, chunks):
            yield chunk, score_chunk(predictor, chunk, wanted)
        return
    folder = str(located.folder)
    with _pool(jobs) as pool:

        def begin(chunk: Chunk) -> Future[bytes]:
            names = predictor.version, predictor.digest
            return pool.submit(score_with, chunk, folder, *names, wanted)

        try:
            for done, future in begun_ahead(chain(first, chunks), begin, AHEAD * jobs):
                yield done, future.result()
        except BrokenProcessPool:
            raise ChildProcessError(
                "a scoring process was ended from outside, for want of memory perhaps: go on with "
                "--resume, with fewer --jobs if memory is short"
            ) from None


def score_with(chunk: Chunk, folder: str, version: str, digest: str, wanted: Wanted) -> bytes:
    """Score a chunk with the model of a folder, which each process loads once."""
    return score_chunk(_loaded(folder, version, digest), chunk, wanted)


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
