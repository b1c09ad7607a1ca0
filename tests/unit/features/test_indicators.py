"""Indicators: how a column is put in words, and how the values of a text are chosen."""

import numpy as np
import pytest

from data.schema import Motion
from features.build import COLUMNS
from features.indicators import (
    NOT_SHOWN,
    Column,
    Indicator,
    as_scale,
    coded,
    read_choice,
    read_flags,
    read_yes_no,
    reading_of_hit,
)
from features.phrases.hits import Hit

BY_NAME = {column.name: column for column in COLUMNS}
MOTION = Motion(motion_type="tro", motion="He moves.")


def _hit(value: str, start: int = 0, negated: bool = False, weight: int = 1) -> Hit:
    words = "words of it"
    return Hit("field", value, "motion", start, start + len(words), words, negated, weight)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("motion_type.motion_type", "tro", "temporary restraining order"),
        ("harm.past_incident", 0.0, "no"),
        ("remedial.lasting", 1.0, "after suit, or not stated"),
        ("remedial.scope", 2.0, "full"),
        ("forum.court", "ilnd", "N.D. Ill."),
        ("forum.circuit", "ca7", "7th Cir."),
        ("harm.timing", None, "not shown"),
        ("harm.delay_months", 3.0, "3"),
        ("harm.delay_months", 2.5, "2.5"),
        ("inferred_ratings.forecast", 0.0, "50%"),
    ],
)
def test_a_value_is_described_in_plain_words(
    name: str, value: float | str | None, words: str
) -> None:
    assert BY_NAME[name].describe(value) == f"{BY_NAME[name].meaning}: {words}"


def test_a_flag_that_is_shown_is_its_meaning() -> None:
    column = BY_NAME["harm.compensable"]
    assert column.describe(1.0) == column.meaning


def test_an_inferred_rating_is_described_with_its_error() -> None:
    rating, forecast = BY_NAME["inferred_ratings.public_interest"], COLUMNS[-1]
    assert rating.describe(3.44, 0.86).endswith(": 3.4 \u00b1 0.9")
    assert forecast.describe(0.0, np.log(3.0)).endswith(": 50% (typically 25% to 75%)")


def test_a_column_belongs_to_the_family_that_its_name_begins_with() -> None:
    assert Column("harm.urgent", "the harm is urgent").family == "harm"


@pytest.mark.parametrize(
    ("value", "indicator"),
    [
        (None, NOT_SHOWN),
        ("ilnd", Indicator("ilnd", "coded")),
        (True, Indicator(1.0, "coded")),
        (2020, Indicator(2020.0, "coded")),
    ],
)
def test_a_value_that_is_only_coded(value: float | str | None, indicator: Indicator) -> None:
    assert coded(value) == indicator


@pytest.mark.parametrize(
    ("hits", "value"),
    [
        ([_hit("true")], 1.0),
        ([_hit("false")], 0.0),
        ([_hit("true", negated=True)], 0.0),
        ([_hit("false", negated=True)], 1.0),
        ([_hit("true"), _hit("false")], 0.0),
        ([_hit("true", weight=3), _hit("false"), _hit("false")], 1.0),
        ([], None),
    ],
)
def test_the_side_with_more_phrases_wins(hits: list[Hit], value: float | None) -> None:
    assert read_yes_no(MOTION, {"pro_se": hits}, "pro_se").value == value


def test_a_coded_flag_keeps_the_phrases_that_agree() -> None:
    hits = {"pro_se": [_hit("true"), _hit("true", negated=True)]}
    denied = read_yes_no(MOTION.model_copy(update={"pro_se": False}), hits, "pro_se")
    assert denied == Indicator(0.0, "coded", (hits["pro_se"][1],))


@pytest.mark.parametrize(
    ("field", "hits", "value"),
    [
        # Most phrases win, and strong ones count more.
        ("harm_timing", [_hit("imminent"), _hit("imminent", 20), _hit("ongoing")], "imminent"),
        ("harm_timing", [_hit("imminent", weight=3), _hit("ongoing")], "imminent"),
        # Negated phrases do not count.
        ("harm_timing", [_hit("imminent"), _hit("ongoing", negated=True)], "imminent"),
        # The last value of the codebook's order, however often the others appear.
        ("harm_evidence", [_hit("admitted"), *[_hit("allegation")] * 5], "admitted"),
        # The party named first; a class wherever it is named.
        ("movant_type", [_hit("business", 50), _hit("individual", 7)], "individual"),
        ("movant_type", [_hit("business", 7), _hit("class", 50)], "class"),
    ],
)
def test_one_value_is_chosen(field: str, hits: list[Hit], value: str) -> None:
    indicator = read_choice(MOTION, {field: hits}, field)
    assert (indicator.value, indicator.source) == (value, "text")
    assert {hit.value for hit in indicator.hits} == {value}


def test_of_a_close_vote_nothing_is_read() -> None:
    close = [_hit("imminent"), _hit("imminent", 20), _hit("imminent", 40), *[_hit("ongoing")] * 2]
    assert read_choice(MOTION, {"harm_timing": close}, "harm_timing") == NOT_SHOWN
    assert read_choice(MOTION, {"harm_timing": close[:4]}, "harm_timing").value == "imminent"


@pytest.mark.parametrize(
    ("name", "value", "reading"),
    [
        ("harm.voting", 1.0, "harm_types.voting"),
        ("harm.past_incident", 1.0, "past_incident.true"),
        ("harm.past_incident", 0.0, "past_incident.false"),
        ("harm.evidence", 1.0, "harm_evidence.declaration"),
        ("harm.timing", "ongoing", "harm_timing.ongoing"),
        ("harm.delay_months", 3.0, "delay_months"),
        ("remedial.lasting", 1.0, "remedial_trigger.after_suit"),
        ("remedial.steps", 2.0, "None"),
        ("forum.court", "ilnd", "None"),
    ],
)
def test_a_value_says_something_of_a_field(name: str, value: float | str, reading: str) -> None:
    assert str(BY_NAME[name].reading(value)) == reading


def test_a_denied_phrase_says_the_contrary_of_a_yes_no_field() -> None:
    assert str(reading_of_hit(_hit("true"))) == "field.true"
    assert str(reading_of_hit(_hit("true", negated=True))) == "field.false"
    assert str(reading_of_hit(_hit("voting", negated=True))) == "field.voting"


def test_silence_and_denial_differ_in_a_list() -> None:
    hits = {"harm_types": [_hit("voting", negated=True), _hit("monetary")]}
    flags = read_flags(MOTION, hits, "harm_types")
    assert flags["voting"][:2] == (0.0, "text")
    assert flags["monetary"][:2] == (1.0, "text")
    assert flags["environmental"] == NOT_SHOWN
    assert read_flags(MOTION, {}, "harm_types", absent=0.0)["voting"] == (0.0, "not shown", ())


def test_a_scale_is_the_index_in_the_codebook() -> None:
    assert as_scale(Indicator("full", "text"), "remedial_scope").value == 2.0
    assert as_scale(NOT_SHOWN, "remedial_scope") == NOT_SHOWN
