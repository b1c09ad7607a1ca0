"""Comparable rulings are on the motion's subject, and forecast no worse than they used to."""

from collections import Counter

import numpy as np
import pytest

from bench.comparables import Judged, judge
from data.cases import case_groups
from data.embedded import embedded_rulings
from serve.predictor import Predictor
from train.modes import MODES, Mode


@pytest.fixture(scope="module")
def judged() -> dict[Mode, Judged]:
    """Judge half of the rulings by the others, in two folds."""
    return judge(n_folds=2, n_bags=6, step=2)


@pytest.mark.parametrize(
    ("mode", "share"),
    # From text alone the area must be guessed, by phrases that are right two times in three.
    [("forecast", 0.8), ("rated", 0.8), ("coded", 0.8), ("text", 0.6)],
)
def test_four_of_five_share_the_claim_area(
    judged: dict[Mode, Judged], mode: Mode, share: float
) -> None:
    assert np.isnan(judged[mode].same_area).mean() < 0.1
    assert np.nanmean(judged[mode].same_area) >= share


@pytest.mark.parametrize("mode", MODES)
def test_the_rate_of_the_nearest_forecasts_no_worse_than_by_leaves_and_words(
    judged: dict[Mode, Judged], mode: Mode
) -> None:
    worse_by, standard_error = judged[mode].worse_by()
    assert worse_by <= 2 * standard_error


def test_no_ruling_of_the_own_case_is_listed(full_predictor: Predictor) -> None:
    groups = case_groups(embedded_rulings())
    group_of = {ruling.id: group for ruling, group in zip(embedded_rulings(), groups, strict=True)}
    several = {group for group, n in Counter(groups.tolist()).items() if n > 1}
    rulings = [ruling for ruling in embedded_rulings() if group_of[ruling.id] in several]
    assert len(rulings) > 200
    for ruling in rulings:
        motion = ruling.as_motion().model_copy(update={"id": None})
        answer = full_predictor.find_comparables(motion, 20)
        assert all(group_of[other.id] != group_of[ruling.id] for other in answer.rulings)
