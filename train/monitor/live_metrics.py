"""Evaluate earlier predictions against the rulings that followed, and decide on retraining.

Once outcomes of `MIN_CASES` cases are known, retraining is due if any of four rules is triggered:

- calibration in the large: the interval of mean probability minus share granted excludes 0;
- calibration slope: its interval excludes 1;
- Brier score: in some mode its interval is wholly above that of the model's own test;
- drift: the probabilities, or one of the features that move them most, have shifted
  (`train.monitor.drift`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from data.arrays import Floats
from data.describe import MIN_TO_SAY, TOO_FEW, wilson_interval
from train.evaluate.bootstrap import bootstrap_weights
from train.evaluate.metrics import METRICS, score_predictions, weighted_scores
from train.monitor.drift import P_GRANT

MIN_CASES = MIN_TO_SAY
"""With outcomes of fewer cases the live scores say next to nothing."""
MIN_OF_EACH_OUTCOME = 5
"""With fewer motions granted, or denied, two or three of them decide a ranking or a slope."""
NEED_BOTH_OUTCOMES = ("roc_auc", "pr_auc", "calibration_slope", "calibration_intercept")
ALL_MODES = "all"
EXPECTED_TO_SHIFT = frozenset({"forum.year"})
"""Features whose shift does not count: later motions are of later years."""
_RULINGS_PER_GROUP = 30
_MAX_GROUPS = 10
_UNKNOWN = [np.nan] * 3
State = Literal["due", "not due", "too early to tell"]


@dataclass(frozen=True)
class Rule:
    """One rule of the decision: whether it calls for retraining, and on what figures."""

    name: str
    triggered: bool
    detail: str


class Group(NamedTuple):
    """Predictions of like `p_grant`, and their grant rates: as observed, then in each replicate."""

    rows: pd.DataFrame
    rates: Floats


def live_scores(
    joined: pd.DataFrame, base_rate: float | None, performance: Mapping[str, Any] | None
) -> pd.DataFrame:
    """Score joined predictions over all modes, and in each mode if there are several.

    Parameters
    ----------
    joined
        n rows: `granted`, `p_grant`, `mode` and `case` (a number per case).
    base_rate
        Share granted among the training rulings, as a baseline.
    performance
        The scores of the model's own test, by mode (see `train.tracking.log.performance_by_mode`).

    Returns
    -------
    A row per mode and metric: `mode`, `metric`, `value`, `low`, `high` (95%, bootstrapped by case);
    `base_rate`, the baseline's value on the same rows; `test_value`, `test_low` and `test_high` of
    the model's own test; `n` and `cases`. Of fewer than `MIN_CASES` cases nothing is scored, and
    what needs both outcomes not without `MIN_OF_EACH_OUTCOME` of each: those values are NaN.
    """
    modes = list(dict.fromkeys(joined["mode"]))
    parts = [(ALL_MODES, joined)]
    if len(modes) > 1:
        parts += [(mode, joined[joined["mode"] == mode]) for mode in modes]
    tables = []
    for mode, rows in parts:
        table = _without_too_few(_score(rows, base_rate), rows)
        # The test has no scores over several modes.
        test_mode = modes[0] if len(modes) == 1 else mode
        test_scores = (performance or {}).get(test_mode, {})
        # The test's differences are from another baseline, so they are not comparable.
        table[["test_value", "test_low", "test_high"]] = [
            test_scores.get(metric, _UNKNOWN) if metric in METRICS else _UNKNOWN
            for metric in table["metric"]
        ]
        table.insert(0, "mode", mode)
        tables.append(table.assign(n=len(rows), cases=rows["case"].nunique()))
    return pd.concat(tables, ignore_index=True)


def _without_too_few(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of some rows with NaN for those that so few outcomes say nothing about."""
    columns = ["value", "low", "high", "base_rate"]
    n_granted = int(rows["granted"].sum())
    if rows["case"].nunique() < MIN_CASES:
        table[columns] = np.nan
    elif min(n_granted, len(rows) - n_granted) < MIN_OF_EACH_OUTCOME:
        needs_both = table["metric"].isin([*NEED_BOTH_OUTCOMES, "roc_auc_difference"])
        table.loc[needs_both, columns] = np.nan
    return table


def _score(rows: pd.DataFrame, base_rate: float | None) -> pd.DataFrame:
    """Return the metrics of some rows with their intervals, and those of the base rate."""
    granted, groups = rows["granted"].to_numpy(bool), rows["case"].to_numpy()
    p = rows["p_grant"].to_numpy(float)
    if base_rate is None:
        return score_predictions(granted, p, groups).assign(base_rate=np.nan)
    baseline = np.full(len(rows), base_rate)
    table = score_predictions(granted, p, groups, baseline)
    baseline_scores = weighted_scores(granted, baseline, np.ones((1, len(rows))))
    values = {metric: float(scores[0]) for metric, scores in baseline_scores.items()}
    return table.assign(base_rate=table["metric"].map(values))


def group_by_probability(joined: pd.DataFrame) -> list[Group]:
    """Cut joined predictions into groups of 30 or more, at most ten, by ascending `p_grant`.

    Parameters
    ----------
    joined
        As for `live_scores`, with `p_low` and `p_high`. Of fewer than `MIN_CASES` cases there are
        no groups.
    """
    if joined["case"].nunique() < MIN_CASES:
        return []
    ordered = joined.sort_values("p_grant", kind="stable")
    weights = bootstrap_weights(ordered["case"].to_numpy())
    n_groups = int(np.clip(len(ordered) // _RULINGS_PER_GROUP, 1, _MAX_GROUPS))
    groups = []
    for indices in np.array_split(np.arange(len(ordered)), n_groups):
        rows = ordered.iloc[indices]
        total = weights[:, indices].sum(axis=1)
        n_granted = weights[:, indices] @ rows["granted"].to_numpy(float)
        undefined = np.full(len(total), np.nan)
        rates = np.divide(n_granted, total, out=undefined, where=total > 0)
        groups.append(Group(rows, rates))
    return groups


def live_reliability(groups: Sequence[Group]) -> pd.DataFrame:
    """Compare predicted and observed grant rates group by group (see `group_by_probability`).

    Returns
    -------
    A row per group: `n`, `p_mean`, `p_low`, `p_high` (means), `granted` (the observed share) with
    `low` and `high`, and `within_interval`, whether that share is between `p_low` and `p_high`. The
    interval of the share is the wider of the bootstrap by case and Wilson's, since the bootstrap of
    identical outcomes has no width.
    """
    table = []
    for rows, rates in groups:
        wilson_low, wilson_high = wilson_interval(int(rows["granted"].sum()), len(rows))
        low, high = np.nanquantile(rates[1:], [0.025, 0.975])
        p_low, p_high = rows["p_low"].mean(), rows["p_high"].mean()
        table.append(
            {
                "n": len(rows),
                "p_mean": rows["p_grant"].mean(),
                "p_low": p_low,
                "p_high": p_high,
                "granted": rates[0],
                "low": min(wilson_low, low),
                "high": max(wilson_high, high),
                "within_interval": p_low <= rates[0] <= p_high,
            }
        )
    return pd.DataFrame(table)


def share_within_intervals(groups: Sequence[Group]) -> tuple[float, float, float]:
    """Return the share of groups with the observed rate within the interval, and its 95% bounds."""
    within = []
    for rows, rates in groups:
        is_within = (rows["p_low"].mean() <= rates) & (rates <= rows["p_high"].mean())
        # A replicate may have drawn no row of the group.
        within.append(np.where(np.isnan(rates), np.nan, is_within))
    shares = np.nanmean(within, axis=0)
    low, high = np.quantile(shares[1:], [0.025, 0.975])
    return float(shares[0]), float(low), float(high)


def apply_rules(
    scores: pd.DataFrame, drift: pd.DataFrame, top_features: Mapping[str, Sequence[str]]
) -> tuple[Rule, ...]:
    """Apply the four rules of this module.

    Parameters
    ----------
    scores
        From `live_scores`; empty without any known outcome.
    drift
        Rows of `train.monitor.drift.drift_table` with their `mode`; empty if nothing was compared.
    top_features
        For each mode, the features that move its probabilities most.
    """
    rules = []
    if len(scores):
        overall = scores[scores["mode"] == ALL_MODES].set_index("metric")
        gap = overall.loc["calibration_in_the_large"]
        detail = f"mean probability minus share granted {_with_interval(gap, '+.3f')}"
        off = bool(gap["low"] > 0 or gap["high"] < 0)
        rules.append(Rule("calibration in the large", off, detail))
        slope = overall.loc["calibration_slope"]
        off = bool(slope["low"] > 1 or slope["high"] < 1)
        detail = f"{_with_interval(slope, '.2f')}; 1 is calibrated"
        rules.append(Rule("calibration slope", off, detail))
        rules.append(_brier_rule(scores))
    rules.append(_drift_rule(drift, top_features))
    return tuple(rules)


def retraining_state(rules: Sequence[Rule], n_cases: int) -> State:
    """Return whether retraining is due, given the number of cases with a known outcome."""
    if n_cases < MIN_CASES:
        return "too early to tell"
    return "due" if any(rule.triggered for rule in rules) else "not due"


def _brier_rule(scores: pd.DataFrame) -> Rule:
    tested = scores[scores["metric"] == "brier_score"].dropna(subset=["test_value"])
    if tested.empty:
        return Rule("Brier score", False, "the model has no test score to compare with")
    is_worse, details = False, []
    for row in tested.to_dict("records"):
        too_few = row["cases"] < MIN_CASES
        is_worse |= not too_few and bool(row["low"] > row["test_high"])
        mode = "" if row["mode"] == ALL_MODES else f"{row['mode']}: "
        test = f"{row['test_value']:.3f} [{row['test_low']:.3f}, {row['test_high']:.3f}]"
        few = f" (only {row['cases']} case(s))" if too_few else ""
        live = TOO_FEW if too_few else _with_interval(row, ".3f")
        details.append(f"{mode}{live}, in the test {test}{few}")
    return Rule("Brier score", is_worse, "; ".join(details))


def _drift_rule(drift: pd.DataFrame, top_features: Mapping[str, Sequence[str]]) -> Rule:
    if drift.empty:
        return Rule("drift", False, "the model has no training distribution to compare with")
    shifted = drift[drift["status"] == "shifted"]
    details = []
    for row in shifted.to_dict("records"):
        matters = row["feature"] == P_GRANT or row["feature"] in top_features.get(row["mode"], ())
        if matters and row["feature"] not in EXPECTED_TO_SHIFT:
            change = f"{row['bin']} {row['training_share']:.0%} -> {row['current_share']:.0%}"
            details.append(f"{row['mode']}: {row['feature']} {row['psi']:.2f} ({change})")
    if details:
        return Rule("drift", True, "; ".join(details))
    detail = f"{len(drift)} compared, none shifted"
    if len(shifted):
        detail = f"{len(drift)} compared, {len(shifted)} shifted, none of them important"
    return Rule("drift", False, detail)


def _with_interval(row: Any, spec: str) -> str:
    if pd.isna(row["value"]):
        return TOO_FEW
    return f"{row['value']:{spec}} [{row['low']:{spec}}, {row['high']:{spec}}]"
