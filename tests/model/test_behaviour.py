"""The model keeps its promises, and one that breaks them is detected."""

from dataclasses import replace
from typing import Any

import pandas as pd

from data.schema import RATINGS
from serve.predictor import Predictor
from train.model.grant_model import GrantModel
from train.tracking.behaviour import broken_promises, sample_motions

MOTIONS = sample_motions()
FEW = MOTIONS[:12]


def test_the_trained_model_keeps_every_promise(full_predictor: Predictor) -> None:
    assert broken_promises(full_predictor.model, MOTIONS[::2]) == []


def test_a_model_turned_around_breaks_every_promise_of_direction(full_predictor: Predictor) -> None:
    model = full_predictor.model
    ensembles = {
        basis: replace(
            ensemble,
            calibration=replace(
                ensemble.calibration,
                slope=-ensemble.calibration.slope,
                offset_slope=-ensemble.calibration.offset_slope,
            ),
        )
        for basis, ensemble in model.ensembles.items()
    }
    broken = "\n".join(broken_promises(replace(model, ensembles=ensembles), FEW))
    for words in (
        "remedial step",
        "speculation signal",
        "forecast",
        *(r.replace("_", " ") for r in RATINGS),
    ):
        assert words in broken


class OrderDependent(GrantModel):
    """Predicts by the order of the motions: the last probability is above its interval."""

    def predict(self, frame: Any, modes: Any) -> pd.DataFrame:
        predictions = super().predict(frame, modes)
        predictions.loc[len(frame) - 1, "p_grant"] = predictions["p_high"].iloc[-1] + 0.01
        return predictions


def test_intervals_and_repeated_answers_are_checked(full_predictor: Predictor) -> None:
    broken = broken_promises(OrderDependent(**vars(full_predictor.model)), FEW)
    assert any("does not contain" in promise and " 1 of 12" in promise for promise in broken)
    assert any("twice" in promise and " 2 of 12" in promise for promise in broken)
