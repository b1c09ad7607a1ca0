"""Metrics against scikit-learn, and the interval formulas against known values."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
)

from data.bootstrap import case_bootstrap
from data.describe import wilson_interval
from train.evaluate.metrics import (
    calibration_distance,
    calibration_error_by_chance,
    score_predictions,
    weighted_scores,
)
from train.fit.fit import draw_bootstrap_counts
from train.model.calibration import Calibration, probabilities

RNG = np.random.default_rng(1)
GRANTED = RNG.random(300) < 0.4
P = np.round(np.clip(RNG.normal(0.4 + 0.2 * GRANTED, 0.2), 0.01, 0.99), 2)


@pytest.mark.parametrize("weights", [np.ones(300), RNG.integers(0, 4, 300).astype(float)])
def test_scores_are_those_of_scikit_learn(weights: "np.ndarray") -> None:
    mine = {name: value[0] for name, value in weighted_scores(GRANTED, P, weights[None]).items()}
    assert mine["roc_auc"] == pytest.approx(roc_auc_score(GRANTED, P, sample_weight=weights))
    assert mine["brier_score"] == pytest.approx(brier_score_loss(GRANTED, P, sample_weight=weights))
    assert mine["log_loss"] == pytest.approx(log_loss(GRANTED, P, sample_weight=weights))
    precision = average_precision_score(GRANTED, P, sample_weight=weights)
    assert mine["pr_auc"] == pytest.approx(precision)
    log_odds = np.log(P / (1 - P))[:, None]
    cox = LogisticRegression(C=np.inf, tol=1e-10).fit(log_odds, GRANTED, sample_weight=weights)
    assert mine["calibration_slope"] == pytest.approx(cox.coef_[0, 0], abs=1e-5)
    assert mine["calibration_intercept"] == pytest.approx(cox.intercept_[0], abs=1e-5)
    gap = np.average(P, weights=weights) - np.average(GRANTED, weights=weights)
    assert mine["calibration_in_the_large"] == pytest.approx(gap)
    said = P >= 0.5
    assert mine["accuracy"] == pytest.approx(accuracy_score(GRANTED, said, sample_weight=weights))


def test_replicates_find_the_same_line_as_a_fit_of_their_own() -> None:
    weights = np.vstack([np.ones(300), case_bootstrap(np.arange(300), 40)])
    together = weighted_scores(GRANTED, P, weights)["calibration_slope"]
    alone = [weighted_scores(GRANTED, P, row[None])["calibration_slope"][0] for row in weights]
    assert together == pytest.approx(alone, abs=1e-6)


def test_calibration_error_counts_the_distance_bin_by_bin() -> None:
    # Five bins of twenty: in each, the share granted lies 0.1 from what was said.
    said = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 20)
    share = said + np.repeat([0.1, -0.1, 0.1, -0.1, 0.1], 20)
    granted = np.tile(np.arange(20), 5) < np.round(share * 20)
    error = weighted_scores(granted, said, np.ones((1, 100)))["calibration_error"][0]
    assert error == pytest.approx(0.1)
    assert 0.03 < calibration_error_by_chance(said) < 0.12


def test_what_is_not_determined_is_not_a_number() -> None:
    alike = weighted_scores(GRANTED, np.full(300, 0.4), np.ones((2, 300)))
    assert np.isnan(alike["calibration_slope"]).all()
    granted = weighted_scores(np.ones(300, dtype=bool), P, np.ones((2, 300)))
    assert np.isnan(granted["roc_auc"]).all()
    assert granted["pr_auc"] == pytest.approx(1.0)


def test_bootstrap_takes_cases_whole() -> None:
    groups = np.repeat(np.arange(50), 3)
    counts = case_bootstrap(groups, 20).reshape(20, 50, 3)
    assert (counts == counts[:, :, :1]).all()
    assert (counts.sum(axis=(1, 2)) == 150).all()


def test_intervals_hold_the_value_and_widen_with_clustering() -> None:
    alone = score_predictions(GRANTED, P, np.arange(300), P).set_index("metric")
    assert (alone["low"] <= alone["value"]).all()
    assert (alone["value"] <= alone["high"]).all()
    assert alone.loc["brier_difference", "value"] == 0
    doubled = score_predictions(np.tile(GRANTED, 2), np.tile(P, 2), np.tile(np.arange(300), 2))
    doubled = doubled.set_index("metric")
    for name in ("brier_score", "roc_auc"):
        assert doubled.loc[name, "low"] == pytest.approx(alone.loc[name, "low"], abs=1e-12)


def test_bags_that_disagree_widen_the_interval() -> None:
    line = Calibration(0.1, 0.9, (0.0, 0.1, 0.2), (0.8, 0.9, 1.0))
    scores = np.array([[0.5, 0.5, 0.5], [-0.5, 0.5, 1.5], [0.5, 0.5, 0.5]])
    alike, apart, strange = probabilities(scores, line, np.zeros(3), np.array([0, 0, 0.7]))
    assert strange[0] == alike[0]
    # At least what motions in general spread over: 1.645 standard deviations of log-odds.
    assert strange[2] > 1 / (1 + np.exp(-0.55 - 1.645 * 0.7))
    assert alike[0] == apart[0] == pytest.approx(1 / (1 + np.exp(-0.55)))
    assert apart[2] - apart[1] > alike[2] - alike[1] > 0


PROBABILITY = np.random.default_rng(2).beta(2, 2, 400)
OUTCOME = RNG.random(400) < PROBABILITY


def test_calibration_distance_is_the_distance_from_the_logistic_curve() -> None:
    p = np.clip(expit(0.4 + 1.8 * logit(PROBABILITY)), 0.001, 0.999)
    weights = np.vstack([np.ones(400), RNG.integers(0, 4, 400)])
    found = calibration_distance(OUTCOME, p, weights)
    for error, counts in zip(found, weights, strict=True):
        scores = logit(p)[:, None]
        line = LogisticRegression(C=np.inf, tol=1e-8).fit(scores, OUTCOME, sample_weight=counts)
        squared = (p - line.predict_proba(scores)[:, 1]) ** 2
        assert error == pytest.approx(np.sqrt(np.average(squared, weights=counts)), abs=1e-4)


def test_calibration_distance_is_finite_where_a_curve_can_hardly_be_fitted() -> None:
    ones = np.ones((1, 400))
    alike = calibration_distance(OUTCOME, np.full(400, 0.9), ones)[0]
    assert alike == pytest.approx(0.9 - OUTCOME.mean(), abs=1e-3)
    sure = calibration_distance(OUTCOME, OUTCOME.astype(float), ones)[0]
    assert sure == pytest.approx(0, abs=1e-3)
    wrong = calibration_distance(OUTCOME, np.where(OUTCOME, 0.1, 0.9), ones)[0]
    assert wrong == pytest.approx(0.9, abs=1e-2)


def test_wilson_interval() -> None:
    low, high = wilson_interval(7, 10)  # Wilson 1927 formula worked by hand
    assert (low, high) == (pytest.approx(0.3968, abs=1e-4), pytest.approx(0.8922, abs=1e-4))
    assert wilson_interval(0, 5)[0] == 0
    for n in range(1, 200):
        for successes in (0, n // 2, n):
            low, high = wilson_interval(successes, n)
            assert 0 <= low <= successes / n <= high <= 1


def test_bags_draw_whole_cases_and_over_all_bags_each_as_often() -> None:
    groups = np.repeat(np.arange(50), 3)
    drawn = draw_bootstrap_counts(groups, 20, seed=0)
    assert drawn.shape == (20, 150)
    assert (drawn.sum(axis=0) == 20).all()
    assert (drawn.sum(axis=1) == 150).all()
    of_cases = drawn.reshape(20, 50, 3)
    assert (of_cases == of_cases[:, :, :1]).all()
    assert 0.3 < (drawn == 0).mean() < 0.45  # out of bag, as by chance
    assert (drawn != draw_bootstrap_counts(groups, 20, seed=1)).any()
