"""The forest: the same leaves, scores and SHAP values as its boosters one by one."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pytest

from data.arrays import Floats
from train.model.forest import Forest
from train.model.tree_parsing import UnsupportedTree, parse_tree
from train.model.tree_tables import MAX_SPLITS, TreeTables

RNG = np.random.default_rng(3)
ROWS = 400
CATEGORIES = 40
X = np.column_stack(
    [
        RNG.normal(size=(ROWS, 3)),
        RNG.integers(0, CATEGORIES, ROWS),
        RNG.integers(-3, 4, size=(ROWS, 2)),
    ]
)
X[:, :4][RNG.random((ROWS, 4)) < 0.1] = np.nan  # of the last two, none is missing in training
Y = (np.nan_to_num(X[:, 0]) + (X[:, 3] % 3 == 2) + X[:, 4] * X[:, 5] / 4 > 0).astype(float)

# Rows to predict: the training rows, missing values where training had none, and unseen category
# codes.
UNSEEN = np.vstack([X, X, X])
UNSEEN[ROWS : 2 * ROWS][RNG.random(X.shape) < 0.3] = np.nan
UNSEEN[2 * ROWS :, 3] = RNG.choice([-1.0, 2.5, CATEGORIES - 0.5, CATEGORIES, 700.0], ROWS)
UNSEEN[2 * ROWS :, 0] = RNG.choice([0.0, np.inf, -np.inf, 1e-40], ROWS)


@dataclass(frozen=True)
class Grown:
    bags: list[lgb.Booster]
    forest: Forest


def _booster(rounds: int, labels: Floats, leaves: int, **more: bool) -> lgb.Booster:
    settings = {"objective": "binary", "num_leaves": leaves, "verbosity": -1, "num_threads": 1}
    settings |= {"min_data_in_leaf": 5, "min_data_per_group": 5, "cat_smooth": 1.0} | more
    data = lgb.Dataset(X, labels, categorical_feature=[3], params=settings)
    return lgb.train(settings, data, rounds)


@pytest.fixture(scope="module", params=[2, 5, MAX_SPLITS + 1, 14])
def grown(request: pytest.FixtureRequest) -> Grown:
    leaves = int(request.param)
    # Of unequal sizes; where all labels are alike a tree is a single leaf.
    sizes = ((7, Y), (40, 1 - Y), (3, np.ones(ROWS)))
    bags = [_booster(rounds, labels, leaves) for rounds, labels in sizes]
    return Grown(bags, Forest.from_boosters(bags))


def test_a_forest_is_its_bags(grown: Grown) -> None:
    bags, forest, rows = grown.bags, grown.forest, len(UNSEEN)
    leaves = forest.leaf_indices(UNSEEN)
    alone = np.hstack([bag.predict(UNSEEN, pred_leaf=True).reshape(rows, -1) for bag in bags])
    assert np.array_equal(leaves, alone)
    scores = np.column_stack([bag.predict(UNSEEN, raw_score=True) for bag in bags])
    assert forest.leaf_scores(leaves) == pytest.approx(scores, abs=1e-12)
    assert np.ptp(scores[:, 0]) > 0.1
    shap_values = np.mean([bag.predict(UNSEEN, pred_contrib=True) for bag in bags], axis=0)
    assert forest.shap_values(UNSEEN) == pytest.approx(shap_values, abs=1e-12)
    assert forest.shap_values(UNSEEN).sum(axis=1) == pytest.approx(scores.mean(axis=1), abs=1e-9)


def test_a_row_has_the_same_score_and_shap_values_alone(grown: Grown) -> None:
    forest = grown.forest
    together = forest.leaf_scores(forest.leaf_indices(UNSEEN))
    shap_values = forest.shap_values(UNSEEN)
    for row in range(0, len(UNSEEN), 17):
        alone = UNSEEN[row : row + 1]
        assert np.array_equal(forest.leaf_scores(forest.leaf_indices(alone))[0], together[row])
        assert np.array_equal(forest.shap_values(alone)[0], shap_values[row])


def test_the_trees_have_every_kind_of_split() -> None:
    """Or the tests above would prove less than they seem to."""
    text = _booster(40, Y, 5).model_to_string()
    kinds = {int(kind) for line in _lines(text, "decision_type") for kind in line.split()}
    assert kinds >= {2, 8, 9, 10}  # none missing; missing goes right; categories; missing goes left
    words = [len(line.split()) for line in _lines(text, "cat_threshold")]
    assert max(words) > 1  # categories beyond the first 32


def test_large_trees_and_unknown_kinds_are_left_to_lightgbm() -> None:
    large = _booster(1, Y, 14).model_to_string()
    with pytest.raises(UnsupportedTree, match="13 splits"):
        TreeTables([parse_tree(large)], X.shape[1])
    zeros = _booster(5, Y, 5, zero_as_missing=True)
    with pytest.raises(UnsupportedTree, match="0 for a missing value"):
        parse_tree(zeros.model_to_string())
    forest = Forest.from_boosters([zeros])
    assert np.array_equal(forest.leaf_indices(UNSEEN), zeros.predict(UNSEEN, pred_leaf=True))
    assert forest.shap_values(UNSEEN) == pytest.approx(
        zeros.predict(UNSEEN, pred_contrib=True), abs=1e-12
    )


def test_an_incomplete_text_is_refused() -> None:
    text = _booster(3, Y, 5).model_to_string()
    half = text[: text.index("Tree=2")]
    with pytest.raises(ValueError, match="2 of 3 trees"):
        Forest([half])
    without = "\n".join(line for line in text.split("\n") if not line.startswith("left_child="))
    with pytest.raises(ValueError, match=r"damaged.*left_child"):
        Forest([without]).raw_scores(X)
    with pytest.raises(ValueError, match="without trees"):
        Forest(["no booster"])


@pytest.mark.parametrize(
    ("line", "damaged", "words"),
    [
        ("left_child", "0 0 0 0", "round in a circle"),
        ("internal_count", "0 0 0 0", "damaged"),
        ("split_feature", "6 6 6 6", "other columns than the 6"),
        ("split_feature", "0 -1 0 0", "other columns than the 6"),
        ("cat_threshold", "-1 -1", "a set of categories with -1"),
        ("right_child", "9 9 9 9", "damaged"),
    ],
)
def test_a_damaged_tree_is_refused(line: str, damaged: str, words: str) -> None:
    trees = _booster(40, Y, 5).model_to_string()
    kept = [row if not row.startswith(f"{line}=") else f"{line}={damaged}" for row in _rows(trees)]
    with pytest.raises(ValueError, match=words):
        Forest(["\n".join(kept)]).raw_scores(X)


def _rows(text: str) -> list[str]:
    return text.split("\n")


def _lines(text: str, name: str) -> list[str]:
    return [line.split("=", 1)[1] for line in text.split("\n") if line.startswith(f"{name}=")]


def test_the_first_rows_alone_are_explained_as_many_are_later() -> None:
    """Tables take longer than ten rows alone, so the first are worked out without them."""
    forest = Forest.from_boosters([_booster(40, Y, 5)])
    tabulated = Forest(forest.texts).shap_values(UNSEEN)
    for row in range(10):
        assert np.array_equal(forest.shap_values(UNSEEN[row : row + 1])[0], tabulated[row])
        assert "_shap_table" not in vars(forest._trees)
    assert np.array_equal(forest.shap_values(UNSEEN[10:11])[0], tabulated[10])
    assert "_shap_table" in vars(forest._trees)
