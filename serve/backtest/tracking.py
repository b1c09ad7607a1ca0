"""What a backtest finds about one model version, and the MLflow run that keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass

import mlflow
import pandas as pd

from data.labels import PartialGrants
from serve.backtest.join import Joined
from train.monitor.live_metrics import Rule, State


@dataclass(frozen=True)
class VersionReport:
    """One model version judged by the outcomes of its predictions.

    Attributes
    ----------
    joined
        Its predictions and outcomes.
    partial_grants_as
        What granted in part counted as.
    scores, reliability, inside
        See `train.monitor.live_metrics`; empty, empty and None without any joined outcome.
    drift
        Rows of `train.monitor.drift.drift_table` with their `mode`.
    matters
        For each mode, the features that move its probabilities most; none without motions.
    rules, state
        The verdict.
    notes
        What could not be compared, and why.
    """

    version: str
    joined: Joined
    partial_grants_as: PartialGrants
    scores: pd.DataFrame
    reliability: pd.DataFrame
    inside: tuple[float, float, float] | None
    drift: pd.DataFrame
    matters: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    state: State
    notes: tuple[str, ...]
    run_id: str = ""


def log_backtest(report: VersionReport, files: Mapping[str, str]) -> str:
    """Log a report as a run, tagged with the model version; return the run's number.

    Metrics are `live/<mode>/<metric>` with `_low` and `_high`, and `psi/<mode>/<feature>`.

    Parameters
    ----------
    files
        The inputs, by what they hold.
    """
    scores = report.scores.dropna(subset=["value"]) if len(report.scores) else report.scores
    metrics = {
        f"live/{row['mode']}/{row['metric']}{ending}": float(row[part])
        for row in scores.to_dict("records")
        for part, ending in (("value", ""), ("low", "_low"), ("high", "_high"))
        if pd.notna(row[part])
    }
    if report.inside:
        names = ("", "_low", "_high")
        told = zip(names, report.inside, strict=True)
        metrics |= {f"live/all/share_within_intervals{name}": share for name, share in told}
    metrics |= {
        f"psi/{row['mode']}/{row['feature']}": float(row["psi"])
        for row in report.drift.to_dict("records")
    }
    counts = {
        "joined": len(report.joined.table),
        "pending": report.joined.pending,
        "left_out": report.joined.left_out,
    }
    tables = {
        "live_scores": report.scores,
        "reliability": report.reliability,
        "drift": report.drift,
        "joined": report.joined.table,
        "verdict": pd.DataFrame(report.rules),
    }
    with mlflow.start_run(run_name=f"backtest {report.version}", description=_words(report)) as run:
        mlflow.set_tags(
            {"kind": "backtest", "model_version": report.version, "retraining": report.state}
        )
        mlflow.log_params(dict(files) | {"partial_grants_as": report.partial_grants_as})
        mlflow.log_metrics({name: float(count) for name, count in counts.items()} | metrics)
        for name, table in tables.items():
            if len(table):
                mlflow.log_text(table.to_csv(index=False), f"{name}.csv")
        return str(run.info.run_id)


def _words(report: VersionReport) -> str:
    lines = [f"Retraining: {report.state} ({len(report.joined.table)} outcomes joined).", ""]
    lines += [
        f"- {rule.name}: {'DUE, ' if rule.broken else ''}{rule.words}" for rule in report.rules
    ]
    return "\n".join([*lines, *(f"- note: {note}" for note in report.notes)])
