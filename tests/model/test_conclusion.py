"""The conclusion of the trained model: what it says is what the motion shows, in every mode."""

import re

import pytest

from data.embedded import clearview_motion, embedded_rulings, with_forecasts
from serve.conclusion.templates import templates
from serve.predictor import Predictor
from train.modes import MODES, Mode, masked


def test_the_weak_point_of_clearview_is_the_harm(full_predictor: Predictor) -> None:
    answer = full_predictor.answer([clearview_motion()])[0]
    first, second = answer.conclusion
    assert "granted" in first
    assert (
        "the weak point is the harm: the record contradicts the movant's theory of it"
        in second.lower()
    )
    # This model was not tested, and so does not sound sure.
    assert answer.performance is None
    assert "not been shown to beat" in first


@pytest.mark.parametrize("mode", MODES)
def test_conclusions_hold_in_every_mode(full_predictor: Predictor, mode: Mode) -> None:
    rulings = with_forecasts(embedded_rulings())[::40]
    motions = [masked(ruling.as_motion(), mode) for ruling in rulings]
    for answer in full_predictor.answer(motions):
        assert len(answer.conclusion) == (2 if answer.in_scope else 3)
        for sentence in answer.conclusion:
            assert re.fullmatch(r"[A-Z][^{}]+\.", sentence), sentence
            assert "None" not in sentence
            assert "not shown" not in sentence
        if "weak point" in answer.conclusion[1]:
            assert any(factor.favors == "opponent" for factor in answer.factors)


def test_an_empty_motion_shows_nothing_that_decides_it(full_predictor: Predictor) -> None:
    plain = clearview_motion().model_copy(
        update=dict.fromkeys(
            name
            for name, field in type(clearview_motion()).model_fields.items()
            if not field.is_required()
        )
        | {"motion": "The plaintiff asks the court to enjoin the agency."}
    )
    nothing = templates().sentences["reasons"]["nothing"].rstrip(".")
    assert nothing in full_predictor.answer([plain])[0].conclusion[1].lower()
