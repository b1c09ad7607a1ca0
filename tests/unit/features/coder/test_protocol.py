"""The protocol says what the schema and the checks hold to."""

import re

import pytest

from data.schema import RATINGS, allowed_values
from features.coder.answers import CODED, FORECAST_RANGE
from features.coder.protocol import protocol_digest, protocol_text
from features.coder.reading import QUOTELESS

_ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| (.*) \|$", re.MULTILINE)
ROWS = {
    name: meaning
    for names, meaning in _ROW.findall(protocol_text())
    for name in re.findall(r"\w+", names)
}


def test_every_coded_field_has_a_row() -> None:
    assert set(ROWS) == set(CODED)


@pytest.mark.parametrize("field", [name for name in CODED if allowed_values(name)])
def test_the_values_listed_are_the_schemas(field: str) -> None:
    wording = re.sub(r"\([^)]*\)", "", ROWS[field]).split(" list of ")[-1]
    wording = wording.removeprefix("list of ").removeprefix("strongest support:")
    listed = [re.match(r"\s*(\w*)", part)[1] for part in wording.split(",")]  # type: ignore[index]
    assert listed[: len(allowed_values(field))] == list(allowed_values(field))
    assert len(listed) - len(allowed_values(field)) == ("against the relief" in wording)


def test_ratings_forecast_and_summary_are_asked_for() -> None:
    for name in (*RATINGS, "forecast", "summary"):
        assert f"`{name}`" in protocol_text()
    assert '"value": {}-{}'.format(*FORECAST_RANGE) in protocol_text()


def test_the_fields_without_quotes_are_those_the_protocol_names() -> None:
    sentence = re.search(r"at least one quote\.([^.]*) need none\.", protocol_text())
    assert sentence
    assert set(re.findall(r"`(\w+)`", sentence[1])) == QUOTELESS


def test_the_digest_identifies_the_text() -> None:
    assert re.fullmatch("[0-9a-f]{64}", protocol_digest())
