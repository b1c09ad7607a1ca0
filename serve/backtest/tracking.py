"""The result of a backtest for one model version, and the MLflow run that keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass

import mlflow
import pandas as pd

from data.io.formulas import table_as_csv
from data.io.shown import storable
from data.labels import PartialGrants
from serve.backtest.join import JoinedOutcomes
from train.monitor.live_metrics import Rule, State
from train.tracking.killed_runs import process_tags


@dataclass(frozen=True)
class VersionReport:
    """One model version judged by the outcomes of its predictions.

    Attributes
    ----------
    joined
        Its predictions and outcomes.
    partial_grants_as
        What a ruling granted in part counted as.
    scores, reliability, share_within
        Results of `live_scores`, `live_reliability` and `share_within_intervals` in
        `train.monitor.live_metrics`; empty, empty and None without any known outcome.
    drift
        Rows of `train.monitor.drift.drift_table` with their `mode`.
    top_features
        For each mode, the features that move its probabilities most; empty without motions.
    rules, state
        The verdict.
    notes
        What could not be compared, and why.
    """

    version: str
    joined: JoinedOutcomes
    partial_grants_as: PartialGrants
    scores: pd.DataFrame
    reliability: pd.DataFrame
    share_within: tuple[float, float, float] | None
    drift: pd.DataFrame
    top_features: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    state: State
    notes: tuple[str, ...]
    run_id: str = ""


def log_backtest(report: VersionReport, files: Mapping[str, str]) -> str:
    """Log a report as an MLflow run tagged with the model version, and return the run's id.

    Metrics are `live/<mode>/<metric>` with `_low` and `_high`, and `psi/<mode>/<feature>`.

    Parameters
    ----------
    files
        Names of the input files by their role, logged as parameters.
    """
    tables = {
        "live_scores": report.scores,
        "reliability": report.reliability,
        "drift": report.drift,
        "joined": report.joined.table,
        "verdict": pd.DataFrame(report.rules),
    }
    with mlflow.start_run(
        run_name=f"backtest {report.version}",
        description=_describe(report),
        tags=process_tags(),
    ) as run:
        mlflow.set_tags(
            {"kind": "backtest", "model_version": report.version, "retraining": report.state}
        )
        names = {role: storable(name) for role, name in files.items()}
        mlflow.log_params(names | {"partial_grants_as": report.partial_grants_as})
        mlflow.log_metrics(_metrics(report))
        for name, table in tables.items():
            if len(table):
                mlflow.log_text(table_as_csv(table), f"{name}.csv")
        return str(run.info.run_id)


def _metrics(report: VersionReport) -> dict[str, float]:
    metrics = {
        "joined": float(len(report.joined.table)),
        "pending": float(report.joined.pending),
        "left_out": float(report.joined.left_out),
        **{name: float(count) for name, count in report.joined.undecided.items()},
    }
    suffixes = {"value": "", "low": "_low", "high": "_high"}
    for row in report.scores.to_dict("records"):
        for column, suffix in suffixes.items():
            if pd.notna(row["value"]) and pd.notna(row[column]):
                metrics[f"live/{row['mode']}/{row['metric']}{suffix}"] = float(row[column])
    if report.share_within:
        for suffix, share in zip(suffixes.values(), report.share_within, strict=True):
            metrics[f"live/all/share_within_intervals{suffix}"] = share
    for row in report.drift.to_dict("records"):
        metrics[f"psi/{row['mode']}/{row['feature']}"] = float(row["psi"])
    return metrics


def _describe(report: VersionReport) -> str:
    lines = [f"Retraining: {report.state} ({len(report.joined.table)} known outcomes).", ""]
    for rule in report.rules:
        lines.append(f"- {rule.name}: {'DUE, ' if rule.triggered else ''}{rule.detail}")
    lines += [f"- note: {note}" for note in report.notes]
    return "\n".join(lines)
