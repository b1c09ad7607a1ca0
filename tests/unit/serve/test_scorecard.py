"""The scorecard: each Winter factor given, read or unknown, beside its average."""

import numpy as np
import pytest

from data.schema import Motion
from features.build import COLUMNS, build_features
from features.families import inferred_ratings
from serve.explain import Explained, points_moved
from serve.scorecard import NEITHER_BAND, build_scorecard, side_of

NAMES = [column.name for column in COLUMNS]
MOTION = Motion(motion_type="tro", motion="Stop the sale.", irreparable_harm=2.0)
AVERAGES = {
    "ratings.irreparable_harm": 3.2,
    "inferred_ratings.likelihood_of_success": 2.9,
    "inferred_ratings.public_interest": 3.0,
}
ERRORS = {column.name: 0.8 for column in inferred_ratings.COLUMNS}


def test_each_factor_is_given_read_or_unknown() -> None:
    inferred = np.array([[3.9, 4.5, np.nan, 3.1, 0.0]])
    frame = build_features([MOTION]).with_inferred_ratings(inferred)
    shap = np.zeros(len(NAMES))
    shap[NAMES.index("ratings.irreparable_harm")] = -0.5
    shap[NAMES.index("inferred_ratings.irreparable_harm")] = 0.3  # not of the rating given
    success, harm, hardships, public = build_scorecard(
        Explained(frame, 0, shap, 0.4, ERRORS, AVERAGES)
    )
    assert (success.source, success.value, success.average) == ("read", 3.9, 2.9)
    assert (success.error, success.favors) == (0.8, "movant")
    assert (harm.source, harm.value, harm.error) == ("given", 2.0, None)
    assert (harm.average, harm.favors) == (3.2, "opponent")
    assert harm.points == pytest.approx(points_moved(0.4, -0.5))
    assert (hardships.source, hardships.value) == ("unknown", None)
    assert hardships.favors is hardships.points is None
    assert public.favors == "neither"


def test_without_averages_the_middle_of_the_scale_stands_for_them() -> None:
    frame = build_features([MOTION]).with_inferred_ratings(None)
    rows = build_scorecard(Explained(frame, 0, np.zeros(len(NAMES)), 0.4, {}, {}))
    assert [row.source for row in rows] == ["unknown", "given", "unknown", "unknown"]
    assert (rows[1].average, rows[1].favors) == (None, "opponent")


def test_near_the_average_a_rating_speaks_for_neither() -> None:
    assert side_of(3.0 + NEITHER_BAND, 3.0) == side_of(3.0 - NEITHER_BAND, 3.0) == "neither"
    assert side_of(3.5, 3.0) == "movant"
    assert side_of(3.5, 3.0, error=1.2) == "neither"  # within half its error
    assert side_of(2.5, None) == "opponent"
