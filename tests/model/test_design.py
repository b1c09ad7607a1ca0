"""One design choice changed at a time: the shipped model against itself, and no leaked outcome."""

from dataclasses import replace
from functools import cache

import numpy as np

from data.arrays import Floats, Rows
from data.embedded import embedded_rulings
from train.dataset import TrainingSet, build_training_set
from train.evaluate.refits import DESIGNS, SHIPPED, compare_design, encode_target_rates
from train.modes import MODES
from train.settings import TrainSettings


@cache
def training_set() -> TrainingSet:
    """Build some three hundred rulings: of fewer, monotone constraints may change nothing."""
    return build_training_set([row for row in embedded_rulings() if row.year >= 2023])


def _motion_type_rates(rulings: TrainingSet, train: Rows) -> Floats:
    frame = encode_target_rates(rulings, train).frames["text"]
    return frame.values["motion_type.motion_type"].to_numpy(dtype=float)


def test_a_training_row_is_not_encoded_from_its_own_outcome() -> None:
    rulings = training_set()
    train = np.arange(80)
    before = _motion_type_rates(rulings, train)
    granted = rulings.granted.copy()
    case = rulings.groups == rulings.groups[train[0]]
    granted[case] = ~granted[case]
    after = _motion_type_rates(replace(rulings, granted=granted), train)
    assert np.array_equal(before[case], after[case])
    assert not np.array_equal(before[train], after[train])

    of_test_rows = granted.copy()
    of_test_rows[len(train) :] = ~granted[len(train) :]
    assert np.array_equal(after, _motion_type_rates(replace(rulings, granted=of_test_rows), train))


def test_the_shipped_model_does_not_differ_from_itself() -> None:
    table = compare_design(training_set(), TrainSettings(n_folds=2, n_bags=3))
    assert set(zip(table["design"], table["mode"], strict=True)) == {
        (design, mode) for design in DESIGNS for mode in MODES
    }
    differences = table[table["metric"] == "brier_difference"].set_index("design")
    assert (differences.loc[SHIPPED, ["value", "low", "high"]] == 0).all(axis=None)
    others = differences.drop(SHIPPED)
    assert (others["value"] != 0).groupby(level=0).any().all()
    assert (others["low"] <= others["value"]).all()
