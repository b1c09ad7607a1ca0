"""SHAP tables: against LightGBM's own TreeSHAP, and against a tree computed by hand."""

import lightgbm as lgb
import numpy as np
import pytest

from train.model.tree_parsing import Split, Tree, parse_tree, tree_texts
from train.model.tree_tables import MAX_SPLITS, PaddedTrees, TreeTables, shapley_values

# feature 0 <= 0.5 ? (feature 1 <= 0.5 ? 1 : 2) : 4, grown on 10 rows: 6 go left, 2 of these left.
TREE = Tree(
    splits=(Split(0, 0.5, None, False), Split(1, 0.5, None, False)),
    leaf_values=np.array([1.0, 2.0, 4.0]),
    directions=np.array([[1, 1], [1, -1], [-1, 0]], dtype=np.int8),
    cover=np.array([[0.6, 2 / 6], [0.6, 4 / 6], [0.4, 1.0]]),
)
STUMP = Tree((), np.array([7.0]), np.zeros((1, 0), dtype=np.int8), np.ones((1, 0)))


def test_shapley_values_of_a_tree_computed_by_hand() -> None:
    values, expected = shapley_values(PaddedTrees.of([TREE], 2))
    # Worth of each coalition in a row that goes left twice (pattern 0b11).
    nothing = 0.2 * 1 + 0.4 * 2 + 0.4 * 4
    only_0 = 1 / 3 * 1 + 2 / 3 * 2
    only_1 = 0.6 * 1 + 0.4 * 4
    both = 1.0
    first = ((only_0 - nothing) + (both - only_1)) / 2
    second = ((only_1 - nothing) + (both - only_0)) / 2
    assert expected[0] == pytest.approx(nothing)
    assert values[0, :, 0b11] == pytest.approx([first, second])


@pytest.mark.parametrize(
    ("row", "leaf"), [((0, 0), 0), ((0, 1), 1), ((1, 0), 2), ((np.nan, 0), 2), ((0, np.nan), 1)]
)
def test_a_row_reaches_its_leaf_and_its_values_add_up(row: tuple[float, float], leaf: int) -> None:
    tables = TreeTables([TREE, STUMP], n_features=3)
    matrix = np.array([[*row, 5.0]])
    assert tables.leaf_indices(matrix).tolist() == [[leaf, 0]]
    values = tables.shap_values(matrix)[0]
    assert values[2] == 0.0  # no tree splits on the third feature
    assert values.sum() == pytest.approx(TREE.leaf_values[leaf] + 7.0)


def test_a_feature_that_two_splits_share_has_one_value() -> None:
    twice = TREE._replace(splits=(Split(0, 0.5, None, False), Split(0, 0.2, None, False)))
    assert twice.features == [0]
    padded = PaddedTrees.of([twice], 2)
    values, expected = shapley_values(padded)
    assert padded.split_feature.tolist() == [[0, 0]]
    assert (values[:, 1] == 0).all()
    assert expected[0] + values[0, 0, 0b11] == pytest.approx(1.0)


def test_padding_changes_nothing() -> None:
    values, expected = shapley_values(PaddedTrees.of([TREE], 2))
    padded, padded_expected = shapley_values(PaddedTrees.of([TREE, STUMP], 4))
    assert padded_expected == pytest.approx([expected[0], 7.0])
    assert padded[0, :2, :4] == pytest.approx(values[0])
    assert (padded[0, 2:] == 0).all()
    assert (padded[1] == 0).all()


@pytest.mark.parametrize("leaves", [2, 3, MAX_SPLITS + 1])
def test_tables_equal_lightgbm_on_categories_and_missing_values(leaves: int) -> None:
    rng = np.random.default_rng(leaves)
    x = np.column_stack([rng.normal(size=(500, 4)), rng.integers(0, 9, 500)])
    x[:, :4][rng.random((500, 4)) < 0.2] = np.nan
    y = (np.nan_to_num(x[:, 0] * x[:, 1]) + (x[:, 4] % 2) > 0.4).astype(float)
    parameters = {"objective": "binary", "num_leaves": leaves, "verbosity": -1, "num_threads": 1}
    booster = lgb.train(parameters, lgb.Dataset(x, y, categorical_feature=[4]), 30)
    tables = TreeTables([parse_tree(t) for t in tree_texts(booster.model_to_string())], 5)
    expected = booster.predict(x, pred_contrib=True)
    assert tables.shap_values(x) == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(tables.leaf_indices(x), booster.predict(x, pred_leaf=True))
