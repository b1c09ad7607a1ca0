"""Answers: test results of a mode, notes, evidence in reading order, values for JSON."""

import math
from typing import Any

import pytest

from data.schema import Motion
from features.document import Document
from features.phrases.hits import plain_hit
from features.phrases.lexicon import entries
from features.text.cleaning import MAX_CHARACTERS
from serve.notes import untested_inputs, unusable_parts
from serve.responses import UNPROVEN, Performance, list_evidence, plain

FACTS: dict[str, Any] = {
    "performance": {
        "first_test_year": 2022,
        "text": {
            "rulings": 340,
            "roc_auc": [0.76, 0.71, 0.81],
            "brier_score": [0.19, 0.17, 0.21],
            "brier_difference": [-0.03, -0.05, -0.01],
            "log_loss": [0.5, 0.4, 0.6],
        },
    }
}


def test_performance_is_that_of_the_mode() -> None:
    performance = Performance.from_facts(FACTS, "text")
    assert performance is not None
    assert (performance.rulings, performance.first_year) == (340, 2022)
    assert (performance.roc_auc.low, performance.brier_score.value) == (0.71, 0.19)
    assert performance.warning is None
    assert Performance.from_facts(FACTS, "rated") is None
    assert Performance.from_facts({}, "text") is None


@pytest.mark.parametrize("high", [0.0, 0.02])
def test_a_model_not_shown_to_beat_the_base_rate_warns(high: float) -> None:
    performance = Performance.from_facts(FACTS, "text")
    assert performance is not None
    difference = performance.brier_difference.model_copy(update={"high": high})
    assert performance.model_copy(update={"brier_difference": difference}).warning == UNPROVEN


def test_inputs_that_were_not_tested_are_noted() -> None:
    assert untested_inputs(FACTS, "text") == untested_inputs({}, "rated") == []
    assert "Winter ratings" in untested_inputs(FACTS, "rated")[0]
    assert "codings" in untested_inputs(FACTS, "coded")[0]


def test_parts_that_cannot_be_used_are_noted() -> None:
    motion = Motion(motion_type="tro", motion="Stop the sale.", court="ilnd")
    assert unusable_parts(motion) == []
    (note,) = unusable_parts(motion.model_copy(update={"court": "mars"}))
    assert "'mars'" in note
    (note,) = unusable_parts(motion.model_copy(update={"opposition": "x" * (MAX_CHARACTERS + 1)}))
    assert "the opposition" in note


def test_evidence_is_in_reading_order() -> None:
    text = "a secret file"
    late = plain_hit("harm", "privacy", "motion", 9, 13, text)
    early = plain_hit("harm", "privacy", "motion", 2, 8, text)
    reply = plain_hit("harm", "privacy", "opposition", 0, 4, "none")
    evidence = list_evidence({"harm.privacy": (late, reply), "harm.timing": (early,)})
    assert [(phrase.factor, phrase.text) for phrase in evidence] == [
        ("harm.timing", "secret"),
        ("harm.privacy", "file"),
        ("harm.privacy", "none"),
    ]


def test_evidence_explains_a_circumstance_of_doctrine() -> None:
    entry = next(entry for entry in entries() if entry.favors)
    document = Document(entry.matches[0], entry.papers[0])
    hits = tuple(hit for hit in document.hits if hit.value == entry.value)
    word = plain_hit("words", "order", "motion", 0, 5, "order")
    columns = {f"doctrine.{entry.field}": hits, "inferred_ratings.forecast": (word,)}
    phrases = list_evidence(columns)
    assert {phrase.meaning for phrase in phrases} == {entry.meaning, None}
    assert all(phrase.sentence for phrase in phrases if phrase.meaning)


def test_missing_values_are_null() -> None:
    assert plain(None) is None
    assert plain(math.nan) is None
    assert plain("tro") == "tro"
    assert plain(3) == 3.0
