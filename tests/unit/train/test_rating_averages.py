"""The average ratings of the training rulings."""

import numpy as np
import pytest

from data.schema import Motion
from features.build import build_features
from train.rating_averages import average_ratings


def test_averages_are_over_the_rulings_that_have_a_rating() -> None:
    ratings = (2.0, 5.0, None)
    motions = [
        Motion(motion_type="tro", motion="Stop the sale.", irreparable_harm=value)
        for value in ratings
    ]
    inferred = np.array([[3.0, 1.0, np.nan, 2.0, 0.4]] * 3)
    averages = average_ratings({"rated": build_features(motions).with_inferred_ratings(inferred)})
    assert averages["ratings.irreparable_harm"] == pytest.approx(3.5)
    assert averages["inferred_ratings.likelihood_of_success"] == pytest.approx(3.0)
    assert "ratings.public_interest" not in averages
    assert "inferred_ratings.balance_of_hardships" not in averages
    assert "inferred_ratings.forecast" not in averages  # no rating
