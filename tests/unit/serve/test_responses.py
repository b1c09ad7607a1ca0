"""Answers: notes, evidence in reading order, values for JSON."""

import math
from dataclasses import replace
from typing import Any

from data.base_rates import FEDERAL_COURTS
from data.schema import Motion
from features.document import Document
from features.indicators import Reading
from features.phrases.hits import plain_hit
from features.phrases.lexicon import entries
from features.text.cleaning import MAX_CHARACTERS
from serve.notes import unread_fields, untested_inputs, unusable_parts
from serve.responses import (
    ComparableRate,
    CourthouseRate,
    MeasuredPrecision,
    list_evidence,
    plain,
)
from train.model.readings import Precision

UNMEASURED: dict[Reading, Precision] = {}
FACTS: dict[str, Any] = {"performance": {"first_test_year": 2022, "text": {}}}


def test_inputs_that_were_not_tested_are_noted() -> None:
    assert untested_inputs(FACTS, "text") == untested_inputs({}, "rated") == []
    assert "Winter ratings" in untested_inputs(FACTS, "rated")[0]
    assert "codings" in untested_inputs(FACTS, "coded")[0]
    assert "forecasts" in untested_inputs(FACTS, "forecast")[0]


def test_fields_that_are_neither_coded_nor_read_are_named() -> None:
    motion = Motion(motion_type="tro", motion="Stop.", harm_types=(), delay_months=3)
    (note,) = unread_fields(motion, {"harm_evidence"})
    assert "remedial steps" in note
    assert not any(words in note for words in ("kinds of harm", "delay", "evidence of harm"))
    assert unread_fields(motion, set(Motion.model_fields)) == []
    coded = dict.fromkeys(("past_incident", "compensable", "incident_reaches_movant"), True)
    more = motion.model_copy(update={**coded, "harm_timing": "ongoing", "merits_signals": ()})
    assert unread_fields(more, set()) == []  # who codes so much has read the papers


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
    columns = {"harm.privacy": (late, reply), "harm.timing": (early,)}
    evidence = list_evidence(
        columns, Motion(motion_type="tro", motion=text, opposition="none"), UNMEASURED
    )
    assert [(phrase.factor, phrase.text) for phrase in evidence] == [
        ("harm.timing", "secret"),
        ("harm.privacy", "file"),
        ("harm.privacy", "none"),
    ]


def test_phrases_of_a_summary_are_said_to_be_there_and_give_way_to_quotes() -> None:
    account, paper = "A secret was taken.", "The defendant took a secret formula."
    motion = Motion(motion_type="tro", motion=paper, summary=account, opposition="No.")
    secret = plain_hit("harm", "privacy", "motion", 2, 8, account)
    taken = plain_hit("harm", "timing", "motion", 13, 18, account)
    reply = plain_hit("harm", "privacy", "opposition", 0, 2, "No.")
    columns = {"harm.privacy": (secret, reply), "harm.timing": (taken,)}
    evidence = list_evidence(columns, motion, UNMEASURED)
    assert [(phrase.paper, phrase.text) for phrase in evidence] == [
        ("opposition", "No"),
        ("summary", "secret"),
        ("summary", "taken"),
    ]
    quote = replace(
        evidence[0], paper="motion", start=21, end=35, text="secret formula", quoted=True
    )
    evidence = list_evidence(columns, motion, UNMEASURED, [quote])
    assert [(phrase.paper, phrase.text) for phrase in evidence] == [
        ("motion", "secret formula"),
        ("opposition", "No"),
        ("summary", "taken"),
    ]


def test_evidence_explains_a_circumstance_of_doctrine() -> None:
    entry = next(
        entry for entry in entries() if entry.favors and not set(entry.phrases) & entry.unquoted
    )
    document = Document(entry.matches[0], entry.papers[0])
    hits = tuple(hit for hit in document.hits if hit.value == entry.value)
    word = plain_hit("words", "cargo", "motion", 0, 5, "cargo")
    columns = {f"inferred_ratings.{entry.field}": (*hits, word)}
    motion = Motion(motion_type="tro", motion=entry.matches[0])
    counted = {Reading(entry.field, entry.value): Precision(20, 18, 0.7, 1.0)}
    phrases = list_evidence(columns, motion, counted)
    assert {phrase.meaning for phrase in phrases} == {entry.meaning, None}
    assert all(phrase.sentence for phrase in phrases if phrase.meaning)
    # What does not count in such papers weighed as words, and means nothing.
    assert {phrase.meaning for phrase in list_evidence(columns, motion, UNMEASURED)} == {None}


def test_evidence_says_how_often_such_a_reading_was_right() -> None:
    text = "It would lose customers. It was not a class action."
    hits = Document(text, "motion").hits
    columns = {
        "harm.lost_customers_market": tuple(h for h in hits if h.field == "harm_types"),
        "motion_type.class_or_mdl": tuple(h for h in hits if h.field == "class_or_mdl"),
        "inferred_ratings.forecast": (plain_hit("words", "cargo", "motion", 0, 5, "cargo"),),
    }
    readings = {
        Reading("harm_types", "lost_customers_market"): Precision(20, 18, 0.75, 1.0),
        Reading("class_or_mdl", "false"): Precision(10, 9, 0.6, 1.0),
        Reading("class_or_mdl", "true"): Precision(10, 8, 0.5, 1.0),
    }
    motion = Motion(motion_type="tro", motion=text)
    evidence = list_evidence(columns, motion, readings)
    measured = {phrase.factor: phrase.precision for phrase in evidence}
    assert measured["harm.lost_customers_market"] == MeasuredPrecision(0.9, 0.75, 1.0, 20)
    denied = measured["motion_type.class_or_mdl"]
    assert denied
    assert denied.value == 0.9
    assert measured["inferred_ratings.forecast"] is None


def test_phrases_that_do_not_say_it_are_not_quoted() -> None:
    text = "It owns the logo. Its goodwill is at stake."
    hits = [hit for hit in Document(text, "motion").hits if hit.value == "reputation_goodwill"]
    assert {hit.words: hit.quotable for hit in hits} == {"logo": False, "goodwill": True}
    columns = {"harm.reputation_goodwill": tuple(hits), "inferred_ratings.forecast": tuple(hits)}
    counted = {Reading("harm_types", "reputation_goodwill"): Precision(20, 18, 0.7, 1.0)}
    evidence = list_evidence(columns, Motion(motion_type="tro", motion=text), counted)
    quoted = {phrase.text for phrase in evidence if phrase.factor == "harm.reputation_goodwill"}
    assert quoted == {"goodwill"}
    # Of a rating that was inferred, they are words that weighed, and mean nothing.
    weighed = {phrase.text: phrase.meaning for phrase in evidence if "inferred" in phrase.factor}
    assert weighed["logo"] is None
    assert weighed["goodwill"]


def test_words_that_say_nothing_are_no_evidence() -> None:
    text = "The firm says that it owns the logo."
    words = ("says", "firm")
    hits = tuple(
        plain_hit("words", word, "motion", text.index(word), text.index(word) + len(word), text)
        for word in words
    )
    columns = {"inferred_ratings.forecast": hits}
    evidence = list_evidence(columns, Motion(motion_type="tro", motion=text), {})
    assert [phrase.text for phrase in evidence] == ["firm"]


def test_missing_values_are_null() -> None:
    assert plain(None) is None
    assert plain(math.nan) is None
    assert plain("tro") == "tro"
    assert plain(3) == 3.0


def _rate(granted: int, in_full: int, in_part: int) -> str:
    counted = {"granted": granted, "in_full": in_full, "in_part": in_part, "counted_as": ""}
    return ComparableRate(rulings=20, rate=granted / 20, low=0.1, high=0.5, **counted).text


def test_grants_in_full_and_in_part_are_told_apart() -> None:
    assert _rate(9, 6, 3) == (
        "Of the 20 training rulings most like this motion, 9 granted relief: 6 in full, 3 in part "
        "(45%; 95% interval 10% to 50%)"
    )
    assert "6 granted relief in full and 3 in part (30%" in _rate(6, 6, 3)  # only these count
    assert "0 granted relief (0%" in _rate(0, 0, 0)


def test_the_courthouses_rate_is_that_of_federal_preliminary_injunctions() -> None:
    motion = Motion(motion_type="preliminary_injunction", motion="Stop the sale.")
    rate = CourthouseRate.of(FEDERAL_COURTS, motion, in_state_court=False)
    assert rate is not None
    assert (rate.rate, rate.text) == (0.37, "about 37% in federal court")
    assert "lawstreetmedia.com" in rate.source
    in_state_court = CourthouseRate.of(FEDERAL_COURTS, motion, in_state_court=True)
    assert in_state_court is not None
    assert "no count of state courts" in in_state_court.text
    stay = motion.model_copy(update={"motion_type": "stay"})
    assert CourthouseRate.of(FEDERAL_COURTS, stay, in_state_court=False) is None
