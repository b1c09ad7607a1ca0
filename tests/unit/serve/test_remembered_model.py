"""Where a model is is remembered while its store and its files are the same, and no longer."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from serve.remembered_model import SETTLED_SECONDS, RememberedModel

ADDRESS = "models:/enjoin@champion"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a store and a model the current one, with a cache of its own."""
    monkeypatch.setenv("ENJOIN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.json").write_text("{}")
    (tmp_path / "mlflow.db").write_text("store")
    before = time.time() - 2 * SETTLED_SECONDS
    os.utime("mlflow.db", (before, before))
    RememberedModel.of(ADDRESS).keep(Path("model"), "enjoin/1", Path("mlflow.db"))
    return tmp_path


def test_what_was_found_is_recalled(here: Path) -> None:
    assert RememberedModel.of(ADDRESS).recall() == (here / "model", "enjoin/1")
    assert RememberedModel.of("models:/enjoin@challenger").recall() is None
    (kept,) = (here / "cache").iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def _make_writable_for_others(folder: Path) -> None:
    (kept,) = (folder / "cache").iterdir()
    kept.chmod(0o666)


def _damage(folder: Path) -> None:
    (kept,) = (folder / "cache").iterdir()
    kept.write_text('{"folder": 1}')


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "mlflow.db").write_text("other"),
        lambda folder: (folder / "mlflow.db").unlink(),
        lambda folder: (folder / "mlflow.db-wal").write_text("not yet in the file"),
        lambda folder: (folder / "model" / "model.json").write_text("[]"),
        lambda folder: (folder / "model" / "model.json").unlink(),
        lambda folder: (folder / "mlruns").mkdir(),
        _make_writable_for_others,
        _damage,
    ],
)
def test_nothing_is_recalled_after_a_change(here: Path, change: Callable[[Path], object]) -> None:
    change(here)
    assert RememberedModel.of(ADDRESS).recall() is None


def test_other_settings_are_asked_anew(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "sqlite:///other.db")
    assert RememberedModel.of(ADDRESS).recall() is None


def test_a_store_that_has_just_changed_is_not_remembered(here: Path) -> None:
    """Another change in the same tick of the file system's clock would not be noticed."""
    (here / "mlflow.db").write_text("newer")
    asked = RememberedModel.of(ADDRESS)
    asked.keep(Path("model"), "enjoin/2", Path("mlflow.db"))
    assert asked.recall() is None
