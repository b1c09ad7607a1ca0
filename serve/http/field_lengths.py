"""The length of what a request may give as a name, such as that of a court.

An answer repeats such fields several times, so that a small request would get a large answer.
Papers have no limit but that of the body, and rows of files none at all.
"""

from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from data.io.load import Loaded, check_rows
from data.io.problems import Problem, Reject
from data.schema import Motion

MAX_NAME = 1000
"""Characters of a field that is not words of papers."""
NAME_FIELDS = ("id", "case_id", "caption", "court", "docket_number", "judge")
"""Fields of a motion that may hold any text, but no papers."""
_EXPECTED = f"at most {MAX_NAME:,} characters"


def check_lengths(motion: Motion) -> Motion:
    """Return a motion as it is, if its names are short enough.

    Raises
    ------
    ValidationError
        If they are not; it names the fields.
    """
    check_values({name: getattr(motion, name) for name in NAME_FIELDS})
    return motion


def check_values(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return values of fields as they are, if the names among them are short enough.

    Raises
    ------
    ValidationError
        If they are not; it names the fields.
    """
    kind = PydanticCustomError("string_too_long", "expected {expected}", {"expected": _EXPECTED})
    errors = [
        InitErrorDetails(type=kind, loc=(name,), input=value)
        for name, value in (values or {}).items()
        if _is_too_long(name, value)
    ]
    if errors:
        raise ValidationError.from_exception_data(Motion.__name__, errors)
    return values


def check_motions(rows: list[Any]) -> Loaded[Motion]:
    """Check the motions of a batch by the schema, and the lengths of their names."""
    checked = check_rows(rows, Motion, strict=True)
    motions, numbers = checked.rows, checked.row_numbers
    checked.rows, checked.row_numbers = [], []
    for motion, number in zip(motions, numbers, strict=True):
        problems = [
            Problem(name, value, _EXPECTED)
            for name in NAME_FIELDS
            if _is_too_long(name, value := getattr(motion, name))
        ]
        if problems:
            checked.rejects.append(Reject(number, tuple(problems), rows[number - 1]))
        else:
            checked.rows.append(motion)
            checked.row_numbers.append(number)
    return checked


def _is_too_long(name: str, value: Any) -> bool:
    return name in NAME_FIELDS and isinstance(value, str) and len(value) > MAX_NAME
