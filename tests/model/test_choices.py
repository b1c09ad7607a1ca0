"""One choice changed at a time: the shipped model against itself, and no row told its outcome."""

from dataclasses import replace

import numpy as np

from data.embedded import embedded_rulings
from features.frame import FeatureFrame
from train.dataset import label_rulings
from train.evaluate.choices import CHOICES, SHIPPED, _with_target_rates, compare_choices
from train.modes import MODES

LABELLED = label_rulings([row for row in embedded_rulings() if row.year == 2025])


def _rates(labelled: object, rows: "np.ndarray") -> "np.ndarray":
    frame: FeatureFrame = _with_target_rates(labelled, rows).frames["text"]  # type: ignore[arg-type]
    return frame.values["motion_type.motion_type"].to_numpy(dtype=float)


def test_a_training_row_is_not_told_its_own_outcome() -> None:
    rows = np.arange(len(LABELLED.rulings))[:80]
    before = _rates(LABELLED, rows)
    granted = LABELLED.granted.copy()
    case = LABELLED.groups == LABELLED.groups[3]
    granted[case] = ~granted[case]
    after = _rates(replace(LABELLED, granted=granted), rows)
    assert np.array_equal(before[case], after[case])
    assert not np.array_equal(before[:80], after[:80])
    tested = granted.copy()
    tested[80:] = ~tested[80:]
    assert np.array_equal(after, _rates(replace(LABELLED, granted=tested), rows))


def test_the_shipped_model_does_not_differ_from_itself() -> None:
    table = compare_choices(LABELLED, n_folds=2, n_bags=3)
    assert set(zip(table["choice"], table["mode"], strict=True)) == {
        (choice, mode) for choice in CHOICES for mode in MODES
    }
    gaps = table[table["metric"] == "brier_difference"].set_index("choice")
    assert (gaps.loc[SHIPPED, ["value", "low", "high"]] == 0).all(axis=None)
    others = gaps.drop(SHIPPED)
    assert (others["value"] != 0).groupby(level=0).any().all()
    assert (others["low"] <= others["value"]).all()
