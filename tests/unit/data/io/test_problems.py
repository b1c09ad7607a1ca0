"""Problems: how a wrong value is described."""

import json

import pytest
from pydantic import ValidationError

from data.io.problems import Problem, Reject, problem_from_error, reject_as_json
from data.schema import Motion


def _problems(row: dict[str, object]) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        Motion.model_validate(row)
    return [problem_from_error(detail, row) for detail in caught.value.errors(include_url=False)]


@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"motion_type": "writ"}, "motion_type", "one of preliminary_injunction"),
        ({"harm_types": "monetary"}, "harm_types", "a list of one of"),
        ({"harm_types": ["monetary", "pride"]}, "harm_types", "one of constitutional_right"),
        ({"harm_types": ["monetary, voting"]}, "harm_types", "separate values with ;"),
        ({"delay_months": -1}, "delay_months", "months from 0 to 1200"),
        ({"decided": "May"}, "decided", "YYYY-MM-DD"),
        ({"colour": "red"}, "colour", "no such field"),
        ({"outcome": "granted"}, "outcome", "before a ruling"),
        ({"motion": " "}, "motion", "some text"),
    ],
)
def test_a_problem_names_field_value_and_what_was_expected(
    change: dict[str, object], field: str, expected: str
) -> None:
    [problem] = _problems({"motion_type": "tro", "motion": "x"} | change)
    assert problem.field == field
    assert expected in problem.expected
    value = change[field]
    assert problem.found in (value, value[-1] if isinstance(value, list) else value)


def test_a_missing_field_is_required() -> None:
    [problem] = _problems({"motion": "x"})
    assert (problem.field, problem.found) == ("motion_type", None)
    assert "missing" in problem.detail
    assert "required" in problem.detail


def test_long_values_are_shortened() -> None:
    detail = Problem("judge", "x" * 500, "less").detail
    assert "..." in detail
    assert len(detail) < 120


def test_a_reject_is_one_line_of_json_and_one_sentence() -> None:
    reject = Reject(7, (Problem("a", 1, "2"), Problem("b", None, "c")), {"a": 1.5}, "x.csv")
    line = json.loads(reject_as_json(reject, "x.csv"))
    assert (line["file"], line["row"], line["raw"]) == ("x.csv", 7, {"a": 1.5})
    assert len(line["reasons"]) == 2
    assert "file" not in json.loads(reject_as_json(reject))
    assert str(reject).startswith("x.csv, row 7: a: ")
