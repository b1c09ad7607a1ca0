"""Time the scoring of dockets against its peers, and show that memory stays flat.

    python -m bench.scoring [--rows N] [--limit N] [--model ADDRESS]

Prints two tables. The first has rows a second for coded motions and for motions of 100 words of
text: `enjoin score` (reading, checking, scoring, writing), the model as an MLflow pyfunc, and a
text classifier of scikit-learn (TF-IDF and logistic regression), which gives a bare probability
without interval, factors or checks; it uses spaCy's tokens if spaCy is installed; and the trees of
the model in LightGBM, which computes contributions from features that were read beforehand. The
second has time and memory of the command by the number of rows. Needs a trained model
(`enjoin train`).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from bench.against import run, show
from bench.distributed import resampled
from bench.timing import numbers_table
from data.embedded import embedded_rulings
from data.io.sources import open_source
from data.schema import Motion, Ruling
from features.build import build_features
from serve.batch.chunk import OutputOptions
from serve.batch.job import RunOptions, score_docket
from serve.batch.local_pool import processes
from serve.batch.sinks import FileSink
from serve.predictor import Predictor
from train.modes import BASIS_OF, Mode, masked, mode_of

WORDS = 100
WARM_UP = 200
"""Motions that each way scores first, untimed, while it loads and compiles."""
SIZES = (10_000, 100_000, 1_000_000)
CHAMPION = "models:/enjoin@champion"
_POLL_SECONDS = 0.5


def main(arguments: list[str]) -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.scoring")
    parser.add_argument("--rows", type=int, default=20_000, help="rows of the first table")
    parser.add_argument("--limit", type=int, default=SIZES[-1], help="largest size of the second")
    parser.add_argument("--model", default=CHAMPION, help="an MLflow model's address or folder")
    options = parser.parse_args(arguments)
    console = Console()
    show(_rates(options.model, options.rows), console=console)
    with tempfile.TemporaryDirectory() as folder:
        table = numbers_table(
            "The whole command", "rows", "seconds", "rows/s", "MB, largest process", "MB, all"
        )
        for size in SIZES:
            if size <= options.limit:
                cells = _time_command(Path(folder), options.model, size)
                console.print(f"[dim]{size:,} rows: {', '.join(cells)}[/dim]")
                table.add_row(f"{size:,}", *cells)
        show(table, console=console)


def _rates(model: str, rows: int) -> Any:
    table = numbers_table(f"Rows a second, {rows:,} rows", "way", "coded", f"{WORDS} words")
    ways: dict[str, Callable[[list[Motion]], Callable[[], int]]] = {
        "enjoin score, one process": lambda motions: _command_in_process(model, motions, 1),
        f"enjoin score, {processes(-1)} processes and their start": (
            lambda motions: _command_in_process(model, motions, processes(-1))
        ),
        "mlflow.pyfunc, the same model": lambda motions: _pyfunc(model, motions),
        "LightGBM, its contributions alone": lambda motions: _contributions(model, motions),
        f"TF-IDF and logistic regression, {_tokens()[0]} tokens": _classifier,
    }
    rulings = _endless_rulings()
    modes: tuple[Mode, ...] = ("coded", "text")
    for name, way in ways.items():
        rates = []
        for mode in modes:
            way(_motions(rulings, WARM_UP, mode))()
            score = way(_motions(rulings, rows, mode))
            start = time.perf_counter()
            score()
            rates.append(f"{rows / (time.perf_counter() - start):,.0f}")
        table.add_row(name, *rates)
    return table


def _motions(rulings: Iterator[Ruling], rows: int, mode: Mode) -> list[Motion]:
    """Return the next motions, in a mode, their text cut or repeated to `WORDS` words."""
    motions = []
    for number, ruling in enumerate(islice(rulings, rows)):
        words = f"{ruling.motion} {ruling.opposition or ''}".split()
        words = (words * (WORDS // max(len(words), 1) + 1))[:WORDS]
        changes = {"id": f"{number}", "motion": " ".join(words), "opposition": None}
        motions.append(masked(ruling.as_motion(), mode).model_copy(update=changes))
    return motions


def _command_in_process(model: str, motions: list[Motion], jobs: int) -> Callable[[], int]:
    predictor = Predictor.load(model)

    def score() -> int:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pending.jsonl"
            with path.open("w", encoding="utf-8") as out:
                out.writelines(
                    motion.model_dump_json(exclude_none=True) + "\n" for motion in motions
                )
            with open_source(str(path)) as source:
                sink = FileSink(f"{folder}/scored.csv")
                run = RunOptions(jobs=jobs)
                return score_docket(source, sink, predictor, OutputOptions(), run).scored

    return score


def _pyfunc(model: str, motions: list[Motion]) -> Callable[[], int]:
    import mlflow

    loaded = mlflow.pyfunc.load_model(model)
    frame = pd.DataFrame([motion.model_dump(mode="json") for motion in motions])
    return lambda: len(loaded.predict(frame))


def _contributions(model: str, motions: list[Motion]) -> Callable[[], int]:
    """Return what LightGBM alone does: the contributions of each feature, by all bags of a model.

    The features are read beforehand, and one thread is used, as by one process.
    """
    import lightgbm as lgb

    fitted = Predictor.load(model).model
    basis = BASIS_OF[mode_of(motions[0])]
    boosters = [lgb.Booster(model_str=text) for text in fitted.ensembles[basis].forest.texts]
    matrix = fitted.encode(build_features(motions))

    def contribute() -> int:
        for booster in boosters:
            booster.predict(matrix, pred_contrib=True, num_threads=1)
        return len(matrix)

    return contribute


def _classifier(motions: list[Motion]) -> Callable[[], int]:
    return classifier_of([motion.motion for motion in motions])


def classifier_of(texts: Sequence[str]) -> Callable[[], int]:
    """Return what classifies texts by TF-IDF and logistic regression; returns their number."""
    rulings = embedded_rulings()
    _, tokens = _tokens()
    pattern = None if tokens else r"(?u)\b\w\w+\b"
    vectorizer = TfidfVectorizer(tokenizer=tokens, token_pattern=pattern, min_df=3)
    pipeline: Pipeline = make_pipeline(vectorizer, LogisticRegression(max_iter=1000))
    pipeline.fit([row.motion for row in rulings], [row.outcome != "denied" for row in rulings])
    return lambda: len(pipeline.predict_proba(texts))


def _tokens() -> tuple[str, Callable[[str], list[str]] | None]:
    if find_spec("spacy") is None:
        return "its own", None
    import spacy

    blank = spacy.blank("en")
    return "spaCy", lambda text: [token.lower_ for token in blank.tokenizer(text)]


def _time_command(folder: Path, model: str, size: int) -> list[str]:
    """Score `size` coded motions with the command; return the cells of a row."""
    source, output = folder / "pending.jsonl", folder / "scored.parquet"
    lines = (
        json.dumps(row.as_motion().model_dump(mode="json", exclude_none=True) | {"id": str(number)})
        for number, row in zip(count(), _endless_rulings(), strict=False)
    )
    with source.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in islice(lines, size))
    command = [sys.executable, "-m", "enjoin", "score", str(source), str(output), "--model", model]
    start = time.perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    largest = total = 0.0
    while True:
        sizes = _megabytes(running.pid)
        largest, total = max([largest, *sizes]), max(total, sum(sizes))
        try:
            if running.wait(_POLL_SECONDS):
                raise ChildProcessError(f"the command failed: {' '.join(command)}")
            break
        except subprocess.TimeoutExpired:
            pass
    seconds = time.perf_counter() - start
    return [f"{seconds:,.0f}", f"{size / seconds:,.0f}", f"{largest:,.0f}", f"{total:,.0f}"]


def _endless_rulings() -> Iterator[Ruling]:
    """Yield resampled rulings, none with the same text as another."""
    for seed in count():
        yield from resampled(1_000, seed)


def _megabytes(process: int) -> list[float]:
    """Return the memory of a process and of its children; shared pages count in proportion."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:  # the process has ended
        return []
    shares = [int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")]
    return [sum(shares) / 1024, *(size for child in children for size in _megabytes(int(child)))]


if __name__ == "__main__":
    run(main)
