"""Opinions a second, and ten million of them projected: `python -m bench.opinions MARKED.jsonl`.

Segmenting, labelling and building features are timed in one process, and all three together in one
and in two. The share of the work that two processes speed up (Amdahl 1967) gives the projection.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.against import run, show
from data.opinions.marked import MarkedOpinion, read_marked
from data.opinions.outcome import label_outcome
from data.opinions.segment import default_segmenter
from data.schema import Motion
from features.build import build_features

MANY = 10_000_000
WORKERS = (2, 16, 64)
COPIES = 4
MIN_SPEEDUP, MAX_SPEEDUP = 0.5, 1.1
"""Shares of the work that two processes must speed up for a projection to mean anything."""


def _features(paragraphs: Sequence[str]) -> None:
    kinds = default_segmenter().segment(paragraphs)
    kept = [text for text, kind in zip(paragraphs, kinds, strict=True) if kind == "facts"]
    row = {"motion_type": "tro", "motion": "\n\n".join(kept) or "none"}
    build_features([Motion.model_validate(row)])


def _all(paragraphs: Sequence[str]) -> None:
    label_outcome(paragraphs)
    _features(paragraphs)


def _seconds(step: Callable[[Sequence[str]], object], opinions: Sequence[MarkedOpinion]) -> float:
    step(opinions[0].paragraphs)
    start = time.perf_counter()
    for opinion in opinions:
        step(opinion.paragraphs)
    return (time.perf_counter() - start) / len(opinions)


def _together(opinions: Sequence[MarkedOpinion], workers: int) -> float:
    papers = [opinion.paragraphs for opinion in opinions] * COPIES
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_all, papers[: workers * 2]))  # start, and load what is cached
        start = time.perf_counter()
        list(pool.map(_all, papers, chunksize=4))
        return (time.perf_counter() - start) / len(papers)


def main(arguments: list[str]) -> None:
    """Print the tables."""
    opinions, console = read_marked(Path(arguments[0])), Console()
    segment = _seconds(default_segmenter().segment, opinions)
    with_features = _seconds(_features, opinions)
    table = Table("step", "opinions a second", title="One core")
    steps = (
        ("segment", segment),
        ("label", _seconds(label_outcome, opinions)),
        ("features", max(with_features - segment, 1e-9)),
    )
    for name, seconds in steps:
        table.add_row(name, f"{1 / seconds:,.1f}")
    show(table, console=console)
    one, two = _together(opinions, 1), _together(opinions, 2)
    parallel = 2 * (1 - two / one)
    if not MIN_SPEEDUP <= parallel <= MAX_SPEEDUP:
        console.print("no machine to measure on: other programs hold its cores; try again")
        console.print(f"measured: {1 / one:,.1f} a second in one process, {1 / two:,.1f} in two")
        return
    parallel = min(parallel, 1.0)
    projected = Table("workers", "hours", title=f"{MANY:,} opinions, projected")
    for workers in WORKERS:
        seconds = one * (1 - parallel + parallel / workers)
        projected.add_row(str(workers), f"{MANY * seconds / 3600:,.0f}")
    show(projected, console=console)
    console.print(f"measured: {1 / one:,.1f} a second in one process, {1 / two:,.1f} in two")


if __name__ == "__main__":
    run(main)
