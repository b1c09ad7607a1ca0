"""One training run in MLflow: evaluate, fit on every ruling, log, register."""

import hashlib
import json
import logging
import os
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib
import mlflow
import numpy as np
import pandas as pd

from data.files import cache_dir
from data.schema import Ruling, is_list
from features.build import builder_digest
from features.lexicon import lexicon_digest
from train.ablation import ablate
from train.evaluate import (
    HEADLINE,
    MODEL,
    PROTOCOLS,
    Evaluation,
    evaluate,
    interval_table,
    outcome_table,
)
from train.model import DEFAULTS
from train.rulings import InPart, Labelled, fit_rows, label_rulings
from train.store import save_model

matplotlib.use("Agg")  # plots are files here; no screen is needed
import matplotlib.pyplot as plt

from train import plots

EXPERIMENT = "enjoin"
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
    cache: bool = True

    @property
    def features_cache(self) -> Path | None:
        """Where feature frames are cached, or None."""
        return cache_dir() if self.cache else None


@dataclass(frozen=True)
class Trained:
    """What a training run left behind."""

    evaluation: Evaluation
    run_id: str
    version: str
    tracking_uri: str


def rulings_digest(rulings: Sequence[Ruling]) -> str:
    """Return the SHA-256 of the rulings' content, whatever file format they came in."""
    digest = hashlib.sha256()
    for ruling in rulings:
        digest.update(ruling.model_dump_json().encode() + b"\n")
    return digest.hexdigest()


def evaluate_rulings(
    rulings: Sequence[Ruling], settings: Settings, tell: Tell = lambda step: None
) -> Evaluation:
    """Run both protocols on labelled rulings without registering anything."""
    return _evaluated(rulings, settings, tell)[1]


def ablate_rulings(
    rulings: Sequence[Ruling], settings: Settings, tell: Tell = lambda step: None
) -> pd.DataFrame:
    """Score text-only predictions with each family of features removed (see `ablate`)."""
    labelled = label_rulings(
        rulings, settings.in_part, settings.seed, settings.features_cache, tell
    )
    return ablate(
        labelled,
        settings.n_folds,
        settings.parameters,
        settings.n_bags,
        settings.seed,
        tell,
    )


def _evaluated(
    rulings: Sequence[Ruling], settings: Settings, tell: Tell
) -> tuple[Labelled, Evaluation]:
    labelled = label_rulings(
        rulings, settings.in_part, settings.seed, settings.features_cache, tell
    )
    evaluation = evaluate(
        labelled,
        settings.first_test_year,
        settings.n_folds,
        settings.parameters,
        settings.n_bags,
        settings.seed,
        tell,
    )
    return labelled, evaluation


def train(
    rulings: Sequence[Ruling],
    source: str,
    settings: Settings,
    log_model: Callable[[Path, str], str],
    tell: Tell = lambda step: None,
) -> Trained:
    """Evaluate, fit on all rulings and register, as one MLflow run.

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
        If the rulings do not allow the evaluation (the message says what to change).
    """
    quiet_mlflow()
    # Evaluated before a run is opened, so that unusable rulings leave no failed run behind.
    labelled, evaluation = _evaluated(rulings, settings, tell)
    tell("fitting on all rulings")
    everything = np.arange(len(labelled.rulings))
    model = fit_rows(
        labelled, everything, settings.parameters or {}, settings.n_bags, settings.seed
    ).model
    data_digest = rulings_digest(labelled.rulings)
    years = [ruling.year for ruling in labelled.rulings if ruling.year]
    facts = model.facts | {
        "data_digest": data_digest,
        "n_cases": len(np.unique(labelled.groups)),
        "years": [min(years), max(years)],
        "in_part": settings.in_part,
        "tested": track_record(evaluation),
        "enjoin": version("enjoin"),
        "lightgbm": version("lightgbm"),
    }
    model = replace(model, facts=facts)
    tell("logging to MLflow")
    choose_experiment()
    words = describe_run(evaluation)
    with (
        mlflow.start_run(description=words) as run,
        tempfile.TemporaryDirectory() as scratch,
    ):
        _log_run(evaluation, settings, source, labelled.rulings, data_digest)
        tell("drawing plots")
        importance = plots.importance_table(model, labelled.frames)
        mlflow.log_table(importance, "importance.json")
        mlflow.log_figure(plots.importance_plot(importance), "plots/importance.png")
        for protocol in PROTOCOLS:
            drawn = plots.reliability_plot(evaluation.predictions, protocol)
            mlflow.log_figure(drawn, f"plots/reliability_{protocol}.png")
            drawn = plots.roc_plot(evaluation.predictions, protocol)
            mlflow.log_figure(drawn, f"plots/roc_{protocol}.png")
        plt.close("all")
        tell("registering the model")
        folder = Path(scratch) / "enjoin_model"
        save_model(model, folder)
        registered = log_model(folder, words)
        return Trained(evaluation, run.info.run_id, registered, mlflow.get_tracking_uri())


def _log_run(
    evaluation: Evaluation,
    settings: Settings,
    source: str,
    rulings: Sequence[Ruling],
    data_digest: str,
) -> None:
    mlflow.log_params(
        {
            "first_test_year": settings.first_test_year,
            "n_folds": settings.n_folds,
            "n_bags": settings.n_bags,
            "seed": settings.seed,
            "in_part": settings.in_part,
            **(DEFAULTS | (settings.parameters or {})),
        }
    )
    mlflow.set_tags(
        {
            "lexicon_digest": lexicon_digest(),
            "builder_digest": builder_digest(),
            "data_digest": data_digest,
        }
    )
    frame = pd.DataFrame([ruling.model_dump(mode="json") for ruling in rulings])
    for name in filter(is_list, frame.columns):  # MLflow's data sets hold no list columns
        frame[name] = frame[name].map(json.dumps)
    whole = frame.select_dtypes("integer").columns
    frame[whole] = frame[whole].astype(float)  # MLflow warns of integers, which hold no nulls
    with warnings.catch_warnings():
        # Two of MLflow's kinds of source fit a local path; either is right.
        warnings.filterwarnings("ignore", message="The specified dataset source")
        dataset = mlflow.data.from_pandas(
            frame, source=source, targets="outcome", name="rulings", digest=data_digest[:16]
        )
    mlflow.log_input(dataset, context="training")
    # The model as "temporal/rated/roc_auc", a baseline as "temporal/rated/roc_auc/base rate".
    scores = evaluation.table.dropna(subset=["value", "low", "high"])
    mlflow.log_metrics(
        {
            f"{row.protocol}/{row.mode}/{row.metric}{suffix}"
            + ("" if row.model == MODEL else f"/{row.model.replace('+', 'and')}"): float(
                getattr(row, part)
            )
            for row in scores.itertuples()
            for part, suffix in (("value", ""), ("low", "_low"), ("high", "_high"))
        }
    )
    mlflow.log_text(evaluation.table.to_csv(index=False), "evaluation.csv")
    mlflow.log_text(evaluation.predictions.to_csv(index=False), "predictions.csv")
    mlflow.log_text(outcome_table(evaluation.predictions).to_csv(index=False), "outcomes.csv")
    mlflow.log_text(interval_table(evaluation.predictions).to_csv(index=False), "intervals.csv")


def choose_experiment() -> None:
    """Use the experiment `enjoin` unless MLflow's own variables already name a run or experiment.

    `mlflow run` names a run, whose experiment must not be changed.
    """
    names = ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME")
    if not any(name in os.environ for name in names):
        mlflow.set_experiment(EXPERIMENT)


def track_record(evaluation: Evaluation) -> dict[str, Any]:
    """Return how the model did on later years, for its answers to carry.

    For each mode, each metric of `evaluation.table` as [value, low, high] with its 95% interval,
    and the number of rulings.
    """
    record: dict[str, Any] = {"first_test_year": evaluation.split.first_test_year}
    table = evaluation.table
    mine = table[(table["protocol"] == HEADLINE) & (table["model"] == MODEL)]
    for mode, rows in mine.groupby("mode", sort=False):
        record[str(mode)] = {"rulings": int(rows["n"].iloc[0])} | {
            row.metric: [float(row.value), float(row.low), float(row.high)]
            for row in rows.itertuples()
        }
    return record


def describe_run(evaluation: Evaluation) -> str:
    """Return the headline table in Markdown, which MLflow shows on the run and the model."""
    table = evaluation.table[evaluation.table["protocol"] == HEADLINE]
    lines = [
        f"Trained on earlier years, tested on rulings of {evaluation.split.first_test_year} and "
        "later (95% interval bootstrapped by case):",
        "",
        "| model | mode | ROC AUC | Brier score |",
        "|---|---|---|---|",
    ]
    for (mode, name), rows in table.groupby(["mode", "model"], sort=False):
        cells = rows.set_index("metric")
        shown = [
            f"{cells.loc[metric, 'value']:.3f} "
            f"[{cells.loc[metric, 'low']:.3f}, {cells.loc[metric, 'high']:.3f}]"
            for metric in ("roc_auc", "brier_score")
        ]
        lines.append(f"| {name} | {mode} | {shown[0]} | {shown[1]} |")
    return "\n".join(lines)


def quiet_mlflow() -> None:
    """Keep MLflow's own chatter (database migrations, hints) off the terminal."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
