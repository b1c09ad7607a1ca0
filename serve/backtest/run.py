"""Backtest: judge each model version's earlier predictions by the outcomes that came in."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from data.labels import PartialGrants
from data.schema import Motion
from features.build import COLUMNS, build_features, builder_digest
from serve.backtest.join import Rows, as_table, join, read_docket, read_outcomes, read_predictions
from serve.backtest.tracking import VersionReport, log_backtest
from serve.model_source import locate_model
from train.model.grant_model import DISTRIBUTION
from train.model.store import UnusableModel, load_model, model_digest
from train.modes import MODES, mode_of
from train.monitor.drift import P_GRANT, drift_table
from train.monitor.live_metrics import (
    State,
    judge,
    live_reliability,
    live_scores,
    share_within_intervals,
    retraining_state,
)
from train.tracking.registry import model_uri, choose_experiment, registry_state, silence_mlflow

MATTERING = 10
"""Features of a mode that move its probabilities most; a shift of another one changes little."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Backtest:
    """All versions judged; `judged` is the one whose verdict counts."""

    predictions: Rows
    outcomes: Rows
    docket: Rows | None
    unpredicted: int
    reports: tuple[VersionReport, ...]
    judged: str

    @property
    def verdict(self) -> State:
        """Whether the model that answers is due for retraining."""
        return next(report.state for report in self.reports if report.version == self.judged)


@dataclass(frozen=True)
class _Model:
    """A version's folder and what its `model.json` says, or why there is none."""

    folder: Path | None
    base_rate: float | None
    facts: Mapping[str, Any]
    problem: str | None = None


def backtest(
    predictions: str,
    outcomes: str,
    motions: str | None = None,
    model: str | None = None,
    partial_grants_as: str | None = None,
    tell: Tell = lambda step: None,
) -> Backtest:
    """Join outcomes to predictions, judge every model version, and log a run for each.

    Parameters
    ----------
    predictions
        What `enjoin score` wrote.
    outcomes
        A table of `id`, `outcome` and perhaps `case_id`, by which the bootstrap is clustered.
    motions
        The docket that was scored, for the drift of each feature; without it only the drift of the
        probabilities is told.
    model
        The model whose verdict counts, as for `locate_model`; by default the champion. Where it did
        not make any of the predictions, the newest version that did counts.
    partial_grants_as
        What granted in part counts as; by default what it counted as in the model's training.

    Raises
    ------
    UnreadableInput
        If a file cannot be read or holds no usable row.
    ValueError
        If `partial_grants_as` is unknown.
    FileNotFoundError
        If the model named is not there.
    """
    if partial_grants_as is not None and partial_grants_as not in get_args(PartialGrants):
        raise ValueError(
            f"--partial-grants-as {partial_grants_as!r}: expected one of {', '.join(get_args(PartialGrants))}"
        )
    silence_mlflow()
    tell("reading")
    docket = read_docket(motions) if motions else None
    predicted, known = read_predictions(predictions), read_outcomes(outcomes)
    table, ends = as_table(predicted.rows), as_table(known.rows)
    versions = sorted(table["model_version"].unique(), key=_by_number)
    named = _named(model)
    judged = named[0] if named and named[0] in versions else versions[-1]
    files = {"predictions": predictions, "outcomes": outcomes, "motions": motions}
    reports = []
    choose_experiment()
    for version in versions:
        tell(f"judging {version}")
        mine = table[table["model_version"] == version].reset_index(drop=True)
        found = _model(version, named)
        asked = docket.rows if docket and version == judged else []
        report = _report(version, mine, ends, found, asked, partial_grants_as)
        run_id = log_backtest(report, {name: path for name, path in files.items() if path})
        reports.append(replace(report, run_id=run_id))
    unpredicted = int((~ends["id"].isin(table["id"])).sum())
    return Backtest(predicted, known, docket, unpredicted, tuple(reports), judged)


def _by_number(version: str) -> tuple[int, str]:
    found = re.search(r"/(\d+)$", version)
    return (int(found[1]) if found else -1, version)


def _named(source: str | None) -> tuple[str, Path | None] | None:
    """Return the version whose verdict counts, and its folder where it had to be fetched."""
    if source is None:
        answering = registry_state().default_version
        return None if answering is None else (model_uri(answering).removeprefix("models:/"), None)
    located = locate_model(source)
    return (located.version or f"sha256:{model_digest(located.folder)[:12]}", located.folder)


def _model(version: str, named: tuple[str, Path | None] | None) -> _Model:
    try:
        folder = named[1] if named and named[0] == version else None
        if folder is None:
            if not re.fullmatch(r"[^/:]+/\d+", version):
                raise FileNotFoundError(f"give its folder with --model to compare with {version}")
            folder = locate_model(f"models:/{version}").folder
        record = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        return _Model(folder, float(record["base_rate"]), record["facts"])
    except (OSError, ValueError, KeyError) as error:
        words = f"what {version} promised, and its training rulings, are not known here: {error}"
        return _Model(None, None, {}, words)


def _report(
    version: str,
    mine: pd.DataFrame,
    outcomes: pd.DataFrame,
    model: _Model,
    docket: list[Motion],
    partial_grants_as: str | None,
) -> VersionReport:
    notes = [model.problem] if model.problem else []
    trained_with = model.facts.get("partial_grants_as")
    counts: PartialGrants = partial_grants_as or trained_with or "granted"  # type: ignore[assignment]
    if trained_with and counts != trained_with:
        notes.append(f"granted in part counts as {counts} here, but as {trained_with} in training")
    if adjusted := int(mine["p_grant_unadjusted"].notna().sum()):
        notes.append(
            f"{adjusted} predictions were adjusted to another grant rate; the model's own test was "
            "of unadjusted ones"
        )
    joined = join(mine, outcomes, counts)
    scores, reliability, inside = pd.DataFrame(), pd.DataFrame(), None
    if len(joined.table):
        scores = live_scores(joined.table, model.base_rate, model.facts.get("performance"))
        reliability, inside = live_reliability(joined.table), share_within_intervals(joined.table)
    drift, matters, missing = _drift(mine, model, docket)
    rules = judge(scores, drift, matters)
    state = retraining_state(rules, joined.cases)
    told = (*notes, *missing)
    return VersionReport(
        version, joined, counts, scores, reliability, inside, drift, matters, rules, state, told
    )


def _drift(
    mine: pd.DataFrame, model: _Model, docket: list[Motion]
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]], list[str]]:
    """Return the drift of probabilities and features, the features that matter, and notes."""
    then = model.facts.get(DISTRIBUTION)
    if then is None:
        older = ["the model was trained before distributions were kept: no drift is told"]
        return pd.DataFrame(), {}, [] if model.problem else older
    p = mine["p_grant_unadjusted"].astype(float).fillna(mine["p_grant"])
    now: dict[str, dict[str, pd.Series[Any]]] = {
        mode: {P_GRANT: p[mine["mode"] == mode]} for mode in MODES if (mine["mode"] == mode).any()
    }
    matters: dict[str, tuple[str, ...]] = {}
    notes = []
    if docket and model.folder:
        notes += _strangers(docket, mine)
        if model.facts.get("builder_digest") != builder_digest():
            notes.append("features are built otherwise now than when the model was trained")
        try:
            features, matters = _features(docket, model.folder)
            for mode, columns in features.items():
                now[mode] = now.get(mode, {}) | columns
        except UnusableModel as error:
            notes.append(f"no drift of features: {error}")
    compared = sum(len(columns) for columns in now.values())
    tables = [
        drift_table(then[mode], columns, compared).assign(mode=mode)
        for mode, columns in now.items()
    ]
    return pd.concat(tables, ignore_index=True), matters, notes


def _strangers(docket: list[Motion], mine: pd.DataFrame) -> list[str]:
    known = set(mine["id"])
    strangers = sum(motion.id is not None and motion.id not in known for motion in docket)
    if not strangers:
        return []
    return [f"{strangers} of the {len(docket)} motions given are not among the predictions"]


def _features(
    docket: list[Motion], folder: Path
) -> "tuple[dict[str, dict[str, pd.Series[Any]]], dict[str, tuple[str, ...]]]":
    """Return the docket's columns by mode, and those that move its probabilities most."""
    model = load_model(folder)
    frame = model.add_inferred_ratings(build_features(docket))
    modes = np.array([mode_of(motion) for motion in docket])
    names = [column.name for column in COLUMNS]
    shares = model.contributions(frame, list(modes))[names].abs()
    columns, matters = {}, {}
    for mode in dict.fromkeys(modes):
        rows = modes == mode
        columns[str(mode)] = {name: frame.values.loc[rows, name] for name in names}
        matters[str(mode)] = tuple(shares[rows].mean().nlargest(MATTERING).index)
    return columns, matters
