"""Similar rulings: order, own case left out, grant rate, shared features and differences."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

from data.schema import Motion
from features.build import COLUMNS
from features.frame import FeatureFrame
from serve.similar_rulings import (
    RATE_RULINGS,
    comparable_rate,
    find_comparables,
    nearest_outcomes,
)

MOTION = Motion(motion_type="tro", motion="Stop the sale of the house.", court="ilnd")
NAMES = [column.name for column in COLUMNS]
SIMILARITY = np.array([0.1, 0.9, 0.5, 0.7])
LEAVES: Any = np.zeros((1, 1))


@dataclass
class _Neighbors:
    """Four rulings with set similarities; the second is of the motion's own case."""

    granted: Any = field(default_factory=lambda: np.array([True, True, False, True]))
    matrices: Any = field(default_factory=lambda: {"text": np.full((4, len(NAMES)), np.nan)})
    other_cases: tuple[bool, ...] = (True, False, True, True)

    @property
    def records(self) -> list[dict[str, Any]]:
        return [
            {
                "id": f"ruling-{row}",
                "caption": None,
                "court": "nysd" if row else None,
                "decided": "2020",
                "outcome": "granted" if granted else "denied",
                "citation": None,
                "source": None,
            }
            for row, granted in enumerate(self.granted)
        ]

    def similarity(self, *arguments: Any) -> Any:
        return SIMILARITY[: len(self.granted)]

    def from_other_cases(self, motion: Motion) -> Any:
        return np.array(self.other_cases)


class _Batch(NamedTuple):
    matrix: Any


@dataclass
class _Model:
    encoded: Any = field(default_factory=lambda: np.zeros(len(NAMES)))
    shap: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    base_rate: float = 0.57
    categories: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            column.name: ("first", "second") for column in COLUMNS if column.kind == "category"
        }
    )
    columns: tuple[str, ...] = tuple(NAMES)

    def add_inferred_ratings(self, frame: FeatureFrame) -> FeatureFrame:
        return frame

    def split_by_ensemble(self, frame: FeatureFrame, modes: Any) -> list[_Batch]:
        return [_Batch(self.encoded[None, :])]

    def leaf_indices(self, batches: Any) -> list[Any]:
        return [LEAVES]

    def shap_values(self, batches: Any) -> Any:
        return np.array([[*(self.shap.get(name, 0.0) for name in NAMES), 0.0]])


def _find(model: _Model, neighbors: _Neighbors, limit: int = 2) -> Any:
    return find_comparables(model, neighbors, "enjoin/1", MOTION, limit)  # type: ignore[arg-type]


def test_the_nearest_rulings_of_other_cases_come_first() -> None:
    answer = _find(_Model(), _Neighbors())
    assert [ruling.id for ruling in answer.rulings] == ["ruling-3", "ruling-2"]
    assert [ruling.similarity for ruling in answer.rulings] == [0.7, 0.5]
    assert answer.court == "Northern District of Illinois" or "Illinois" in answer.court
    assert answer.model_version == "enjoin/1"


def test_the_rate_is_of_the_nearest_rulings_whatever_the_limit() -> None:
    rate = _find(_Model(), _Neighbors(), limit=1).comparable_rate
    assert (rate.rulings, rate.granted) == (3, 2)
    assert rate.rate == pytest.approx(2 / 3)
    assert 0 < rate.low < rate.rate < rate.high < 1
    assert rate == comparable_rate(_Model(), _Neighbors(), MOTION, LEAVES, None)  # type: ignore[arg-type]


def test_without_rulings_of_other_cases_the_rate_is_the_base_rate() -> None:
    rate = _find(_Model(), _Neighbors(other_cases=(False,) * 4)).comparable_rate
    assert (rate.rulings, rate.rate) == (0, 0.57)


def test_equal_rulings_keep_their_order_beyond_the_limit() -> None:
    n = RATE_RULINGS + 5

    class Equal(_Neighbors):
        def similarity(self, *arguments: Any) -> Any:
            return np.full(n, 0.5)

    neighbors = Equal(granted=np.arange(n) % 2 == 0, other_cases=(True,) * n)
    outcomes = nearest_outcomes(_Model(), neighbors, MOTION, LEAVES, None, 3)  # type: ignore[arg-type]
    assert outcomes == [
        {"id": "ruling-0", "outcome": "granted"},
        {"id": "ruling-1", "outcome": "denied"},
        {"id": "ruling-2", "outcome": "granted"},
    ]


def test_shared_features_and_differences_are_those_that_move_most() -> None:
    flags = [column.name for column in COLUMNS if column.kind == "flag"][:7]
    scale = next(column for column in COLUMNS if column.kind == "scale")
    number = next(column for column in COLUMNS if column.kind == "number")
    model, neighbors = _Model(), _Neighbors()
    other = neighbors.matrices["text"][3]
    for rank, name in enumerate(flags[:6]):
        model.shap[name] = (-1) ** rank * float(rank)
        model.encoded[NAMES.index(name)] = other[NAMES.index(name)] = 1
    other[NAMES.index(flags[6])] = 0  # neither has it
    other[NAMES.index(scale.name)] = 1
    model.encoded[NAMES.index(number.name)] = other[NAMES.index(number.name)] = 3
    ruling = _find(model, neighbors).rulings[0]
    by_name = {column.name: column for column in COLUMNS}
    assert ruling.shared == [by_name[name].describe(1.0) for name in reversed(flags[2:6])]
    assert ruling.differences == [scale.describe(1.0)]
