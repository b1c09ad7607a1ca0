"""The study of a search: what was tried so far, kept in an SQLite file so that it can go on.

A study's name is a digest of all that makes its trials comparable. Other rulings, settings or
another program make another study, in the same file.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from data.schema import Ruling
from features.build import builder_digest, source_files
from train.tracking.log import rulings_digest

TRIED = (TrialState.COMPLETE, TrialState.PRUNED)


class AboveMedian(optuna.pruners.BasePruner):  # type: ignore[misc]
    """Give up a trial whose running mean is above the median of finished trials at that fold.

    Every trial meets the same folds in the same order, so running means are compared like for like.
    Optuna's own MedianPruner takes the lowest step of a trial in place of the last, which suits a
    learning curve; a running mean whose first fold is an easy one would almost never be pruned.
    """

    # Of 26 trials on the embedded rulings, scores after one fold correlated with those of all five
    # by 0.6 to 0.95, hanging on the fold, after two by 0.85 to 0.95. Replayed in random
    # orders, this warm-up fitted 61 to 63% of the folds and lost 0.00003 in Brier score or less on
    # average; a warm-up of one fold fitted 48% and lost up to 0.0001.
    WARM_UP_FOLDS = 2
    # The median of fewer is no measure; it is also Optuna's own default.
    WARM_UP_TRIALS = 5

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Tell whether to give the trial up, at the fold it reported last."""
        fold = trial.last_step
        whole = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if fold is None or fold < self.WARM_UP_FOLDS or len(whole) < self.WARM_UP_TRIALS:
            return False
        others = [other.intermediate_values[fold] for other in whole]
        return bool(trial.intermediate_values[fold] > np.median(others))


def comparable(rulings: Sequence[Ruling], settings: dict[str, Any]) -> dict[str, Any]:
    """Return what two trials must have in common for their scores to be compared.

    Parameters
    ----------
    rulings
        Those that the trials learn from and are judged on.
    settings
        What the user chose: first test year, folds, bags, seed, how in-part rulings count.
    """
    program = hashlib.sha256()
    sources = source_files("train")
    sources += source_files("data", "splits.py", "cases.py", "reader_forecasts.jsonl")
    for path in sources:
        program.update(path.read_bytes())
    return {
        "rulings": rulings_digest(rulings),
        "features": builder_digest(),
        "program": program.hexdigest(),
        "lightgbm": version("lightgbm"),
        **settings,
    }


@dataclass(frozen=True)
class Opened:
    """A study as it was found.

    Attributes
    ----------
    study
        With no trial left running.
    words
        Whether it is new or goes on, and from where.
    cut_off
        The MLflow runs of a search that was killed, which never ended them.
    """

    study: optuna.Study
    words: str
    cut_off: tuple[str, ...]


@contextmanager
def open_study(path: Path, alike: dict[str, Any]) -> Iterator[Opened]:
    """Open or begin the study of these comparable trials, and hold its file for one search.

    A trial that a killed search left running is marked as failed: it counts for nothing, and its
    parameters are tried again.

    Raises
    ------
    ValueError
        If the file is no study file, or another search is using it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(f"{path}.lock", timeout=0, isolation_level=None)
    storage = None
    try:
        # SQLite's lock, unlike a file that says "locked", ends with its process on every system.
        _hold(connection, path)
        try:
            storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
            opened = _opened(storage, path, alike)
        except (SQLAlchemyError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise ValueError(
                f"{path} cannot be used as a study file: {reason}; name another with --study"
            ) from None
        yield opened
    finally:
        if storage is not None:
            storage.remove_session()
            storage.engine.dispose()
        connection.close()


def _hold(connection: sqlite3.Connection, path: Path) -> None:
    """Let no second search use the study, so that a trial found running is surely a dead one's."""
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise ValueError(f"{path}.lock cannot be written: {error}") from None
        raise ValueError(
            f"another search is using {path}: wait for it to end, or name another --study"
        ) from None


def _opened(storage: optuna.storages.RDBStorage, path: Path, alike: dict[str, Any]) -> Opened:
    digest = hashlib.sha256(json.dumps(alike, sort_keys=True).encode()).hexdigest()
    name = f"enjoin-{digest[:12]}"
    others = optuna.get_all_study_summaries(storage, include_best_trial=False)
    known = any(other.study_name == name for other in others)
    study = optuna.create_study(
        storage=storage, study_name=name, pruner=AboveMedian(), load_if_exists=True
    )
    stale = [trial for trial in study.trials if trial.state is TrialState.RUNNING]
    for trial in stale:
        study.tell(trial.number, state=TrialState.FAIL)
    if known:
        words = f"{path}: going on with study {name}, {len(tried(study))} trial(s) finished"
        words += f", {len(stale)} cut off and to be tried again" if stale else ""
    elif others:
        last = others[-1].user_attrs
        changed = [key for key, value in alike.items() if last.get(key) != value]
        words = f"{path}: the last study there is not comparable (other {', '.join(changed)}), so "
        words += f"the new study {name} begins"
    else:
        words = f"{path}: new study {name}"
    runs = [study.user_attrs.get("run"), *(trial.user_attrs.get("run") for trial in stale)]
    for key, value in alike.items():
        study.set_user_attr(key, value)
    return Opened(study, words, tuple(run for run in runs if run))


def begin(study: optuna.Study, parameters: dict[str, Any]) -> None:
    """Have these parameters tried first, unless the study has begun."""
    begun = (*TRIED, TrialState.WAITING)
    if not study.get_trials(deepcopy=False, states=begun):
        study.enqueue_trial(parameters)


def tried(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that came to an end, pruned ones among them."""
    return list(study.get_trials(deepcopy=False, states=TRIED))


def pruned(study: optuna.Study) -> int:
    """Count the trials that were given up before their last fold."""
    return sum(trial.state is TrialState.PRUNED for trial in tried(study))


def next_sampler(study: optuna.Study, seed: int) -> optuna.samplers.BaseSampler:
    """Return the sampler of the next trial, seeded by how many were tried.

    One sampler for the whole search would draw from its seed's beginning again when the search goes
    on, and repeat its first trials. So instead what comes next hangs on the seed and the finished
    trials alone: a search that was killed and goes on tries what it would have tried.
    """
    drawn = np.random.SeedSequence([seed, len(tried(study))]).generate_state(1)
    return optuna.samplers.TPESampler(seed=int(drawn[0]))
