"""The verdict on earlier predictions: each rule by itself, and none on good predictions."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from train.monitor.live_metrics import (
    apply_rules,
    group_by_probability,
    live_reliability,
    live_scores,
    retraining_state,
    share_within_intervals,
)

RNG = np.random.default_rng(8)
TRUE = RNG.beta(2, 2, 600)
GRANTED = RNG.random(600) < TRUE
TESTED = {"text": {"brier_score": [0.2, 0.18, 0.22], "brier_difference": [-0.03, -0.04, -0.02]}}


def _joined(p: Any = TRUE, mode: Any = "text", n: int = 600) -> pd.DataFrame:
    said = np.asarray(p)[:n]
    odds = logit(said)
    table = {"granted": GRANTED[:n], "p_grant": said, "case": np.arange(n)}
    ends = {"p_low": expit(odds - 0.5), "p_high": expit(odds + 0.5)}
    return pd.DataFrame(table | ends).assign(mode=mode)


def _broken(joined: pd.DataFrame) -> set[str]:
    rules = apply_rules(live_scores(joined, 0.5, TESTED), pd.DataFrame(), {})
    return {rule.name for rule in rules if rule.triggered}


def test_true_probabilities_break_no_rule() -> None:
    assert _broken(_joined()) == set()


@pytest.mark.parametrize(
    ("p", "rules"),
    [
        (expit(logit(TRUE) + 0.5), {"calibration in the large"}),
        (expit(4 * logit(TRUE)), {"calibration slope", "Brier score"}),
        (expit(0.5 * logit(TRUE)), {"calibration slope"}),
        (np.where(GRANTED, 0.4, 0.6), {"calibration slope", "Brier score"}),
    ],
)
def test_each_rule_tells_its_fault(p: Any, rules: set[str]) -> None:
    assert rules <= _broken(_joined(p))


def test_brier_is_judged_mode_by_mode() -> None:
    mode = np.where(np.arange(600) < 560, "text", "coded")
    wrong = np.where(GRANTED, 0.05, 0.95)
    coded_wrong = _joined(np.where(mode == "coded", wrong, TRUE), mode)
    scores = live_scores(coded_wrong, None, TESTED | {"coded": TESTED["text"]})
    assert list(dict.fromkeys(scores["mode"])) == ["all", "text", "coded"]
    rule = next(r for r in apply_rules(scores, pd.DataFrame(), {}) if r.name == "Brier score")
    assert rule.triggered
    text_only = live_scores(coded_wrong, None, TESTED)
    rule = next(r for r in apply_rules(text_only, pd.DataFrame(), {}) if r.name == "Brier score")
    assert not rule.triggered


def test_scores_stand_beside_the_base_rate_and_the_test() -> None:
    cells = live_scores(_joined(), 0.5, TESTED).set_index("metric")
    assert cells.loc["brier_score", "base_rate"] == pytest.approx(0.25)
    assert cells.loc["brier_score", ["test_value", "test_low"]].tolist() == [0.2, 0.18]
    assert cells.loc["brier_difference", "high"] < 0
    # The test's own difference was from another rival.
    assert np.isnan(cells.loc["brier_difference", "test_value"])


def _drift(feature: str, reading: str) -> pd.DataFrame:
    row = {"feature": feature, "status": reading, "psi": 0.6, "mode": "text"}
    return pd.DataFrame([row | {"bin": "not shown", "training_share": 0.1, "current_share": 0.7}])


def test_drift_counts_where_it_matters() -> None:
    matters = {"text": ("harm.delay_months", "forum.year")}
    for feature, reading, broken in (
        ("p_grant", "shifted", True),
        ("harm.delay_months", "shifted", True),
        ("harm.delay_months", "within chance", False),
        ("forum.year", "shifted", False),
        ("forum.court", "shifted", False),
    ):
        (rule,) = apply_rules(pd.DataFrame(), _drift(feature, reading), matters)
        assert rule.triggered == broken, feature


def test_bold_and_wrong_probabilities_have_their_slope() -> None:
    cells = live_scores(_joined(expit(-3 * logit(TRUE))), None, None).set_index("metric")
    assert cells.loc["calibration_slope", "value"] == pytest.approx(-1 / 3, abs=0.1)


def test_few_outcomes_are_too_early() -> None:
    wrong = apply_rules(
        live_scores(_joined(np.full(600, 0.05), n=30), 0.5, None), pd.DataFrame(), {}
    )
    assert any(rule.triggered for rule in wrong)
    assert retraining_state(wrong, 29) == "too early to tell"
    assert retraining_state(wrong, 30) == "due"
    assert (
        retraining_state(apply_rules(pd.DataFrame(), pd.DataFrame(), {}), 0) == "too early to tell"
    )


def test_reliability_compares_groups_of_like_probability() -> None:
    groups = group_by_probability(_joined())
    table = live_reliability(groups)
    assert len(table) == 10
    assert table["n"].sum() == 600
    assert table["p_mean"].is_monotonic_increasing
    assert (table["low"] <= table["granted"]).all()
    assert (table["granted"] <= table["high"]).all()
    share, low, high = share_within_intervals(groups)
    assert share == table["within_interval"].mean()
    assert low <= share <= high
    off = live_reliability(group_by_probability(_joined(expit(logit(TRUE) + 3))))
    assert not off["within_interval"].any()
    # Outcomes all alike do not make an interval without width.
    certain = live_reliability(group_by_probability(_joined().assign(granted=True)))
    assert (certain["low"] < 1).all()


@pytest.mark.parametrize("n", [1, 3, 29])
def test_nothing_is_scored_on_few_cases(n: int) -> None:
    scores = live_scores(_joined(n=n), 0.5, TESTED)
    assert scores[["value", "low", "high", "base_rate"]].isna().all(axis=None)
    assert set(scores["n"]) == {n}
    assert group_by_probability(_joined(n=n)) == []
    rules = {rule.name: rule for rule in apply_rules(scores, pd.DataFrame(), {})}
    assert not any(rule.triggered for rule in rules.values())
    assert "too few to say" in rules["calibration slope"].detail
    assert "too few to say" in rules["Brier score"].detail


def test_many_rulings_of_few_cases_are_few() -> None:
    joined = _joined(n=60).assign(case=np.arange(60) // 10)
    assert live_scores(joined, 0.5, TESTED)["value"].isna().all()


@pytest.mark.parametrize("granted", [0, 2, 58, 60])
def test_a_ranking_and_a_slope_need_both_outcomes(granted: int) -> None:
    joined = _joined(n=60).assign(granted=np.arange(60) < granted)
    scores = live_scores(joined, 0.5, TESTED).set_index("metric")
    needs_both = ["roc_auc", "pr_auc", "calibration_slope", "calibration_intercept"]
    assert scores.loc[needs_both, ["value", "low", "high"]].isna().all(axis=None)
    assert np.isfinite(scores.loc["brier_score", "value"])


def test_groups_of_like_probability_are_not_small() -> None:
    groups = live_reliability(group_by_probability(_joined(n=89)))
    assert (groups["n"] >= 30).all()
