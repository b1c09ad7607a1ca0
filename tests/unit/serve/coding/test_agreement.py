"""Agreement of a language model's codings with a person's."""

import json

import pytest

from features.coder.reading import Reading
from serve.coding.agreement import Agreement, compare
from tests.support.recorded_readings import RECORDED

READING = Reading.model_validate(json.loads(RECORDED.read_text(encoding="utf-8")))


def test_only_what_a_person_coded_is_compared() -> None:
    found = compare(
        READING,
        {
            "motion": "text",
            "forecast": 0.9,
            "harm_evidence": "declaration",
            "pro_se": False,
            "compensable": True,
            "remedial_steps": ("improved_security", "changed_policy", "restricted_access"),
        },
    )
    assert found == {
        "harm_evidence": False,
        "pro_se": True,
        "compensable": False,
        "remedial_steps": True,
    }


def test_shares_are_over_all_codings() -> None:
    agreement = Agreement()
    assert agreement.share is None
    for agrees in (True, False, True):
        agreement.add({"harm_evidence": agrees})
    assert agreement.share == pytest.approx(2 / 3)
    assert (agreement.agreeing["harm_evidence"], agreement.compared["harm_evidence"]) == (2, 3)
