"""Time the scoring of dockets beside its peers, and show that memory stays flat.

    python -m bench.scoring [--rows N] [--limit N] [--model ADDRESS]

Prints two tables. The first gives rows a second for coded motions and for motions of 100 words of
text: the whole command (reading, checking, scoring, writing), the model through MLflow's pyfunc,
and a text classifier of scikit-learn (TF-IDF and logistic regression), which gives a bare
probability: no interval, reasons or checks. Its tokens are spaCy's where spaCy is installed. The
second gives time and memory of the command by the number of rows. It needs a model, as
`enjoin train` leaves one.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from bench.distributed import resampled
from bench.timing import numbers_table
from data.embedded import embedded_rulings
from data.io.sources import opened
from data.schema import Motion, Ruling
from serve.batch.chunk import OutputOptions
from serve.batch.job import Run, score_docket
from serve.batch.local_pool import processes
from serve.batch.sinks import FileSink
from serve.model_source import locate_model
from serve.predictor import Predictor
from train.modes import Mode, masked

WORDS = 100
WARM_UP = 200
"""Motions that each way is asked about first, since it loads and compiles what it needs then."""
SIZES = (10_000, 100_000, 1_000_000)
CHAMPION = "models:/enjoin@champion"
_LOOK_EVERY = 0.5


def main(arguments: list[str]) -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.scoring")
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the first table")
    parser.add_argument("--limit", type=int, default=SIZES[-1], help="rows of the second at most")
    parser.add_argument("--model", default=CHAMPION, help="an MLflow model's address or folder")
    given = parser.parse_args(arguments)
    console = Console()
    console.print(_rates(given.model, given.rows))
    with tempfile.TemporaryDirectory() as folder:
        table = numbers_table(
            "The whole command", "rows", "seconds", "rows/s", "MB, largest process", "MB, all"
        )
        for size in SIZES:
            if size <= given.limit:
                cells = _command(Path(folder), given.model, size)
                console.print(f"[dim]{size:,} rows: {', '.join(cells)}[/dim]")
                table.add_row(f"{size:,}", *cells)
        console.print(table)


def _rates(model: str, rows: int) -> Any:
    table = numbers_table(f"Rows a second, {rows:,} rows", "what", "coded", f"{WORDS} words")
    ways: dict[str, Callable[[list[Motion]], Callable[[], int]]] = {
        "enjoin score, one process": lambda motions: _scoring(model, motions, 1),
        f"enjoin score, {processes(-1)} processes and their start": (
            lambda motions: _scoring(model, motions, processes(-1))
        ),
        "mlflow.pyfunc, the same model": lambda motions: _pyfunc(model, motions),
        f"TF-IDF and logistic regression, {_tokens()[0]} tokens": _classifier,
    }
    # Words that were read before are remembered: every run is given motions of its own.
    unread = _without_end()
    modes: tuple[Mode, ...] = ("coded", "text")
    for name, way in ways.items():
        rates = []
        for mode in modes:
            way(_motions(unread, WARM_UP, mode))()
            score = way(_motions(unread, rows, mode))
            start = time.perf_counter()
            score()
            rates.append(f"{rows / (time.perf_counter() - start):,.0f}")
        table.add_row(name, *rates)
    return table


def _motions(unread: Iterator[Ruling], rows: int, mode: Mode) -> list[Motion]:
    """Return the next motions, of a mode, their text cut or repeated to so many words."""
    found = []
    for place, row in enumerate(islice(unread, rows)):
        words = f"{row.motion} {row.opposition or ''}".split()
        words = (words * (WORDS // max(len(words), 1) + 1))[:WORDS]
        changes = {"id": f"{place}", "motion": " ".join(words), "opposition": None}
        found.append(masked(row.as_motion(), mode).model_copy(update=changes))
    return found


def _scoring(model: str, motions: list[Motion], jobs: int) -> Callable[[], int]:
    located = locate_model(model)
    predictor = Predictor.from_located(located)

    def score() -> int:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pending.jsonl"
            with path.open("w", encoding="utf-8") as out:
                out.writelines(
                    motion.model_dump_json(exclude_none=True) + "\n" for motion in motions
                )
            with opened(str(path)) as source:
                sink = FileSink(f"{folder}/scored.csv")
                run = Run(jobs=jobs)
                return score_docket(source, sink, predictor, located, OutputOptions(), run).scored

    return score


def _pyfunc(model: str, motions: list[Motion]) -> Callable[[], int]:
    import mlflow

    loaded = mlflow.pyfunc.load_model(model)
    frame = pd.DataFrame([motion.model_dump(mode="json") for motion in motions])
    return lambda: len(loaded.predict(frame))


def _classifier(motions: list[Motion]) -> Callable[[], int]:
    rulings = embedded_rulings()
    _, tokens = _tokens()
    pattern = None if tokens else r"(?u)\b\w\w+\b"
    words = TfidfVectorizer(tokenizer=tokens, token_pattern=pattern, min_df=3)
    pipeline: Pipeline = make_pipeline(words, LogisticRegression(max_iter=1000))
    pipeline.fit([row.motion for row in rulings], [row.outcome != "denied" for row in rulings])
    texts = [motion.motion for motion in motions]
    return lambda: len(pipeline.predict_proba(texts))


def _tokens() -> tuple[str, Callable[[str], list[str]] | None]:
    if find_spec("spacy") is None:
        return "its own", None
    import spacy

    blank = spacy.blank("en")
    return "spaCy", lambda text: [token.lower_ for token in blank.tokenizer(text)]


def _command(folder: Path, model: str, size: int) -> list[str]:
    """Score so many coded motions with the command; return the cells of a row."""
    source, output = folder / "pending.jsonl", folder / "scored.parquet"
    lines = (
        json.dumps(row.as_motion().model_dump(mode="json", exclude_none=True) | {"id": str(number)})
        for number, row in zip(count(), _without_end(), strict=False)
    )
    with source.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in islice(lines, size))
    command = [sys.executable, "-m", "enjoin", "score", str(source), str(output), "--model", model]
    start = time.perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    largest = most = 0.0
    while True:
        sizes = _megabytes(running.pid)
        largest, most = max([largest, *sizes]), max(most, sum(sizes))
        try:
            if running.wait(_LOOK_EVERY):
                raise ChildProcessError(f"the command failed: {' '.join(command)}")
            break
        except subprocess.TimeoutExpired:
            pass
    seconds = time.perf_counter() - start
    return [f"{seconds:,.0f}", f"{size / seconds:,.0f}", f"{largest:,.0f}", f"{most:,.0f}"]


def _without_end() -> Iterator[Ruling]:
    """Give rulings whose words no other has all of."""
    for seed in count():
        yield from resampled(1_000, seed)


def _megabytes(process: int) -> list[float]:
    """Return what a process and those it started hold now, shared pages counted by share."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:  # it ended
        return []
    shares = [int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")]
    return [sum(shares) / 1024, *(size for child in children for size in _megabytes(int(child)))]


if __name__ == "__main__":
    main(sys.argv[1:])
