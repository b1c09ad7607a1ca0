"""The Optuna study of a search: what makes its trials comparable, its storage and its pruner.

A study is named by a digest of everything that its trials must have in common. Other rulings,
settings or another version of the program begin a new study in the same SQLite file.
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
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from data.schema import Ruling
from features.build import builder_digest, source_files
from train.settings import OnProgress, TrainSettings
from train.tracking.log import rulings_digest

HEARTBEAT_SECONDS = 30
"""Optuna marks a trial as failed after twice this time without a heartbeat: it was interrupted."""
# Scores after one fold correlated with those of all five by 0.6 to 0.95 over 26 trials on the
# embedded rulings, after two folds by 0.85 to 0.95. Two folds of warm-up fitted 61 to 63% of the
# folds and lost at most 0.00003 in Brier score; one fold lost up to 0.0001.
PRUNER = optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=2)


def search_settings(settings: TrainSettings) -> dict[str, Any]:
    """Return the settings that a search uses."""
    used = ("first_test_year", "n_folds", "n_bags", "seed", "partial_grants_as")
    return {name: getattr(settings, name) for name in used}


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
    digests = {"rulings": rulings_digest(rulings), "features": builder_digest()}
    versions = {"program": program.hexdigest(), "lightgbm": version("lightgbm")}
    return digests | versions | search_settings(settings)


def open_study(path: Path, identity: dict[str, Any], on_progress: OnProgress) -> optuna.Study:
    """Open the study of this identity, or begin it.

    Raises
    ------
    ValueError
        If the file cannot be used as a study file.
    """
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    name = f"enjoin-{digest[:12]}"
    path.parent.mkdir(parents=True, exist_ok=True)
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
    message = f"{path}: new study {name}"
    if name in {summary.study_name for summary in earlier}:
        message = f"{path}: resuming study {name} after {count_finished(study)} trial(s)"
    elif earlier:
        last = earlier[-1].user_attrs
        changed = ", ".join(key for key, value in identity.items() if last.get(key) != value)
        message += f"; the last one had different {changed}"
    on_progress(message)
    for key, value in identity.items():
        study.set_user_attr(key, value)
    return study


def count_finished(study: optuna.Study) -> int:
    """Return the number of trials that were completed or pruned."""
    finished = (TrialState.COMPLETE, TrialState.PRUNED)
    return len(study.get_trials(deepcopy=False, states=finished))


def count_pruned(study: optuna.Study) -> int:
    """Return the number of pruned trials."""
    return len(study.get_trials(deepcopy=False, states=(TrialState.PRUNED,)))


def enqueue_first(study: optuna.Study, parameters: dict[str, Any]) -> None:
    """Enqueue these parameters as the first trial, unless the study has begun."""
    is_waiting = study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
    if not is_waiting and not count_finished(study):
        study.enqueue_trial(parameters)


def next_sampler(study: optuna.Study, seed: int) -> optuna.samplers.BaseSampler:
    """Return the sampler of the next trial, seeded by the number of finished trials.

    A sampler seeded once per search would repeat its first draws when the search is resumed. Seeded
    so, a resumed search tries what the interrupted one would have tried.
    """
    seeds = np.random.SeedSequence([seed, count_finished(study)]).generate_state(1)
    # The constant liar would avoid the parameters of the interrupted trial.
    return optuna.samplers.TPESampler(seed=int(seeds[0]), constant_liar=False)


def should_prune(trial: optuna.Trial, mean: float, fold: int) -> bool:
    """Report a trial's mean score over the folds so far, and return whether to prune it.

    `MedianPruner` compares the best step of a trial with the median of the others at its current
    step, so an easy first fold would protect every trial. Minus the number of the fold, which
    exceeds any difference of Brier scores, the current step is always the best one.
    """
    trial.report(mean - fold, fold)
    return bool(trial.should_prune())
