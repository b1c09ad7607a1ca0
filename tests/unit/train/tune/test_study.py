"""The study of a search: pruning, resuming, and what begins a new study."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from data.embedded import embedded_rulings
from train.settings import TrainSettings
from train.tune.study import (
    PRUNER,
    count_finished,
    count_pruned,
    enqueue_first,
    next_sampler,
    open_study,
    should_prune,
    study_identity,
)

IDENTITY = {"rulings": "a", "seed": 0}


def _run_trial(study: optuna.Study, means: Sequence[float]) -> int | None:
    """Run a trial with these running means; return the fold at which it was pruned."""
    trial = study.ask()
    for fold, mean in enumerate(means, start=1):
        if should_prune(trial, mean, fold):
            study.tell(trial, state=TrialState.PRUNED)
            return fold
    study.tell(trial, means[-1])
    return None


def test_a_trial_above_the_median_is_pruned_even_after_an_easy_first_fold() -> None:
    study = optuna.create_study(pruner=PRUNER)
    for _ in range(5):
        assert _run_trial(study, (0.18, 0.20, 0.21)) is None
    assert _run_trial(study, (0.17, 0.21, 0.22)) == 2
    assert _run_trial(study, (0.19, 0.19, 0.22)) == 3
    assert _run_trial(study, (0.19, 0.20, 0.21)) is None


def test_no_trial_is_pruned_before_five_are_complete() -> None:
    study = optuna.create_study(pruner=PRUNER)
    for _ in range(4):
        _run_trial(study, (0.18, 0.20, 0.21))
    assert _run_trial(study, (0.9, 0.9, 0.9)) is None


def test_another_identity_begins_another_study(tmp_path: Path) -> None:
    path = tmp_path / "new" / "tune.db"
    lines: list[str] = []
    study = open_study(path, IDENTITY, lines.append)
    enqueue_first(study, {"x": 1.0})
    study.optimize(lambda trial: trial.suggest_float("x", 0, 9), n_trials=1)

    other = open_study(path, IDENTITY | {"seed": 1}, lines.append)
    assert other.study_name != study.study_name
    assert count_finished(other) == 0
    assert "seed" in lines[1]
    assert "rulings" not in lines[1]

    again = open_study(path, IDENTITY, lines.append)
    assert again.study_name == study.study_name
    assert "resuming" in lines[2]
    enqueue_first(again, {"x": 1.0})
    assert [trial.params for trial in again.trials] == [{"x": 1.0}]


def test_other_rulings_and_settings_have_another_identity() -> None:
    rulings, settings = embedded_rulings()[:3], TrainSettings()
    first = study_identity(rulings, settings)
    assert study_identity(list(rulings), settings) == first
    assert study_identity(rulings[:2], settings)["rulings"] != first["rulings"]
    assert study_identity(rulings, TrainSettings(n_folds=4)) != first
    assert study_identity(rulings, TrainSettings(dask="tcp://elsewhere:8786")) == first


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a study " * 200)
    with pytest.raises(ValueError, match=r"notes.txt.*--study"):
        open_study(path, IDENTITY, lambda line: None)


def _search(path: Path, total: int, dies_at: int | None = None) -> list[Any]:
    """Search as `tune` does; at trial `dies_at` leave a trial running, as a killed process does."""

    def objective(trial: optuna.Trial) -> float:
        x, y = trial.suggest_float("x", -5, 5), trial.suggest_int("y", 0, 20)
        for fold in (1, 2, 3):
            if should_prune(trial, ((x - 1) ** 2 + y * fold) / 1000, fold):
                raise optuna.TrialPruned
        return (x - 1) ** 2 + y * 3

    study = open_study(path, IDENTITY, lambda line: None)
    enqueue_first(study, {"x": 0.0, "y": 5})
    for number in range(count_finished(study), total):
        study.sampler = next_sampler(study, 0)
        if number == dies_at:
            study.ask().suggest_float("x", -5, 5)
            return []
        study.optimize(objective, n_trials=1)
    assert 0 < count_pruned(study) < total
    return [(trial.params, trial.value) for trial in study.trials if trial.state.is_finished()]


def test_an_interrupted_search_tries_what_it_would_have_tried(tmp_path: Path) -> None:
    uninterrupted = _search(tmp_path / "uninterrupted.db", 13)
    interrupted = tmp_path / "interrupted.db"
    for dies_at in (2, 11):  # among the random first trials, and among those of TPE
        _search(interrupted, 13, dies_at)
    assert _search(interrupted, 13) == uninterrupted
    assert len({str(params) for params, _ in uninterrupted}) == 13  # none is repeated
