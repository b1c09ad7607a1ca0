"""Backtest: judge each model version's earlier predictions by the outcomes that came in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.io.atomic import created_like, files_of_all
from data.io.columns import AS_GIVEN
from data.io.load import check_map_used
from data.io.sources import local_files
from data.labels import PartialGrants
from data.schema import Motion
from features.build import COLUMNS, build_features, builder_digest
from serve.backtest.join import (
    InputRows,
    as_table,
    join_outcomes,
    read_docket,
    read_outcomes,
    read_predictions,
)
from serve.backtest.tracking import VersionReport, log_backtest
from serve.long_papers import LONG_PAPER
from serve.model_source import locate_model, unregistered_version
from train.model.damage import UnusableModel, read_json
from train.model.file_schema import CARD
from train.model.grant_model import DISTRIBUTION
from train.model.store import load_model, model_digest
from train.modes import MODES, mode_of
from train.monitor.drift import P_GRANT, drift_table
from train.monitor.live_metrics import (
    State,
    apply_rules,
    group_by_probability,
    live_reliability,
    live_scores,
    retraining_state,
    share_within_intervals,
)
from train.settings import OnProgress
from train.tracking.experiment import prepare_run
from train.tracking.registry import (
    REGISTERED_NAME,
    registry_state,
    silence_mlflow,
)

N_TOP_FEATURES = 10
"""Features of a mode that move its probabilities most; drift of the others changes little."""


@dataclass(frozen=True)
class Backtest:
    """The reports on all versions.

    Attributes
    ----------
    predictions, outcomes, docket
        The inputs; the docket is None if it was not given.
    unpredicted
        Number of outcomes without a prediction.
    judged_version
        The version whose verdict counts.
    """

    predictions: InputRows
    outcomes: InputRows
    docket: InputRows | None
    unpredicted: int
    reports: tuple[VersionReport, ...]
    judged_version: str

    @property
    def verdict(self) -> State:
        """Whether the judged version is due for retraining."""
        return next(
            report.state for report in self.reports if report.version == self.judged_version
        )


@dataclass(frozen=True)
class _ModelRecord:
    """What the `model.json` of a version says, or the problem with reading it."""

    folder: Path | None = None
    base_rate: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    problem: str | None = None


def backtest(
    predictions: str,
    outcomes: str,
    motions: str | None = None,
    model: str | None = None,
    partial_grants_as: PartialGrants | None = None,
    on_progress: OnProgress = lambda step: None,
    column_map: Mapping[str, str] = AS_GIVEN,
) -> Backtest:
    """Join outcomes to predictions, judge every model version, and log a run for each.

    Parameters
    ----------
    predictions
        The output of `enjoin score`, or an audit log.
    outcomes
        A table of `id`, `outcome` and optionally `case_id`, by which the bootstrap is clustered.
    motions
        The motions that were scored, for the drift of each feature. Without them, only the drift
        of the probabilities is reported.
    model
        The model whose verdict counts, as for `locate_model`; by default the champion. If it made
        none of the predictions, the newest version that did counts.
    partial_grants_as
        What a ruling granted in part counts as; by default as in the model's training.
    column_map
        The field of columns of outcomes or motions that the user names.

    Raises
    ------
    UnreadableInput
        If a file cannot be read or has no usable row, or none has a column that the user names.
    FileNotFoundError
        If there is no model at `model`.
    """
    given = [source for source in (predictions, outcomes, motions) if source]
    with created_like(files_of_all(map(local_files, given))):
        return _backtest(
            predictions, outcomes, motions, model, partial_grants_as, on_progress, column_map
        )


def _backtest(
    predictions: str,
    outcomes: str,
    motions: str | None,
    model: str | None,
    partial_grants_as: PartialGrants | None,
    on_progress: OnProgress,
    column_map: Mapping[str, str],
) -> Backtest:
    silence_mlflow()
    prepare_run()
    on_progress("reading")
    docket = read_docket(motions, column_map) if motions else None
    prediction_rows, outcome_rows = (
        read_predictions(predictions),
        read_outcomes(outcomes, column_map),
    )
    check_map_used(column_map, [table.loaded for table in (docket, outcome_rows) if table])
    predicted, known = as_table(prediction_rows.rows), as_table(outcome_rows.rows)
    versions = sorted(predicted["model_version"].unique(), key=_version_order)
    requested = _requested_version(model)
    judged = requested[0] if requested and requested[0] in versions else versions[-1]
    files = {"predictions": predictions, "outcomes": outcomes, "motions": motions}
    reports = []
    for version in versions:
        on_progress(f"judging {version}")
        of_version = predicted[predicted["model_version"] == version].reset_index(drop=True)
        record = _read_record(version, requested)
        scored_motions = docket.rows if docket and version == judged else []
        report = _report(version, of_version, known, record, scored_motions, partial_grants_as)
        run_id = log_backtest(report, {role: path for role, path in files.items() if path})
        reports.append(replace(report, run_id=run_id))
    unpredicted = int((~known["id"].isin(predicted["id"])).sum())
    return Backtest(prediction_rows, outcome_rows, docket, unpredicted, tuple(reports), judged)


def _version_order(version: str) -> tuple[int, str]:
    match = re.search(r"/(\d+)$", version)
    return (int(match[1]) if match else -1, version)


def _requested_version(source: str | None) -> tuple[str, Path | None] | None:
    """Return the version whose verdict counts, and its folder if it had to be fetched."""
    if source is None:
        number = registry_state().default_version
        return None if number is None else (f"{REGISTERED_NAME}/{number}", None)
    located = locate_model(source)
    version = located.version or unregistered_version(model_digest(located.folder))
    return version, located.folder


def _read_record(version: str, requested: tuple[str, Path | None] | None) -> _ModelRecord:
    try:
        folder = requested[1] if requested and requested[0] == version else None
        if folder is None:
            if not re.fullmatch(r"[^/:]+/\d+", version):
                raise FileNotFoundError(f"give its folder with --model to compare with {version}")
            folder = locate_model(f"models:/{version}").folder
        record = read_json(folder / "model.json", CARD)
        return _ModelRecord(folder, float(record["base_rate"]), record["facts"])
    except (OSError, ValueError, KeyError) as error:
        return _ModelRecord(
            problem=f"the test results and training data of {version} are unknown: {error}"
        )


def _report(
    version: str,
    predictions: pd.DataFrame,
    outcomes: pd.DataFrame,
    record: _ModelRecord,
    motions: list[Motion],
    partial_grants_as: PartialGrants | None,
) -> VersionReport:
    notes = [record.problem] if record.problem else []
    in_training: PartialGrants | None = record.facts.get("partial_grants_as")
    counted_as: PartialGrants = partial_grants_as or in_training or "granted"
    if in_training and counted_as != in_training:
        notes.append(
            f"granted in part counts as {counted_as} here, but as {in_training} in training"
        )
    if adjusted := int(predictions["p_grant_unadjusted"].notna().sum()):
        notes.append(
            f"{adjusted} predictions were adjusted to another base rate; the model's own test "
            "used unadjusted ones"
        )
    if n_long := int(predictions["why_out_of_scope"].str.contains(LONG_PAPER).eq(True).sum()):
        notes.append(
            f"{n_long} predictions are of long papers read by phrases; the model's own test "
            "used short ones"
        )
    joined = join_outcomes(predictions, outcomes, counted_as)
    scores, reliability, share_within = pd.DataFrame(), pd.DataFrame(), None
    if len(joined.table):
        scores = live_scores(joined.table, record.base_rate, record.facts.get("performance"))
        groups = group_by_probability(joined.table)
        reliability = live_reliability(groups)
        share_within = share_within_intervals(groups) if groups else None
    drift, top_features, drift_notes = _drift(predictions, record, motions)
    rules = apply_rules(scores, drift, top_features)
    return VersionReport(
        version=version,
        joined=joined,
        partial_grants_as=counted_as,
        scores=scores,
        reliability=reliability,
        share_within=share_within,
        drift=drift,
        top_features=top_features,
        rules=rules,
        state=retraining_state(rules, joined.n_cases),
        notes=(*notes, *drift_notes),
    )


def _drift(
    predictions: pd.DataFrame, record: _ModelRecord, motions: list[Motion]
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]], list[str]]:
    """Return the drift of probabilities and features, the top features by mode, and notes."""
    in_training = record.facts.get(DISTRIBUTION)
    if in_training is None:
        note = "the model keeps no distributions of its training rulings, so drift is unknown"
        return pd.DataFrame(), {}, [] if record.problem else [note]
    p_grant = predictions["p_grant_unadjusted"].astype(float).fillna(predictions["p_grant"])
    columns_by_mode: dict[str, dict[str, pd.Series[Any]]] = {
        mode: {P_GRANT: p_grant[predictions["mode"] == mode]}
        for mode in MODES
        if (predictions["mode"] == mode).any()
    }
    top_features: dict[str, tuple[str, ...]] = {}
    notes = []
    if motions and record.folder:
        notes += _note_unpredicted(motions, predictions)
        if record.facts.get("builder_digest") != builder_digest():
            notes.append("the code that builds features has changed since the model was trained")
        try:
            features, top_features = _features_by_mode(motions, record.folder)
            for mode, columns in features.items():
                columns_by_mode[mode] = columns_by_mode.get(mode, {}) | columns
        except UnusableModel as error:
            notes.append(f"the drift of features is unknown: {error}")
    n_compared = sum(len(columns) for columns in columns_by_mode.values())
    tables = [
        drift_table(in_training[mode], columns, n_compared).assign(mode=mode)
        for mode, columns in columns_by_mode.items()
    ]
    return pd.concat(tables, ignore_index=True), top_features, notes


def _note_unpredicted(motions: list[Motion], predictions: pd.DataFrame) -> list[str]:
    predicted = set(predictions["id"])
    n = sum(motion.id is not None and motion.id not in predicted for motion in motions)
    return [f"{n} of the {len(motions)} motions have no prediction"] if n else []


def _features_by_mode(
    motions: list[Motion], folder: Path
) -> "tuple[dict[str, dict[str, pd.Series[Any]]], dict[str, tuple[str, ...]]]":
    """Return the feature columns of the motions by mode, and the top features of each mode."""
    model = load_model(folder)
    frame = model.prepare(build_features(motions))
    modes = np.array([mode_of(motion) for motion in motions])
    names = [column.name for column in COLUMNS]
    contributions = model.contributions(frame, list(modes))[names].abs()
    columns, top_features = {}, {}
    for mode in dict.fromkeys(modes):
        rows = modes == mode
        columns[str(mode)] = {name: frame.values.loc[rows, name] for name in names}
        mean = contributions[rows].mean()
        top_features[str(mode)] = tuple(mean.nlargest(N_TOP_FEATURES).index)
    return columns, top_features
