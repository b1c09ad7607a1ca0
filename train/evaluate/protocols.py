"""Evaluate the model: each later year from the years before it, and by grouped cross-validation.

Every ruling is predicted by a model that never saw its case, and every baseline is scored on the
same rulings. The headline is the rolling origin (later years), pooled over its years.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from data.arrays import Floats, Rows
from data.splits import grouped_folds, phrase_split, rolling_origin
from train.dataset import TrainingSet, fit_subset, prepared_frames
from train.evaluate.baselines import BASELINES_ANY_MODE, BASELINES_BY_MODE, INFORMED_BASE_RATE
from train.evaluate.bootstrap import bootstrap_weights, interval_table
from train.evaluate.calibrators import CALIBRATORS, recalibrate
from train.evaluate.metrics import paired_differences, weighted_scores
from train.evaluate.slices import slice_facts, slice_table
from train.frames import MAX_CACHED
from train.model.grant_model import ESTIMATE
from train.modes import BASIS_OF, MODES, Mode
from train.settings import OnProgress, TrainSettings

Protocol = Literal["rolling", "grouped"]
PROTOCOLS: tuple[Protocol, ...] = ("rolling", "grouped")
HEADLINE: Protocol = "rolling"
MODEL = "enjoin"
ANY_MODE = "any"


def recalibrated_name(calibrator: str) -> str:
    """Return the name, in the tables, of the model's scores under another calibrator."""
    return f"{MODEL}, {calibrator}"


RECALIBRATED = tuple(map(recalibrated_name, CALIBRATORS))
"""The model's own scores under the other calibrators (see `train.evaluate.calibrators`)."""


@dataclass(frozen=True)
class Evaluation:
    """The predictions of both protocols, and the tables computed from them.

    Attributes
    ----------
    predictions
        One row per ruling, protocol, mode and model: `id`, `case`, `outcome`, `granted`, `paper`
        (a digest of the motion's words, which identifies the same ruling in another run),
        `phrase_split` (whether phrase writers may have read the case), its slices
        (`train.evaluate.slices`), `protocol`, `fold` (the test year or the fold's number), `mode`,
        `model`, `p_grant`, and for the model itself `p_low` and `p_high`.
    table
        One row per protocol, mode, model and metric: `value`, `low`, `high` (95%), `n`, `cases`.
    baseline_differences
        One row per protocol, mode, baseline and metric: the model's `value` minus the baseline's on
        the same rulings, with `low` and `high`.
    slices
        The model slice by slice (see `train.evaluate.slices.slice_table`).
    first_test_year
        The first year predicted from the years before it.
    """

    predictions: pd.DataFrame
    table: pd.DataFrame
    baseline_differences: pd.DataFrame
    slices: pd.DataFrame
    first_test_year: int


FOLDS_AT_ONCE = 2
"""Folds that are fitted at a time."""


@dataclass(frozen=True)
class _Fold:
    """Training and test rows of one fold; `number` is the test year or the fold's number."""

    protocol: Protocol
    number: int
    description: str
    train: Rows
    test: Rows


def evaluate(
    training_set: TrainingSet,
    settings: TrainSettings,
    on_progress: OnProgress = lambda step: None,
) -> Evaluation:
    """Predict every test ruling of both protocols and score the model and its baselines.

    Raises
    ------
    ValueError
        If the years or cases do not allow the split (the message says what to change).
    """
    parts = []
    for fold, predicted in _predict_folds(training_set, settings, on_progress):
        parts += [part.assign(protocol=fold.protocol, fold=fold.number) for part in predicted]
    predictions = drop_incomplete_models(pd.concat(parts, ignore_index=True))
    on_progress("bootstrapping the metrics by case")
    table, differences = score_tables(predictions)
    slices = slice_table(predictions[predictions["model"] == MODEL])
    return Evaluation(predictions, table, differences, slices, settings.first_test_year)


def _predict_folds(
    training_set: TrainingSet, settings: TrainSettings, on_progress: OnProgress
) -> Iterator[tuple[_Fold, list[pd.DataFrame]]]:
    """Yield every fold, in order, with the predictions of its test rulings.

    Two at a time, unless memory or a cluster is short of room for both: while LightGBM fits the
    boosters of one, Python works on the other. That takes a fifth less time on two cores.
    """
    folds = _folds(training_set, settings)
    alone = training_set.cluster is not None or len(training_set.rulings) > MAX_CACHED
    with ThreadPoolExecutor(1 if alone else FOLDS_AT_ONCE) as pool:
        if not alone:
            training_set.term_counts(folds[0].train)  # counted once, and kept
        running = [pool.submit(_predict_fold, training_set, fold, settings) for fold in folds]
        for fold, predicted in zip(folds, running, strict=True):
            on_progress(fold.description)
            try:
                yield fold, predicted.result()
            except ValueError as error:
                raise ValueError(f"{fold.description}: {error}") from None
            finally:
                if not predicted.done() or predicted.exception():
                    pool.shutdown(cancel_futures=True)


def _folds(training_set: TrainingSet, settings: TrainSettings) -> list[_Fold]:
    rulings, granted = training_set.rulings, training_set.granted
    folds = []
    for split in rolling_origin(rulings, granted, settings.first_test_year):
        description = f"testing on {split.test_year}, training on the years before"
        folds.append(_Fold("rolling", split.test_year, description, split.train, split.test))
    splits = grouped_folds(rulings, granted, settings.n_folds, settings.seed)
    for number, (train, test) in enumerate(splits, start=1):
        description = f"grouped fold {number} of {settings.n_folds}"
        folds.append(_Fold("grouped", number, description, train, test))
    return folds


def paper_digest(paper: str) -> str:
    """Return a digest of a paper's words that ignores spacing."""
    return hashlib.sha256(" ".join(paper.split()).encode()).hexdigest()[:16]


def _predict_fold(
    training_set: TrainingSet, fold: _Fold, settings: TrainSettings
) -> list[pd.DataFrame]:
    """Return the predictions of the model, its recalibrations and every baseline."""
    return list(_predictions_of_fold(training_set, fold, settings))


def _predictions_of_fold(
    training_set: TrainingSet, fold: _Fold, settings: TrainSettings
) -> Iterator[pd.DataFrame]:
    facts = _ruling_facts(training_set, fold.test)
    fitted = fit_subset(
        training_set, fold.train, settings.parameters, settings.n_bags, settings.seed
    )
    model = fitted.model
    frames = prepared_frames(training_set, model.readings, model.rating_model, fold.test)
    in_scope = model.in_scope(frames["text"])  # no mode hides what the scope depends on
    for mode, frame in frames.items():
        ensemble = model.ensembles[BASIS_OF[mode]]
        matrix = model.encode(frame)
        scores = ensemble.forest.raw_scores(matrix)
        spreads = np.where(in_scope, 0.0, ensemble.calibration.spread)
        estimates = ensemble.probabilities(scores, matrix, spreads)
        columns = dict(zip(ESTIMATE, estimates.T, strict=True))
        yield facts.assign(mode=mode, model=MODEL, **columns, in_scope=in_scope)
        if (out_of_bag := ensemble.calibration_scores) is not None:
            raw = scores.mean(axis=1) + ensemble.offsets(matrix)
            for calibrator, recalibrated in recalibrate(out_of_bag, raw).items():
                name = recalibrated_name(calibrator)
                yield facts.assign(mode=mode, model=name, **dict(recalibrated.items()))
        for name, frame_baseline in BASELINES_BY_MODE.items():
            granted = training_set.granted[fold.train]
            p = frame_baseline(fitted.frames[mode], granted, frame)
            yield facts.assign(mode=mode, model=name, p_grant=p)
    for name, baseline in BASELINES_ANY_MODE.items():
        p_or_none = baseline(training_set, fold.train, fold.test)
        if p_or_none is not None:
            yield facts.assign(mode=ANY_MODE, model=name, p_grant=p_or_none)


def _ruling_facts(training_set: TrainingSet, rows: Rows) -> pd.DataFrame:
    rulings = [training_set.rulings[row] for row in rows]
    facts = pd.DataFrame(
        {
            "id": [ruling.id for ruling in rulings],
            "case": training_set.groups[rows],
            "outcome": [ruling.outcome.value for ruling in rulings],
            "granted": training_set.granted[rows],
            "paper": [paper_digest(ruling.motion) for ruling in rulings],
            "phrase_split": [phrase_split(ruling) for ruling in rulings],
        }
    )
    slices = pd.DataFrame([slice_facts(ruling) for ruling in rulings])
    return pd.concat([facts, slices], axis=1)


def drop_incomplete_models(predictions: pd.DataFrame) -> pd.DataFrame:
    """Drop, protocol by protocol, each model that did not predict every fold.

    Reader forecasts are absent from a fold where some ruling has none; the tables compare models on
    the same rulings.
    """
    folds = predictions.groupby("protocol")["fold"].transform("nunique")
    predicted = predictions.groupby(["protocol", "mode", "model"])["fold"].transform("nunique")
    return predictions[predicted == folds].reset_index(drop=True)


def score_tables(predictions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score every protocol, mode and model, and the model minus every baseline.

    `brier_skill` is 1 minus the ratio of the Brier score to that of the informed base rate on the
    same rulings, so positive is better; `brier_difference` is the difference of the two.

    Returns
    -------
    `Evaluation.table` and `Evaluation.baseline_differences`.
    """
    tables, differences = [], []
    for protocol, rows in predictions.groupby("protocol", sort=False):
        informed_rows = rows[rows["model"] == INFORMED_BASE_RATE]
        groups = informed_rows["case"].to_numpy()
        counts = {"n": len(groups), "cases": len(np.unique(groups))}
        scores = _scores_by_model(rows, informed_rows["id"], bootstrap_weights(groups))
        informed = scores[ANY_MODE, INFORMED_BASE_RATE]
        for (mode, name), own in scores.items():
            skill = {"brier_skill": 1 - own["brier_score"] / informed["brier_score"]}
            table = interval_table(own | skill | paired_differences(own, informed))
            tables.append(table.assign(protocol=protocol, mode=mode, model=name, **counts))
        for mode in MODES:
            for (baseline_mode, baseline), other in scores.items():
                if baseline != MODEL and baseline_mode in (mode, ANY_MODE):
                    table = interval_table(paired_differences(scores[mode, MODEL], other))
                    differences.append(
                        table.assign(protocol=protocol, mode=mode, baseline=baseline)
                    )
    columns = ["metric", "value", "low", "high"]
    return (
        pd.concat(tables, ignore_index=True)[["protocol", "mode", "model", *columns, *counts]],
        pd.concat(differences, ignore_index=True)[["protocol", "mode", "baseline", *columns]],
    )


def _scores_by_model(
    rows: pd.DataFrame, ids: pd.Series, weights: Floats
) -> dict[tuple[str, str], dict[str, Floats]]:
    """Return the weighted scores of each (mode, model), with its rulings in the order of `ids`."""
    names, predicted = [], []
    for (mode, name), own in rows.groupby(["mode", "model"], sort=False):
        in_order = own.set_index("id").loc[ids]
        granted = in_order["granted"].to_numpy(dtype=bool)
        names.append((str(mode), str(name)))
        predicted.append((granted, in_order["p_grant"].to_numpy(dtype=float)))
    jobs = (delayed(weighted_scores)(granted, p, weights) for granted, p in predicted)
    # Threads: nearly all of the time is spent in numpy, which lets others work meanwhile.
    scores = Parallel(n_jobs=-1, prefer="threads")(jobs)
    return dict(zip(names, scores, strict=True))


def out_of_fold_predictions(evaluation: Evaluation) -> dict[Mode, Floats]:
    """Return the model's `p_grant` of every ruling in grouped cross-validation, by mode."""
    predictions = evaluation.predictions
    own = predictions[(predictions["protocol"] == "grouped") & (predictions["model"] == MODEL)]
    return {mode: own.loc[own["mode"] == mode, "p_grant"].to_numpy(float) for mode in MODES}
