"""Track records: how the training rulings with a value were decided."""

from typing import Any

import pytest

from serve.what_if.track_record import MIN_RULINGS, find_track_record
from train.model.grant_model import VALUE_OUTCOMES

FACTS = {
    VALUE_OUTCOMES: {
        "remedial_steps": {"ceased_conduct": [MIN_RULINGS, 12], "improved_security": [0, 0]},
        "speculation_signals": {"generalized_harm": [115, 24]},
        "remedial_scope": {"full": [MIN_RULINGS - 1, 16]},
        "pro_se": {"true": [1126, 18], "false": [1265, 748]},
    }
}
STEPS = {"remedial_steps": ("changed_policy",)}


@pytest.mark.parametrize(
    ("changes", "current", "text"),
    [
        (
            {"remedial_steps": ["changed_policy", "ceased_conduct"]},
            STEPS,
            "30 training rulings had this, 12 of them granted (40%)",
        ),
        (
            {"remedial_steps": ("changed_policy", "improved_security")},
            STEPS,
            "too few rulings to say: none had this",
        ),
        (
            {"remedial_scope": "full"},
            {"remedial_scope": "none"},
            "too few rulings to say: 29 had this, 16 granted",
        ),
        (
            {"pro_se": False},
            {"pro_se": True},
            "1,265 training rulings had this, 748 of them granted (59%)",
        ),
        (
            {"speculation_signals": ()},
            {"speculation_signals": ("generalized_harm",)},
            "115 training rulings had what this removes, 24 of them granted (21%)",
        ),
    ],
)
def test_a_change_of_one_value_has_a_record(changes: Any, current: Any, text: str) -> None:
    record = find_track_record(FACTS, changes, current)
    assert record is not None
    assert record.text == text
    assert record.too_few is ("too few" in text)
    assert record.removed is ("removes" in text)
    assert find_track_record({}, changes, current) is None


@pytest.mark.parametrize(
    ("changes", "current"),
    [
        ({"remedial_steps": []}, {"remedial_steps": ("ceased_conduct", "improved_security")}),
        ({"remedial_steps": ["changed_policy"]}, STEPS),
        ({"remedial_scope": "full"}, {"remedial_scope": "full"}),
        ({"remedial_scope": None}, {"remedial_scope": "full"}),
        ({"remedial_scope": "full", "pro_se": True}, {}),
        ({"delay_months": 9}, {}),
        ({"remedial_steps": ["changed_policy", "redesigned"]}, STEPS),  # not counted
    ],
)
def test_another_change_has_none(changes: Any, current: Any) -> None:
    assert find_track_record(FACTS, changes, current) is None
