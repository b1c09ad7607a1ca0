"""An answer to the protocol becomes a reading, or an error that says what to mend."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from data.schema import RATINGS, Motion, Ruling, allowed_values, is_list
from features.coder.answers import CODED, FIELDS
from features.coder.reading import BadReading, Reading, known_fields, parse_reading

Answer = dict[str, Any]


def _with(answer: Answer, **fields: Any) -> Reading:
    return parse_reading(json.dumps({**answer, **fields}))


def test_the_recorded_answers_are_readings(recorded: dict[str, Answer]) -> None:
    assert len(recorded) == 34
    for answer in recorded.values():
        reading = parse_reading(json.dumps(answer))
        assert json.loads(reading.model_dump_json()) == answer
        assert Reading.model_validate_json(reading.model_dump_json()) == reading


@pytest.mark.parametrize(
    "around",
    [
        "```json\n{}\n```",
        "Here is the coding {as asked}:\n\n{}\n\nI hope it helps.",
        '<think>{"value": null} is for what is not shown</think> {}',
        "\ufeff{}",
    ],
)
def test_words_and_fences_around_the_object_are_ignored(answer: Answer, around: str) -> None:
    text = around.replace("{}", json.dumps(answer, indent=2))
    assert parse_reading(text) == parse_reading(json.dumps(answer))


def test_groups_by_the_protocols_headings_are_opened(answer: Answer) -> None:
    ratings = {name: answer.pop(name) for name in RATINGS}
    assert _with(answer, ratings=ratings).ratings["public_interest"].value == 4


@pytest.mark.parametrize(
    ("field", "given", "value"),
    [
        ("harm_evidence", "documentary", "documentary"),
        ("harm_evidence", {"value": "Documentary", "quotes": None}, "documentary"),
        ("harm_evidence", ["documentary"], "documentary"),
        ("harm_evidence", {"value": "None"}, None),
        ("harm_evidence", "not shown", None),
        ("remedial_scope", "None", "none"),
        ("remedial_scope", "null", None),
        ("harm_types", "monetary", ("monetary",)),
        ("harm_types", "monetary; voting,", ("monetary", "voting")),
        ("harm_types", {"value": ["voting", "voting"]}, ("voting",)),
        ("harm_types", "none", None),
        ("harm_types", [], ()),
        ("delay_months", "2.5", 2.5),
        ("delay_months", 0, 0.0),
        ("past_incident", "yes", True),
        ("past_incident", 0, False),
    ],
)
def test_plain_meaning_is_understood(answer: Answer, field: str, given: Any, value: Any) -> None:
    assert _with(answer, **{field: given}).coded[field].value == value


@pytest.mark.parametrize(
    ("given", "value"), [(1, 0.98), (0, 0.02), ("0.4", 0.4), ("40%", 0.4), ({"value": 0.99}, 0.98)]
)
def test_a_forecast_is_kept_within_the_protocols_bounds(
    answer: Answer, given: Any, value: float
) -> None:
    assert _with(answer, forecast=given).forecast.value == value


def test_ratings_reasons_and_quotes_may_be_written_plainly(answer: Answer) -> None:
    reading = _with(
        answer,
        irreparable_harm="4",
        public_interest={"value": None, "reason": None},
        harm_types={"value": ["voting"], "quotes": "The polls close on Friday."},
        summary="A voter moves against a county.",
        confidence="high",
    )
    assert reading.ratings["irreparable_harm"].value == 4
    assert reading.ratings["public_interest"].reason == ""
    assert reading.coded["harm_types"].quotes == ("The polls close on Friday.",)
    assert reading.summary.motion == "A voter moves against a county."
    assert "confidence" not in reading.to_answer()


def test_a_long_summary_is_accepted(answer: Answer) -> None:
    long = "It is a long account. " * 200
    assert _with(answer, summary={"motion": long}).summary.motion == long.strip()


def test_a_missing_coded_field_is_not_shown(answer: Answer) -> None:
    del answer["harm_timing"]
    assert _with(answer).coded["harm_timing"].value is None


@pytest.mark.parametrize(
    ("field", "given", "message"),
    [
        ("harm_evidence", "affidavit", 'harm_evidence: found "affidavit"; expected one of alleg'),
        ("harm_evidence", ["declaration", "admitted"], "harm_evidence: found ["),
        ("harm_types", ["voting", "privacy"], 'harm_types: found ["voting", "privacy"]; expected'),
        ("harm_types", [None], "harm_types: found [null]; expected a list of one of"),
        ("delay_months", "three", 'delay_months: found "three"; expected a valid number'),
        (
            "delay_months",
            -1,
            "delay_months: found -1; expected months from 0 to 1200, a hundred years",
        ),
        ("delay_months", True, "delay_months: found true; expected a number"),
        ("past_incident", "perhaps", 'past_incident: found "perhaps"; expected a valid bool'),
        ("past_incident", {"quotes": []}, "past_incident: found a value of 14 characters; expec"),
        ("irreparable_harm", 6, "irreparable_harm: found 6; expected less than or equal to 5"),
        ("forecast", None, "forecast: found null; expected a number from 0.02 to 0.98"),
        ("forecast", 40, "forecast: found 40; expected a number from 0.02 to 0.98"),
        ("forecast", True, "forecast: found true; expected a number from 0.02 to 0.98"),
        ("summary", None, "summary.motion: found null; expected an account"),
        ("summary", {"motion": ["x"]}, 'summary.motion: found ["x"]; expected a string'),
        ("harm_types", {"value": [], "quotes": [1]}, "harm_types.quotes: found [1]; expected a l"),
    ],
)
def test_a_wrong_value_is_told_with_what_was_expected(
    answer: Answer, field: str, given: Any, message: str
) -> None:
    with pytest.raises(BadReading) as caught:
        _with(answer, **{field: given})
    assert str(caught.value).startswith(message)
    assert caught.value.kind == "wrong_values"


def test_all_that_is_wrong_is_told_at_once(answer: Answer) -> None:
    with pytest.raises(BadReading, match=r"harm_timing: .*; delay_months: .*; forecast: "):
        _with(answer, harm_timing="soon", delay_months="two", forecast="likely")


def test_control_characters_do_not_reach_a_terminal(answer: Answer) -> None:
    forecast = {"value": 0.4, "reason": "\x1b[2J\x1b[31mweak\tcase\n"}
    quotes = {"value": "declaration", "quotes": ["three \x07customers\nswore"]}
    reading = _with(answer, forecast=forecast, harm_evidence=quotes)
    assert reading.forecast.reason == "[2J [31mweak\tcase"
    assert reading.coded["harm_evidence"].quotes == ("three  customers\nswore",)


def test_a_message_does_not_repeat_words_of_a_paper(answer: Answer) -> None:
    words = "Hale copied the customer list the night before he resigned."
    with pytest.raises(BadReading) as caught:
        _with(answer, harm_evidence=words, delay_months=words)
    assert "Hale" not in str(caught.value)
    assert "harm_evidence: found a text of 61 characters" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "I cannot help with that.",
        "",
        '{"motion_type": {"value": "tro", "quotes": []}, "relief',
        '{"a":' * 100_000,
        '{"a": ' + "9" * 5000 + "}",
        "{" * 10_000,
    ],
)
def test_what_is_not_json_is_told(text: str) -> None:
    with pytest.raises(BadReading, match="expected one JSON object") as caught:
        parse_reading(text)
    assert caught.value.kind == "not_json"


def test_an_answer_cut_off_is_not_read_in_part(answer: Answer) -> None:
    text = json.dumps(answer)
    for end in range(1, len(text), 7):
        with pytest.raises(BadReading):
            parse_reading(text[:end])


def test_two_objects_are_too_many(answer: Answer) -> None:
    with pytest.raises(BadReading, match="found 2 JSON objects"):
        parse_reading(json.dumps(answer) + json.dumps(answer))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def _is_valid(field: str, reading: Reading) -> bool:
    """Check a value by the schema's own model."""
    value = reading.coded[field].value if field in CODED else reading.ratings[field].value
    checked = getattr(Motion(**{"motion_type": "tro", "motion": "He moves.", field: value}), field)
    return bool(checked == value if not is_list(field) else set(checked or ()) == set(value or ()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(field=st.sampled_from(FIELDS), found=_JSON)
def test_whatever_is_answered_is_valid_or_told_with_its_field(
    answer: Answer, field: str, found: Any
) -> None:
    read: Reading | BadReading
    try:
        read = _with(answer, **{field: found})
    except BadReading as error:
        read = error
    if isinstance(read, BadReading):
        assert str(read).startswith(field)
        assert "; expected" in str(read)
        return
    read.model_dump_json().encode()
    if field in (*CODED, *RATINGS) and field != "motion_type":
        assert _is_valid(field, read)


@given(text=st.text() | _JSON.map(json.dumps))
def test_any_other_text_is_no_reading(text: str) -> None:
    with pytest.raises(BadReading):
        parse_reading(text)


def test_the_persons_own_values_win(answer: Answer) -> None:
    motion = _with(answer, harm_evidence="declaration").to_motion(
        {
            "motion": "He moves.",
            "harm_types": ["monetary"],
            "likelihood_of_success": 2,
            "forecast": "",
            "harm_evidence": float("nan"),
            "outcome": "denied",
        }
    )
    assert motion.harm_types == ("monetary",)
    assert motion.likelihood_of_success == 2
    assert motion.irreparable_harm == 4
    assert motion.forecast == 0.6
    assert motion.harm_evidence == "declaration"
    assert motion.remedial_steps == ()
    assert motion.summary == answer["summary"]["motion"]
    assert motion.opposition_summary is None
    assert motion.quotes is None  # those of harm_types are not of the person's value


def test_quotes_come_along_with_their_values(answer: Answer) -> None:
    own = Motion(
        motion_type="tro", motion="M.", past_incident=True, quotes={"past_incident": ["A"]}
    )
    quotes = _with(answer).to_motion(own).quotes
    assert quotes == {
        "past_incident": ("A",),
        "harm_types": tuple(answer["harm_types"]["quotes"]),
    }


def test_a_motion_without_its_type_is_told(answer: Answer) -> None:
    with pytest.raises(ValidationError, match="motion_type"):
        _with(answer, motion_type=None).to_motion({"motion": "He moves."})


def test_labels_are_no_part_of_what_is_known() -> None:
    ruling = Ruling(id="a", decided="2024", outcome="denied", motion_type="tro", motion="He moves.")
    assert known_fields(ruling).keys() == {"id", "decided", "motion_type", "motion"}


def test_every_coded_field_takes_every_value_of_the_schema(answer: Answer) -> None:
    for field in CODED:
        for value in allowed_values(field):
            expected = (value,) if is_list(field) else value
            assert _with(answer, **{field: value}).coded[field].value == expected
