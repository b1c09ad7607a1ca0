"""Judge the model: each later year from the years before it, and by grouped cross-validation.

Every row is predicted by a model that never saw its case; every baseline is scored on the same
rows. The rolling origin, pooled over its years, is the headline.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from data.describe import wilson_interval
from data.splits import grouped_folds, phrase_part, rolling_origin
from train.dataset import Labelled, Rows, fit_rows, read_frames
from train.evaluate.baselines import INFORMED, PLAIN, WITH_FRAMES
from train.evaluate.calibrators import NAMES, calibrated_otherwise
from train.evaluate.metrics import (
    differences,
    observed_and_drawn,
    scored,
    weighted_scores,
    with_intervals,
)
from train.evaluate.slices import slice_facts, slice_table
from train.model.calibration import Floats
from train.modes import BASIS_OF, MODES, Mode

Protocol = Literal["rolling", "grouped"]
PROTOCOLS: tuple[Protocol, ...] = ("rolling", "grouped")
HEADLINE: Protocol = "rolling"
MODEL = "enjoin"
ANY_MODE = "any"


def recalibrated(name: str) -> str:
    """Return what predictions calibrated in another way are called in the tables."""
    return f"{MODEL}, {name}"


RECALIBRATED = tuple(map(recalibrated, NAMES))
"""The model's own scores, calibrated otherwise (see `train.evaluate.calibrators`)."""


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation gives.

    Attributes
    ----------
    predictions
        One row per ruling, protocol, mode and model: `id`, `case`, `outcome`, `granted`, `paper`
        (a digest of the motion's words, by which two runs tell that they mean the same ruling),
        `phrase_part` (whether phrase writers may have read the case), the slices it belongs to
        (`train.evaluate.slices`), `protocol`, `fold` (the test year or the fold's number), `mode`, `model`,
        `p_grant`, and for the model itself `p_low` and `p_high`.
    table
        One row per protocol, mode, model and metric: `value`, `low`, `high` (95%), `n`, `cases`.
    beside
        One row per protocol, mode, baseline and metric: the model's `value` less the baseline's on
        the same rulings, with `low` and `high`.
    slices
        The model slice by slice (see `train.evaluate.slices.slice_table`).
    first_test_year
        The first year predicted from the years before it.
    """

    predictions: pd.DataFrame
    table: pd.DataFrame
    beside: pd.DataFrame
    slices: pd.DataFrame
    first_test_year: int


def evaluate(
    labelled: Labelled,
    first_test_year: int = 2022,
    n_folds: int = 5,
    parameters: dict[str, Any] | None = None,
    n_bags: int = 20,
    seed: int = 0,
    tell: Callable[[str], None] = lambda step: None,
) -> Evaluation:
    """Predict every test row of both protocols and score the model beside its baselines.

    Raises
    ------
    ValueError
        If the years or cases do not allow the split (the message says what to change).
    """
    plans: list[tuple[Protocol, int, str, Rows, Rows]] = []
    for fold in rolling_origin(labelled.rulings, labelled.granted, first_test_year):
        words = f"testing on {fold.test_year}, training on the years before"
        plans.append(("rolling", fold.test_year, words, fold.train, fold.test))
    folds = grouped_folds(labelled.rulings, labelled.granted, n_folds, seed)
    for number, (train, test) in enumerate(folds, start=1):
        plans.append(("grouped", number, f"grouped fold {number} of {n_folds}", train, test))
    parts = []
    for protocol, number, words, train, test in plans:
        tell(words)
        try:
            for part in _predict_fold(labelled, train, test, parameters or {}, n_bags, seed):
                parts.append(part.assign(protocol=protocol, fold=number))
        except ValueError as error:
            raise ValueError(f"{words}: {error}") from None
    predictions = in_every_fold(pd.concat(parts, ignore_index=True))
    tell("bootstrapping the metrics by case")
    table, beside = score_tables(predictions)
    slices = slice_table(predictions[predictions["model"] == MODEL])
    return Evaluation(predictions, table, beside, slices, first_test_year)


def paper_digest(paper: str) -> str:
    """Return a digest of a paper's words, however they are spaced."""
    return hashlib.sha256(" ".join(paper.split()).encode()).hexdigest()[:16]


def _predict_fold(
    labelled: Labelled, train: Rows, test: Rows, parameters: dict[str, Any], n_bags: int, seed: int
) -> Iterator[pd.DataFrame]:
    rulings = [labelled.rulings[row] for row in test]
    facts = pd.DataFrame(
        {
            "id": [ruling.id for ruling in rulings],
            "case": labelled.groups[test],
            "outcome": [ruling.outcome.value for ruling in rulings],
            "granted": labelled.granted[test],
            "paper": [paper_digest(ruling.motion) for ruling in rulings],
            "phrase_part": [phrase_part(ruling) for ruling in rulings],
        }
    )
    facts = pd.concat([facts, pd.DataFrame([slice_facts(ruling) for ruling in rulings])], axis=1)
    fitted = fit_rows(labelled, train, parameters, n_bags, seed)
    for mode, frame in read_frames(labelled, fitted.model.readers, test).items():
        answer = fitted.model.predict(frame, [mode] * len(test))
        yield facts.assign(mode=mode, model=MODEL, **{name: answer[name] for name in answer})
        taught = fitted.model.ensembles[BASIS_OF[mode]].taught
        if taught is not None:
            scores = fitted.model.scores(frame, mode).mean(axis=1)
            for name, other in calibrated_otherwise(taught, scores).items():
                columns = {column: other[column] for column in other}
                yield facts.assign(mode=mode, model=recalibrated(name), **columns)
        for name, baseline in WITH_FRAMES.items():
            p = baseline(fitted.frames[mode], labelled.granted[train], frame)
            yield facts.assign(mode=mode, model=name, p_grant=p)
    for name, plain in PLAIN.items():
        p_or_none = plain(labelled, train, test)
        if p_or_none is not None:
            yield facts.assign(mode=ANY_MODE, model=name, p_grant=p_or_none)


def in_every_fold(predictions: pd.DataFrame) -> pd.DataFrame:
    """Leave out, protocol by protocol, what some fold lacks: forecasts, where some ruling has none.

    Tables compare on the same rulings.
    """
    folds = predictions.groupby("protocol")["fold"].transform("nunique")
    its_own = predictions.groupby(["protocol", "mode", "model"])["fold"].transform("nunique")
    return predictions[its_own == folds].reset_index(drop=True)


def score_tables(predictions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score every protocol, mode and model, and the model beside every baseline.

    `brier_skill` is 1 less the ratio of the Brier score to that of the informed base rate on the
    same rows, so positive is better; `brier_difference` is the difference of the two.

    Returns
    -------
    `Evaluation.table` and `Evaluation.beside`.
    """
    tables, beside = [], []
    for protocol, rows in predictions.groupby("protocol", sort=False):
        ids = rows.loc[rows["model"] == INFORMED, "id"]
        groups = rows.loc[rows["model"] == INFORMED, "case"].to_numpy()
        weights = observed_and_drawn(groups)
        found: dict[tuple[str, str], dict[str, Floats]] = {}
        for (mode, name), mine in rows.groupby(["mode", "model"], sort=False):
            same = mine.set_index("id").loc[ids]  # one order of rulings, so that all are paired
            granted = same["granted"].to_numpy(dtype=bool)
            p = same["p_grant"].to_numpy(dtype=float)
            found[str(mode), str(name)] = weighted_scores(granted, p, weights)
        informed = found[ANY_MODE, INFORMED]
        counts = {"n": len(ids), "cases": len(np.unique(groups))}
        for (mode, name), scores in found.items():
            skill = {"brier_skill": 1 - scores["brier_score"] / informed["brier_score"]}
            whole = with_intervals(scores | skill | differences(scores, informed))
            tables.append(whole.assign(protocol=protocol, mode=mode, model=name, **counts))
            if name == MODEL:
                for (its_mode, other), theirs in found.items():
                    if other != MODEL and its_mode in (mode, ANY_MODE):
                        paired = with_intervals(differences(scores, theirs))
                        beside.append(paired.assign(protocol=protocol, mode=mode, baseline=other))
    columns = ["protocol", "mode", "model", "metric", "value", "low", "high", "n", "cases"]
    table = pd.concat(tables, ignore_index=True)[columns]
    columns = ["protocol", "mode", "baseline", "metric", "value", "low", "high"]
    return table, pd.concat(beside, ignore_index=True)[columns]


def unseen_predictions(evaluation: Evaluation) -> dict[Mode, Floats]:
    """Return the model's out-of-fold `p_grant` of every ruling, by mode."""
    mine = evaluation.predictions
    mine = mine[(mine["protocol"] == "grouped") & (mine["model"] == MODEL)]
    return {mode: mine.loc[mine["mode"] == mode, "p_grant"].to_numpy(float) for mode in MODES}


def outcome_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Report the three-way split: mean `p_grant` of granted, granted in part and denied motions."""
    mine = predictions[predictions["model"] == MODEL]
    table = mine.groupby(["protocol", "mode", "outcome"], sort=False)["p_grant"]
    return table.agg(n="size", mean_p_grant="mean").reset_index()


def interval_check(predictions: pd.DataFrame) -> pd.DataFrame:
    """Check the intervals: their mean width, and how often they hold the observed rate.

    Rulings are sorted by `p_grant` and cut into groups of about 50; a group is covered when its
    observed grant rate lies between its mean `p_low` and mean `p_high`, and consistent when the 95%
    Wilson interval of that rate meets them: 50 outcomes alone scatter by some 7 points. So for the
    model, and for its scores calibrated by Venn-Abers.
    """
    rows = []
    given = predictions.dropna(subset=["p_low", "p_high"])
    for (protocol, mode, name), part in given.groupby(["protocol", "mode", "model"], sort=False):
        ordered = part.sort_values("p_grant", kind="stable")
        groups = np.array_split(np.arange(len(ordered)), max(1, len(ordered) // 50))
        cells = [ordered.iloc[group] for group in groups]
        covered, consistent = 0, 0
        for cell in cells:
            low, high = cell["p_low"].mean(), cell["p_high"].mean()
            least, most = wilson_interval(int(cell["granted"].sum()), len(cell))
            covered += bool(low <= cell["granted"].mean() <= high)
            consistent += bool(least <= high and low <= most)
        rows.append(
            {
                "protocol": protocol,
                "mode": mode,
                "model": name,
                "mean_width": (part["p_high"] - part["p_low"]).mean(),
                "groups": len(cells),
                "groups_covered": covered,
                "groups_consistent": consistent,
            }
        )
    return pd.DataFrame(rows)


def part_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Score text-only predictions apart for cases that phrase writers have read and have not.

    Writers never see outcomes, but they see papers of test rulings too; figures that were better on
    the part they have read would say that this helps. Columns `protocol`, `phrase_part`, `n`,
    `metric`, `value`, `low`, `high`.
    """
    mine = predictions[(predictions["model"] == MODEL) & (predictions["mode"] == "text")]
    tables = []
    for (protocol, part), rows in mine.groupby(["protocol", "phrase_part"], sort=False):
        table = scored(
            rows["granted"].to_numpy(dtype=bool),
            rows["p_grant"].to_numpy(dtype=float),
            rows["case"].to_numpy(),
        )
        tables.append(table.assign(protocol=protocol, phrase_part=part, n=len(rows)))
    columns = ["protocol", "phrase_part", "n", "metric", "value", "low", "high"]
    return pd.concat(tables, ignore_index=True)[columns]
