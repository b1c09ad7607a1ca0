"""What a training run logs to MLflow: its data, scores, tables, plots and report."""

import dataclasses
import hashlib
import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import mlflow
import numpy as np
import pandas as pd

from data.cases import case_groups, sample_cases
from data.describe import MIN_TO_SAY
from data.embedded import first_coding
from data.io.formulas import table_as_csv
from data.io.shown import storable
from data.leakage import LeakageAudit, audit_leakage
from data.schema import Ruling, is_list
from features.build import builder_digest
from features.phrases.lexicon import lexicon_digest
from train.dataset import TrainingSet, prepared_frames
from train.evaluate.extraction import extract, extraction_tables
from train.evaluate.protocols import HEADLINE, MODEL, RECALIBRATED, Evaluation
from train.evaluate.tables import interval_coverage, outcome_table, phrase_split_table
from train.model.grant_model import GrantModel
from train.modes import Mode

matplotlib.use("Agg")  # plots are written to files, which needs no screen

from train.report import plots
from train.report.model_card import model_card
from train.report.page import draw_plots, report_page

MAX_REPORT_RULINGS = 20_000
"""Most rulings that the plots of features and the evaluation of the text reading use."""
MIN_RULINGS_OF_MODE = 40
"""With fewer rulings that could be given in a mode, the test says nothing about that mode."""
REPORT, CARD = "report.html", "model_card.md"
_VALUE_AND_INTERVAL = (("value", ""), ("low", "_low"), ("high", "_high"))


def rulings_digest(rulings: Sequence[Ruling]) -> str:
    """Return the SHA-256 of the rulings' content, whatever file format they came from."""
    digest = hashlib.sha256()
    for ruling in rulings:
        digest.update(ruling.model_dump_json().encode() + b"\n")
    return digest.hexdigest()


def frames_digest(training_set: TrainingSet) -> str:
    """Return the SHA-256 of the feature frames of every mode."""
    digest = hashlib.sha256()
    for mode, frame in training_set.frames.items():
        digest.update(f"{mode}\n{frame.values.to_csv(index=False)}".encode())
    return digest.hexdigest()


def log_rulings(training_set: TrainingSet, source: str, data_digest: str) -> str:
    """Log the rulings as the run's data set, and the digests of everything behind the features.

    Returns
    -------
    The digest of the feature frames.
    """
    frames = frames_digest(training_set)
    mlflow.set_tags(
        {
            "lexicon_digest": lexicon_digest(),
            "builder_digest": builder_digest(),
            "data_digest": data_digest,
            "frames_digest": frames,
        }
    )
    rows = [ruling.model_dump(mode="json", exclude={"quotes"}) for ruling in training_set.rulings]
    table = pd.DataFrame(rows)  # MLflow's data sets cannot have columns of objects
    for name in filter(is_list, table.columns):  # MLflow's data sets cannot have list columns
        table[name] = table[name].map(json.dumps)
    integers = table.select_dtypes("integer").columns
    table[integers] = table[integers].astype(float)  # MLflow warns of integers: they hold no nulls
    with warnings.catch_warnings():
        # Two of MLflow's source types fit a local path; either will do.
        warnings.filterwarnings("ignore", message="The specified dataset source")
        dataset = mlflow.data.from_pandas(
            table,
            source=storable(source),
            targets="outcome",
            name="rulings",
            digest=data_digest[:16],
        )
    mlflow.log_input(dataset, context="training")
    return frames


def log_evaluation(evaluation: Evaluation) -> None:
    """Log the metrics of the model and its baselines, and the tables they come from.

    A metric of the model is named like `rolling/rated/roc_auc`, one of a baseline like
    `rolling/rated/roc_auc/base rate`. Of baselines only ROC AUC and Brier score are logged as
    metrics.
    """
    scores = evaluation.table.dropna(subset=["value", "low", "high"])
    is_model, is_headline = (
        scores["model"] == MODEL,
        scores["metric"].isin(("roc_auc", "brier_score")),
    )
    mlflow.log_metrics(
        {
            f"{row.protocol}/{row.mode}/{row.metric}{suffix}{_baseline_suffix(row.model)}": float(
                getattr(row, part)
            )
            for row in scores[is_model | is_headline].itertuples()
            for part, suffix in _VALUE_AND_INTERVAL
        }
    )
    for name, table in {
        "evaluation": evaluation.table,
        "baseline_differences": evaluation.baseline_differences,
        "predictions": evaluation.predictions,
        "slices": evaluation.slices,
        "outcomes": outcome_table(evaluation.predictions),
        "intervals": interval_coverage(evaluation.predictions),
        "phrase_splits": phrase_split_table(evaluation.predictions),
    }.items():
        mlflow.log_text(table_as_csv(table), f"{name}.csv")


def _baseline_suffix(model: str) -> str:
    """Return what a metric's name ends with; MLflow allows neither plus signs nor commas."""
    return "" if model == MODEL else "/" + model.replace("+", "and").replace(",", "")


def log_extraction(rulings: Sequence[Ruling]) -> None:
    """Log how rightly text is read, on cases held out from phrase writers."""
    rows = sample_cases(case_groups(rulings), MAX_REPORT_RULINGS)
    extraction = extract([rulings[row] for row in rows])
    if not extraction.rulings:
        return
    readings, families = extraction_tables(extraction, first_coding())
    mlflow.log_text(readings.to_csv(index=False), "extraction.csv")
    metrics = {"precision": "precision", "precision_low": "low", "precision_high": "high"}
    metrics |= {"macro_f1": "macro_f1"}
    mlflow.log_metrics(
        {
            f"extraction/{row.family}/{name}": float(getattr(row, column))
            for row in families.itertuples()
            for name, column in metrics.items()
            if not np.isnan(getattr(row, column))
        }
    )


def log_leakage(training_set: TrainingSet) -> LeakageAudit:
    """Audit the rulings for papers that give the outcome away, and log what is found."""
    audit = audit_leakage(training_set.rulings, training_set.granted)
    mlflow.log_dict(dataclasses.asdict(audit), "leakage.json")
    metrics = {"findings": float(len(audit.findings))}
    areas = {"roc_auc": audit.auc, "roc_auc_low": audit.low, "roc_auc_high": audit.high}
    metrics |= {name: value for name, value in areas.items() if value is not None}
    mlflow.log_metrics({f"leakage/{name}": value for name, value in metrics.items()})
    return audit


def log_report(
    model: GrantModel,
    training_set: TrainingSet,
    evaluation: Evaluation,
    curve: pd.DataFrame,
    frames_digest: str,
    leakage: LeakageAudit,
) -> None:
    """Log every plot, the model card, and the report that contains them all.

    Parameters
    ----------
    curve
        The learning curve (see `train.evaluate.refits.learning_curve`).
    frames_digest
        The digest of the feature frames.
    leakage
        What `log_leakage` found.
    """
    rows = sample_cases(training_set.groups, MAX_REPORT_RULINGS)
    frames = prepared_frames(training_set, model.readings, model.rating_model, rows)
    shap_values = {
        mode: model.contributions(frame, [mode] * len(frame)) for mode, frame in frames.items()
    }
    mlflow.log_table(plots.importance_table(shap_values), "importance.json")
    mlflow.log_text(curve.to_csv(index=False), "learning_curve.csv")
    drawn = draw_plots(frames, evaluation, curve, shap_values)
    with tempfile.TemporaryDirectory() as folder:
        for name, plot in drawn.items():
            (Path(folder) / f"{name}.png").write_bytes(plot.png)
        mlflow.log_artifacts(folder, "plots")
    card = model_card(model.facts, model.base_rate, model.readings, evaluation)
    mlflow.log_text(card, CARD)
    facts = {
        "rulings": f"{model.facts['n_rulings']:,}",
        "training data": model.facts["data_digest"][:12],
        "feature frames": frames_digest[:12],
        "lexicons": lexicon_digest()[:12],
        "feature source": builder_digest()[:12],
        "seed": model.facts["seed"],
    }
    page = report_page(training_set.rulings, evaluation, drawn, card, facts, leakage)
    mlflow.log_text(page, REPORT)


def performance_by_mode(
    evaluation: Evaluation, rulings_by_mode: Mapping[Mode, int]
) -> dict[str, Any]:
    """Return the model's scores on later years, which its answers report.

    Returns
    -------
    `first_test_year`, and for each mode in which at least `MIN_RULINGS_OF_MODE` rulings could be
    given, and `MIN_TO_SAY` were tested: the number of `rulings`, and each metric of
    `evaluation.table` as [value, low, high].
    """
    performance: dict[str, Any] = {"first_test_year": evaluation.first_test_year}
    table = evaluation.table
    own = table[(table["protocol"] == HEADLINE) & (table["model"] == MODEL)]
    for mode, rows in own.groupby("mode", sort=False):
        if rulings_by_mode[mode] < MIN_RULINGS_OF_MODE or rows["n"].iloc[0] < MIN_TO_SAY:
            continue
        performance[str(mode)] = {"rulings": int(rows["n"].iloc[0])} | {
            row.metric: [float(row.value), float(row.low), float(row.high)]
            for row in rows.itertuples()
        }
    return performance


def describe_run(evaluation: Evaluation) -> str:
    """Return the headline table in Markdown, which MLflow shows with the run and the model."""
    table = evaluation.table[evaluation.table["protocol"] == HEADLINE]
    table = table[~table["model"].isin(RECALIBRATED)]
    lines = [
        f"Each year from {evaluation.first_test_year} on predicted from the years before it (95% "
        "intervals bootstrapped by case):",
        "",
        "| model | mode | ROC AUC | Brier score |",
        "|---|---|---|---|",
    ]
    for (mode, name), rows in table.groupby(["mode", "model"], sort=False):
        scores = rows.set_index("metric")
        cells = [
            f"{scores.loc[metric, 'value']:.3f} "
            f"[{scores.loc[metric, 'low']:.3f}, {scores.loc[metric, 'high']:.3f}]"
            for metric in ("roc_auc", "brier_score")
        ]
        lines.append(f"| {name} | {mode} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)
