"""What a training run leaves in MLflow: its data, scores, tables and plots, and their summary."""

import hashlib
import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import mlflow
import pandas as pd

from data.cases import case_groups, draw_cases
from data.embedded import first_coding
from data.schema import Ruling, is_list
from features.build import builder_digest
from features.phrases.lexicon import lexicon_digest
from train.dataset import Labelled, read_frames
from train.evaluate.extraction import extract, extraction_tables
from train.evaluate.protocols import (
    HEADLINE,
    MODEL,
    RECALIBRATED,
    Evaluation,
    interval_check,
    outcome_table,
    part_table,
)
from train.model.grant_model import GrantModel
from train.modes import Mode

matplotlib.use("Agg")  # plots are files here; no screen is needed

from train.report import plots
from train.report.model_card import model_card
from train.report.page import report_page, report_plots_of

MOST_SHOWN = 20_000
"""Rulings that the report's plots of features and the judging of phrases are made from, at most."""
FEWEST_TAUGHT = 40
"""Rulings with ratings, or with codings, below which nothing was learned or tested of them."""
REPORT, CARD = "report.html", "model_card.md"


def rulings_digest(rulings: Sequence[Ruling]) -> str:
    """Return the SHA-256 of the rulings' content, whatever file format they came in."""
    digest = hashlib.sha256()
    for ruling in rulings:
        digest.update(ruling.model_dump_json().encode() + b"\n")
    return digest.hexdigest()


def log_rulings(labelled: Labelled, source: str, data_digest: str) -> str:
    """Log the rulings as the run's data set, and the digests of all that made the features.

    Returns
    -------
    The digest of the feature frames.
    """
    frames = frames_digest(labelled)
    mlflow.set_tags(
        {
            "lexicon_digest": lexicon_digest(),
            "builder_digest": builder_digest(),
            "data_digest": data_digest,
            "frames_digest": frames,
        }
    )
    frame = pd.DataFrame([ruling.model_dump(mode="json") for ruling in labelled.rulings])
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
    return frames


def log_evaluation(evaluation: Evaluation) -> None:
    """Log every metric of the model and its baselines, and the tables they come from."""
    # The model as "rolling/rated/roc_auc", a baseline as "rolling/rated/roc_auc/base rate"; of
    # baselines only the two headline metrics, since the tables hold them all.
    scores = evaluation.table.dropna(subset=["value", "low", "high"])
    told = scores[(scores["model"] == MODEL) | scores["metric"].isin(("roc_auc", "brier_score"))]
    mlflow.log_metrics(
        {
            f"{row.protocol}/{row.mode}/{row.metric}{suffix}{_metric_ending(row.model)}": float(
                getattr(row, part)
            )
            for row in told.itertuples()
            for part, suffix in (("value", ""), ("low", "_low"), ("high", "_high"))
        }
    )
    mlflow.log_text(evaluation.table.to_csv(index=False), "evaluation.csv")
    mlflow.log_text(evaluation.beside.to_csv(index=False), "beside_baselines.csv")
    mlflow.log_text(evaluation.predictions.to_csv(index=False), "predictions.csv")
    mlflow.log_text(evaluation.slices.to_csv(index=False), "slices.csv")
    mlflow.log_text(outcome_table(evaluation.predictions).to_csv(index=False), "outcomes.csv")
    mlflow.log_text(interval_check(evaluation.predictions).to_csv(index=False), "intervals.csv")
    mlflow.log_text(part_table(evaluation.predictions).to_csv(index=False), "phrase_parts.csv")


def _metric_ending(model: str) -> str:
    """Return what names a baseline in a metric; MLflow takes no plus signs and no commas."""
    return "" if model == MODEL else "/" + model.replace("+", "and").replace(",", "")


def log_extraction(rulings: Sequence[Ruling]) -> None:
    """Log how well indicators are read from the text of cases that phrase writers have not read."""
    rows = draw_cases(case_groups(rulings), MOST_SHOWN)
    found = extract([rulings[row] for row in rows])
    if not found.rulings:
        return
    indicators, families = extraction_tables(found, first_coding())
    mlflow.log_text(indicators.to_csv(index=False), "extraction.csv")
    known = families.dropna(subset=["macro_f1"])
    mlflow.log_metrics(
        {
            f"extraction/{row.family}/macro_f1{suffix}": float(getattr(row, part))
            for row in known.itertuples()
            for part, suffix in (("macro_f1", ""), ("low", "_low"), ("high", "_high"))
        }
    )


def log_report(
    model: GrantModel,
    labelled: Labelled,
    evaluation: Evaluation,
    curve: pd.DataFrame,
    frames: str,
) -> None:
    """Log every plot, the model card and the report that holds them all.

    `frames` is the digest of the feature frames.
    """
    read = read_frames(labelled, model.readers, draw_cases(labelled.groups, MOST_SHOWN))
    shares = {mode: model.contributions(rows, [mode] * len(rows)) for mode, rows in read.items()}
    mlflow.log_table(plots.importance_table(shares), "importance.json")
    mlflow.log_text(curve.to_csv(index=False), "learning_curve.csv")
    drawn = report_plots_of(replace(labelled, frames=read), evaluation, curve, shares)
    with tempfile.TemporaryDirectory() as folder:
        for name, plot in drawn.items():
            (Path(folder) / f"{name}.png").write_bytes(plot.png)
        mlflow.log_artifacts(folder, "plots")
    card = model_card(model.facts, model.base_rate, evaluation)
    mlflow.log_text(card, CARD)
    facts = {
        "rulings": f"{model.facts['n_rulings']:,}",
        "training data": model.facts["data_digest"][:12],
        "feature frames": frames[:12],
        "lexicons": lexicon_digest()[:12],
        "features' source": builder_digest()[:12],
        "seed": model.facts["seed"],
    }
    mlflow.log_text(report_page(labelled, evaluation, drawn, card, facts), REPORT)


def frames_digest(labelled: Labelled) -> str:
    """Return the SHA-256 of the feature frames of every mode."""
    digest = hashlib.sha256()
    for mode, frame in labelled.frames.items():
        digest.update(f"{mode}\n{frame.values.to_csv(index=False)}".encode())
    return digest.hexdigest()


def track_record(evaluation: Evaluation, taught: Mapping[Mode, int]) -> dict[str, Any]:
    """Return how the model did on later years, for its answers to carry.

    For each mode that at least `FEWEST_TAUGHT` rulings of `taught` could be given in, each metric
    of `evaluation.table` as [value, low, high] with its 95% interval, and the number of rulings.
    """
    record: dict[str, Any] = {"first_test_year": evaluation.first_test_year}
    table = evaluation.table
    mine = table[(table["protocol"] == HEADLINE) & (table["model"] == MODEL)]
    for mode, rows in mine.groupby("mode", sort=False):
        if taught[mode] < FEWEST_TAUGHT:
            continue
        record[str(mode)] = {"rulings": int(rows["n"].iloc[0])} | {
            row.metric: [float(row.value), float(row.low), float(row.high)]
            for row in rows.itertuples()
        }
    return record


def describe_run(evaluation: Evaluation) -> str:
    """Return the headline table in Markdown, which MLflow shows on the run and the model."""
    table = evaluation.table[evaluation.table["protocol"] == HEADLINE]
    table = table[~table["model"].isin(RECALIBRATED)]
    lines = [
        f"Each year from {evaluation.first_test_year} on predicted from the years before it (95% "
        "interval bootstrapped by case):",
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
