"""The runs behind the commands: evaluation, ablation, design comparison, and training in MLflow."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd

from data.io.atomic import created_like
from data.io.sources import local_files
from data.leakage import LeakageAudit
from data.schema import Ruling, schema_digest
from features.build import builder_digest
from train.cluster import Cluster, connect_dask
from train.dataset import Fitted, TrainingSet, build_training_set, fit_subset
from train.evaluate.long_paper_record import long_paper_record
from train.evaluate.long_papers import (
    LongPaperEvaluation,
    evaluate_long_papers,
    read_long_papers,
)
from train.evaluate.protocols import Evaluation, evaluate, out_of_fold_predictions
from train.evaluate.refits import ablate, compare_design, learning_curve
from train.fit.neighbors import fit_neighbors, save_neighbors
from train.model.grant_model import DISTRIBUTION, LONG_PAPERS, VALUE_OUTCOMES, GrantModel
from train.model.store import save_model
from train.modes import count_by_mode
from train.monitor.drift import training_distribution
from train.rating_averages import RATING_AVERAGES, average_ratings
from train.settings import OnProgress, TrainSettings, one_thread
from train.tracking import experiment, log, registry
from train.tracking.killed_runs import process_tags
from train.tracking.store_lock import store_lock
from train.value_outcomes import count_value_outcomes

LogModel = Callable[[Path, str], str]
"""Logs a saved model folder, with a description, into the active MLflow run and returns the
registered version."""


@dataclass(frozen=True)
class Trained:
    """The result of a training run: evaluation, leakage audit, where the model is registered."""

    evaluation: Evaluation
    leakage: LeakageAudit
    run_id: str
    version: str
    alias: registry.Alias
    tracking_uri: str
    registry_uri: str | None = None


@one_thread
def run_evaluation(
    rulings: Sequence[Ruling],
    settings: TrainSettings,
    on_progress: OnProgress = lambda step: None,
) -> Evaluation:
    """Evaluate by both protocols on labelled rulings; nothing is registered."""
    return evaluate(_training_set(rulings, settings, on_progress), settings, on_progress)


@one_thread
def run_long_paper_evaluation(
    rulings: Sequence[Ruling],
    papers: Path,
    settings: TrainSettings,
    on_progress: OnProgress = lambda step: None,
) -> tuple[LongPaperEvaluation, str]:
    """Evaluate on the long papers of a folder, trained on rulings of other cases.

    Returns
    -------
    The evaluation, and the digest of the rulings.
    """
    long_papers = read_long_papers(papers)
    training_set = _training_set(rulings, settings, on_progress)
    evaluation = evaluate_long_papers(training_set, long_papers, settings, on_progress)
    return evaluation, log.rulings_digest(training_set.rulings)


@one_thread
def run_ablation(
    rulings: Sequence[Ruling],
    settings: TrainSettings,
    on_progress: OnProgress = lambda step: None,
) -> pd.DataFrame:
    """Score text-only predictions without each family of features (see `ablate`)."""
    return ablate(_training_set(rulings, settings, on_progress), settings, on_progress)


@one_thread
def run_design_comparison(
    rulings: Sequence[Ruling],
    settings: TrainSettings,
    on_progress: OnProgress = lambda step: None,
) -> pd.DataFrame:
    """Score the model with one design choice changed at a time (see `compare_design`)."""
    return compare_design(_training_set(rulings, settings, on_progress), settings, on_progress)


@one_thread
def train(
    rulings: Sequence[Ruling],
    source: str,
    settings: TrainSettings,
    log_model: LogModel,
    on_progress: OnProgress = lambda step: None,
) -> Trained:
    """Evaluate, fit on all rulings and register the model, as one MLflow run.

    The first version registered becomes the champion, a later one the challenger (see
    `train.tracking.registry`). Under `mlflow run` the run that MLflow opened is used; otherwise a
    new one in the experiment `enjoin` of the store in `MLFLOW_TRACKING_URI` (by default an SQLite
    file in the current folder).

    Parameters
    ----------
    source
        Where the rulings came from, for the run's data set in MLflow. What is written is no more
        open than these files, and its owner's alone if they are no local files.

    Raises
    ------
    ValueError
        If the rulings do not allow the evaluation (the message says what to change), or the workers
        of `settings.dask` cannot run this program.
    ConnectionError
        If the MLflow store does not answer, or no scheduler with workers at `settings.dask`.
    """
    # The report, the predictions and the model quote the rulings.
    with created_like(local_files(source)):
        if settings.dask is None:
            return _train(rulings, source, settings, log_model, on_progress)
        on_progress(f"connecting to {settings.dask}")
        with connect_dask(settings.dask) as cluster:
            return _train(rulings, source, settings, log_model, on_progress, cluster)


def _train(
    rulings: Sequence[Ruling],
    source: str,
    settings: TrainSettings,
    log_model: LogModel,
    on_progress: OnProgress,
    cluster: Cluster | None = None,
) -> Trained:
    registry.silence_mlflow()
    experiment.prepare_run(registers=True)
    # Evaluated before a run is opened, so that unusable rulings leave no failed run behind.
    training_set = _training_set(rulings, settings, on_progress, cluster)
    evaluation = evaluate(training_set, settings, on_progress)
    on_progress("fitting on all rulings")
    all_rows = np.arange(len(training_set.rulings))
    fitted = fit_subset(training_set, all_rows, settings.parameters, settings.n_bags, settings.seed)
    model = _with_facts(fitted, training_set, evaluation, settings)
    on_progress("logging to MLflow")
    description = log.describe_run(evaluation)
    with (
        mlflow.start_run(description=description, tags=process_tags()) as run,
        tempfile.TemporaryDirectory() as scratch,
    ):
        mlflow.log_params(
            {
                "first_test_year": settings.first_test_year,
                "n_folds": settings.n_folds,
                "n_bags": settings.n_bags,
                "seed": settings.seed,
                "partial_grants_as": settings.partial_grants_as,
                "without_judges": settings.without_judges,
                "dask_workers": len(cluster.workers) if cluster else 0,
                **model.facts["parameters"],
            }
        )
        frames_digest = log.log_rulings(training_set, source, model.facts["data_digest"])
        log.log_evaluation(evaluation)
        on_progress("evaluating what is read from text")
        log.log_extraction(training_set.rulings)
        curve = learning_curve(training_set, settings, on_progress)
        on_progress("auditing for leakage")
        leakage = log.log_leakage(training_set)
        on_progress("writing the report")
        log.log_report(model, training_set, evaluation, curve, frames_digest, leakage)
        on_progress("registering the model")
        folder = Path(scratch) / "enjoin_model"
        save_model(model, folder)
        save_neighbors(
            fit_neighbors(model, training_set.rulings, training_set.granted, fitted.frames), folder
        )
        with store_lock(mlflow.get_registry_uri()):  # of two at once, one becomes the champion
            registered = log_model(folder, description)
            alias = registry.assign_alias(int(registered))
        stores = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
        return Trained(evaluation, leakage, run.info.run_id, registered, alias, *stores)


def _training_set(
    rulings: Sequence[Ruling],
    settings: TrainSettings,
    on_progress: OnProgress,
    cluster: Cluster | None = None,
) -> TrainingSet:
    if settings.without_judges:
        rulings = [ruling.model_copy(update={"judge": None}) for ruling in rulings]
    return build_training_set(
        rulings, settings.partial_grants_as, settings.seed, on_progress, cluster
    )


def _with_facts(
    fitted: Fitted, training_set: TrainingSet, evaluation: Evaluation, settings: TrainSettings
) -> GrantModel:
    """Return the model with the facts that its answers, card and monitoring need."""
    rulings_by_mode = count_by_mode(training_set.rulings)
    years = [ruling.year for ruling in training_set.rulings if ruling.year]
    data_digest = log.rulings_digest(training_set.rulings)
    words = [len(ruling.motion.split()) for ruling in training_set.rulings]
    facts = fitted.model.facts | {
        "data_digest": data_digest,
        "builder_digest": builder_digest(),
        "schema_digest": schema_digest(),
        "n_cases": len(np.unique(training_set.groups)),
        "years": [min(years), max(years)],
        "median_words": round(np.median(words)),
        "partial_grants_as": settings.partial_grants_as,
        "without_judges": settings.without_judges,
        "rulings_by_mode": rulings_by_mode,
        "performance": log.performance_by_mode(evaluation, rulings_by_mode),
        LONG_PAPERS: long_paper_record(data_digest),
        RATING_AVERAGES: average_ratings(fitted.frames),
        VALUE_OUTCOMES: count_value_outcomes(training_set.rulings, training_set.granted),
        DISTRIBUTION: training_distribution(fitted.frames, out_of_fold_predictions(evaluation)),
        "enjoin": version("enjoin"),
        "lightgbm": version("lightgbm"),
    }
    return replace(fitted.model, facts=facts)
