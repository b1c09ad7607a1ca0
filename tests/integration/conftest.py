"""A folder with a store of its own, for tests that write to it."""

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def own_store(trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a new folder whose store is a copy of the tiny model's."""
    shutil.copy(trained.folder / "mlflow.db", tmp_path / "mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path
