"""The study of a search: when a trial is given up, what goes on where, and what is refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
import pytest
from optuna.trial import TrialState

from data.embedded import embedded_rulings
from train.fit.boosters import DEFAULTS
from train.tune.objective import compare
from train.tune.search import Tuned, as_toml, read_parameters
from train.tune.study import AboveMedian, begin, comparable, next_sampler, open_study, pruned, tried

ALIKE = {"rulings": "a", "seed": 0}
RUNNING_MEANS = (0.18, 0.20, 0.21)


def _whole(study: optuna.Study, means: Sequence[float] = RUNNING_MEANS) -> None:
    steps = dict(enumerate(means, start=1))
    study.add_trial(optuna.trial.create_trial(value=means[-1], intermediate_values=steps))


def _given_up_at(study: optuna.Study, means: Sequence[float]) -> int | None:
    trial = study.ask()
    for fold, mean in enumerate(means, start=1):
        trial.report(mean, fold)
        if trial.should_prune():
            return fold
    return None


def test_a_trial_above_the_median_is_given_up_though_its_first_fold_was_easy() -> None:
    study = optuna.create_study(pruner=AboveMedian())
    for _ in range(5):
        _whole(study)
    assert _given_up_at(study, (0.19, 0.21, 0.22)) == 2
    assert _given_up_at(study, (0.19, 0.19, 0.22)) == 3
    assert _given_up_at(study, (0.19, 0.20, 0.21)) is None


def test_no_trial_is_given_up_before_five_are_whole() -> None:
    study = optuna.create_study(pruner=AboveMedian())
    for _ in range(4):
        _whole(study)
    assert _given_up_at(study, (0.9, 0.9, 0.9)) is None


def test_what_makes_trials_comparable_names_the_study(tmp_path: Path) -> None:
    path = tmp_path / "new" / "tune.db"
    with open_study(path, ALIKE) as opened:
        assert "new study" in opened.words
        name = opened.study.study_name
        begin(opened.study, {"x": 1.0})
        opened.study.optimize(lambda trial: trial.suggest_float("x", 0, 9), n_trials=1)
    with open_study(path, ALIKE | {"seed": 1}) as opened:
        assert "not comparable (other seed)" in opened.words
        assert opened.study.study_name != name
        assert tried(opened.study) == []
    with open_study(path, ALIKE) as opened:
        assert f"going on with study {name}, 1 trial(s) finished" in opened.words
        begin(opened.study, {"x": 1.0})  # begun already: not queued again
        assert [trial.params for trial in opened.study.trials] == [{"x": 1.0}]


def test_other_rulings_are_not_comparable() -> None:
    rulings = embedded_rulings()[:3]
    first = comparable(rulings, {"seed": 0})
    assert comparable(list(rulings), {"seed": 0}) == first
    assert comparable(rulings[:2], {"seed": 0})["rulings"] != first["rulings"]


def test_one_search_at_a_time_uses_a_study_file(tmp_path: Path) -> None:
    path = tmp_path / "tune.db"
    with (
        open_study(path, ALIKE),
        pytest.raises(ValueError, match="another search is using"),
        open_study(path, ALIKE),
    ):
        pass
    with open_study(path, ALIKE) as opened:
        assert "going on" in opened.words


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no study " * 200)
    with (
        pytest.raises(ValueError, match=r"notes.txt cannot be used as a study file.*--study"),
        open_study(path, ALIKE),
    ):
        pass


def _search(path: Path, total: int, dies_at: int | None = None) -> list[Any]:
    """Search as `tune` does; at trial `dies_at` leave a trial running, as a kill would."""

    def objective(trial: optuna.Trial) -> float:
        x, y = trial.suggest_float("x", -5, 5), trial.suggest_int("y", 0, 20)
        for fold in (1, 2, 3):
            trial.report((x - 1) ** 2 + y * fold, fold)
            if trial.should_prune():
                raise optuna.TrialPruned
        return (x - 1) ** 2 + y * 3

    with open_study(path, ALIKE) as opened:
        study = opened.study
        begin(study, {"x": 0.0, "y": 5})
        for done in range(len(tried(study)), total):
            study.sampler = next_sampler(study, 0)
            if done == dies_at:
                trial = study.ask()
                trial.suggest_float("x", -5, 5)
                return []
            study.optimize(objective, n_trials=1)
        assert 0 < pruned(study) < total
        return [(trial.params, trial.value) for trial in tried(study)]


def test_a_search_that_was_killed_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = _search(tmp_path / "whole.db", 13)
    cut = tmp_path / "cut.db"
    for dies_at in (2, 11):  # among the random first trials, and among those of TPE
        _search(cut, 13, dies_at)
        with open_study(cut, ALIKE) as opened:
            assert f"{dies_at} trial(s) finished, 1 cut off" in opened.words
            states = [trial.state for trial in opened.study.trials]
            assert TrialState.RUNNING not in states
    assert _search(cut, 13) == whole
    assert len({str(params) for params, _ in whole}) == 13  # none is a repetition


def test_two_models_are_compared_ruling_by_ruling() -> None:
    rng = np.random.default_rng(0)
    before = rng.uniform(0, 1, (3, 200))
    noise = np.repeat(rng.normal(0, 0.001, (3, 50)), 4, axis=1)  # alike within a case of four
    noise -= noise.mean(axis=1, keepdims=True)
    after = before - np.array([[0.03], [0.0], [-0.01]]) + noise
    scores = compare(after, before, np.arange(200) // 4).set_index("mode")
    assert list(scores.index) == ["all", "rated", "coded", "text"]
    assert scores.loc["all", "difference"] == pytest.approx(-0.02 / 3)
    assert scores.loc["rated", "high"] < -0.029  # paired: far narrower than either's own spread
    assert scores.loc["coded", "low"] < 0 < scores.loc["coded", "high"]
    assert scores.loc["text", "low"] > 0.009
    by_row = compare(after, before, np.arange(200)).set_index("mode")
    assert scores.loc["coded", "high"] > 1.5 * by_row.loc["coded", "high"]  # cases are drawn


def _tuned(high: float, **changes: float) -> Tuned:
    row = {"before": 0.2, "after": 0.19, "difference": -0.01, "low": -0.02, "high": high}
    scores = pd.DataFrame([row | {"mode": mode} for mode in ("all", "rated", "coded", "text")])
    return Tuned(DEFAULTS | changes, "enjoin-0", 9, 4, scores, "5 folds")


def test_the_toml_says_whether_the_gain_is_more_than_noise(tmp_path: Path) -> None:
    sure, unsure = _tuned(-0.001, num_leaves=7), _tuned(0.001, num_leaves=7)
    assert sure.surely_better
    assert not unsure.surely_better
    assert "may be noise" not in as_toml(sure)
    assert "may be noise" in as_toml(unsure)
    assert "No trial did better" in as_toml(_tuned(0.0))
    output = tmp_path / "parameters.toml"
    output.write_text(as_toml(sure))
    assert read_parameters(output) == DEFAULTS | {"num_leaves": 7}
    for words in ("study enjoin-0", "9 trials (4 pruned)", "-0.0100 [-0.0200, -0.0010]"):
        assert words in output.read_text()
    assert "0.1900 is optimistic" in output.read_text()
