"""Drift: bins, the stability index by hand, and alarms kept for what chance does not make."""

import json

import numpy as np
import pandas as pd
import pytest

from train.monitor.drift import NEWLY_FILLED, Bins, drift_table, fit_bins, stability_index

RNG = np.random.default_rng(5)
NUMBERS = pd.Series(RNG.normal(size=1400))
COURTS = pd.Series(np.repeat(["ilnd", "cand", "rare", None], [600, 700, 5, 95]), dtype=object)


def test_the_index_is_that_of_its_formula() -> None:
    then, now = np.array([60.0, 30.0, 10.0]), np.array([20.0, 40.0, 40.0])
    was, here = (then + 0.5) / 101.5, (now + 0.5) / 101.5
    psi, used = stability_index(then, now)
    assert psi == pytest.approx(np.sum((here - was) * np.log(here / was)))
    assert used == 3
    assert stability_index(then, then)[0] == 0
    assert stability_index([5, 0, 5], [5, 0, 5])[1] == 2
    assert np.isfinite(stability_index([10, 0], [0, 10])[0])


def test_numbers_fall_into_deciles_and_not_shown() -> None:
    values = pd.concat([NUMBERS, pd.Series([np.nan] * 100)])
    bins = fit_bins(values)
    assert bins.counts == (*[140] * 10, 100)
    assert bins.labels[0].startswith("up to ")
    assert bins.labels[-2:] == [f"above {bins.edges[-1]:.4g}", "not shown"]
    beyond = bins.count(pd.Series([-1e9, 1e9, np.nan]))
    assert beyond[[0, -2, -1]].tolist() == [1, 1, 1]


def test_flags_have_two_bins_and_a_constant_one_sees_what_is_new() -> None:
    flag = fit_bins(pd.Series([0.0] * 97 + [1.0] * 3))
    assert flag.counts == (97, 3, 0)
    constant = fit_bins(pd.Series([0.0] * 100))
    assert constant.counts == (100, 0, 0)
    assert constant.count(pd.Series([0.0, 1.0])).tolist() == [1, 1, 0]
    never = fit_bins(pd.Series([np.nan] * 100))
    assert never.counts == (0, 100)
    assert never.count(pd.Series([1.0, np.nan])).tolist() == [1, 1]


def test_rare_categories_share_a_bin() -> None:
    bins = fit_bins(COURTS)
    assert bins.labels == ["cand", "ilnd", "any other", "not shown"]
    assert bins.counts == (700, 600, 5, 95)
    new = bins.count(pd.Series(["nysd", "ilnd", None], dtype=object))
    assert new.tolist() == [0, 1, 1, 1]
    only_rare = fit_bins(pd.Series(["a", "b", None], dtype=object))
    assert only_rare.counts == (2, 1)


@pytest.mark.parametrize("values", [NUMBERS, COURTS, pd.Series([0.0, 1.0, np.nan])])
def test_bins_survive_json(values: "pd.Series") -> None:
    bins = fit_bins(values)
    assert Bins.from_json(json.loads(json.dumps(bins.to_json()))) == bins


def test_damaged_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="damaged"):
        Bins.from_json({"edges": [0.0], "counts": [1]})


def _table(now: "pd.Series", compared: int = 90) -> "pd.Series":
    then = {"x": fit_bins(NUMBERS).to_json()}
    return drift_table(then, {"x": now, "unknown": now}, compared).iloc[0]


def test_small_samples_do_not_alarm() -> None:
    rng = np.random.default_rng(11)
    found = [_table(pd.Series(rng.normal(size=25))) for _ in range(60)]
    assert np.mean([row["psi"] for row in found]) > 0.25  # the usual reading would alarm at most
    assert not [row for row in found if row["status"] == "shifted"]
    chance = [row["expected_by_chance"] for row in found]
    assert np.mean([row["psi"] for row in found]) == pytest.approx(np.mean(chance), rel=0.3)


def test_a_shift_is_seen_and_named() -> None:
    row = _table(pd.Series(np.r_[RNG.normal(3, 1, 80), [np.nan] * 20]))
    assert row["status"] == "shifted"
    assert row["bin"].startswith("above")
    assert row["current_share"] > 0.6 > 0.1 == pytest.approx(row["training_share"])
    small = _table(pd.Series(RNG.normal(0.4, 1, 3000)))
    assert small["status"] == "watch"
    assert _table(NUMBERS)["status"] == "stable"


def _drift_of(then: "pd.Series", now: "pd.Series") -> "pd.Series":
    return drift_table({"x": fit_bins(then).to_json()}, {"x": now}).iloc[0]


def test_a_column_that_one_has_begun_to_fill_has_not_drifted() -> None:
    sparse = NUMBERS.where(np.arange(len(NUMBERS)) % 7 == 0)
    row = _drift_of(sparse, pd.Series(np.random.default_rng(3).normal(size=300)))
    assert row["psi"] > 0.25
    assert row["status"] == NEWLY_FILLED
    assert (row["bin"], row["current_share"]) == ("not shown", 0)


def test_a_newly_filled_column_of_other_values_has_drifted() -> None:
    sparse = NUMBERS.where(np.arange(len(NUMBERS)) % 7 == 0)
    other = pd.Series(np.random.default_rng(3).normal(2, 1, size=300))
    assert _drift_of(sparse, other)["status"] == "shifted"


def test_a_column_that_is_no_longer_filled_has_drifted() -> None:
    assert _drift_of(NUMBERS, pd.Series([np.nan] * 250 + [0.1] * 50))["status"] == "shifted"


def test_a_column_of_one_value_is_not_told_apart() -> None:
    then, now = pd.Series([1.0] * 50 + [np.nan] * 950), pd.Series([1.0] * 250 + [np.nan] * 50)
    assert _drift_of(then, now)["status"] == "shifted"
