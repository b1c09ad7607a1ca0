"""The forest: the same leaves, scores and shares as its boosters give one by one."""

import lightgbm as lgb
import numpy as np
import pytest

from train.forest import Forest

RNG = np.random.default_rng(3)
ROWS = 400
X = np.column_stack([RNG.normal(size=(ROWS, 3)), RNG.integers(0, 6, ROWS)])
X[RNG.random(X.shape) < 0.1] = np.nan
Y = (np.nan_to_num(X[:, 0]) + (X[:, 3] == 2) + RNG.normal(size=ROWS) > 0).astype(float)


def _booster(rounds: int, labels: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> lgb.Booster:
    data = lgb.Dataset(X, labels, categorical_feature=[3], params={"verbosity": -1})
    settings = {"objective": "binary", "num_leaves": 5, "verbosity": -1, "num_threads": 1}
    return lgb.train(settings | {"min_data_in_leaf": 10}, data, rounds)


@pytest.fixture(scope="module")
def bags() -> list[lgb.Booster]:
    # Of unequal sizes; where all labels are alike a tree is a single leaf.
    return [_booster(7, Y), _booster(20, 1 - Y), _booster(3, np.ones(ROWS))]


def test_a_forest_is_its_bags(bags: list[lgb.Booster]) -> None:
    forest = Forest(bags)
    leaves = forest.leaves(X)
    alone = np.hstack([bag.predict(X, pred_leaf=True).reshape(ROWS, -1) for bag in bags])
    assert np.array_equal(leaves, alone)
    scores = np.column_stack([bag.predict(X, raw_score=True) for bag in bags])
    assert forest.scores(leaves) == pytest.approx(scores, abs=1e-12)
    assert np.ptp(scores[:, 0]) > 0.5
    shares = np.mean([bag.predict(X, pred_contrib=True) for bag in bags], axis=0)
    assert forest.shares(X) == pytest.approx(shares, abs=1e-12)
    assert forest.shares(X).sum(axis=1) == pytest.approx(scores.mean(axis=1), abs=1e-9)


def test_a_row_has_the_same_score_alone(bags: list[lgb.Booster]) -> None:
    forest = Forest(bags)
    together = forest.scores(forest.leaves(X))
    alone = np.vstack([forest.scores(forest.leaves(X[row : row + 1])) for row in range(50)])
    assert np.array_equal(alone, together[:50])
