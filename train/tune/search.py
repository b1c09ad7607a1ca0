"""Search for better LightGBM parameters, on the rulings before the first test year only.

The best of many trials was selected on the folds that score it, so its Brier score is optimistic,
the more so the more trials there were, and the interval of its gain does not account for that.
`enjoin evaluate --parameters` shows what the parameters are worth on the years after.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import mlflow
import numpy as np
import optuna
from mlflow.exceptions import MlflowException
from optuna.trial import FrozenTrial, TrialState

from data.io.atomic import atomic_write
from data.labels import labelled_rulings
from data.schema import Ruling
from data.splits import temporal_split
from train.dataset import build_training_set
from train.fit.boosters import DEFAULT_PARAMETERS
from train.modes import MODES
from train.settings import OnProgress, TrainSettings, one_thread
from train.tracking.experiment import prepare_run
from train.tracking.killed_runs import process_tags
from train.tracking.registry import silence_mlflow
from train.tune.objective import MEAN_OF_MODES, CrossValidation, compare_errors, prepare_folds
from train.tune.parameters import suggest_parameters
from train.tune.result import Tuned
from train.tune.study import (
    count_finished,
    count_pruned,
    enqueue_first,
    next_sampler,
    open_study,
    search_settings,
    should_prune,
    study_identity,
)

OnTrial = Callable[[int, int, str], None]
"""Called with the number of finished trials, of all trials, and a description."""


@one_thread
def tune(
    rulings: Sequence[Ruling],
    settings: TrainSettings,
    n_trials: int,
    output: Path,
    study_file: Path = Path("tune.db"),
    on_progress: OnProgress = lambda line: None,
    on_trial: OnTrial = lambda finished, total, description: None,
) -> Tuned:
    """Search parameters by the mean Brier score over the three modes and write them as TOML.

    Trials are evaluated by grouped cross-validation of the rulings before the first test year, so
    that the later years stay unseen. The current parameters are the first trial. The search is an
    MLflow run with a nested run for each trial.

    Finished trials are kept in an SQLite file. A search that was interrupted continues, with the
    same rulings, settings and program, in the same study and the same MLflow run, and tries what it
    would have tried.

    Parameters
    ----------
    n_trials
        Trials that the study should have finished in all, including those of earlier searches.
    output
        The TOML file to write, for `enjoin train --parameters`.

    Raises
    ------
    ValueError
        If the rulings cannot be split, or the study file cannot be used.
    ConnectionError
        If the MLflow store does not answer.
    """
    silence_mlflow()
    prepare_run()
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # the exception itself is reported
    kept, labels = labelled_rulings(rulings, settings.partial_grants_as)
    split = temporal_split(kept, labels, settings.first_test_year)
    earlier = [kept[row] for row in split.train]
    study = open_study(study_file, study_identity(earlier, settings), on_progress)
    finished = count_finished(study)
    n_trials = max(n_trials, finished)
    on_trial(finished, n_trials, "tuning, building features")
    training_set = build_training_set(earlier, settings.partial_grants_as, settings.seed)
    on_trial(finished, n_trials, "tuning, inferring the ratings of each fold")
    folds = prepare_folds(training_set, settings)
    validation = CrossValidation(training_set, folds, settings)
    with _start_or_resume_run(study) as run:
        study.set_user_attr("mlflow_run", run.info.run_id)
        mlflow.set_tag("study", study.study_name)
        mlflow.log_params(search_settings(settings))
        enqueue_first(study, DEFAULT_PARAMETERS)
        for number in range(finished, n_trials):
            on_trial(number, n_trials, _describe(study))
            study.sampler = next_sampler(study, settings.seed)
            study.optimize(
                lambda trial: _mean_brier_score(trial, validation),
                n_trials=1,
                callbacks=[_log_trial],
            )
        on_trial(n_trials, n_trials, _describe(study))
        best = dict(study.best_params)
        scores = compare_errors(
            validation.errors(best), validation.errors(DEFAULT_PARAMETERS), training_set.groups
        )
        evaluated_on = (
            f"{settings.n_folds} grouped folds of {len(training_set.rulings)} rulings before "
            f"{settings.first_test_year}, {settings.n_bags} bags"
        )
        pruned = count_pruned(study)
        tuned = Tuned(best, study.study_name, n_trials, pruned, scores, evaluated_on)
        _log_result(tuned)
    with atomic_write(output, private=False) as temporary:
        temporary.write_text(tuned.as_toml(), encoding="utf-8")
    return tuned


def _describe(study: optuna.Study) -> str:
    """Describe how far a study has come."""
    description = f"tuning, {count_pruned(study)} pruned"
    if count_finished(study):
        description += f", best Brier score {study.best_value:.4f}"
    return description


def _mean_brier_score(trial: optuna.Trial, validation: CrossValidation) -> float:
    """Cross-validate the parameters of a trial.

    Raises
    ------
    optuna.TrialPruned
        If the pruner ends the trial before its last fold.
    """
    for fold, errors in enumerate(validation.errors_by_fold(suggest_parameters(trial)), start=1):
        by_mode = np.nanmean(errors, axis=1)
        scores = dict(zip(MODES, by_mode.tolist(), strict=True)) | {"folds": fold}
        trial.set_user_attr("scores", scores)
        if should_prune(trial, float(by_mode.mean()), fold) and fold < len(validation.folds):
            raise optuna.TrialPruned
    return float(by_mode.mean())


def _start_or_resume_run(study: optuna.Study) -> mlflow.ActiveRun:
    """Start the MLflow run of a search, or resume the one of an interrupted search."""
    earlier = study.user_attrs.get("mlflow_run")
    if earlier and "MLFLOW_RUN_ID" not in os.environ:  # which names the run of `mlflow run`
        with suppress(MlflowException):  # it was deleted, or is in another store or experiment
            return mlflow.start_run(run_id=earlier, tags=process_tags())
    return mlflow.start_run(run_name="tune", tags=process_tags())


def _log_trial(study: optuna.Study, trial: FrozenTrial) -> None:
    """Log a finished trial as a nested run."""
    name = f"trial {trial.number}"
    with mlflow.start_run(nested=True, run_name=name, tags=process_tags()):
        state = trial.state.name.lower()
        mlflow.set_tags({"study": study.study_name, "trial": trial.number, "state": state})
        mlflow.log_params(trial.params)
        if trial.state is TrialState.COMPLETE:
            mlflow.log_metric("brier_score", trial.value)
        # A pruned trial's scores are those of fewer folds.
        prefix = "brier_score" if trial.state is TrialState.COMPLETE else "partial_brier_score"
        scores = trial.user_attrs["scores"]
        mlflow.log_metrics({f"{prefix}_{mode}": scores[mode] for mode in MODES})
        mlflow.log_metric("folds", scores["folds"])


def _log_result(tuned: Tuned) -> None:
    mlflow.log_metrics({"trials_finished": tuned.finished, "trials_pruned": tuned.pruned})
    for row in tuned.scores.to_dict("records"):
        suffix = "" if row["mode"] == MEAN_OF_MODES else f"_{row['mode']}"
        columns = ("current", "tuned", "difference", "low", "high")
        mlflow.log_metrics({f"brier_score{suffix}/{name}": row[name] for name in columns})
    mlflow.log_text(tuned.as_toml(), "parameters.toml")
