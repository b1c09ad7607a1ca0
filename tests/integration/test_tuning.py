"""`enjoin tune`: killed and gone on with, pruned trials, and what it tells."""

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import optuna
import pytest
from optuna.pruners import MedianPruner
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from train.dataset import build_training_set, fit_subset
from train.fit.boosters import DEFAULT_PARAMETERS
from train.modes import MODES
from train.settings import TrainSettings
from train.tracking.registry import EXPERIMENT
from train.tune.objective import CrossValidation, prepare_folds
from train.tune.parameters import read_parameters

DEADLINE = 120.0
"""Seconds; a guard against a search that hangs, not a measure of its speed."""


RULINGS = embedded_rulings()[::14]
SETTINGS = TrainSettings(n_folds=3, n_bags=2)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with some rulings and an MLflow store."""
    folder = tmp_path_factory.mktemp("tuning")
    rows = [row.model_dump(mode="json") for row in RULINGS]
    (folder / "some.jsonl").write_text("\n".join(map(json.dumps, rows)))
    mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db").create_experiment(EXPERIMENT)
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder to tune in, with a store of its own."""
    for name in ("some.jsonl", "mlflow.db"):
        shutil.copy(prepared / name, tmp_path / name)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    # The search in a process of its own is to run the checkout, not an installed copy.
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _arguments(trials: int, study: str = "tune.db") -> list[str]:
    given = {"--rulings": "some.jsonl", "--trials": trials, "--study": study}
    given |= {"--bags": 2, "--folds": 3, "--output": "parameters.toml"}
    return ["tune", *(str(part) for pair in given.items() for part in pair)]


def _rows(study: Path, asked: str) -> list[tuple[Any, ...]]:
    if not study.exists():
        return []
    connection = sqlite3.connect(study, timeout=10)
    try:
        return connection.execute(asked).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return []  # its tables are still to come
    finally:
        connection.close()


def _states(study: Path) -> list[str]:
    return [state for (state,) in _rows(study, "select state from trials order by number")]


def _completed(study: Path) -> list[list[tuple[str, float]]]:
    """Return the names and values of the parameters of each whole trial, in order."""
    asked = (
        "select number, param_name, param_value from trials join trial_params using (trial_id) "
        "where state = 'COMPLETE' order by number, param_name"
    )
    found: dict[int, list[tuple[str, float]]] = {}
    for number, name, value in _rows(study, asked):
        found.setdefault(number, []).append((name, value))
    return list(found.values())


def test_a_killed_search_goes_on_where_it_was(folder: Path) -> None:
    program = [sys.executable, "-m", "enjoin", *_arguments(3)]
    search = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + DEADLINE
        while "COMPLETE" not in _states(folder / "tune.db"):
            assert search.poll() is None, "the search ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        search.kill()
        search.wait()
    finished = _states(folder / "tune.db").count("COMPLETE")
    assert finished < 3

    result = CliRunner().invoke(app, _arguments(3))
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    assert f"after {finished} trial(s)" in told
    trials = _completed(folder / "tune.db")
    assert len(trials) == 3
    assert set(_states(folder / "tune.db")) <= {"COMPLETE", "RUNNING", "FAIL"}
    assert CliRunner().invoke(app, _arguments(3, "whole.db")).exit_code == 0
    assert trials == _completed(folder / "whole.db")  # as if it had not been killed

    found = mlflow.search_runs(experiment_names=[EXPERIMENT])
    mine = found[found["tags.study"].notna()]
    assert "RUNNING" not in set(mine["status"])
    parents = mine[mine["tags.mlflow.parentRunId"].isna()]
    assert sorted(parents["status"]) == ["FINISHED", "FINISHED"]  # the killed run was resumed


def test_a_pruned_trial_says_so_and_keeps_what_it_had(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_the_first(self: MedianPruner, study: optuna.Study, trial: Any) -> bool:
        return trial.number > 0 and trial.last_step == 2

    monkeypatch.setattr(MedianPruner, "prune", after_the_first)
    result = CliRunner().invoke(app, _arguments(2))
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    for words in ("1 pruned, best Brier score 0.", "Best of 2 trials (1 pruned)", "is optimistic"):
        assert words in told
    assert "No trial did better" in told
    assert "warning" not in told
    assert "Next:" not in told
    assert read_parameters(folder / "parameters.toml") == DEFAULT_PARAMETERS
    written = (folder / "parameters.toml").read_text()
    assert written.startswith("# Written by `enjoin tune`.\n# Best of 2 trials")

    found = mlflow.search_runs(experiment_names=[EXPERIMENT], filter_string="tags.state != ''")
    by_state = found.set_index("tags.state")
    assert set(by_state.index) == {"complete", "pruned"}
    assert by_state.loc["pruned", "metrics.running_brier_score"] > 0
    assert np.isnan(by_state.loc["pruned", "metrics.brier_score"])
    whole = by_state.loc["complete"]
    assert whole["metrics.brier_score"] == pytest.approx(whole["metrics.running_brier_score"])
    assert whole["metrics.brier_score"] == pytest.approx(
        np.mean([whole[f"metrics.brier_score_{mode}"] for mode in MODES])
    )


def test_reading_once_per_fold_changes_no_prediction() -> None:
    training_set = build_training_set(embedded_rulings()[-480::3])
    folds = prepare_folds(training_set, SETTINGS)
    assert folds[0].ratings.rating_model is not None
    steps = list(
        CrossValidation(training_set, folds, SETTINGS).errors_by_fold({"num_iterations": 20})
    )
    assert [bool(np.isnan(errors).any()) for errors in steps] == [True, True, False]
    plain = np.empty_like(steps[-1])
    for fold in folds:
        model = fit_subset(training_set, fold.train, {"num_iterations": 20}, 2, 0).model
        for place, mode in enumerate(MODES):
            frame = training_set.frames[mode].take(fold.test)
            p = model.predict(frame, [mode] * len(frame))["p_grant"]
            plain[place, fold.test] = (p - training_set.granted[fold.test]) ** 2
    np.testing.assert_array_equal(steps[-1], plain)
