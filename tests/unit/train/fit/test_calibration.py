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


def test_the_interval_holds_the_probability_and_widens_with_a_spread() -> None:
    calibration, _ = fit_calibration([SCORES], DRAW_COUNTS, GRANTED)
    plain = probabilities(SCORES.T, calibration, np.zeros(N), np.zeros(N))
    wide = probabilities(SCORES.T, calibration, np.zeros(N), np.full(N, 0.3))
    p, low, high = plain.T
    assert ((low > 0) & (low < p) & (p < high) & (high < 1)).all()
    assert np.array_equal(p, wide[:, 0])
    assert (wide[:, 1] < low).all()
    assert (wide[:, 2] > high).all()
    assert np.array_equal(np.argsort(p), np.argsort(SCORES.mean(axis=0)))


def test_replicates_that_agree_leave_no_interval() -> None:
    calibration = Calibration(0.2, 1.0, (0.2, 0.2), (1.0, 1.0))
    p, low, high = probabilities(np.full((1, 2), 0.3), calibration, np.zeros(1), np.zeros(1))[0]
    assert low == pytest.approx(p) == pytest.approx(high) == pytest.approx(expit(0.5))


def test_boosters_and_the_forecast_they_started_from_have_slopes_of_their_own() -> None:
    rng = np.random.default_rng(8)
    offsets = rng.normal(size=N)
    granted = rng.random(N) < expit(0.4 * SIGNAL + 1.6 * offsets)
    calibration, fitted_on = fit_calibration([SCORES], DRAW_COUNTS, granted, [offsets])
    usable = (DRAW_COUNTS == 0).any(axis=0)
    unseen = DRAW_COUNTS[:, usable] == 0
    means = np.average(SCORES[:, usable], axis=0, weights=unseen)
    assert fitted_on.scores == pytest.approx(means + offsets[usable])  # as the boosters add them
    inputs = np.column_stack([means, offsets[usable]])
    exact = LogisticRegression(C=np.inf, tol=1e-10).fit(inputs, granted[usable])
    slopes = [calibration.slope, calibration.offset_slope]
    assert slopes == pytest.approx(exact.coef_[0].tolist(), abs=1e-3)
    assert slopes[1] > 2 * slopes[0] > 0
    low, high = probabilities(
        np.zeros((2, N_BAGS)), calibration, np.array([-1.0, 1.0]), np.zeros(2)
    )[:, 0]
    gap = np.log(high / (1 - high)) - np.log(low / (1 - low))
    assert gap == pytest.approx(2 * calibration.offset_slope)


def test_an_input_that_would_count_backwards_is_left_out() -> None:
    against = -SIGNAL + np.random.default_rng(9).normal(scale=0.5, size=N)
    calibration, _ = fit_calibration([SCORES], DRAW_COUNTS, GRANTED, [against])
    assert calibration.offset_slope == 0.0
    alone, _ = fit_calibration([SCORES], DRAW_COUNTS, GRANTED)
    assert calibration.slope == pytest.approx(alone.slope, abs=1e-3)
    assert min(calibration.bag_offset_slopes) >= 0.0
