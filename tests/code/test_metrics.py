"""Metrics against scikit-learn, and the interval formulas against known values."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score

from data.describe import wilson_interval
from train.calibration import Calibration, probabilities
from train.metrics import case_bootstrap, scored, weighted_scores

RNG = np.random.default_rng(1)
GRANTED = RNG.random(300) < 0.4
P = np.round(np.clip(RNG.normal(0.4 + 0.2 * GRANTED, 0.2), 0.01, 0.99), 2)


@pytest.mark.parametrize("weights", [np.ones(300), RNG.integers(0, 4, 300).astype(float)])
def test_scores_are_those_of_scikit_learn(weights: "np.ndarray") -> None:
    mine = {name: value[0] for name, value in weighted_scores(GRANTED, P, weights[None]).items()}
    assert mine["roc_auc"] == pytest.approx(roc_auc_score(GRANTED, P, sample_weight=weights))
    assert mine["brier_score"] == pytest.approx(brier_score_loss(GRANTED, P, sample_weight=weights))
    assert mine["log_loss"] == pytest.approx(log_loss(GRANTED, P, sample_weight=weights))
    said = P >= 0.5
    assert mine["accuracy"] == pytest.approx(accuracy_score(GRANTED, said, sample_weight=weights))


def test_bootstrap_takes_cases_whole() -> None:
    groups = np.repeat(np.arange(50), 3)
    counts = case_bootstrap(groups, 20).reshape(20, 50, 3)
    assert (counts == counts[:, :, :1]).all()
    assert (counts.sum(axis=(1, 2)) == 150).all()


def test_intervals_hold_the_value_and_widen_with_clustering() -> None:
    alone = scored(GRANTED, P, np.arange(300), P).set_index("metric")
    assert (alone["low"] <= alone["value"]).all()
    assert (alone["value"] <= alone["high"]).all()
    assert alone.loc["brier_difference", "value"] == 0
    doubled = scored(np.tile(GRANTED, 2), np.tile(P, 2), np.tile(np.arange(300), 2))
    doubled = doubled.set_index("metric")
    for name in ("brier_score", "roc_auc"):
        assert doubled.loc[name, "low"] == pytest.approx(alone.loc[name, "low"], abs=1e-12)


def test_bags_that_disagree_widen_the_interval() -> None:
    line = Calibration(0.1, 0.9, (0.0, 0.1, 0.2), (0.8, 0.9, 1.0))
    alike, apart = probabilities(np.array([[0.5, 0.5, 0.5], [-0.5, 0.5, 1.5]]), line)
    assert alike[0] == apart[0] == pytest.approx(1 / (1 + np.exp(-0.55)))
    assert apart[2] - apart[1] > alike[2] - alike[1] > 0


def test_wilson_interval() -> None:
    low, high = wilson_interval(7, 10)  # Wilson 1927 formula worked by hand
    assert (low, high) == (pytest.approx(0.3968, abs=1e-4), pytest.approx(0.8922, abs=1e-4))
    assert wilson_interval(0, 5)[0] == 0
    for n in range(1, 200):
        for successes in (0, n // 2, n):
            low, high = wilson_interval(successes, n)
            assert 0 <= low <= successes / n <= high <= 1
