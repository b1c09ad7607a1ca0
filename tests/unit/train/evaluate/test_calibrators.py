"""Other calibrations of the same scores, against what their definitions ask."""

import numpy as np
import pytest

from train.evaluate.calibrators import (
    BETA,
    CALIBRATORS,
    ISOTONIC,
    UNCALIBRATED,
    VENN_ABERS,
    recalibrate,
)
from train.model.calibration import OutOfBagScores

RNG = np.random.default_rng(3)
TRUE = RNG.normal(0, 1.5, 4000)
GRANTED = RNG.random(4000) < 1 / (1 + np.exp(-TRUE))
BOLD = 2 * TRUE  # twice as sure as it should be
ASKED = np.linspace(-5, 5, 41)


def _answers() -> dict[str, "np.ndarray"]:
    found = recalibrate(OutOfBagScores(BOLD, GRANTED), ASKED)
    assert set(found) == set(CALIBRATORS)
    return found


@pytest.mark.parametrize("name", [ISOTONIC, BETA, VENN_ABERS])
def test_bold_scores_are_brought_to_size(name: str) -> None:
    p = _answers()[name]["p_grant"].to_numpy()
    truth = 1 / (1 + np.exp(-ASKED / 2))
    assert np.abs(p - truth).max() < 0.08
    assert np.abs(_answers()[UNCALIBRATED]["p_grant"] - truth).max() > 0.1
    assert (np.diff(p) >= -1e-9).all()


def test_venn_abers_gives_an_interval_that_holds_its_point_and_narrows_with_rulings() -> None:
    wide = recalibrate(OutOfBagScores(BOLD[:100], GRANTED[:100]), ASKED)[VENN_ABERS]
    narrow = _answers()[VENN_ABERS]
    for answer in (wide, narrow):
        assert (answer["p_low"] <= answer["p_grant"] + 1e-9).all()
        assert (answer["p_grant"] <= answer["p_high"] + 1e-9).all()
    mean = [(answer["p_high"] - answer["p_low"]).mean() for answer in (wide, narrow)]
    assert mean[0] > 3 * mean[1]
