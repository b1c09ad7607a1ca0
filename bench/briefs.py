"""Time long papers: a docket of briefs, one brief, and the growth of time with length.

    python -m bench.briefs [--papers FOLDER] [--count N] [--model ADDRESS]

The papers are the text files of a folder, or are put together from embedded accounts and citations.
The docket is scored by `enjoin score` in one process and in all, and on Dask clusters of one worker
and of two; beside it stands a text classifier of scikit-learn (TF-IDF and logistic regression),
which gives a bare probability. How often each paper was read is counted. Needs a trained model
(`enjoin train`).
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import count, cycle, islice
from pathlib import Path
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from bench.against import run, show
from bench.distributed import start_cluster
from bench.scoring import CHAMPION, classifier_of
from bench.timing import numbers_table
from data.embedded import embedded_rulings
from data.io.sources import open_source
from data.schema import Motion
from features.text.cleaning import clean_paper
from serve.batch.chunk import OutputOptions
from serve.batch.job import RunOptions, score_docket
from serve.batch.local_pool import processes
from serve.batch.sinks import FileSink
from serve.predictor import Predictor

SHORTEST, LONGEST = 30_000, 60_000
"""Characters of the papers of the docket."""
LENGTHS = (60_000, 600_000, 5_000_000)
_CITATION = "Winter v. Natural Res. Def. Council, Inc., 555 U.S. 7, {} (2008) (reversing)."


def main(arguments: list[str]) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.briefs")
    parser.add_argument("--papers", type=Path, help="folder of papers as plain text")
    parser.add_argument("--count", type=int, default=200, help="papers of the docket")
    parser.add_argument("--model", default=CHAMPION, help="an MLflow model's address or folder")
    options = parser.parse_args(arguments)
    papers = _read(options.papers) if options.papers else _compose()
    docket = [
        f"{number}. {paper}" for number, paper in enumerate(islice(cycle(papers), options.count))
    ]
    predictor = Predictor.load(options.model)
    console = Console()
    show(_docket_table(predictor, docket), console=console)
    show(_length_table(predictor, papers), console=console)


def _read(folder: Path) -> list[str]:
    """Return the papers of a folder and its folders that are of the length wanted."""
    texts = (
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )
    papers = [text for text in texts if SHORTEST <= len(text) <= LONGEST]
    if not papers:
        sys.exit(f"{folder} has no text of {SHORTEST:,} to {LONGEST:,} characters")
    return papers


def _compose() -> list[str]:
    """Put papers together from accounts, with a citation after every third."""
    accounts = cycle(ruling.motion for ruling in embedded_rulings())
    papers = []
    for size in range(SHORTEST, LONGEST, 3_000):
        parts: list[str] = []
        for number in count(1):
            parts.append(next(accounts))
            if number % 3 == 0:
                parts.append(_CITATION.format(20 + number % 9))
            if sum(map(len, parts)) >= size:
                break
        papers.append("\n\n".join(parts)[:LONGEST])
    return papers


def _docket_table(predictor: Predictor, docket: Sequence[str]) -> Table:
    megabytes = sum(map(len, docket)) / 1e6
    title = f"A docket of {len(docket)} papers, {megabytes:.1f} MB"
    table = numbers_table(title, "way", "seconds", "MB/s", "readings a paper")
    motions = [_motion(text) for text in docket]
    _score(predictor, motions[:2], 1)
    for jobs in (1, processes(-1)):
        # Its first step is to clean the paper; in processes of their own it is not counted.
        with patch("features.document.clean_paper", wraps=clean_paper) as readings:
            seconds = _score(predictor, motions, jobs)
        each = f"{readings.call_count / len(docket):.2f}" if jobs == 1 else ""
        name = f"enjoin score, {jobs} process{'es and their start' if jobs > 1 else ''}"
        table.add_row(name, f"{seconds:.1f}", f"{megabytes / seconds:.2f}", each)
    for workers in (1, 2):
        with start_cluster(workers) as cluster:
            address = str(cluster.client.scheduler.address)
            _score(predictor, motions[:40], 1, address)  # so that each worker has the model
            seconds = _score(predictor, motions, 1, address)
        name = f"enjoin score --dask, {workers} worker{'s' if workers > 1 else ''}"
        table.add_row(name, f"{seconds:.1f}", f"{megabytes / seconds:.2f}", "")
    classify = classifier_of(docket)
    classify()
    start = time.perf_counter()
    classify()
    seconds = time.perf_counter() - start
    table.add_row(
        "TF-IDF and logistic regression", f"{seconds:.1f}", f"{megabytes / seconds:.2f}", ""
    )
    return table


def _motion(text: str) -> Motion:
    return Motion.model_validate({"motion_type": "preliminary_injunction", "motion": text})


def _score(
    predictor: Predictor, motions: Sequence[Motion], jobs: int, dask: str | None = None
) -> float:
    """Score a docket as the command does; return the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pending.jsonl"
        rows = (motion.model_dump(mode="json", exclude_none=True) for motion in motions)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        start = time.perf_counter()
        with open_source(str(path)) as source:
            sink = FileSink(f"{folder}/scored.csv")
            score_docket(source, sink, predictor, OutputOptions(), RunOptions(jobs=jobs, dask=dask))
        return time.perf_counter() - start


def _length_table(predictor: Predictor, papers: Sequence[str]) -> Table:
    """Time answers about one paper of each length: they should grow with it, and no faster."""
    table = numbers_table(
        "One paper, answered with its factors", "characters", "seconds", "MB/s", "MB of memory"
    )
    predictor.answer([_motion(papers[-1])])  # so that all is loaded
    endless = "\n\n".join(islice(cycle(papers), 5_000_000 // SHORTEST + 1))
    for length in LENGTHS:
        motion = _motion(endless[:length])
        start = time.perf_counter()
        predictor.answer([motion])
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        table.add_row(
            f"{length:,}", f"{seconds:.2f}", f"{length / 1e6 / seconds:.2f}", f"{memory:,.0f}"
        )
    return table


if __name__ == "__main__":
    run(main)
