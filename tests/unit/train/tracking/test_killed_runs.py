"""Runs whose processes were killed are marked as failed; no run of a living process ever is."""

import shutil
import subprocess
import sys
from pathlib import Path

import mlflow
import psutil
import pytest

from train.tracking import experiment, killed_runs
from train.tracking.killed_runs import PLACE, PROCESS, STARTED, fail_killed_runs, process_tags


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables of a store, which takes seconds, once."""
    path = tmp_path_factory.mktemp("tables") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture(autouse=True)
def _store(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(database, tmp_path / "mlflow.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setattr(experiment, "_chosen", None)


@pytest.fixture(scope="module")
def dead() -> int:
    """Give the id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def start(**tags: str) -> str:
    """Leave a run behind that is still running; return its id."""
    named = {PLACE: "place", PROCESS: "pid", STARTED: "started"}
    own = process_tags()
    given = {tag: tags.get(name, own[tag]) for tag, name in named.items()}
    return str(mlflow.MlflowClient().create_run("0", tags=given).info.run_id)


def status(run_id: str) -> str:
    return str(mlflow.MlflowClient().get_run(run_id).info.status)


def test_killed_runs_are_failed_at_the_next_start(dead: int) -> None:
    older = f"{psutil.Process().create_time() - 60:.2f}"
    killed = [start(pid=str(dead)), start(started=older)]
    living = [start(), start(place="elsewhere", pid=str(dead)), start(pid="?"), start(started="")]
    living.append(str(mlflow.MlflowClient().create_run("0").info.run_id))
    finished = start(pid=str(dead))
    mlflow.MlflowClient().set_terminated(finished, "FINISHED")
    experiment.prepare_run()
    assert [status(run_id) for run_id in killed] == ["FAILED"] * 2
    assert [status(run_id) for run_id in living] == ["RUNNING"] * 5
    assert status(finished) == "FINISHED"
    tags = mlflow.MlflowClient().get_run(killed[0]).data.tags
    assert tags[killed_runs.REASON] == "its process was killed"
    assert fail_killed_runs() == []


def test_a_clock_that_is_set_kills_nobody() -> None:
    moved = f"{psutil.Process().create_time() - 1:.2f}"
    assert fail_killed_runs() == []
    run_id = start(started=moved)
    assert fail_killed_runs() == []
    assert status(run_id) == "RUNNING"


def test_a_store_that_refuses_the_marks_costs_nothing_else(
    dead: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*arguments: object) -> None:
        raise mlflow.MlflowException("read only")

    start(pid=str(dead))
    monkeypatch.setattr(mlflow.MlflowClient, "set_terminated", refuse)
    assert fail_killed_runs() == []
    assert "could not be marked" in caplog.text
