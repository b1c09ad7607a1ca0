"""What is no motion like the training rulings is flagged, and what is like them is not."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.cases import case_groups
from data.codebook import MotionType
from data.embedded import clearview_motion, embedded_rulings
from data.schema import Motion
from data.splits import grouped_folds
from features.build import build_features
from serve.predictor import Predictor
from train.fit.scope import fit_scope
from train.model.scope import FALSE_ALARMS, Scope
from train.modes import masked

CAPTIONS = sorted((Path(__file__).parents[1] / "support" / "captions").glob("*.txt"))
MISFITS = sorted((Path(__file__).parent / "misfits").glob("*.txt"))
RULINGS = list(embedded_rulings())
GRANTED = [row.outcome != "denied" for row in RULINGS]


def _motion(text: str, **fields: Any) -> Motion:
    return Motion(motion_type=MotionType.PRELIMINARY_INJUNCTION, motion=text, **fields)


@pytest.mark.parametrize("path", MISFITS, ids=[path.stem for path in MISFITS])
def test_a_misfit_is_flagged_and_gets_a_wider_interval(
    full_predictor: Predictor, path: Path
) -> None:
    motion = _motion(path.read_text(encoding="utf-8"))
    answer = full_predictor.answer([motion])[0]
    assert not answer.in_scope
    assert answer.out_of_scope
    ensemble = full_predictor.model.ensembles["unrated"]
    reach = 1.645 * ensemble.calibration.spread
    log_odds = np.log([p / (1 - p) for p in (answer.p_low, answer.p_grant, answer.p_high)])
    assert (np.diff(log_odds) > reach).all()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"court": "uksc"}, "not a trial court"),
        ({"court": "nyeb"}, "level of court (bankruptcy)"),
        ({"motion_type": "injunction_pending_appeal"}, "injunction pending appeal"),
        ({"motion": "Stop it."}, "too few"),
    ],
)
def test_courts_and_kinds_hardly_seen_are_told(
    full_predictor: Predictor, fields: dict[str, str], words: str
) -> None:
    motion = Motion.model_validate(clearview_motion().model_dump() | {"opposition": None} | fields)
    answer = full_predictor.answer([motion])[0]
    assert not answer.in_scope
    assert words in " ".join(answer.out_of_scope)
    scored = full_predictor.score([motion, clearview_motion()])
    assert scored["in_scope"].tolist() == [False, True]


@pytest.mark.parametrize("path", CAPTIONS, ids=[path.stem for path in CAPTIONS])
def test_a_caption_does_not_put_a_motion_out_of_scope(
    full_predictor: Predictor, path: Path
) -> None:
    assert full_predictor.answer([_motion(path.read_text(encoding="utf-8"))])[0].out_of_scope == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"motion": "MEMORANDUM OPINION\nRoe, J.\n{} I deny the motion."},
            "motion but a ruling of",
        ),
        ({"motion": "{} The court GRANTS the motion."}, "which tells the outcome"),
        ({"motion": "DEFENDANT'S OPPOSITION TO MOTION FOR A STAY\n{}"}, "but an opposition to a"),
        ({"motion": "VERIFIED COMPLAINT\n{}"}, "but a complaint"),
        ({"motion": "[PROPOSED] ORDER\n{}"}, "but a proposed order"),
        ({"opposition": "ORDER DENYING MOTION\n{}"}, "opposition but a ruling of"),
        ({"summary": "{} The motion is hereby DENIED."}, "summary but a ruling of"),
    ],
)
def test_another_document_in_the_place_of_a_paper_is_told(
    full_predictor: Predictor, fields: dict[str, str], reason: str
) -> None:
    known = clearview_motion()
    given = {name: text.format(known.motion) for name, text in fields.items()}
    motion = Motion.model_validate(known.model_dump() | given)
    answer = full_predictor.answer([motion])[0]
    assert not answer.in_scope
    assert reason in answer.out_of_scope[0]
    assert full_predictor.answer([known])[0].in_scope


def test_motions_like_the_training_rulings_are_hardly_ever_flagged() -> None:
    frame = build_features([masked(row.as_motion(), "text") for row in RULINGS])
    groups = case_groups(RULINGS)
    by_words, flagged = 0, 0
    for train, test in grouped_folds(RULINGS, GRANTED, 2):
        scope = fit_scope(frame.take(train), groups[train])
        for reasons in scope.reasons(frame.take(test)):
            by_words += any("of the words appear" in reason for reason in reasons)
            flagged += bool(reasons)
    assert 0 < by_words / len(RULINGS) < 2 * FALSE_ALARMS
    assert flagged / len(RULINGS) < 0.05


def test_the_scope_is_the_same_after_json() -> None:
    frame = build_features([row.as_motion() for row in RULINGS[:60]])
    scope = fit_scope(frame, case_groups(RULINGS[:60]))
    again = Scope.from_json(json.loads(json.dumps(scope.to_json())))
    assert again.reasons(frame) == scope.reasons(frame)
    assert again.p_value(0.2) == scope.p_value(0.2)
    assert scope.p_value(2.0) == pytest.approx(1 / 61)
    assert scope.p_value(0.0) == 1.0


def test_the_words_of_many_rulings_are_learned_from_a_part_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame, groups = build_features(RULINGS[:120]), case_groups(RULINGS[:120])
    whole = fit_scope(frame, groups)
    monkeypatch.setattr("train.fit.scope.MAX_RULINGS", 60)
    part = fit_scope(frame, groups)
    assert 50 < len(part.strangeness) <= 60 < len(whole.strangeness)
    assert part.words < whole.words
    assert part.counts == whole.counts
