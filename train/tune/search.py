"""Search for better LightGBM parameters, inside the training years only.

The test years have no part in the search. But the best of many trials was picked by the folds that
score it, so that its cross-validated Brier score is optimistic, and the more so the more trials
there were; the interval of its gain knows nothing of this choice. What the parameters are worth is
for `enjoin evaluate --parameters` to say, on the years after.
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import optuna
import pandas as pd
import tomli_w
from mlflow.exceptions import MlflowException

from data.io.atomic import written_whole
from data.labels import counted
from data.schema import Ruling
from data.splits import temporal_split
from train.dataset import label_rulings
from train.fit.boosters import DEFAULTS
from train.modes import MODES
from train.run import Settings
from train.tracking.registry import choose_experiment, quiet_mlflow, reach_mlflow
from train.tune.objective import ALL_MODES, Judge, compare, prepare_folds
from train.tune.study import begin, comparable, next_sampler, open_study, pruned, tried


@dataclass(frozen=True)
class Tuned:
    """What a search found.

    Attributes
    ----------
    parameters
        The best.
    study
        Name of the study.
    finished, pruned
        How many trials came to an end, and how many of these were given up before the last fold.
    scores
        The best parameters beside `DEFAULTS`, mode by mode (see `train.tune.objective.compare`).
    where
        On what the trials were judged, in words.
    """

    parameters: dict[str, Any]
    study: str
    finished: int
    pruned: int
    scores: pd.DataFrame
    where: str

    @property
    def surely_better(self) -> bool:
        """Whether the interval of the difference to the present parameters lies below zero."""
        return bool(self.scores["high"].iloc[0] < 0)

    @property
    def are_defaults(self) -> bool:
        """Whether no trial did better than the present parameters."""
        return self.parameters == DEFAULTS

    def lines(self) -> list[str]:
        """Return the result in words, for the terminal and the TOML alike."""
        rows = list(self.scores.itertuples())
        scores = [
            f"{'mean of the modes' if row.mode == ALL_MODES else row.mode}: {row.before:.4f} -> "
            f"{row.after:.4f}, difference {row.difference:+.4f} [{row.low:+.4f}, {row.high:+.4f}]"
            for row in rows
        ]
        if self.surely_better:
            verdict = "The interval of the mean lies below zero: better on these folds."
        elif self.are_defaults:
            verdict = "No trial did better than the present parameters; these are the same."
        else:
            verdict = "The interval of the mean includes zero: the gain may be noise."
        return [
            f"Best of {self.finished} trials ({self.pruned} pruned) of study {self.study}.",
            f"Brier score in {self.where}, present parameters -> these,",
            "with the 95% interval of the paired difference, bootstrapped by case:",
            *(f"  {score}" for score in scores),
            verdict,
            f"{rows[0].after:.4f} is optimistic: the best of {self.finished} was chosen on these "
            "very folds.",
        ]


def tune(
    rulings: Sequence[Ruling],
    settings: Settings,
    n_trials: int,
    output: Path,
    study_file: Path = Path("tune.db"),
    tell: Callable[[str], None] = lambda words: None,
    advance: Callable[[int, int, str], None] = lambda done, total, words: None,
) -> Tuned:
    """Search parameters by the mean Brier score over the three modes and write them as TOML.

    Each trial is judged by grouped cross-validation of the rulings before the first test year, so
    the temporal test years stay unseen. The present parameters are the first trial. Each trial is
    a nested MLflow run; the tag `state` of a pruned one says so.

    Finished trials are kept in an SQLite file. A search that was stopped at any point and goes on
    with the same rulings, settings and program tries what it would have tried, since the next trial
    hangs on the seed and the finished trials only; run ids and times differ, and another machine
    or other libraries may round differently and so turn elsewhere.

    Parameters
    ----------
    n_trials
        How many trials the study should have finished in all, those of earlier searches included.
    output
        The TOML to write, for `enjoin train --parameters`.
    tell
        Called with what is good to know about the study.
    advance
        Called with the number of finished trials, how many there will be, and words.

    Raises
    ------
    ValueError
        If the rulings cannot be split, or the study file cannot be used.
    """
    quiet_mlflow()
    reach_mlflow()
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # the error itself is told
    rulings, labels = counted(rulings, settings.in_part)
    earlier = temporal_split(rulings, labels, settings.first_test_year).train
    rows = [rulings[row] for row in earlier]
    chosen = {
        "first_test_year": settings.first_test_year,
        "n_folds": settings.n_folds,
        "n_bags": settings.n_bags,
        "seed": settings.seed,
        "in_part": settings.in_part,
    }
    with open_study(study_file, comparable(rows, chosen)) as opened:
        study = opened.study
        tell(opened.words)
        before = len(tried(study))
        total = max(n_trials, before)
        advance(before, total, "tuning, building features")
        labelled = label_rulings(rows, settings.in_part, settings.seed)
        advance(before, total, "tuning, reading the papers of each fold")
        folds = prepare_folds(labelled, settings.n_folds, settings.seed)
        judge = Judge(labelled, folds, settings.n_bags, settings.seed)
        choose_experiment()
        _end_runs(opened.cut_off)
        with mlflow.start_run(run_name="tune") as run:
            study.set_user_attr("run", run.info.run_id)
            mlflow.set_tags({"study": study.study_name, "trials_before": before})
            mlflow.log_params({"n_trials": n_trials, **chosen})
            begin(study, DEFAULTS)
            for done in range(before, total):
                advance(done, total, _progress(study))
                study.sampler = next_sampler(study, settings.seed)
                study.optimize(lambda trial: _run_trial(trial, judge), n_trials=1)
            advance(total, total, _progress(study))
            best = dict(study.best_params)
            scores = compare(judge.errors(best), judge.errors(DEFAULTS), labelled.groups)
            where = (
                f"{settings.n_folds} grouped folds of {len(labelled.rulings)} rulings before "
                f"{settings.first_test_year}, {settings.n_bags} bags"
            )
            tuned = Tuned(best, study.study_name, total, pruned(study), scores, where)
            _log(tuned)
    with written_whole(output) as temporary:
        temporary.write_text(as_toml(tuned), encoding="utf-8")
    return tuned


def _progress(study: optuna.Study) -> str:
    words = f"tuning, {pruned(study)} pruned"
    return f"{words}, best Brier score {study.best_value:.4f}" if tried(study) else words


def _run_trial(trial: optuna.Trial, judge: Judge) -> float:
    """Judge one trial fold by fold, as a nested run.

    Raises
    ------
    optuna.TrialPruned
        If the trial is given up.
    """
    parameters = _suggest(trial)
    with mlflow.start_run(nested=True, run_name=f"trial {trial.number}") as run:
        trial.set_user_attr("run", run.info.run_id)
        mlflow.set_tags({"study": trial.study.study_name, "trial": trial.number})
        mlflow.log_params(parameters)
        for fold, errors in enumerate(judge.fold_by_fold(parameters), start=1):
            by_mode = np.nanmean(errors, axis=1)
            mean = float(by_mode.mean())
            scores = {
                f"brier_score_{mode}": score for mode, score in zip(MODES, by_mode, strict=True)
            }
            scores["brier_score"] = mean
            mlflow.log_metrics({f"running_{name}": s for name, s in scores.items()}, step=fold)
            trial.report(mean, fold)
            if fold < len(judge.folds) and trial.should_prune():
                mlflow.set_tags({"state": "pruned", "folds": fold})
                break
        else:
            # Only trials that saw every fold: those of fewer folds cannot be ranked with them.
            mlflow.log_metrics(scores)
            mlflow.set_tags({"state": "complete", "folds": fold})
            return mean
    # Outside the run, which would count as failed if it ended with an exception.
    raise optuna.TrialPruned


def _end_runs(cut_off: Sequence[str]) -> None:
    """End the MLflow runs of a killed search, which would seem to be running for ever."""
    client = mlflow.MlflowClient()
    for run in cut_off:
        try:
            if client.get_run(run).info.status == "RUNNING":
                client.set_terminated(run, "KILLED")
        except MlflowException:
            pass  # it was in another store


def _log(tuned: Tuned) -> None:
    mlflow.log_metrics({"trials_finished": tuned.finished, "trials_pruned": tuned.pruned})
    for row in tuned.scores.itertuples():
        ending = "" if row.mode == ALL_MODES else f"_{row.mode}"
        mlflow.log_metrics(
            {
                f"brier_score{ending}": row.after,
                f"brier_score{ending}_present": row.before,
                f"brier_difference{ending}": row.difference,
                f"brier_difference{ending}_low": row.low,
                f"brier_difference{ending}_high": row.high,
            }
        )
    mlflow.log_text(as_toml(tuned), "parameters.toml")


def as_toml(tuned: Tuned) -> str:
    """Return the best parameters as TOML, headed by what the search found, as comments."""
    comments = "".join(f"# {line}\n" for line in ("Written by `enjoin tune`.", *tuned.lines()))
    return comments + tomli_w.dumps(tuned.parameters)


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
