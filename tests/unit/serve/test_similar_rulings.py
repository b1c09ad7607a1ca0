"""Similar rulings: order, own case left out, grant rate, telling facts shared and different."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest

from data.schema import Motion
from features.build import COLUMNS
from features.frame import FeatureFrame
from serve.similar_rulings import (
    LISTED_FROM,
    MAX_FEATURES,
    MAX_SHARE,
    RATE_RULINGS,
    comparable_rate,
    find_comparables,
    nearest_outcomes,
)
from train.model.likeness import CodedValues, Compared, Likeness

MOTION = Motion(
    motion_type="tro",
    motion="Stop the sale of the house.",
    court="ilnd",
    merits_signals=["default", "novel_claim", "registered_right"],
    compensable=None,
)
NAMES = [column.name for column in COLUMNS]
INDEX = {name: index for index, name in enumerate(NAMES)}
CATEGORIES = {
    column.name: column.values or ("ilnd",) for column in COLUMNS if column.kind == "category"
}
SIMILARITY = np.array([0.1, 0.9, 0.5, 0.7])
LEAVES: Any = np.zeros((1, 1))
COMPARED = Compared("coded", np.full(len(NAMES), np.nan), LEAVES, None)


@dataclass
class _Neighbors:
    """Rulings with set similarities; the second is of the motion's own case."""

    granted: Any = field(default_factory=lambda: np.array([True, True, False, True]))
    similarity: Any = field(default_factory=lambda: SIMILARITY)
    same_claim_area: Any = None
    same_motion_type: Any = None
    matrix: Any = None
    other_cases: tuple[bool, ...] = (True, False, True, True)

    @property
    def matrices(self) -> dict[str, Any]:
        nothing = np.full((len(self.granted), len(NAMES)), np.nan)
        return {"coded": nothing if self.matrix is None else self.matrix}

    @property
    def coded_values(self) -> CodedValues:
        return CodedValues(self.matrices["coded"])

    @property
    def records(self) -> list[dict[str, Any]]:
        return [
            {
                "id": f"ruling-{row}",
                "caption": None,
                "court": "nysd" if row else None,
                "docket_number": "20-cv-1",
                "decided": "2020-02-03",
                "outcome": "granted" if granted else "denied",
                "citation": None,
                "source": None,
                "source_kind": "opinion" if row else None,
            }
            for row, granted in enumerate(self.granted)
        ]

    def likeness(self, model: Any, compared: Compared) -> Likeness:
        nothing = np.zeros(len(self.granted), dtype=bool)
        area = nothing if self.same_claim_area is None else self.same_claim_area
        kind = nothing if self.same_motion_type is None else self.same_motion_type
        ratings = np.full(len(self.granted), np.nan)
        return Likeness({"words": self.similarity, "ratings": ratings}, area, kind)

    def from_other_cases(self, motion: Motion) -> Any:
        return np.array(self.other_cases)


class _Batch(NamedTuple):
    matrix: Any


@dataclass
class _Model:
    facts: dict[str, Any] = field(default_factory=dict)
    base_rate: float = 0.57
    categories: dict[str, tuple[str, ...]] = field(default_factory=lambda: CATEGORIES)
    columns: tuple[str, ...] = tuple(NAMES)

    def prepare(self, frame: FeatureFrame) -> FeatureFrame:
        return frame

    def split_by_ensemble(self, frame: FeatureFrame, modes: Any) -> list[_Batch]:
        encoded = np.full(len(NAMES), np.nan)
        encoded[: frame.numeric.shape[1]] = frame.numeric[0]
        encoded[INDEX["motion_type.motion_type"]] = 1
        return [_Batch(encoded[None, :])]

    def leaf_indices(self, batches: Any) -> list[Any]:
        return [LEAVES]


def _find(neighbors: _Neighbors, limit: int = 2) -> Any:
    return find_comparables(_Model(), neighbors, "enjoin/1", MOTION, limit)  # type: ignore[arg-type]


def _outcomes(neighbors: _Neighbors, limit: int) -> list[dict[str, str]]:
    return nearest_outcomes(_Model(), neighbors, MOTION, COMPARED, limit)  # type: ignore[arg-type]


def test_the_nearest_rulings_of_other_cases_come_first() -> None:
    answer = _find(_Neighbors())
    assert [ruling.id for ruling in answer.rulings] == ["ruling-3", "ruling-2"]
    assert [ruling.likeness.words for ruling in answer.rulings] == [0.7, 0.5]
    assert answer.rulings[0].similarity > answer.rulings[1].similarity
    assert answer.rulings[0].likeness.ratings is None
    assert answer.court == "N.D. Ill."
    assert (answer.claim_area, answer.motion_type, answer.ratings_inferred) == (None, "tro", True)
    assert answer.model_version == "enjoin/1"


def test_a_ruling_is_cited_and_its_source_named() -> None:
    ruling = _find(_Neighbors()).rulings[0]
    assert ruling.citation == "No. 20-cv-1, slip op. (S.D.N.Y. Feb. 3, 2020)"
    assert (ruling.year, ruling.outcome, ruling.source_kind) == (2020, "granted", "opinion")
    unknown = _find(_Neighbors(), limit=3).rulings[2]
    assert (unknown.citation, unknown.source_kind, unknown.court) == (None, None, None)


def test_those_of_the_same_claim_area_and_kind_of_motion_are_listed_first() -> None:
    neighbors = _Neighbors(
        granted=np.array([True] * 5),
        similarity=np.array([0.5, 0.6, 0.7, 0.8, 0.9]),
        same_claim_area=np.array([True, True, True, False, False]),
        same_motion_type=np.array([True, True, False, True, False]),
        other_cases=(True,) * 5,
    )
    ids = [row["id"] for row in _outcomes(neighbors, 5)]
    assert ids == ["ruling-1", "ruling-0", "ruling-2", "ruling-3", "ruling-4"]


def test_a_ruling_too_unlike_is_not_listed_first_for_its_subject() -> None:
    n = LISTED_FROM + 1
    far = np.arange(n) == n - 1
    neighbors = _Neighbors(
        granted=np.arange(n) % 2 == 0,
        similarity=np.where(far, 0.0, 1.0),
        same_claim_area=far,
        other_cases=(True,) * n,
    )
    assert _outcomes(neighbors, 1) == [{"id": "ruling-0", "outcome": "granted"}]
    assert _outcomes(neighbors, n)[-1]["id"] == f"ruling-{n - 1}"


def test_the_rate_is_of_the_most_similar_rulings_whatever_is_listed() -> None:
    rate = _find(_Neighbors(), limit=1).comparable_rate
    assert (rate.rulings, rate.granted) == (3, 2)
    assert rate.rate == pytest.approx(2 / 3)
    assert 0 < rate.low < rate.rate < rate.high < 1
    assert rate == comparable_rate(_Model(), _Neighbors(), MOTION, COMPARED)  # type: ignore[arg-type]
    n = 2 * RATE_RULINGS
    similar = np.arange(n) < RATE_RULINGS
    many = _Neighbors(
        granted=similar,
        similarity=similar * 0.5,
        same_claim_area=~similar,
        other_cases=(True,) * n,
    )
    answer = _find(many, limit=1)
    assert (answer.comparable_rate.rulings, answer.comparable_rate.rate) == (RATE_RULINGS, 1.0)
    assert answer.rulings[0].outcome == "denied"


def test_grants_in_part_are_counted_apart() -> None:
    class InPart(_Neighbors):
        @property
        def records(self) -> list[dict[str, Any]]:
            records = super().records
            records[3]["outcome"] = "granted_in_part"
            return records

    rate = _find(InPart()).comparable_rate
    assert (rate.granted, rate.in_full, rate.in_part) == (2, 1, 1)
    # Where a grant in part counts as a denial, it is still told.
    counted_as_denial = InPart(granted=np.array([True, True, False, False]))
    rate = _find(counted_as_denial).comparable_rate
    assert (rate.granted, rate.in_full, rate.in_part) == (1, 1, 1)


def test_without_rulings_of_other_cases_the_rate_is_the_base_rate() -> None:
    rate = _find(_Neighbors(other_cases=(False,) * 4)).comparable_rate
    assert (rate.rulings, rate.rate) == (0, 0.57)


def test_equal_rulings_keep_their_order_beyond_the_limit() -> None:
    n = LISTED_FROM + 5
    equal = _Neighbors(
        granted=np.arange(n) % 2 == 0, similarity=np.full(n, 0.5), other_cases=(True,) * n
    )
    assert _outcomes(equal, 3) == [
        {"id": "ruling-0", "outcome": "granted"},
        {"id": "ruling-1", "outcome": "denied"},
        {"id": "ruling-2", "outcome": "granted"},
    ]


def test_the_most_telling_facts_are_given_as_shared_and_different() -> None:
    n = 20
    matrix = np.full((n, len(NAMES)), np.nan)
    signals = [f"merits.{name}" for name in ("default", "novel_claim", "registered_right")]
    columns = [INDEX[name] for name in signals]
    matrix[:, columns] = 0
    matrix[0, columns] = 1
    matrix[1:5, columns[0]] = 1  # a quarter of the rulings: still telling
    matrix[1:6, columns[2]] = 1  # more than a quarter: too common to be a reason
    matrix[0, INDEX["merits.disputed_facts"]] = 1  # the motion's list is coded without it
    matrix[0, INDEX["harm.compensable"]] = 1  # the motion shows nothing of it
    matrix[0, INDEX["forum.court"]] = 0
    matrix[0, INDEX["motion_type.motion_type"]] = 0
    neighbors = _Neighbors(
        granted=np.ones(n, dtype=bool),
        similarity=np.arange(n)[::-1] / n,
        matrix=matrix,
        other_cases=(True,) * n,
    )
    assert neighbors.coded_values.shares.max() > MAX_SHARE
    ruling = _find(neighbors).rulings[0]
    words = {name: COLUMNS[INDEX[name]].describe(1.0) for name in NAMES}
    assert ruling.shared == [words["merits.novel_claim"], words["merits.default"]]
    assert ruling.differences == [
        "type of motion: preliminary injunction",
        words["merits.disputed_facts"],
    ]
    assert ruling.motion_type == "preliminary_injunction"


def test_no_more_facts_are_given_than_can_be_read() -> None:
    matrix = np.full((20, len(NAMES)), np.nan)
    merits = [n for n, column in enumerate(COLUMNS) if column.field == "merits_signals"]
    matrix[0, merits] = 1
    neighbors = _Neighbors(
        granted=np.ones(20, dtype=bool),
        similarity=np.arange(20)[::-1] / 20,
        matrix=matrix,
        other_cases=(True,) * 20,
    )
    ruling = _find(neighbors).rulings[0]
    assert len(ruling.shared) == 3
    assert len(ruling.differences) == MAX_FEATURES
