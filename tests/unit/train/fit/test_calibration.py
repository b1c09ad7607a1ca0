"""The fitted calibration, and the probabilities and intervals that it gives."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from train.fit.calibration import fit_calibration
from train.model.calibration import Calibration, probabilities

RNG = np.random.default_rng(5)
N_BAGS, N = 6, 300
SIGNAL = RNG.normal(size=N)
GRANTED = RNG.random(N) < expit(0.5 + 1.5 * SIGNAL)
SCORES = SIGNAL + RNG.normal(scale=0.2, size=(N_BAGS, N))
DRAW_COUNTS = RNG.poisson(1.0, size=(N_BAGS, N)).astype(float)
DRAW_COUNTS[:, 0] = 1.0  # every bag drew the first ruling


def test_lines_are_fitted_on_the_mean_of_bags_that_did_not_draw_a_ruling() -> None:
    calibration, fitted_on = fit_calibration([SCORES], DRAW_COUNTS, GRANTED)
    unseen = DRAW_COUNTS == 0
    usable = [row for row in range(N) if unseen[:, row].any()]
    assert 0 not in usable
    means = np.array([SCORES[unseen[:, row], row].mean() for row in usable])
    assert fitted_on.scores == pytest.approx(means)
    assert np.array_equal(fitted_on.granted, GRANTED[usable])
    exact = LogisticRegression(C=np.inf, tol=1e-10).fit(means[:, None], GRANTED[usable])
    assert calibration.slope == pytest.approx(exact.coef_[0, 0], abs=1e-3)
    assert calibration.intercept == pytest.approx(exact.intercept_[0], abs=1e-3)
    line = calibration.intercept + calibration.slope * means
    assert calibration.spread == pytest.approx(line.std())
    weights = DRAW_COUNTS[2, usable]
    weighted = LogisticRegression(C=np.inf, tol=1e-10).fit(
        means[:, None], GRANTED[usable], sample_weight=weights
    )
    assert calibration.bag_slopes[2] == pytest.approx(weighted.coef_[0, 0], abs=1e-3)


def test_scores_of_several_views_are_pooled() -> None:
    once, _ = fit_calibration([SCORES], DRAW_COUNTS, GRANTED)
    twice, pooled = fit_calibration([SCORES, SCORES], DRAW_COUNTS, GRANTED)
    assert len(pooled.scores) == 2 * int((DRAW_COUNTS == 0).any(axis=0).sum())
    assert twice.slope == pytest.approx(once.slope, abs=1e-3)


def test_a_negative_slope_gives_the_base_rate() -> None:
    calibration, fitted_on = fit_calibration([-SCORES], DRAW_COUNTS, GRANTED)
    assert calibration.slope == 0.0
    n, granted = len(fitted_on.granted), int(fitted_on.granted.sum())
    assert expit(calibration.intercept) == pytest.approx((granted + 0.5) / (n + 1))
    assert set(calibration.bag_slopes) == {0.0}


def test_the_interval_holds_the_probability_and_is_wider_out_of_scope() -> None:
    calibration, _ = fit_calibration([SCORES], DRAW_COUNTS, GRANTED)
    inside = probabilities(SCORES.T, calibration, np.ones(N, dtype=bool))
    outside = probabilities(SCORES.T, calibration, np.zeros(N, dtype=bool))
    p, low, high = inside.T
    assert ((low > 0) & (low < p) & (p < high) & (high < 1)).all()
    assert np.array_equal(p, outside[:, 0])
    assert (outside[:, 1] < low).all()
    assert (outside[:, 2] > high).all()
    assert np.array_equal(np.argsort(p), np.argsort(SCORES.mean(axis=0)))


def test_replicates_that_agree_leave_no_interval() -> None:
    calibration = Calibration(0.2, 1.0, (0.2, 0.2), (1.0, 1.0), spread=0.5)
    p, low, high = probabilities(np.full((1, 2), 0.3), calibration, np.array([True]))[0]
    assert low == pytest.approx(p) == pytest.approx(high) == pytest.approx(expit(0.5))
