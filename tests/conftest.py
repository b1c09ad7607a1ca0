"""One small model, trained once through the command and registered in a store of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from enjoin import app
from serve.predictor import Predictor


@dataclass(frozen=True)
class Trained:
    """The folder whose MLflow store holds the model, what training printed, and the predictor."""

    folder: Path
    printed: str
    predictor: Predictor


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENJOIN_CACHE_DIR", str(folder / "cache"))
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        # Subprocesses too are to run the checkout, not an installed copy.
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        patch.chdir(folder)
        result = CliRunner().invoke(
            app, ["train", "--bags", "6", "--folds", "2", "--first-test-year", "2024"]
        )
        assert result.exit_code == 0, result.output
        yield Trained(folder, result.output, Predictor.load())
