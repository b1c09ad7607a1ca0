"""`enjoin tune`: killed and resumed, with pruned trials, and equal to plain cross-validation."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import optuna
import pytest
from optuna.pruners import MedianPruner
from optuna.trial import FrozenTrial, TrialState
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app
from train.dataset import build_training_set, fit_subset
from train.fit.boosters import DEFAULT_PARAMETERS
from train.modes import MODES
from train.settings import TrainSettings
from train.tracking.experiment import EXPERIMENT
from train.tune.objective import CrossValidation, prepare_folds
from train.tune.parameters import read_parameters

SETTINGS = TrainSettings(n_folds=3, n_bags=2)
RULINGS = [row for row in embedded_rulings() if row.year >= 2018][::6]
KILLED = Path(__file__).with_name("killed_tuning.py")


@pytest.fixture
def folder(own_store: Path) -> Path:
    """Give a folder with some rulings to tune on, and a store of its own."""
    (own_store / "some.jsonl").write_text("\n".join(row.model_dump_json() for row in RULINGS))
    return own_store


def _arguments(trials: int, study: str = "tune.db") -> list[str]:
    options = {"--rulings": "some.jsonl", "--trials": trials, "--study": study}
    options |= {"--bags": SETTINGS.n_bags, "--folds": SETTINGS.n_folds}
    return ["tune", *(str(part) for pair in options.items() for part in pair)]


def _trials(study_file: str) -> list[FrozenTrial]:
    storage = f"sqlite:///{study_file}"
    [summary] = optuna.get_all_study_summaries(storage)
    return list(optuna.load_study(study_name=summary.study_name, storage=storage).trials)


def _completed(study_file: str) -> list[dict[str, Any]]:
    """Return the parameters of each completed trial, in order."""
    complete = TrialState.COMPLETE
    return [trial.params for trial in _trials(study_file) if trial.state is complete]


def test_a_killed_search_is_resumed_where_it_was(folder: Path) -> None:
    killed = subprocess.run([sys.executable, str(KILLED), *_arguments(2)], capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(_completed("tune.db")) == 1

    result = CliRunner().invoke(app, _arguments(2))
    assert result.exit_code == 0, result.output
    assert "resum" in result.output
    trials = _completed("tune.db")
    assert len(trials) == 2
    assert CliRunner().invoke(app, _arguments(2, "whole.db")).exit_code == 0
    assert trials == _completed("whole.db")  # as if it had not been killed

    runs = mlflow.search_runs(experiment_names=[EXPERIMENT])
    own = runs[runs["tags.study"].notna()]  # the store may hold runs of other tests
    searches = own[own["tags.mlflow.parentRunId"].isna()]
    assert searches["status"].tolist() == ["FINISHED", "FINISHED"]  # the killed run was resumed
    assert set(own["status"]) == {"FINISHED"}


def test_a_pruned_trial_keeps_what_it_had(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def after_the_first(self: MedianPruner, study: optuna.Study, trial: FrozenTrial) -> bool:
        return trial.number > 0 and trial.last_step == 2

    monkeypatch.setattr(MedianPruner, "prune", after_the_first)
    result = CliRunner().invoke(app, _arguments(2))
    assert result.exit_code == 0, result.output
    assert "1 pruned" in result.output
    assert read_parameters(folder / "parameters.toml") == DEFAULT_PARAMETERS
    assert "pruned" in (folder / "parameters.toml").read_text()
    states = [trial.state for trial in _trials("tune.db")]
    assert states == [TrialState.COMPLETE, TrialState.PRUNED]

    runs = mlflow.search_runs(experiment_names=[EXPERIMENT], filter_string="tags.state != ''")
    by_state = runs.set_index("tags.state")
    pruned, complete = by_state.loc["pruned"], by_state.loc["complete"]
    assert pruned["metrics.folds"] == 2
    assert pruned["metrics.partial_brier_score_text"] > 0
    assert np.isnan(pruned["metrics.brier_score"])
    assert complete["metrics.brier_score"] == pytest.approx(
        np.mean([complete[f"metrics.brier_score_{mode}"] for mode in MODES])
    )


def test_mlflow_run_names_the_run_of_a_search(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = mlflow.MlflowClient()
    run = client.create_run(client.get_experiment_by_name(EXPERIMENT).experiment_id)
    monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)
    result = CliRunner().invoke(app, _arguments(1))
    assert result.exit_code == 0, result.output
    assert mlflow.get_run(run.info.run_id).data.metrics["trials_finished"] == 1
    assert set(read_parameters(folder / "parameters.toml")) == set(DEFAULT_PARAMETERS)


def test_inferring_ratings_once_per_fold_changes_no_prediction() -> None:
    training_set = build_training_set(RULINGS)
    folds = prepare_folds(training_set, SETTINGS)
    assert folds[0].ratings.rating_model is not None
    few = {"num_iterations": 20}
    steps = list(CrossValidation(training_set, folds, SETTINGS).errors_by_fold(few))
    assert [bool(np.isnan(errors).any()) for errors in steps] == [True, True, False]
    plain = np.empty_like(steps[-1])
    for fold in folds:
        model = fit_subset(training_set, fold.train, few, SETTINGS.n_bags, SETTINGS.seed).model
        for row, mode in enumerate(MODES):
            frame = training_set.frames[mode].take(fold.test)
            p = model.predict(frame, [mode] * len(frame))["p_grant"]
            plain[row, fold.test] = (p - training_set.granted[fold.test]) ** 2
    np.testing.assert_array_equal(steps[-1], plain)
