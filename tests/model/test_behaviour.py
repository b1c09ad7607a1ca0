"""The trained model keeps what every model promises, and one that does not is found out."""

from dataclasses import replace
from typing import Any

import pandas as pd

from data.schema import RATINGS
from serve.predictor import Predictor
from train.model.grant_model import GrantModel
from train.tracking.behaviour import broken_promises, sample_motions

FEW = sample_motions()[:12]


def test_the_trained_model_keeps_every_promise(full_predictor: Predictor) -> None:
    assert broken_promises(full_predictor.model) == []


def test_a_model_turned_around_breaks_every_promise_of_direction(full_predictor: Predictor) -> None:
    model = full_predictor.model
    ensembles = {
        basis: replace(
            ensemble,
            calibration=replace(ensemble.calibration, slope=-ensemble.calibration.slope),
        )
        for basis, ensemble in model.ensembles.items()
    }
    faults = "\n".join(broken_promises(replace(model, ensembles=ensembles), FEW))
    for words in ("remedial step", "speculation signal", *(r.replace("_", " ") for r in RATINGS)):
        assert words in faults
    assert f"of {len(FEW)} motions" in faults


class Restless(GrantModel):
    """Answers by the place in the list; its last answer lies above its interval."""

    def predict(self, frame: Any, modes: Any) -> pd.DataFrame:
        answer = super().predict(frame, modes)
        answer.loc[len(frame) - 1, "p_grant"] = answer["p_high"].iloc[-1] + 0.01
        return answer


def test_intervals_and_repeated_answers_are_checked(full_predictor: Predictor) -> None:
    restless = Restless(**vars(full_predictor.model))
    faults = broken_promises(restless, FEW)
    assert any("does not contain the probability in 1 of 12" in fault for fault in faults)
    assert any("predicted twice, 2 of 12" in fault for fault in faults)
