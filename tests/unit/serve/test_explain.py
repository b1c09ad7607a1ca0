"""Shares of the log-odds as percentage points, factors and families."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from data.schema import Motion
from features.build import COLUMNS, FAMILIES, build_features
from features.frame import FeatureFrame
from serve.explain import (
    MAX_FACTORS,
    Explained,
    family_shares,
    largest_factors,
    points_moved,
    shown_flags,
    strongest_of_family,
)
from train.model.reader_line import ReaderLine

NAMES = [column.name for column in COLUMNS]


@pytest.fixture(scope="module")
def frame() -> FeatureFrame:
    motion = Motion(
        motion_type="tro",
        motion="Hackers took our files.",
        harm_evidence="declaration",
        pro_se=True,
    )
    return build_features([motion, motion]).with_inferred_ratings(None)


def _shap(shares: dict[str, float]) -> Any:
    return np.array([shares.get(name, 0.0) for name in NAMES])


@given(st.floats(1e-6, 1 - 1e-6), st.floats(-8, 8))
def test_points_are_what_p_would_lose_without_the_share(p: float, share: float) -> None:
    assert points_moved(p, share) == pytest.approx(100 * (p - expit(logit(p) - share)), abs=1e-9)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_certain_probability_is_not_moved(p: float) -> None:
    assert points_moved(p, 3.0) == points_moved(p, -3.0) == 0


def test_factors_are_sorted_by_size_and_those_without_effect_left_out(frame: FeatureFrame) -> None:
    shap = _shap({"harm.evidence": 0.2, "motion_type.pro_se": -0.5})
    factors = largest_factors(Explained(frame, 0, shap, 0.5, {}, {}))
    assert [factor.factor for factor in factors] == ["motion_type.pro_se", "harm.evidence"]
    first, second = factors
    assert (first.log_odds, first.value, first.source) == (-0.5, 1.0, "coded")
    assert first.points == pytest.approx(points_moved(0.5, -0.5))
    assert second.family == FAMILIES["harm"]
    assert second.label == COLUMNS[NAMES.index("harm.evidence")].describe(second.value)


def test_a_factor_says_whom_it_favors_and_a_rating_its_average(frame: FeatureFrame) -> None:
    rated = Motion(motion_type="tro", motion="Stop it.", irreparable_harm=3.4)
    of_rated = build_features([rated]).with_inferred_ratings(None)
    shap = _shap({"ratings.irreparable_harm": 0.4, "ratings.public_interest": -0.1})
    averages = {"ratings.irreparable_harm": 3.2, "ratings.public_interest": 3.0}
    harm, public = largest_factors(Explained(of_rated, 0, shap, 0.5, {}, averages))
    assert (harm.favors, harm.average) == ("movant", 3.2)
    assert harm.label.endswith(": 3.4, average 3.2")
    assert (public.favors, public.average) == ("opponent", 3.0)
    assert public.label.endswith("not shown")  # without a rating, no average beside it


def test_the_flags_that_a_motion_shows_have_their_source(frame: FeatureFrame) -> None:
    flags = shown_flags(frame, 0)
    assert flags["motion_type.pro_se"] == "coded"
    assert not any(name.startswith("remedial.") for name in flags)


def test_only_the_largest_factors_are_listed(frame: FeatureFrame) -> None:
    shap = np.arange(1.0, len(NAMES) + 1) / 1000
    factors = largest_factors(Explained(frame, 0, shap, 0.5, {}, {}))
    assert [factor.factor for factor in factors] == NAMES[::-1][:MAX_FACTORS]


def test_families_add_up_over_all_features() -> None:
    shap = np.arange(1.0, len(NAMES) + 1) / 1000
    shares = family_shares(shap, 0.5)
    assert [share.family for share in shares] == list(FAMILIES.values())
    assert sum(share.log_odds for share in shares) == pytest.approx(shap.sum())


def test_the_strongest_feature_of_a_family_comes_as_words_and_points(frame: FeatureFrame) -> None:
    shap = np.array([_shap({"harm.evidence": -0.4, "harm.past_incident": 0.1}), _shap({})])
    p = np.array([0.3, 0.6])
    labels, points = strongest_of_family(frame, shap, p, "harm")
    evidence = COLUMNS[NAMES.index("harm.evidence")]
    assert labels == [evidence.describe(frame.column("harm.evidence")[0]), None]
    assert points == [pytest.approx(points_moved(0.3, -0.4)), 0.0]


def test_a_forecast_is_said_to_be_recalibrated() -> None:
    motion = Motion(motion_type="tro", motion="Stop it.", forecast=0.5)
    frame = build_features([motion]).with_inferred_ratings(None)
    shap, line = _shap({"forecast.reader": 0.4}), ReaderLine(intercept=math.log(3), slope=1, mean=0)
    (factor,) = largest_factors(Explained(frame, 0, shap, 0.7, {}, {}, line))
    assert factor.label == "a reader's own forecast of a grant: 50% (recalibrated to 75%)"
    table = (frame, np.array([shap]), np.array([0.7]), "forecast")
    assert strongest_of_family(*table, line)[0] == [factor.label]
    # A model that learned no line takes the forecast as it is.
    assert strongest_of_family(*table)[0] == ["a reader's own forecast of a grant: 50%"]
