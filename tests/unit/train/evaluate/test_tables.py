"""The tables of an evaluation, on predictions made up for the purpose."""

import numpy as np
import pandas as pd
import pytest

from train.evaluate.baselines import INFORMED_BASE_RATE
from train.evaluate.protocols import (
    ANY_MODE,
    MODEL,
    Evaluation,
    out_of_fold_predictions,
    score_tables,
)
from train.evaluate.tables import interval_coverage, outcome_table, phrase_split_table
from train.modes import MODES

N = 200
RNG = np.random.default_rng(6)
P_GRANT = RNG.beta(2, 2, N)
GRANTED = RNG.random(N) < P_GRANT


def _rows(mode: str, model: str, p: "np.ndarray", **columns: object) -> pd.DataFrame:
    facts = {"id": np.arange(N), "case": np.arange(N) // 2, "granted": GRANTED, "p_grant": p}
    return pd.DataFrame(facts | columns).assign(protocol="grouped", mode=mode, model=model)


@pytest.fixture(scope="module")
def predictions() -> pd.DataFrame:
    outcome = np.where(GRANTED, "granted", "denied")
    split = np.where(np.arange(N) < 60, "writing", "held_out")
    bounds = {"p_low": P_GRANT - 0.1, "p_high": P_GRANT + 0.1}
    own = [_rows(m, MODEL, P_GRANT, outcome=outcome, phrase_split=split, **bounds) for m in MODES]
    # A baseline of another order of rows, and one that knows more.
    rate = _rows(ANY_MODE, INFORMED_BASE_RATE, np.full(N, GRANTED.mean())).iloc[::-1]
    oracle = _rows("text", "oracle", np.where(GRANTED, 0.9, 0.1))
    return pd.concat([*own, rate, oracle], ignore_index=True)


def test_differences_are_paired_by_ruling(predictions: pd.DataFrame) -> None:
    table, differences = score_tables(predictions)
    cells = table.set_index(["mode", "model", "metric"])["value"]
    brier = cells["text", MODEL, "brier_score"]
    assert brier == pytest.approx(np.mean((P_GRANT - GRANTED) ** 2))
    base = cells[ANY_MODE, INFORMED_BASE_RATE, "brier_score"]
    assert cells["text", MODEL, "brier_skill"] == pytest.approx(1 - brier / base)
    assert set(table["cases"]) == {N // 2}
    gaps = differences.set_index(["mode", "baseline", "metric"])["value"]
    assert gaps["text", INFORMED_BASE_RATE, "brier_difference"] == pytest.approx(brier - base)
    assert gaps["text", "oracle", "brier_difference"] == pytest.approx(brier - 0.01)
    assert ("rated", "oracle", "brier_difference") not in gaps.index


def test_out_of_fold_predictions_are_in_the_order_of_the_rows(predictions: pd.DataFrame) -> None:
    empty = pd.DataFrame()
    by_mode = out_of_fold_predictions(Evaluation(predictions, empty, empty, empty, 2022))
    assert list(by_mode) == list(MODES)
    assert np.array_equal(by_mode["text"], P_GRANT)


def test_outcomes_and_phrase_splits_are_counted(predictions: pd.DataFrame) -> None:
    outcomes = outcome_table(predictions).set_index(["mode", "outcome"])
    assert outcomes.loc[("text", "granted"), "n"] == GRANTED.sum()
    assert outcomes.loc[("text", "granted"), "mean_p_grant"] == pytest.approx(
        P_GRANT[GRANTED].mean()
    )
    splits = phrase_split_table(predictions).drop_duplicates("phrase_split")
    assert splits.set_index("phrase_split")["n"].to_dict() == {"writing": 60, "held_out": 140}


def test_intervals_are_checked_in_groups_of_fifty(predictions: pd.DataFrame) -> None:
    coverage = interval_coverage(predictions)
    assert set(coverage["model"]) == {MODEL}
    assert set(coverage["groups"]) == {4}
    assert coverage["mean_width"].to_numpy() == pytest.approx(0.2)
    assert (coverage["groups_consistent"] >= coverage["groups_covered"]).all()
    shifted = predictions.assign(p_low=0.98, p_high=0.99)
    assert not interval_coverage(shifted[shifted["model"] == MODEL])["groups_consistent"].any()
