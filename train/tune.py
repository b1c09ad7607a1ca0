"""Search for better LightGBM parameters, inside the training years only."""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import optuna
import tomli_w

from data.files import written_whole
from data.schema import Ruling
from data.splits import grouped_folds, temporal_split
from train.model import DEFAULTS
from train.modes import MODES
from train.record import choose_experiment, quiet_mlflow
from train.rulings import Labelled, fit_rows, label_rulings
from train.run import Settings


def tune(
    rulings: Sequence[Ruling],
    settings: Settings,
    n_trials: int,
    output: Path,
    n_bags: int = 6,
    advance: Callable[[int, float], None] = lambda trial, best: None,
) -> dict[str, Any]:
    """Search parameters by the mean Brier score over the three modes and write them as TOML.

    Each trial is judged by grouped cross-validation of the rulings before the first test year, so
    the temporal test years stay unseen. The present parameters are the first trial. Each trial is
    a nested MLflow run.

    Returns
    -------
    The best parameters, as written to `output` for `enjoin train --parameters`.
    """
    quiet_mlflow()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    earlier = temporal_split(rulings, settings.first_test_year).train
    rows = [rulings[row] for row in earlier]
    labelled = label_rulings(rows, settings.in_part, settings.seed, settings.features_cache)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=settings.seed))
    study.enqueue_trial(DEFAULTS)

    def objective(trial: optuna.Trial) -> float:
        parameters = _suggest(trial)
        with mlflow.start_run(nested=True, run_name=f"trial {trial.number}"):
            mlflow.log_params(parameters)
            scores = _cross_validate(labelled, parameters, settings, n_bags)
            mlflow.log_metrics(scores)
            mean = float(np.mean(list(scores.values())))
            mlflow.log_metric("brier_score", mean)
        best = min([mean, *(t.value for t in study.trials if t.value is not None)])
        advance(trial.number + 1, best)
        return mean

    choose_experiment()
    with mlflow.start_run(run_name="tune"):
        mlflow.log_params({"n_trials": n_trials, "first_test_year": settings.first_test_year})
        study.optimize(objective, n_trials=n_trials)
        best = dict(study.best_params)
        mlflow.log_metric("brier_score", study.best_value)
        mlflow.log_dict(best, "parameters.json")
    with written_whole(output) as temporary, temporary.open("wb") as out:
        tomli_w.dump(best, out)
    return best


def read_parameters(path: Path) -> dict[str, Any]:
    """Read LightGBM parameters from a TOML file.

    Raises
    ------
    ValueError
        If the file is not TOML, or names a parameter that the model does not take or a value that
        is no number.
    """
    try:
        parameters = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"cannot read parameters from {path}: {error}") from None
    if unknown := set(parameters) - set(DEFAULTS):
        raise ValueError(
            f"{path}: unknown parameter(s) {', '.join(sorted(unknown))}; "
            f"known: {', '.join(DEFAULTS)}"
        )
    if wrong := [n for n, value in parameters.items() if not _is_number(value) or value < 0]:
        raise ValueError(
            f"{path}: {', '.join(f'{n} = {parameters[n]!r}' for n in wrong)}: expected a number of "
            "0 or more"
        )
    return parameters


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _suggest(trial: optuna.Trial) -> dict[str, Any]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.1, log=True),
        "num_iterations": trial.suggest_int("num_iterations", 75, 500, step=25),
        "num_leaves": trial.suggest_int("num_leaves", 3, 24),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 80, step=5),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.1, 0.8),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
        "cat_smooth": trial.suggest_float("cat_smooth", 1.0, 100.0, log=True),
        "cat_l2": trial.suggest_float("cat_l2", 1.0, 100.0, log=True),
    }


def _cross_validate(
    labelled: Labelled, parameters: dict[str, Any], settings: Settings, n_bags: int
) -> dict[str, float]:
    out = {mode: np.zeros(len(labelled.rulings)) for mode in MODES}
    folds = grouped_folds(labelled.rulings, settings.n_folds, settings.seed)
    for train, test in folds:
        model = fit_rows(labelled, train, parameters, n_bags, settings.seed).model
        for mode in MODES:
            frame = labelled.frames[mode].take(test)
            out[mode][test] = model.predict(frame, [mode] * len(test))["p_grant"]
    return {
        f"brier_score_{mode}": float(np.mean((p - labelled.granted) ** 2))
        for mode, p in out.items()
    }
