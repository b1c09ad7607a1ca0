"""Two models, each made once per run: a tiny one trained by the command, and one of all rulings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from data.embedded import embedded_rulings
from data.splits import phrase_split

# What loads OpenMP is imported only in fixtures, where it finds this. With as many processes as
# cores, threads that wait for each other made a fit take thirty times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

if TYPE_CHECKING:
    from data.schema import Ruling
    from serve.predictor import Predictor

N_TINY = 96
"""Rulings of the tiny model: about the fewest of which every fold trains on 40 or more."""
LAST_TINY = 2025
"""The year of those it is tested on."""


@dataclass(frozen=True)
class Trained:
    """The folder whose MLflow store holds a model, what training printed, and the predictor."""

    folder: Path
    printed: str
    predictor: "Predictor"


@pytest.fixture(scope="session", autouse=True)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Path]:
    """Give the folder shared by all processes of `pytest -n`.

    Automata, which take some twenty seconds to compile, are kept in pytest's cache for later runs.
    """
    own = tmp_path_factory.getbasetemp()
    folder = own if worker_id == "master" else own.parent
    kept = getattr(request.config, "cache", None)  # absent with -p no:cacheprovider
    compiled = kept.mkdir("automata") if kept else folder / "automata"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENJOIN_CACHE_DIR", str(compiled))
        # Otherwise each of the many processes that tests start compiles all modules anew.
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        # Subprocesses, too, run the checkout and not an installed copy.
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        yield folder


@pytest.fixture(autouse=True)
def _forget_experiment() -> Iterator[None]:
    """Unset the variable in which MLflow keeps the experiment of the store last used."""
    yield
    os.environ.pop("MLFLOW_EXPERIMENT_ID", None)


def tiny_rulings() -> "list[Ruling]":
    """Pick a few rulings: two thirds before 2024, the others of 2025; half of each granted.

    The earlier ones are held out from phrase writers, so that what phrases read can be measured.
    """
    embedded = [
        ruling
        for ruling in embedded_rulings()
        if ruling.year == LAST_TINY or phrase_split(ruling) == "held_out"
    ]
    picked: list[Ruling] = []
    for years, n in ((range(2005, 2024), N_TINY // 3), ((LAST_TINY,), N_TINY // 6)):
        for denied in (True, False):
            rulings = [r for r in embedded if r.year in years and (r.outcome == "denied") is denied]
            picked += rulings[:: len(rulings) // n][:n]
    return picked


def train_tiny(folder: Path) -> str:
    """Train the tiny model through the command, in the current store; return what it printed."""
    from typer.testing import CliRunner

    from enjoin import app

    rulings = folder / "rulings.jsonl"
    rulings.write_text("\n".join(ruling.model_dump_json() for ruling in tiny_rulings()))
    rulings.chmod(0o600)  # as people's own should be; what training writes must be so too
    arguments = ["train", "--rulings", str(rulings), "--first-test-year", "2025"]
    result = CliRunner().invoke(app, [*arguments, "--bags", "2", "--folds", "2"])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="session")
def tiny(shared: Path) -> Trained:
    """Train the tiny model, or take the one that another process has trained."""
    from serve.predictor import Predictor

    folder = shared / "store"
    printed = folder / "printed.txt"
    with FileLock(f"{folder}.lock"):
        folder.mkdir(exist_ok=True)
        with current_store(folder):
            if not printed.exists():
                printed.write_text(train_tiny(folder), encoding="utf-8")
            return Trained(folder, printed.read_text(encoding="utf-8"), Predictor.load())


@pytest.fixture(scope="module")
def trained(tiny: Trained) -> Iterator[Trained]:
    """Give the tiny model; its store and folder are the current ones."""
    with current_store(tiny.folder):
        yield tiny


@contextmanager
def current_store(folder: Path) -> Iterator[None]:
    """Make a folder and the MLflow store in it the current ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        patch.chdir(folder)
        yield


@pytest.fixture(scope="session")
def full_predictor(shared: Path) -> "Predictor":
    """Fit a model on all embedded rulings, or take the one that another process has fitted."""
    import numpy as np

    from serve.predictor import Predictor
    from train.dataset import build_training_set, fit_subset
    from train.fit.neighbors import fit_neighbors, save_neighbors
    from train.model.store import save_model

    folder = shared / "full_model"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            training_set = build_training_set(embedded_rulings())
            rows = np.arange(len(training_set.rulings))
            fitted = fit_subset(training_set, rows, {}, n_bags=6, seed=0)
            save_model(fitted.model, folder)
            kept = (training_set.rulings, training_set.granted, fitted.frames)
            save_neighbors(fit_neighbors(fitted.model, *kept), folder)
    return Predictor.load(str(folder))
