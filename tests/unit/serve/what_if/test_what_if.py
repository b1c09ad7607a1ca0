"""What-if: which motions are scored, what is current, and which changes are listed."""

from collections.abc import Sequence
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
from train.model.prior_shift import BaseRates

MOTION = Motion(
    id="a-v-b",
    motion_type="preliminary_injunction",
    motion="The rival copied our customer list. A declaration of the sales director is attached.",
    harm_evidence="allegation",
    remedial_steps=["ceased_conduct"],
    speculation_signals=[],
)


class _Predictor:
    """Gives 0.5, plus what the test says each field's value is worth."""

    version = "enjoin/7"

    def __init__(self, worth: dict[tuple[str, Any], float]) -> None:
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
        ("remedial_steps", "changed_policy"): 0.2,  # would not help
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
    steps = ("changed_policy", "restricted_access", "improved_security", "withdrew_product")
    more = ("redesigned", "stipulated_undertaking", "corrective_notice")
    worth = {("remedial_steps", step): -0.01 * n for n, step in enumerate((*steps, *more), 1)}
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
