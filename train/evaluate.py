"""Judge the model: on later years than training, and by grouped cross-validation.

Every row is predicted by a model that never saw its case; every baseline is scored on the same
rows. The temporal test is the headline.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from data.describe import wilson_interval
from data.splits import TemporalSplit, grouped_folds, phrase_part, temporal_split
from train import baselines
from train.metrics import scored
from train.modes import MODES
from train.rulings import Labelled, Rows, fit_rows

Protocol = Literal["temporal", "grouped"]
PROTOCOLS: tuple[Protocol, ...] = ("temporal", "grouped")
HEADLINE: Protocol = "temporal"
MODEL = "enjoin"
ANY_MODE = "any"
INFORMED = "motion type x claim area"


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation gives.

    Attributes
    ----------
    predictions
        One row per ruling, protocol, mode and model: `id`, `case`, `outcome`, `granted`,
        `phrase_part` (whether phrase writers may have read the case), `protocol`, `mode`, `model`,
        `p_grant`, and for the model itself `p_low` and `p_high`.
    table
        One row per protocol, mode, model and metric: `value`, `low`, `high` (95%), `n`, `cases`.
    split
        The temporal split used.
    """

    predictions: pd.DataFrame
    table: pd.DataFrame
    split: TemporalSplit


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
    split = temporal_split(labelled.rulings, first_test_year)
    years = f"training before {first_test_year}, testing on later years"
    plans: list[tuple[Protocol, str, Rows, Rows]] = [("temporal", years, split.train, split.test)]
    folds = grouped_folds(labelled.rulings, n_folds, seed)
    for number, (train, test) in enumerate(folds, start=1):
        plans.append(("grouped", f"grouped fold {number} of {n_folds}", train, test))
    parts = []
    for protocol, words, train, test in plans:
        tell(words)
        for part in _predict_fold(labelled, train, test, parameters or {}, n_bags, seed):
            parts.append(part.assign(protocol=protocol))
    predictions = pd.concat(parts, ignore_index=True)
    tell("bootstrapping the metrics by case")
    return Evaluation(predictions, score_table(predictions), split)


def _predict_fold(
    labelled: Labelled, train: Rows, test: Rows, parameters: dict[str, Any], n_bags: int, seed: int
) -> Iterator[pd.DataFrame]:
    facts = pd.DataFrame(
        {
            "id": [labelled.rulings[row].id for row in test],
            "case": labelled.groups[test],
            "outcome": [labelled.rulings[row].outcome.value for row in test],
            "granted": labelled.granted[test],
            "phrase_part": [phrase_part(labelled.rulings[row]) for row in test],
        }
    )
    fitted = fit_rows(labelled, train, parameters, n_bags, seed)
    for mode in MODES:
        frame = fitted.model.read(labelled.frames[mode].take(test))
        answer = fitted.model.predict(frame, [mode] * len(test))
        yield facts.assign(mode=mode, model=MODEL, **{name: answer[name] for name in answer})
        p = baselines.logistic_regression(fitted.frames[mode], labelled.granted[train], frame)
        yield facts.assign(mode=mode, model="logistic regression", p_grant=p)
    plain = {
        "TF-IDF + logistic regression": baselines.tfidf_regression(labelled, train, test),
        INFORMED: baselines.informed_base_rate(labelled, train, test),
        "base rate": baselines.base_rate(labelled, train, test),
        "reader forecasts": baselines.forecasts(labelled, test),
    }
    for name, p_or_none in plain.items():
        if p_or_none is not None:
            yield facts.assign(mode=ANY_MODE, model=name, p_grant=p_or_none)


def score_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Score every protocol, mode and model; `brier_difference` is against the informed base rate.

    Negative differences are better than the informed base rate on the same rows.
    """
    tables = []
    for protocol, rows in predictions.groupby("protocol", sort=False):
        informed = rows[rows["model"] == INFORMED].set_index("id")["p_grant"]
        for (mode, name), mine in rows.groupby(["mode", "model"], sort=False):
            table = scored(
                mine["granted"].to_numpy(dtype=bool),
                mine["p_grant"].to_numpy(dtype=float),
                mine["case"].to_numpy(),
                informed.loc[mine["id"]].to_numpy(dtype=float),
            )
            counts = {"n": len(mine), "cases": mine["case"].nunique()}
            tables.append(table.assign(protocol=protocol, mode=mode, model=name, **counts))
    columns = ["protocol", "mode", "model", "metric", "value", "low", "high", "n", "cases"]
    return pd.concat(tables, ignore_index=True)[columns]


def outcome_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Report the three-way split: mean `p_grant` of granted, granted in part and denied motions."""
    mine = predictions[predictions["model"] == MODEL]
    table = mine.groupby(["protocol", "mode", "outcome"], sort=False)["p_grant"]
    return table.agg(n="size", mean_p_grant="mean").reset_index()


def interval_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Check the intervals: their mean width, and how often they hold the observed rate.

    Rulings are sorted by `p_grant` and cut into groups of about 50; a group is covered when its
    observed grant rate lies between its mean `p_low` and mean `p_high`, and consistent when the 95%
    Wilson interval of that rate meets them: 50 outcomes alone scatter by some 7 points.
    """
    rows = []
    mine = predictions[predictions["model"] == MODEL]
    for (protocol, mode), part in mine.groupby(["protocol", "mode"], sort=False):
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
