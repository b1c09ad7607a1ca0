"""The MLflow run of a docket that a language model coded: values and counts, no words of papers."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mlflow
import pandas as pd

from data.io.atomic import created_like
from data.io.formulas import table_as_csv
from data.io.private_files import SQLITE_SUFFIXES, make_private
from data.io.shown import storable
from data.schema import RATINGS, is_list
from features.coder.protocol import protocol_digest, protocol_text
from features.coder.reading import CODED
from train.tracking.experiment import EXPERIMENT, choose_experiment
from train.tracking.killed_runs import process_tags
from train.tracking.registry import client, short_timeouts, silence_mlflow
from train.tracking.store import local_path, use_plain_address

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
@created_like(())
def log_coding_run(run: CodingRun) -> str:
    """Log a run with the protocol and what came of it, for its owner alone; return its id.

    Metrics are the counts, `failures/<kind>`, `unproven/<field>` and `agreement/<field>`.
    """
    silence_mlflow()
    choose_experiment()
    name = f"coding by {run.params.get('model', '')}"
    with mlflow.start_run(run_name=name, tags=process_tags()) as active:
        mlflow.set_tags({"kind": "coding", "protocol_digest": protocol_digest()})
        mlflow.log_params({name: storable(str(value)) for name, value in run.params.items()})
        mlflow.log_metrics(_metrics(run))
        mlflow.log_text(protocol_text(), "protocol.md")
        if run.codings:
            table = pd.DataFrame(_values(run.codings), columns=list(LOGGED))
            mlflow.log_text(table_as_csv(table.dropna(axis="columns", how="all")), "codings.csv")
        return str(active.info.run_id)


def trace_requests() -> str:
    """Have MLflow trace each request: what is sent and what comes back, so the papers' text too.

    In a local store, what is written from now on is its owner's alone: traces, their database, and
    all other files of this process, as MLflow writes traces from threads until the process ends.

    Returns
    -------
    str
        Who can read the traces, in words.
    """
    silence_mlflow()
    use_plain_address()
    uri = mlflow.get_tracking_uri()
    path = local_path(uri)
    if path is not None:
        os.umask(0o077)
    choose_experiment()
    mlflow.pydantic_ai.autolog()
    if path is None:
        return f"whoever may read the store at {_without_secrets(uri)} can read them"
    if path.is_file() and not _make_private(path):
        return f"whoever may read {path}, which is not yours, can read them"
    artifacts = _artifact_location()
    if artifacts and local_path(artifacts) is None:
        return f"whoever may read {_without_secrets(artifacts)} can read them"
    return f"only you can read them, and whatever else this command writes ({path})"


def _make_private(database: Path) -> bool:
    """Take a database, and what SQLite keeps beside it, from all but its owner, if that is us."""
    database = database.resolve()
    for suffix in SQLITE_SUFFIXES:
        make_private(database.with_name(database.name + suffix))
    return make_private(database)


def _artifact_location() -> str | None:
    """Return where the traces of the experiment in use are kept, if it is known."""
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
    experiment = client().get_experiment_by_name(name)
    return None if experiment is None else experiment.artifact_location


def _without_secrets(uri: str) -> str:
    """Return the scheme and host of an address, which may hold a password."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


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
