"""The MLflow run of a docket that a language model coded: values and counts, no words of papers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mlflow
import pandas as pd

from data.schema import RATINGS, is_list
from features.coder.protocol import protocol_digest, protocol_text
from features.coder.reading import CODED
from train.tracking.registry import choose_experiment, short_timeouts, silence_mlflow

LOGGED = ("id", *CODED, *RATINGS, "forecast", "forecast_spread")
"""Fields of a coded motion that are logged: none that holds words of the papers."""


@dataclass(frozen=True)
class CodingRun:
    """What a language model made of a docket.

    Attributes
    ----------
    params
        Who read it and how: model, samples and such.
    counts
        Rows, coded and rejected motions, tokens and such.
    failures
        Readings that failed, by kind.
    unproven
        Values without a quote in the papers, by field.
    agreement
        By field, how many of a person's codings the reading agrees with, and of how many.
    codings
        The fields of each coded motion.
    """

    params: Mapping[str, Any]
    counts: Mapping[str, float]
    failures: Mapping[str, int] = field(default_factory=dict)
    unproven: Mapping[str, int] = field(default_factory=dict)
    agreement: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    codings: Sequence[Mapping[str, Any]] = ()


@short_timeouts()
def log_coding_run(run: CodingRun) -> str:
    """Log a run with the protocol and what came of it; return its id.

    Metrics are the counts, `failures/<kind>`, `unproven/<field>` and `agreement/<field>`.
    """
    silence_mlflow()
    choose_experiment()
    with mlflow.start_run(run_name=f"coding by {run.params.get('model', '')}") as active:
        mlflow.set_tags({"kind": "coding", "protocol_digest": protocol_digest()})
        mlflow.log_params(dict(run.params))
        mlflow.log_metrics(_metrics(run))
        mlflow.log_text(protocol_text(), "protocol.md")
        if run.codings:
            table = pd.DataFrame(_values(run.codings), columns=list(LOGGED))
            mlflow.log_text(
                table.dropna(axis="columns", how="all").to_csv(index=False), "codings.csv"
            )
        return str(active.info.run_id)


def trace_requests() -> None:
    """Have MLflow trace each request: what is sent and what comes back, so the papers' text too."""
    silence_mlflow()
    choose_experiment()
    mlflow.pydantic_ai.autolog()


def _metrics(run: CodingRun) -> dict[str, float]:
    metrics = {name: float(value) for name, value in run.counts.items()}
    metrics |= {f"failures/{kind}": float(n) for kind, n in run.failures.items()}
    metrics |= {f"unproven/{name}": float(n) for name, n in run.unproven.items()}
    for name, (agreeing, compared) in run.agreement.items():
        metrics[f"agreement/{name}"] = agreeing / compared
        metrics[f"agreement/{name}/compared"] = float(compared)
    return metrics


def _values(codings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            name: ";".join(coding[name]) if is_list(name) and coding.get(name) else coding.get(name)
            for name in LOGGED
        }
        for coding in codings
    ]
