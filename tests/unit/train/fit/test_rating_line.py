"""The rating line: monotone, linear to the ends of the scale, and absent without ratings."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from train.fit.rating_line import MIN_RATED, SLOPE, fit_rating_line

RNG = np.random.default_rng(5)
N = 600
RATINGS = RNG.integers(2, 5, size=(N, 4)).astype(float)  # none at the ends
GRANTED = RNG.random(N) < expit((RATINGS - 3) @ np.array([1.0, 0.6, 0.4, 0.2]))


def test_it_is_the_logistic_regression_with_a_share_of_its_slopes() -> None:
    line = fit_rating_line(RATINGS, GRANTED)
    assert line is not None
    exact = LogisticRegression(C=np.inf, tol=1e-10).fit(RATINGS, GRANTED)
    assert line.slopes == pytest.approx((SLOPE * exact.coef_[0]).tolist(), abs=1e-3)
    assert line.means == pytest.approx(RATINGS.mean(axis=0).tolist())


def test_it_goes_on_to_the_ends_and_a_missing_rating_adds_nothing() -> None:
    line = fit_rating_line(RATINGS, GRANTED)
    assert line is not None
    scale = line.log_odds(np.repeat(np.arange(1.0, 6.0)[:, None], 4, axis=1))
    assert np.diff(scale) == pytest.approx([sum(line.slopes)] * 4)
    one = np.array([[np.nan, 5.0, np.nan, np.nan]])
    assert line.terms(one)[0].tolist() == [0, line.slopes[1] * (5 - line.means[1]), 0, 0]
    assert line.log_odds(np.full((1, 4), np.nan)) == pytest.approx([line.intercept])


def test_a_rating_that_would_count_backwards_has_no_slope() -> None:
    ratings = RATINGS.copy()
    ratings[:, 3] = 6 - ratings[:, 0]
    granted = RNG.random(N) < expit(ratings[:, 0] - ratings[:, 3])
    line = fit_rating_line(ratings, granted)
    assert line is not None
    assert min(line.slopes) >= 0
    assert line.slopes[3] == 0 < line.slopes[0]


def test_too_few_rated_rulings_or_one_outcome_give_none() -> None:
    few = np.full((N, 4), np.nan)
    few[: MIN_RATED - 1] = RATINGS[: MIN_RATED - 1]
    few[MIN_RATED - 1 :, 0] = 3.0  # rated in part
    assert fit_rating_line(few, GRANTED) is None
    assert fit_rating_line(RATINGS, np.ones(N, dtype=bool)) is None
