"""Backtests of small frames: counts, scores, drift and the verdict."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from enjoin.render.backtest import METRICS, show_backtest
from serve.backtest.join import InputRows, JoinedOutcomes
from serve.backtest.run import Backtest
from serve.backtest.tracking import VersionReport
from train.monitor.live_metrics import ALL_MODES, MIN_CASES, Rule


def _report(version: str = "enjoin/1", n_cases: int = MIN_CASES, **changed: Any) -> VersionReport:
    table = pd.DataFrame({"case": range(n_cases)})
    scores = pd.DataFrame(
        {
            "mode": ALL_MODES,
            "metric": [*METRICS, "brier_difference"],
            "value": 0.21,
            "low": 0.11,
            "high": 0.31,
            "base_rate": np.nan,
            "test_value": 0.19,
            "test_low": 0.15,
            "test_high": 0.23,
            "n": n_cases,
            "cases": n_cases,
        }
    )
    reliability = pd.DataFrame(
        {
            "n": [20, 20],
            "p_mean": [0.3, 0.7],
            "p_low": [0.2, 0.6],
            "p_high": [0.4, 0.8],
            "granted": [0.35, 0.95],
            "low": [0.2, 0.8],
            "high": [0.5, 1.0],
            "within_interval": [True, False],
        }
    )
    drift = pd.DataFrame(
        {
            "mode": "text",
            "feature": ["p_grant", "forum.court", "harm.evidence"],
            "psi": [0.05, 0.4, 0.01],
            "expected_by_chance": 0.02,
            "status": ["stable", "shifted", "stable"],
            "bin": ["[a, b]", "ilnd", "up to 0"],
            "training_share": 0.1,
            "current_share": 0.2,
        }
    )
    fields: dict[str, Any] = {
        "version": version,
        "joined": JoinedOutcomes(table, table, pending=4, left_out=0),
        "partial_grants_as": "granted",
        "scores": scores,
        "reliability": reliability,
        "share_within": (0.5, 0.1, 0.9),
        "drift": drift,
        "top_features": {"text": ("forum.court",)},
        "rules": (Rule("drift", True, "forum.court [0.40]"),),
        "state": "due",
        "notes": ("the lexicon has changed",),
        "run_id": "abc",
    }
    return VersionReport(**(fields | changed))


def _backtest(*reports: VersionReport, duplicates: int = 0, unpredicted: int = 0) -> Backtest:
    rows = InputRows(rows=[], duplicates=duplicates, rejects=[], rejects_path=None)
    return Backtest(rows, rows, None, unpredicted, reports, reports[0].version)


def test_a_version_shows_scores_reliability_drift_and_verdict(
    rendered: Callable[..., str],
) -> None:
    shown = rendered(show_backtest, _backtest(_report(), duplicates=1, unpredicted=2))
    for part in (
        "1 duplicate prediction",
        "2 outcomes without a prediction",
        f"{MIN_CASES} cases",
        "4 still pending",
        "the lexicon has changed",
        "0.110 to 0.310",
        "0.150 to 0.230",
        "calibration slope",
        "30% ",
        "* forum.court",
        "forum.court [0.40]",
        "Retraining is due.",
        "run abc",
    ):
        assert part in shown
    assert "* harm.evidence" not in shown


def test_a_few_cases_are_too_early(rendered: Callable[..., str]) -> None:
    report = _report(n_cases=3, state="too early to tell")
    shown = rendered(show_backtest, _backtest(report))
    assert "3 cases are known" in shown
    assert str(MIN_CASES) in shown
    assert "too early" in shown
    assert "3 outcomes, 3 cases: too few to say" in shown
    assert "0.210" not in shown


def test_what_was_never_ruled_on_and_newly_filled_is_told(rendered: Callable[..., str]) -> None:
    report = _report()
    joined = JoinedOutcomes(report.joined.table, report.joined.table, 4, 0, {"moot": 2})
    drift = report.drift.assign(
        status=["stable", "newly filled", "stable"], training_share=0.9, current_share=0.2
    )
    shown = rendered(show_backtest, _backtest(_report(joined=joined, drift=drift)))
    shown = " ".join(shown.split())
    assert "2 moot: not ruled on, left out" in shown
    assert "which is no drift: forum.court (text: 10% -> 80%)" in shown


def test_a_version_without_outcomes(rendered: Callable[..., str]) -> None:
    empty = pd.DataFrame()
    report = _report(
        n_cases=0,
        scores=empty,
        reliability=empty,
        share_within=None,
        drift=empty,
        rules=(),
        state="too early to tell",
    )
    assert "0 predictions" in rendered(show_backtest, _backtest(report))


@pytest.mark.parametrize("count", [1, 2])
def test_the_version_that_counts_is_named_among_several(
    rendered: Callable[..., str], count: int
) -> None:
    reports = [_report(f"enjoin/{number}") for number in range(1, count + 1)]
    shown = rendered(show_backtest, _backtest(*reports))
    assert ("The verdict on enjoin/1 counts: due" in shown) is (count > 1)
