"""Time training on a Dask cluster from 1,000 rulings to 1,000,000, on one worker and on two.

    python -m bench.distributed [--limit N]

The rulings are resampled from the embedded ones with words left out at random. They only serve to
make up the size: no figure here says how good a model is. One fit of all rulings is timed, by
features, rating model and boosters; each fold of an evaluation repeats the last two. The workers
are processes of this machine, so a second one helps only if a second core is free.
"""

import argparse
import logging
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import numpy as np
from rich.console import Console

from bench.against import run, show
from bench.timing import numbers_table
from data.embedded import embedded_rulings
from data.schema import Ruling
from features.build import build_features
from train.cluster import Cluster, connect_dask
from train.dataset import build_training_set, fit_inferred_ratings, fit_subset

SIZES = (1_000, 10_000, 100_000, 1_000_000)
WORKERS = (1, 2)
BAGS = 2
"""Boosters per ensemble, the fewest allowed; their time grows in proportion."""
DROPPED = 0.1
"""Share of words left out of a resampled paper."""


def main(arguments: list[str]) -> None:
    """Print each row as soon as it is measured, then the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.distributed")
    parser.add_argument("--limit", type=int, default=SIZES[-1], help="largest number of rulings")
    limit = parser.parse_args(arguments).limit
    console = Console()
    columns = ("workers", "features s", "ratings s", "boosters s", "rulings/s")
    memory = ("client MB", "largest worker MB")
    table = numbers_table(
        f"One fit on a cluster, {BAGS} bags, resampled rulings", "rulings", *columns, *memory
    )
    for size in SIZES:
        if size > limit:
            break
        for workers in WORKERS:
            cells = _measure_alone(size, workers)
            console.print(f"[dim]{size:,} rulings, {workers} worker(s): {', '.join(cells)}[/dim]")
            table.add_row(f"{size:,}", str(workers), *cells)
    show(table, console=console)


def _measure_alone(size: int, workers: int) -> list[str]:
    """Return the cells of a row, measured in a new process, since memory is its peak."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(_measure, size, workers).result()


def _measure(size: int, workers: int) -> list[str]:
    rulings = resampled(size)
    with start_cluster(workers) as cluster:
        seconds = []
        start = time.perf_counter()
        training_set = build_training_set(rulings, cluster=cluster)
        seconds.append(time.perf_counter() - start)
        rows = np.arange(size)
        start = time.perf_counter()
        ratings = fit_inferred_ratings(training_set, rows)
        seconds.append(time.perf_counter() - start)
        start = time.perf_counter()
        fit_subset(training_set, rows, {}, BAGS, 0, ratings=ratings)
        seconds.append(time.perf_counter() - start)
        peaks = [_peak(), max(cluster.client.run(_peak).values())]
    rate = size / sum(seconds)
    return [*(f"{each:,.1f}" for each in seconds), f"{rate:,.0f}", *(f"{mb:,.0f}" for mb in peaks)]


@contextmanager
def start_cluster(workers: int) -> Iterator[Cluster]:
    """Start a scheduler and workers of one thread each on the loopback address."""
    from distributed import LocalCluster

    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=0,  # so that workers neither pause nor spill, and the peak is real
            silence_logs=logging.ERROR,
        ) as local,
        connect_dask(str(local.scheduler_address)) as cluster,
    ):
        # Loading the phrases takes seconds once for each worker, however much there is to read.
        cluster.client.run(build_features, [resampled(1)[0].as_motion()])
        yield cluster


def resampled(size: int, seed: int = 0) -> list[Ruling]:
    """Return `size` rulings drawn from the embedded ones, each a case of its own.

    A tenth of the words is left out at random, so that no two papers are alike.
    """
    rng = np.random.default_rng(seed)
    embedded = embedded_rulings()
    papers = [(row.motion.split(), (row.opposition or "").split()) for row in embedded]
    rulings = []
    for number in range(size):
        index = int(rng.integers(len(embedded)))
        motion, opposition = (_drop_words(words, rng) for words in papers[index])
        changes = {
            "id": f"{number}",
            "case_id": f"{number}",
            "docket_number": None,
            "motion": motion,
            "opposition": opposition or None,
        }
        rulings.append(embedded[index].model_copy(update=changes))
    return rulings


def _drop_words(words: list[str], rng: np.random.Generator) -> str:
    kept = rng.random(len(words)) >= DROPPED
    return " ".join(word for word, keep in zip(words, kept, strict=True) if keep)


def _peak() -> float:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    run(main)
