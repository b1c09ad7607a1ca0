"""Several readings of the same papers: codings by majority, opinions averaged."""

import json
import math

import pytest

from features.coder.reading import Reading
from features.coder.samples import combine_readings, forecast_spread
from tests.support.recorded_readings import RECORDED


def _reading(**parts: object) -> Reading:
    answer = json.loads(RECORDED.read_text(encoding="utf-8"))
    for name, value in parts.items():
        answer[name] = answer[name] | (value if isinstance(value, dict) else {"value": value})
    return Reading.model_validate(answer)


def test_one_reading_stays_as_it_is() -> None:
    assert combine_readings([_reading()]) == _reading()
    assert forecast_spread([_reading()]) is None


def test_codings_are_those_of_the_majority_and_of_the_first_in_a_tie() -> None:
    values = ("allegation", "declaration", "declaration")
    three = combine_readings([_reading(harm_evidence=value) for value in values])
    assert three.coded["harm_evidence"].value == "declaration"
    two = combine_readings([_reading(harm_evidence=value) for value in values[:2]])
    assert two.coded["harm_evidence"].value == "allegation"


def test_lists_in_another_order_agree_and_their_quotes_are_joined() -> None:
    lists = [
        {"value": ["monetary"], "quotes": ["one two three four"]},
        {"value": ["voting", "environmental"], "quotes": ["a quote of the second"]},
        {"value": ["environmental", "voting"], "quotes": ["a quote of the third"]},
    ]
    combined = combine_readings([_reading(harm_types=each) for each in lists])
    assert combined.coded["harm_types"].value == ("voting", "environmental")
    assert combined.coded["harm_types"].quotes == ("a quote of the second", "a quote of the third")


def test_opinions_are_averaged_over_the_readings_that_have_one() -> None:
    readings = [
        _reading(irreparable_harm=value, forecast=p) for value, p in ((2, 0.2), (None, 0.8))
    ]
    combined = combine_readings(readings)
    assert combined.ratings["irreparable_harm"].value == 2
    assert combined.forecast.value == pytest.approx(0.5)
    spread = forecast_spread(readings)
    assert spread == pytest.approx(math.sqrt(2) * math.log(4))


def test_equal_forecasts_have_no_spread() -> None:
    assert forecast_spread([_reading(), _reading()]) == 0
