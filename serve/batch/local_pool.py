"""Score chunks on the cores of this machine.

Not joblib: when its process is killed its workers stay behind, and it reads the input ahead without
limit when results are consumed slowly.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import joblib

from data.io.chunks import Chunk
from serve.batch.chunk import OutputOptions, score_chunk
from serve.garbage import collect_rarely
from serve.model_source import LocatedModel
from serve.parent_process import when_parent_ends
from serve.predictor import Predictor
from train.model.damage import UnusableModel

MAX_CHUNKS_ALONE = 10
"""Chunks scored in this process alone: starting a worker takes about as long."""
PREFETCH_PER_WORKER = 2
"""Chunks handed to each worker, so that none waits for the next."""
Item = TypeVar("Item")


def processes(jobs: int) -> int:
    """Return the number of processes that `--jobs` asks for.

    Raises
    ------
    ValueError
        If it is neither -1 nor a positive number.
    """
    if jobs != -1 and jobs < 1:
        raise ValueError(f"--jobs {jobs}: expected a number of processes, or -1 for all cores")
    return int(joblib.cpu_count()) if jobs == -1 else jobs


def score_locally(
    chunks: Iterable[Chunk], predictor: Predictor, options: OutputOptions, jobs: int
) -> Iterator[tuple[Chunk, bytes]]:
    """Score chunks in this process and in workers, and yield each as soon as it is scored.

    With one process, or at most `MAX_CHUNKS_ALONE` chunks, no worker is started. Each worker loads
    the model once.

    Raises
    ------
    OSError
        If a worker is killed.
    """
    chunks = iter(chunks)
    first = list(islice(chunks, MAX_CHUNKS_ALONE + 1))
    remaining = chain(first, chunks)

    def score(chunk: Chunk) -> bytes:
        return score_chunk(predictor, chunk, options)

    if jobs == 1 or len(first) <= MAX_CHUNKS_ALONE:
        for chunk in remaining:
            yield chunk, score(chunk)
        return
    model = (predictor.folder, predictor.version, predictor.digest)
    with _worker_pool(jobs - 1) as pool:

        def submit(chunk: Chunk) -> Future[bytes]:
            return pool.submit(_score_in_worker, chunk, *model, options)

        try:
            yield from share_out(remaining, submit, score, PREFETCH_PER_WORKER * (jobs - 1))
        except BrokenProcessPool:
            raise ChildProcessError(
                "a scoring process was killed, perhaps for lack of memory. Run again with "
                "--resume, and with fewer --jobs if memory is short"
            ) from None


def share_out(
    items: Iterator[Item],
    submit: Callable[[Item], Future[bytes]],
    score: Callable[[Item], bytes],
    prefetch: int,
) -> Iterator[tuple[Item, bytes]]:
    """Yield items with their scores as they are done, some submitted to workers, some scored here.

    While no worker has finished, this process scores too: workers take seconds to start.

    Parameters
    ----------
    submit
        Hands an item to a worker.
    score
        Scores an item in this process.
    prefetch
        Items submitted and not finished, at most.
    """
    submitted: dict[Future[bytes], Item] = {}
    while True:
        for item in islice(items, prefetch - len(submitted)):
            submitted[submit(item)] = item
        done = {future for future in submitted if future.done()}
        if not done:
            for item in islice(items, 1):
                yield item, score(item)
                break
            else:
                if not submitted:
                    return
                done = wait(submitted, return_when=FIRST_COMPLETED).done
        for future in done:
            yield submitted.pop(future), future.result()


def _score_in_worker(
    chunk: Chunk, folder: Path, version: str, digest: str, options: OutputOptions
) -> bytes:
    return score_chunk(_load_model(folder, version, digest), chunk, options)


@lru_cache(maxsize=1)
def _load_model(folder: Path, version: str, digest: str) -> Predictor:
    predictor = Predictor.from_located(LocatedModel(folder, version))
    if predictor.digest != digest:
        raise UnusableModel(f"the model in {folder} was changed during the run; run again")
    return predictor


@contextmanager
def _worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Start single-threaded worker processes; unfinished work is dropped when the block ends."""
    name = "OMP_NUM_THREADS"
    before = os.environ.get(name)
    # Read by workers as they start; otherwise each would use all cores.
    os.environ[name] = "1"
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def end_with_parent() -> None:
    """Make this worker end when its parent does, even if killed, and leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_rarely()
    when_parent_ends(lambda: os._exit(1))
