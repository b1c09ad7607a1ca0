"""One small model, trained once through the command and registered in a store of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from enjoin import app
from serve.predictor import Predictor


@dataclass(frozen=True)
class Trained:
    """The folder whose MLflow store holds the model, what training printed, and the predictor."""

    folder: Path
    printed: str
    predictor: Predictor


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Path]:
    """Give the folder of all processes of `pytest -n`; what is compiled is compiled once in it."""
    own = tmp_path_factory.getbasetemp()
    folder = own if worker_id == "master" else own.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENJOIN_CACHE_DIR", str(folder / "cache"))
        yield folder


@pytest.fixture(scope="session")
def trained(shared: Path) -> Iterator[Trained]:
    """Train the model, or take the one that another process has trained."""
    folder = shared / "store"
    printed = folder / "printed.txt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        # Subprocesses too are to run the checkout, not an installed copy.
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        with FileLock(f"{folder}.lock"):
            folder.mkdir(exist_ok=True)
            patch.chdir(folder)
            if not printed.exists():
                result = CliRunner().invoke(
                    app, ["train", "--bags", "6", "--folds", "2", "--first-test-year", "2024"]
                )
                assert result.exit_code == 0, result.output
                printed.write_text(result.output, encoding="utf-8")
        yield Trained(folder, printed.read_text(encoding="utf-8"), Predictor.load())
