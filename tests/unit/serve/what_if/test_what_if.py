"""What-if: which motions are scored, what is current, and which changes are listed."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from data.schema import Motion
from features.build import build_features
from serve.what_if.what_if import (
    CHANGES_PER_PARTY,
    InvalidChange,
    current_value,
    describe_changes,
    what_if,
)
from train.model.grant_model import VALUE_OUTCOMES
from train.model.prior_shift import BaseRates

MOTION = Motion(
    id="a-v-b",
    motion_type="preliminary_injunction",
    motion="The rival copied our customer list. A declaration of the sales director is attached.",
    harm_evidence="allegation",
    remedial_steps=["ceased_conduct"],
    speculation_signals=[],
    claim_area="trademark",
)


class _Predictor:
    """Gives 0.5, plus what the test says each field's value is worth."""

    version = "enjoin/7"

    def __init__(
        self, worth: dict[tuple[str, Any], float], outcomes: dict[str, Any] | None = None
    ) -> None:
        facts = {} if outcomes is None else {VALUE_OUTCOMES: outcomes}
        self.model = SimpleNamespace(base_rate=0.53, facts=facts, prepare=lambda frame: frame)
        self.worth = worth
        self.scored: list[Motion] = []
        self.base_rates: BaseRates | None = None

    def probabilities(
        self, motions: Sequence[Motion], base_rates: BaseRates | None = None
    ) -> pd.DataFrame:
        self.scored, self.base_rates = list(motions), base_rates
        p = [
            0.5
            + sum(points for (field, value), points in self.worth.items() if _has(m, field, value))
            for m in motions
        ]
        return pd.DataFrame({"p_grant": p, "p_low": [x - 0.1 for x in p], "p_high": p})


def _has(motion: Motion, field: str, value: Any) -> bool:
    held = getattr(motion, field)
    return value in held if isinstance(held, tuple) else held == value


def _what_if(predictor: _Predictor, *arguments: Any) -> Any:
    return what_if(predictor, MOTION, *arguments)  # type: ignore[arg-type]


def test_a_forecast_stays_as_given_and_that_is_said() -> None:
    assert "forecast, which stays" not in _what_if(_Predictor({})).note
    motion = MOTION.model_copy(update={"forecast": 0.4})
    assert "forecast, which stays" in what_if(_Predictor({}), motion).note  # type: ignore[arg-type]


def test_with_a_coder_the_fact_is_read_and_not_the_indicator_flipped() -> None:
    assert "set up" not in _what_if(_Predictor({})).note
    for motion in (MOTION, MOTION.model_copy(update={"forecast": 0.4})):
        predictor: Any = _Predictor({})
        note = what_if(predictor, motion, has_coder=True).note
        assert "`enjoin what-if --fact` the fact itself is read" in note
        assert "could read" not in note


def test_quotes_of_a_changed_value_are_dropped() -> None:
    quotes = {"harm_evidence": ("is attached",), "remedial_steps": ("customer list",)}
    motion, predictor = MOTION.model_copy(update={"quotes": quotes}), _Predictor({})
    what_if(predictor, motion, {"harm_evidence": "declaration"})  # type: ignore[arg-type]
    assert predictor.scored[1].quotes == {"remedial_steps": ("customer list",)}


def test_requested_changes_are_made_together_and_one_at_a_time() -> None:
    worth = {("harm_evidence", "declaration"): 0.2, ("remedial_steps", "ceased_conduct"): -0.1}
    changes = {"harm_evidence": "declaration", "remedial_steps": []}
    rates = BaseRates(0.3)
    predictor = _Predictor(worth)
    answer = _what_if(predictor, changes, rates)
    assert predictor.base_rates is rates
    assert predictor.scored[0] == MOTION
    assert predictor.scored[1].harm_evidence == "declaration"
    assert predictor.scored[1].remedial_steps == ()
    assert answer.p_grant == pytest.approx(0.4)
    assert answer.combined.changes == changes
    assert answer.combined.points == pytest.approx(30)
    assert [change.changes for change in answer.changes] == [
        {"harm_evidence": "declaration"},
        {"remedial_steps": []},
    ]
    assert [change.points for change in answer.changes] == pytest.approx([20, 10])
    assert {change.party for change in answer.changes} == {None}
    assert answer.model_version == "enjoin/7"


def test_levers_that_help_their_party_are_listed_the_best_first() -> None:
    worth = {
        ("harm_evidence", "declaration"): 0.1,
        ("harm_evidence", "documentary"): 0.2,
        ("merits_signals", "binding_precedent_cited_for_movant"): -0.3,  # would not help
        ("remedial_steps", "redesigned"): -0.2,
        ("remedial_steps", "withdrew_product"): 0.2,  # would not help
    }
    answer = _what_if(_Predictor(worth))
    assert answer.combined is None
    assert [(change.party, round(change.points)) for change in answer.changes] == [
        ("movant", 20),
        ("movant", 10),
        ("opponent", -20),
    ]
    assert answer.changes[-1].changes == {"remedial_steps": ["ceased_conduct", "redesigned"]}


def test_few_levers_are_listed_for_each_party() -> None:
    steps = ("withdrew_product", "redesigned", "stipulated_undertaking", "corrective_notice")
    worth = {("remedial_steps", step): -0.01 * n for n, step in enumerate(steps, 1)}
    worth |= {("remedial_steps", "compensated_or_restored"): -0.05}
    worth |= {("merits_signals", "disputed_facts"): -0.06}
    worth |= {("merits_signals", "jurisdiction_contested"): -0.07}
    answer = _what_if(_Predictor(worth))
    assert [round(change.points) for change in answer.changes] == [-7, -6, -5, -4, -3]
    assert len(answer.changes) == CHANGES_PER_PARTY


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"notice": "x"}, "notice"),
        ({"colour": "red"}, "colour"),
        ({"pro_se": "perhaps"}, "pro_se"),
        ({"outcome": "granted"}, "outcome"),
    ],
)
def test_invalid_changes_name_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidChange) as raised:
        _what_if(_Predictor({}), changes)
    assert [problem.field for problem in raised.value.problems] == [field]


def test_current_values_are_coded_or_read_from_the_papers() -> None:
    frame = build_features([MOTION])
    assert current_value(MOTION, frame, "harm_evidence") == "allegation"
    assert current_value(MOTION, frame, "remedial_steps") == ("ceased_conduct",)
    assert current_value(MOTION, frame, "pro_se") is None
    plain = Motion(motion_type="tro", motion=MOTION.motion)
    frame = build_features([plain])
    assert current_value(plain, frame, "harm_evidence") == "declaration"
    assert current_value(plain, frame, "merits_signals") == ()


def test_changes_are_described_in_words() -> None:
    assert describe_changes({"remedial_steps": [], "harm_timing": None}) == (
        "remedial steps: none; harm timing: not shown"
    )
    assert describe_changes({"pro_se": True}).startswith("pro se: ")


OUTCOMES = {
    "remedial_steps": {"redesigned": [3, 1], "withdrew_product": [41, 15]},
    "harm_evidence": {"declaration": [351, 199]},
}
WORTH = {
    ("remedial_steps", "redesigned"): -0.3,
    ("remedial_steps", "withdrew_product"): -0.1,
    ("merits_signals", "disputed_facts"): -0.05,
}


def test_levers_that_few_training_rulings_had_come_last_however_far_they_move_it() -> None:
    answer = _what_if(_Predictor(WORTH, OUTCOMES))
    assert [round(change.points) for change in answer.changes] == [-10, -5, -30]
    known, uncounted, rare = (change.track_record for change in answer.changes)
    assert known.text == "41 training rulings had this, 15 of them granted (37%)"
    assert uncounted is None
    assert rare.text == "too few rulings to say: 3 had this, 1 granted"
    assert "53% were granted" in answer.note


def test_a_model_that_kept_no_counts_says_nothing_of_them() -> None:
    answer = _what_if(_Predictor(WORTH))
    assert [round(change.points) for change in answer.changes] == [-30, -10, -5]
    assert {change.track_record for change in answer.changes} == {None}
    assert "were granted" not in answer.note


def test_a_requested_change_of_one_value_has_its_record_too() -> None:
    changes = {"harm_evidence": "declaration", "remedial_steps": ["redesigned", "changed_policy"]}
    answer = _what_if(_Predictor({}, OUTCOMES), changes)
    one, several = answer.changes
    assert (one.track_record.rulings, one.track_record.granted) == (351, 199)
    assert several.track_record is None
    assert answer.combined.track_record is None


def _offered(**fields: Any) -> set[str]:
    """Return the steps that what-if tries on a motion."""
    predictor: Any = _Predictor({})
    motion = Motion(motion_type="tro", motion="It asks for an order.", **fields)
    what_if(predictor, motion)
    return {step for tried in predictor.scored for step in tried.remedial_steps or ()}


def test_steps_that_the_claim_makes_senseless_are_not_tried() -> None:
    lockout = _offered(
        claim_area="foreclosure_housing",
        harm_types=["real_property_home", "health_safety"],
        respondent_type="individual",
    )
    assert lockout == {
        "ceased_conduct",
        "changed_policy",
        "stipulated_undertaking",
        "compensated_or_restored",
    }
    leak = _offered(harm_types=["privacy_exposure"])
    assert {"improved_security", "restricted_access"} <= leak
    assert "redesigned" in _offered(claim_area="trademark")
    assert "repealed_measure" in _offered(respondent_type="state_local_government")
    assert "changed_policy" not in _offered(claim_area="patent")


def test_what_a_motion_is_about_is_read_from_its_papers_too() -> None:
    predictor: Any = _Predictor({})
    paper = "The defendant infringes the plaintiff's registered trademark and confuses consumers."
    what_if(predictor, Motion(motion_type="tro", motion=paper))
    tried = {step for motion in predictor.scored for step in motion.remedial_steps or ()}
    assert "redesigned" in tried
