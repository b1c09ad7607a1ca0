"""One training run in MLflow: evaluate, fit on every ruling, log, register."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd

from data.labels import InPart
from data.schema import Ruling, schema_digest
from features.build import builder_digest
from train.cluster import Cluster, connected
from train.dataset import Labelled, fit_rows, label_rulings
from train.evaluate.ablation import ablate
from train.evaluate.choices import compare_choices
from train.evaluate.learning import learning_curve
from train.evaluate.protocols import Evaluation, evaluate, unseen_predictions
from train.fit.neighbors import fit_comparables, save_comparables
from train.model.grant_model import DISTRIBUTION
from train.model.store import save_model
from train.modes import reaching
from train.monitor.drift import training_distribution
from train.tracking import log, registry

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What a training or evaluation run may vary."""

    first_test_year: int = 2022
    n_folds: int = 5
    n_bags: int = 20
    seed: int = 0
    in_part: InPart = "granted"
    parameters: dict[str, Any] | None = None
    without_judges: bool = False
    dask: str | None = None
    """Address of a Dask scheduler whose workers build features and fit boosters."""


@dataclass(frozen=True)
class Trained:
    """What a training run left behind."""

    evaluation: Evaluation
    run_id: str
    version: str
    alias: registry.Alias
    tracking_uri: str


def evaluate_rulings(
    rulings: Sequence[Ruling], settings: Settings, tell: Tell = lambda step: None
) -> Evaluation:
    """Run both protocols on labelled rulings without registering anything."""
    return _evaluated(rulings, settings, tell)[1]


def ablate_rulings(
    rulings: Sequence[Ruling], settings: Settings, tell: Tell = lambda step: None
) -> pd.DataFrame:
    """Score text-only predictions with each family of features removed (see `ablate`)."""
    return ablate(_labelled(rulings, settings, tell), *_fitting(settings), tell)


def compare_choices_on(
    rulings: Sequence[Ruling], settings: Settings, tell: Tell = lambda step: None
) -> pd.DataFrame:
    """Score the model with one of its choices changed at a time (see `train.evaluate.choices`)."""
    return compare_choices(_labelled(rulings, settings, tell), *_fitting(settings), tell)


def _evaluated(
    rulings: Sequence[Ruling], settings: Settings, tell: Tell, cluster: Cluster | None = None
) -> tuple[Labelled, Evaluation]:
    labelled = _labelled(rulings, settings, tell, cluster)
    return labelled, evaluate(labelled, settings.first_test_year, *_fitting(settings), tell)


def _labelled(
    rulings: Sequence[Ruling], settings: Settings, tell: Tell, cluster: Cluster | None = None
) -> Labelled:
    if settings.without_judges:
        rulings = [ruling.model_copy(update={"judge": None}) for ruling in rulings]
    return label_rulings(rulings, settings.in_part, settings.seed, tell, cluster)


def _fitting(settings: Settings) -> tuple[int, dict[str, Any] | None, int, int]:
    """Return the folds, parameters, bags and seed, in the order the evaluations take them."""
    return settings.n_folds, settings.parameters, settings.n_bags, settings.seed


def train(
    rulings: Sequence[Ruling],
    source: str,
    settings: Settings,
    log_model: Callable[[Path, str], str],
    tell: Tell = lambda step: None,
) -> Trained:
    """Evaluate, fit on all rulings and register, as one MLflow run.

    The first version registered becomes champion, a later one challenger (see `train.tracking.registry`).
    Inside `mlflow run` the run that MLflow opened is used; otherwise a new one in the experiment
    `enjoin` of the store in `MLFLOW_TRACKING_URI` (by default an SQLite file in this folder).

    Parameters
    ----------
    source
        Where the rulings came from, for the data set's entry in MLflow.
    log_model
        Logs a saved model folder, with a description, into the active run and returns the
        registered version.

    Raises
    ------
    ValueError
        If the rulings do not allow the evaluation (the message says what to change), or the workers
        of `settings.dask` cannot run this program.
    ConnectionError
        If no scheduler with workers answers at `settings.dask`.
    """
    if settings.dask is None:
        return _trained(rulings, source, settings, log_model, tell)
    tell(f"connecting to {settings.dask}")
    with connected(settings.dask) as cluster:
        return _trained(rulings, source, settings, log_model, tell, cluster)


def _trained(
    rulings: Sequence[Ruling],
    source: str,
    settings: Settings,
    log_model: Callable[[Path, str], str],
    tell: Tell,
    cluster: Cluster | None = None,
) -> Trained:
    registry.quiet_mlflow()
    registry.reach_mlflow()
    # Evaluated before a run is opened, so that unusable rulings leave no failed run behind.
    labelled, evaluation = _evaluated(rulings, settings, tell, cluster)
    tell("fitting on all rulings")
    everything = np.arange(len(labelled.rulings))
    fitted = fit_rows(
        labelled, everything, settings.parameters or {}, settings.n_bags, settings.seed
    )
    model = fitted.model
    data_digest = log.rulings_digest(labelled.rulings)
    taught = reaching(labelled.rulings)
    years = [ruling.year for ruling in labelled.rulings if ruling.year]
    facts = model.facts | {
        "data_digest": data_digest,
        "builder_digest": builder_digest(),
        "schema_digest": schema_digest(),
        "n_cases": len(np.unique(labelled.groups)),
        "years": [min(years), max(years)],
        "median_words": round(np.median([len(row.motion.split()) for row in labelled.rulings])),
        "in_part": settings.in_part,
        "without_judges": settings.without_judges,
        "taught": taught,
        "tested": log.track_record(evaluation, taught),
        DISTRIBUTION: training_distribution(fitted.frames, unseen_predictions(evaluation)),
        "enjoin": version("enjoin"),
        "lightgbm": version("lightgbm"),
    }
    model = replace(model, facts=facts)
    tell("logging to MLflow")
    registry.choose_experiment()
    words = log.describe_run(evaluation)
    with (
        mlflow.start_run(description=words) as run,
        tempfile.TemporaryDirectory() as scratch,
    ):
        mlflow.log_params(
            {
                "first_test_year": settings.first_test_year,
                "n_folds": settings.n_folds,
                "n_bags": settings.n_bags,
                "seed": settings.seed,
                "in_part": settings.in_part,
                "without_judges": settings.without_judges,
                "dask_workers": len(cluster.workers) if cluster else 0,
                **model.facts["parameters"],
            }
        )
        frames = log.log_rulings(labelled, source, data_digest)
        log.log_evaluation(evaluation)
        tell("judging what is read from text")
        log.log_extraction(labelled.rulings)
        curve = learning_curve(
            labelled, settings.first_test_year, settings.parameters, settings.seed, tell
        )
        tell("writing the report")
        log.log_report(model, labelled, evaluation, curve, frames)
        tell("registering the model")
        folder = Path(scratch) / "enjoin_model"
        save_model(model, folder)
        save_comparables(
            fit_comparables(model, labelled.rulings, labelled.granted, fitted.frames), folder
        )
        registered = log_model(folder, words)
        alias = registry.enter(int(registered))
        store = mlflow.get_tracking_uri()
        return Trained(evaluation, run.info.run_id, registered, alias, store)
