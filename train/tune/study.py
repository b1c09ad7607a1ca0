"""The Optuna study of a search: its SQLite storage, its identity, its pruner and its sampler.

A study is named by a digest of everything that makes its trials comparable. Other rulings, settings
or another version of the program begin a new study in the same file.
"""

import hashlib
import json
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from data.schema import Ruling
from features.build import builder_digest, source_files
from train.settings import OnProgress, TrainSettings
from train.tracking.log import rulings_digest

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
HEARTBEAT_SECONDS = 30
"""A trial without a sign of life for twice as long was interrupted; Optuna then marks it failed."""
# Scores after one fold correlated with those of all five by 0.6 to 0.95 over 26 trials on the
# embedded rulings, after two folds by 0.85 to 0.95. Two folds of warm-up fitted 61 to 63% of the
# folds and lost at most 0.00003 in Brier score; one fold lost up to 0.0001.
PRUNER = optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=2)


def study_identity(rulings: Sequence[Ruling], settings: TrainSettings) -> dict[str, Any]:
    """Return what two trials must have in common for their scores to be comparable.

    Parameters
    ----------
    rulings
        Those that the trials are fitted and evaluated on.
    """
    program = hashlib.sha256()
    data_sources = ("splits.py", "cases.py", "labels.py", "reader_forecasts.jsonl")
    for path in source_files("train") + source_files("data", *data_sources):
        program.update(path.read_bytes())
    return {
        "rulings": rulings_digest(rulings),
        "features": builder_digest(),
        "program": program.hexdigest(),
        "lightgbm": version("lightgbm"),
        **search_settings(settings),
    }


def search_settings(settings: TrainSettings) -> dict[str, Any]:
    """Return the settings that a search uses."""
    return {
        "first_test_year": settings.first_test_year,
        "n_folds": settings.n_folds,
        "n_bags": settings.n_bags,
        "seed": settings.seed,
        "partial_grants_as": settings.partial_grants_as,
    }


def open_study(path: Path, identity: dict[str, Any], on_progress: OnProgress) -> optuna.Study:
    """Open the study of this identity, or begin it.

    Raises
    ------
    ValueError
        If the file cannot be used as a study file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    name = f"enjoin-{digest[:12]}"
    # Optuna calls heartbeats experimental.
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    try:
        storage = optuna.storages.RDBStorage(
            f"sqlite:///{path}",
            heartbeat_interval=HEARTBEAT_SECONDS,
            grace_period=2 * HEARTBEAT_SECONDS,
        )
        earlier = optuna.get_all_study_summaries(storage, include_best_trial=False)
        study = optuna.create_study(
            storage=storage, study_name=name, pruner=PRUNER, load_if_exists=True
        )
    except (SQLAlchemyError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"{path} cannot be used as a study file: {reason}; name another with --study"
        ) from None
    if any(summary.study_name == name for summary in earlier):
        on_progress(f"{path}: resuming study {name} after {len(finished_trials(study))} trial(s)")
    elif earlier:
        last = earlier[-1].user_attrs
        changed = ", ".join(key for key, value in identity.items() if last.get(key) != value)
        on_progress(f"{path}: new study {name}; the last one had different {changed}")
    else:
        on_progress(f"{path}: new study {name}")
    for key, value in identity.items():
        study.set_user_attr(key, value)
    return study


def enqueue_first(study: optuna.Study, parameters: dict[str, Any]) -> None:
    """Enqueue these parameters as the first trial, unless the study has begun."""
    if not study.get_trials(deepcopy=False, states=(*FINISHED, TrialState.WAITING)):
        study.enqueue_trial(parameters)


def finished_trials(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that were completed or pruned."""
    return list(study.get_trials(deepcopy=False, states=FINISHED))


def count_pruned(study: optuna.Study) -> int:
    """Return the number of pruned trials."""
    return len(study.get_trials(deepcopy=False, states=(TrialState.PRUNED,)))


def report_running_mean(trial: optuna.Trial, mean: float, fold: int) -> None:
    """Report a trial's mean squared error over the folds so far, for the pruner.

    `MedianPruner` compares a trial's best step with the median of the other trials at the current
    step, so an easy first fold would protect every trial. Minus the number of the fold, which
    exceeds any difference of Brier scores, the current step is always the best one.
    """
    trial.report(mean - fold, fold)


def running_means(trial: FrozenTrial) -> dict[int, float]:
    """Return the means that were reported by `report_running_mean`, by fold."""
    return {fold: value + fold for fold, value in trial.intermediate_values.items()}


def next_sampler(study: optuna.Study, seed: int) -> optuna.samplers.BaseSampler:
    """Return the sampler of the next trial, seeded by the number of finished trials.

    A sampler seeded once per search would repeat its first draws when the search is resumed. Seeded
    so, a resumed search tries what the interrupted one would have tried.
    """
    seeds = np.random.SeedSequence([seed, len(finished_trials(study))]).generate_state(1)
    # The constant liar would avoid the parameters of the interrupted trial.
    return optuna.samplers.TPESampler(seed=int(seeds[0]), constant_liar=False)
