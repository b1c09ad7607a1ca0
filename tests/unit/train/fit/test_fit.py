"""Fitting: what is refused, balanced bootstraps, and boosters that follow their draws."""

from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from train.fit.boosters import BaggingTask, booster_parameters, fit_boosters
from train.fit.fit import MIN_RULINGS, draw_bootstrap_counts, fit_grant_model
from train.model.readings import Readings

RNG = np.random.default_rng(8)
N, COLUMNS = 200, ("a", "b", "court")
X = np.column_stack([RNG.normal(size=(N, 2)), RNG.integers(0, 4, N)])
GRANTED = X[:, 0] + RNG.normal(size=N) > 0
PARAMETERS = {"num_iterations": 8, "min_data_in_leaf": 5, "monotone_constraints": [0, 0, 0]}


@pytest.mark.parametrize(
    ("granted", "words"),
    [
        (np.arange(MIN_RULINGS - 1) % 2 == 0, f"at least {MIN_RULINGS}"),
        (np.ones(MIN_RULINGS, dtype=bool), "same outcome"),
        (np.zeros(MIN_RULINGS, dtype=bool), "same outcome"),
    ],
)
def test_rulings_that_cannot_be_learned_from_are_refused(granted: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit_grant_model({}, granted, np.arange(len(granted)), readings=Readings({}))


def test_bootstraps_keep_cases_whole_and_draw_each_equally_often() -> None:
    groups = np.repeat(np.arange(60), 2) * 7
    counts = draw_bootstrap_counts(groups, n_bags=10, seed=1)
    assert counts.shape == (10, 120)
    assert np.array_equal(counts[:, ::2], counts[:, 1::2])
    assert (counts.sum(axis=0) == 10).all()
    assert (counts[:, ::2].sum(axis=1) == 60).all()
    assert np.array_equal(counts, draw_bootstrap_counts(groups, n_bags=10, seed=1))
    assert not np.array_equal(counts, draw_bootstrap_counts(groups, n_bags=10, seed=2))


def _task(draw_counts: Any, **changes: Any) -> BaggingTask:
    fields: dict[str, Any] = {
        "matrices": [X],
        "view_weights": np.ones(1),
        "granted": GRANTED,
        "draw_counts": draw_counts,
        "columns": COLUMNS,
        "categorical_columns": ("court",),
        "parameters": PARAMETERS,
        "seed": 5,
    }
    return BaggingTask(**fields | changes)


def test_a_bag_is_the_booster_of_its_own_draws() -> None:
    counts = RNG.poisson(1.0, size=(3, N)).astype(float)
    boosters = fit_boosters(_task(counts))
    assert len(boosters) == 3
    drawn = counts[1] > 0
    data = lgb.Dataset(
        X[drawn],
        GRANTED[drawn].astype(float),
        weight=counts[1][drawn],
        feature_name=list(COLUMNS),
        categorical_feature=["court"],
        params={"verbosity": -1},
    )
    alone = lgb.train(booster_parameters(PARAMETERS, seed=6) | {"num_threads": 1}, data)
    assert np.array_equal(boosters[1].predict(X), alone.predict(X))


def test_a_view_without_weight_is_ignored() -> None:
    counts = np.ones((1, N))
    (one,) = fit_boosters(_task(counts))
    other = RNG.normal(size=X.shape)
    (two,) = fit_boosters(_task(counts, matrices=[X, other], view_weights=np.array([1.0, 0.0])))
    assert np.array_equal(one.predict(X), two.predict(X))


def test_each_view_starts_from_its_own_offsets() -> None:
    counts, weights = np.ones((1, N)), np.array([0.5, 0.5])
    told, none = np.where(GRANTED, 4.0, -4.0), np.zeros(N)
    views = [X, np.full_like(X, np.nan)]
    (first,) = fit_boosters(
        _task(counts, matrices=views, view_weights=weights, offsets=[told, none])
    )
    (second,) = fit_boosters(
        _task(counts, matrices=views, view_weights=weights, offsets=[none, told])
    )
    spreads = [booster.predict(X, raw_score=True).std() for booster in (first, second)]
    assert spreads[1] > 2 * spreads[0]  # what the offsets tell of the whole view is left out


def test_parameters_of_the_user_yield_to_fixed_ones() -> None:
    parameters = booster_parameters({"objective": "regression", "num_leaves": 3}, seed=9)
    assert (parameters["objective"], parameters["seed"], parameters["num_leaves"]) == (
        "binary",
        9,
        3,
    )
    assert set(parameters["monotone_constraints"]) <= {-1, 0, 1}
