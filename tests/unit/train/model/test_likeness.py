"""Likeness: each part from 0 to 1, rare codings counting for more, and their weighted mean."""

import numpy as np
import pytest

from features.build import COLUMNS
from train.model.likeness import (
    CLAIM_AREA,
    MOTION_TYPE,
    SAME_CLAIM_AREA,
    SAME_MOTION_TYPE,
    WEIGHTS,
    CodedValues,
    Compared,
    Likeness,
    likeness_of_forecasts,
    likeness_of_ratings,
)
from train.modes import Mode

INDEX = {column.name: index for index, column in enumerate(COLUMNS)}
RATINGS = [index for index, column in enumerate(COLUMNS) if column.family == "ratings"]
INFERRED = [INDEX[f"inferred_{COLUMNS[index].name}"] for index in RATINGS]
DEFAULT, CLASS = INDEX["merits.default"], INDEX["motion_type.class_or_mdl"]
CITED, COURT = INDEX["authorities.motion"], INDEX["forum.court"]


def _rulings(n: int) -> np.ndarray:
    return np.full((n, len(COLUMNS)), np.nan, dtype=np.float32)


def _compared(mode: Mode, **values: object) -> Compared:
    encoded = np.full(len(COLUMNS), np.nan)
    for name, value in values.items():
        encoded[{"ratings": RATINGS, "inferred": INFERRED}.get(name, name)] = value
    return Compared(mode, encoded, np.zeros((1, 1), dtype=int), None)


def test_a_rare_value_in_common_counts_for_more_than_a_common_one() -> None:
    rulings = _rulings(10)
    rulings[:, [DEFAULT, CLASS]] = 0
    rulings[0, DEFAULT] = 1  # one of ten
    rulings[1:9, CLASS] = 1  # eight of ten
    motion = np.full(len(COLUMNS), np.nan)
    motion[[DEFAULT, CLASS]] = 1
    likeness = CodedValues(rulings).likeness(motion)
    rare, common = -np.log(0.1), -np.log(0.8)
    assert likeness is not None
    assert likeness[0] == pytest.approx(rare / (rare + common))
    assert likeness[1] == pytest.approx(common / (rare + common))
    assert likeness[9] == 0


def test_only_codings_are_compared_and_silence_is_no_value() -> None:
    rulings = _rulings(4)
    rulings[:, [CITED, COURT]] = 1
    rulings[:, DEFAULT] = 0
    rulings[0, MOTION_TYPE] = 0  # the first of its categories is a value like any other
    values = CodedValues(rulings)
    assert list(zip(values.columns, values.codes, values.shares, strict=True)) == [
        (MOTION_TYPE, 0.0, 0.25)
    ]
    assert values.column_and_code(0) == (MOTION_TYPE, 0.0)
    assert values.likeness(np.full(len(COLUMNS), np.nan)) is None


def test_ratings_are_compared_in_parts_of_the_scale_where_both_are_known() -> None:
    rulings = _rulings(3)
    rulings[0, RATINGS] = 5
    rulings[1, RATINGS[0]] = 2
    rulings[:, INFERRED] = 3
    likeness = likeness_of_ratings(rulings, _compared("rated", ratings=[1, 1, 3, np.nan]))
    assert likeness == pytest.approx([1 - (4 + 4 + 2) / 12, 0.75, np.nan], nan_ok=True)
    inferred = likeness_of_ratings(rulings, _compared("coded", inferred=3, ratings=1))
    assert inferred == pytest.approx([1, 1, 1])
    assert likeness_of_ratings(rulings, _compared("rated", inferred=3)) is None


def test_forecasts_are_compared_as_probabilities_in_forecast_mode_only() -> None:
    rulings = _rulings(2)
    rulings[:, INDEX["forecast.reader"]] = [0, np.log(9)]
    motion = np.full(len(COLUMNS), np.nan)
    motion[INDEX["forecast.reader"]] = np.log(9)
    leaves = np.zeros((1, 1), dtype=int)
    likeness = likeness_of_forecasts(rulings, Compared("forecast", motion, leaves, None))
    assert likeness == pytest.approx([0.6, 1.0])
    assert likeness_of_forecasts(rulings, Compared("rated", motion, leaves, None)) is None


def test_the_similarity_is_the_weighted_mean_of_what_is_known() -> None:
    area, kind = np.array([True, True, False]), np.array([True, False, True])
    ratings = np.array([0.8, np.nan, 0.4])
    likeness = Likeness({"ratings": ratings, "words": np.array([1.0, 0, 0])}, area, kind)
    total = WEIGHTS["ratings"] + WEIGHTS["words"] + SAME_CLAIM_AREA + SAME_MOTION_TYPE
    expected = [
        0.8 * WEIGHTS["ratings"] + WEIGHTS["words"] + SAME_CLAIM_AREA + SAME_MOTION_TYPE,
        0.6 * WEIGHTS["ratings"] + SAME_CLAIM_AREA,  # not shown: as in the mean ruling
        0.4 * WEIGHTS["ratings"] + SAME_MOTION_TYPE,
    ]
    assert likeness.similarity == pytest.approx(np.array(expected) / total)
    assert likeness.shared_subject.tolist() == [3, 2, 1]
    unknown = Likeness({"ratings": ratings * np.nan, "words": np.ones(3)}, area, kind)
    assert unknown.similarity[0] == pytest.approx(1.0)


def test_the_subject_is_the_claim_area_and_the_kind_of_motion() -> None:
    assert COLUMNS[CLAIM_AREA].field == "claim_area"
    assert COLUMNS[MOTION_TYPE].field == "motion_type"
