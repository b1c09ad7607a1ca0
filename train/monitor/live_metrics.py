"""Judge earlier predictions by the rulings that came in: scores, reliability, and a verdict.

Retraining is due by any of four rules, once outcomes of `FEWEST` cases have been joined:

- calibration in the large: the interval of mean probability less share granted excludes 0;
- calibration slope: its interval excludes 1;
- Brier score: in some mode its interval lies wholly above the one of the model's own test;
- drift: the probabilities, or one of the features that move them most, have shifted
  (`train.monitor.drift`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from data.describe import wilson_interval
from train.evaluate.metrics import METRICS, observed_and_drawn, scored
from train.monitor.drift import P_GRANT

FEWEST = 30
"""Cases below which live scores tell next to nothing: the rulings of one say the same again."""
EVERY_MODE = "all"
MOVES_BY_ITSELF = frozenset({"forum.year"})
"""Features whose shift is no news: later motions are of later years."""
_PER_GROUP = 20
_MOST_GROUPS = 10
_NOTHING = [np.nan] * 3
State = Literal["due", "not due", "too early to tell"]


@dataclass(frozen=True)
class Rule:
    """One rule of the verdict: whether it says that retraining is due, and on what figures."""

    name: str
    broken: bool
    words: str


def live_scores(
    joined: pd.DataFrame, base_rate: float | None, tested: Mapping[str, Any] | None
) -> pd.DataFrame:
    """Score joined predictions, over all modes and in each where there are several.

    Parameters
    ----------
    joined
        n rows: `granted`, `p_grant`, `mode` and `case` (a number per case).
    base_rate
        Share granted among the training rulings, given to every motion as a rival.
    tested
        What the model's own test had promised, by mode (see `train.tracking.log.track_record`).

    Returns
    -------
    A row per mode and metric: `mode`, `metric`, `value`, `low`, `high` (95%, bootstrapped by case);
    the base rate's on the same rows as `base_rate`; the promised value with its interval as
    `promised`, `promised_low`, `promised_high`; `n` and `cases`.
    """
    modes = list(dict.fromkeys(joined["mode"]))
    parts = [(EVERY_MODE, joined)]
    if len(modes) > 1:
        parts += [(mode, joined[joined["mode"] == mode]) for mode in modes]
    tables = []
    for name, rows in parts:
        granted, groups = rows["granted"].to_numpy(bool), rows["case"].to_numpy()
        beside = None if base_rate is None else np.full(len(rows), base_rate)
        table = scored(granted, rows["p_grant"].to_numpy(float), groups, beside)
        table["base_rate"] = np.nan
        if beside is not None:
            rival = scored(granted, beside, groups).set_index("metric")["value"]
            table["base_rate"] = table["metric"].map(rival)
        # Over several modes nothing was promised.
        promise = (tested or {}).get(modes[0] if len(modes) == 1 else name, {})
        # A difference promised is one from another rival.
        told = [
            promise.get(metric, _NOTHING) if metric in METRICS else _NOTHING
            for metric in table["metric"]
        ]
        table[["promised", "promised_low", "promised_high"]] = told
        tables.append(table.assign(mode=name, n=len(rows), cases=len(np.unique(groups))))
    found = pd.concat(tables, ignore_index=True)
    return found[["mode", *(column for column in found if column != "mode")]]


def live_reliability(joined: pd.DataFrame) -> pd.DataFrame:
    """Compare expected with observed in groups of like `p_grant`, of about 20 rulings or more.

    Returns
    -------
    A row per group: `n`, `p_mean`, `p_low`, `p_high` (means), `granted` (the share observed) with
    `low` and `high`, and `inside`, whether that share lies between `p_low` and `p_high`. The
    interval is the wider of the bootstrap by case and Wilson's, since a bootstrap of outcomes that
    are all alike has no width.
    """
    rows = []
    for cell, rates in _cells(joined):
        low, high = wilson_interval(int(cell["granted"].sum()), len(cell))
        drawn = np.nanquantile(rates[1:], [0.025, 0.975])
        means = {"p_mean": "p_grant", "p_low": "p_low", "p_high": "p_high"}
        row = {"n": len(cell)} | {name: cell[column].mean() for name, column in means.items()}
        inside = row["p_low"] <= rates[0] <= row["p_high"]
        ends = {"low": min(low, drawn[0]), "high": max(high, drawn[1])}
        rows.append(row | {"granted": rates[0]} | ends | {"inside": inside})
    return pd.DataFrame(rows)


def share_inside(joined: pd.DataFrame) -> tuple[float, float, float]:
    """Return the share of these groups whose observed rate is inside, and its 95% bounds."""
    inside = []
    for cell, rates in _cells(joined):
        within = (cell["p_low"].mean() <= rates) & (rates <= cell["p_high"].mean())
        inside.append(np.where(np.isnan(rates), np.nan, within))  # a replicate may leave it out
    shares = np.nanmean(inside, axis=0)
    low, high = np.quantile(shares[1:], [0.025, 0.975])
    return float(shares[0]), float(low), float(high)


def _cells(joined: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, Any]]:
    """Give each group with the share granted in it: as observed, then in each replicate."""
    ordered = joined.sort_values("p_grant", kind="stable")
    weights = observed_and_drawn(ordered["case"].to_numpy())
    for group in _groups(len(ordered)):
        cell = ordered.iloc[group]
        yield cell, _rates(weights[:, group], cell["granted"].to_numpy(float))


def _groups(n: int) -> "list[np.ndarray[Any, Any]]":
    return np.array_split(np.arange(n), int(np.clip(n // _PER_GROUP, 1, _MOST_GROUPS)))


def _rates(weights: "np.ndarray[Any, Any]", granted: "np.ndarray[Any, Any]") -> Any:
    total = weights.sum(axis=1)
    return np.divide(weights @ granted, total, out=np.full(len(total), np.nan), where=total > 0)


def judge(
    scores: pd.DataFrame, drift: pd.DataFrame, matters: Mapping[str, Sequence[str]]
) -> tuple[Rule, ...]:
    """Apply the four rules of this module.

    Parameters
    ----------
    scores
        From `live_scores`; empty without any joined outcome.
    drift
        Rows of `train.monitor.drift.drift_table` with their `mode`; empty where nothing could be compared.
    matters
        For each mode, the features that move its probabilities most.
    """
    rules = []
    if len(scores):
        whole = scores[scores["mode"] == EVERY_MODE].set_index("metric")
        large = whole.loc["calibration_in_the_large"]
        words = f"mean probability less share granted {_told(large, '+.3f')}"
        off = bool(large["low"] > 0 or large["high"] < 0)
        rules.append(Rule("calibration in the large", off, words))
        slope = whole.loc["calibration_slope"]
        off = bool(slope["low"] > 1 or slope["high"] < 1)
        rules.append(Rule("calibration slope", off, f"{_told(slope, '.2f')}, 1 is calibrated"))
        rules.append(_brier_rule(scores))
    rules.append(_drift_rule(drift, matters))
    return tuple(rules)


def state_of(rules: Sequence[Rule], cases: int) -> State:
    """Return whether retraining is due, by outcomes of so many cases."""
    if cases < FEWEST:
        return "too early to tell"
    return "due" if any(rule.broken for rule in rules) else "not due"


def _brier_rule(scores: pd.DataFrame) -> Rule:
    mine = scores[scores["metric"] == "brier_score"].dropna(subset=["promised"])
    if mine.empty:
        return Rule("Brier score", False, "the model promises none to compare with")
    worse, words = False, []
    for row in mine.to_dict("records"):
        few = row["cases"] < FEWEST
        worse |= not few and row["low"] > row["promised_high"]
        promised = f"{row['promised']:.3f} [{row['promised_low']:.3f}, {row['promised_high']:.3f}]"
        named = "" if row["mode"] == EVERY_MODE else f"{row['mode']}: "
        told = f"{named}{_told(row, '.3f')}, tested {promised}"
        words.append(told + (f" (of {row['cases']} case(s) only)" if few else ""))
    return Rule("Brier score", worse, "; ".join(words))


def _drift_rule(drift: pd.DataFrame, matters: Mapping[str, Sequence[str]]) -> Rule:
    if drift.empty:
        return Rule("drift", False, "the model keeps no distribution to compare with")
    shifted = drift[drift["reading"] == "shifted"]
    counted = []
    for row in shifted.to_dict("records"):
        known = row["feature"] == P_GRANT or row["feature"] in matters.get(row["mode"], ())
        if known and row["feature"] not in MOVES_BY_ITSELF:
            moved = f"{row['moved']} {row['then']:.0%} -> {row['now']:.0%}"
            counted.append(f"{row['mode']}: {row['feature']} {row['psi']:.2f} ({moved})")
    if counted:
        return Rule("drift", True, "; ".join(counted))
    words = f"{len(drift)} compared, {len(shifted)} shifted, none of those that matter"
    return Rule("drift", False, words if len(shifted) else f"{len(drift)} compared, none shifted")


def _told(cell: Any, form: str) -> str:
    if pd.isna(cell["value"]):
        return "not determined by these outcomes"
    return f"{cell['value']:{form}} [{cell['low']:{form}}, {cell['high']:{form}}]"
