"""Take apart what a language model answered: find the JSON object, and read each field's value.

Leniency is for spelling only. A bare value counts as one without quotes, "null" as null, "4" as 4,
a code as a list of one. What could mean two things is an error, and its message tells the model
which field it is, what was found and what was expected.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, cast, get_args

from pydantic import TypeAdapter, ValidationError

from data.io.problems import problem_from_error
from data.schema import RATINGS, Motion, allowed_values, is_list

Value = str | bool | int | float | tuple[str, ...] | None
"""The value of a coded field; None is "not shown"."""


def _is_coded(name: str) -> bool:
    yes_no = bool in _parts(Motion.model_fields[name].rebuild_annotation())
    return yes_no or bool(allowed_values(name)) or name == "delay_months"


def _parts(annotation: Any) -> list[Any]:
    return [annotation, *(part for inner in get_args(annotation) for part in _parts(inner))]


CODED = tuple(name for name in Motion.model_fields if _is_coded(name))
"""The fields that take values of the codebook, or yes and no, and the delay."""
FORECAST, SUMMARY = "forecast", "summary"
FIELDS = (*CODED, *RATINGS, FORECAST, SUMMARY)
"""The fields of an answer, as the protocol names them."""
FORECAST_RANGE = (0.02, 0.98)
"""The protocol's bounds of a forecast. One beyond them counts as the bound."""
_NULL = frozenset({"", "null", "none", "n/a", "na", "not shown", "not stated", "unknown"})
"""Spellings of null, where they are not a value of the field."""
_SHOWN = re.compile(r"[\w.%+-]{1,40}")
"""Values that a message repeats: one word each. A longer one may be words of a paper."""
_MAX_SHOWN = 6
"""Values of a list that a message repeats."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that move a terminal's cursor or change its colors; tabs and line ends are not."""
_MAX_OBJECTS = 500
"""Places of an answer that are tried as the start of an object: each may cost its whole length."""
_MAX_PROBLEMS = 12
"""Problems that one message tells."""
_OPENING = re.compile(r"\{\s*[\"}]")


class BadReading(ValueError):
    """An answer that is not a reading; the message tells a language model what to mend.

    Attributes
    ----------
    kind
        `not_json` or `wrong_values`.
    """

    def __init__(self, kind: str, *problems: str) -> None:
        more = len(problems) - _MAX_PROBLEMS
        shown = [*problems[:_MAX_PROBLEMS], *([f"and {more} more like these"] if more > 0 else [])]
        super().__init__("; ".join(shown))
        self.kind = kind


def find_object(answer: str) -> dict[str, Any]:
    """Return the JSON object in an answer that may have fences or words around it.

    Raises
    ------
    BadReading
        If there is none with the protocol's fields, or more than one.
    """
    decoder = json.JSONDecoder(strict=False)  # a line end within a string is plain enough
    found: list[dict[str, Any]] = []
    error = "no JSON object"
    start = answer.find("{")
    for _ in range(_MAX_OBJECTS):
        if start < 0:
            break
        try:
            value, end = decoder.raw_decode(answer, start)
        except json.JSONDecodeError as failed:
            if _OPENING.match(answer, start) and error == "no JSON object":
                error = f"{failed.msg} at line {failed.lineno}, column {failed.colno}"
            end = start + 1
        except (ValueError, RecursionError):  # a number of thousands of digits; nested too deeply
            error, end = "an object that cannot be read", len(answer)
        else:
            found.append(_without_headings(value))
        start = answer.find("{", end)
    # Where the whole is broken, its parts may decode.
    whole = [value for value in found if 2 * len(value.keys() & set(FIELDS)) > len(FIELDS)]
    if len(whole) == 1:
        return whole[0]
    expected = "expected one JSON object with every field of the protocol, and nothing else"
    if len(whole) > 1:
        raise BadReading("not_json", f"found {len(whole)} JSON objects; {expected}")
    if not found or error != "no JSON object":
        raise BadReading("not_json", f"found {error}; {expected}")
    names = ", ".join(name for name in FIELDS if not any(name in value for value in found))
    raise BadReading("wrong_values", f"missing: {names}; {expected}")


def _without_headings(value: Mapping[str, Any]) -> dict[str, Any]:
    """Lift fields out of groups, which some models make of the protocol's headings."""
    flat: dict[str, Any] = {}
    for key, part in value.items():
        grouped = key not in FIELDS and isinstance(part, dict) and part.keys() & set(FIELDS)
        flat |= part if grouped else {key: part}
    return flat


def taken_apart(field: str, answer: Any, key: str) -> tuple[Any, Any]:
    """Return the value of a field's answer, and its `quotes` or `reason` (None if it has none).

    Parameters
    ----------
    field
        The field.
    answer
        The object of the protocol, or a bare value.
    key
        `quotes` or `reason`.

    Raises
    ------
    BadReading
        If it is an object without a value.
    """
    if not isinstance(answer, Mapping):
        return answer, None
    if "value" not in answer:
        raise wrong(field, answer, f'an object with "value" and "{key}"')
    return answer["value"], answer.get(key)


@cache
def _adapter(field: str) -> TypeAdapter[Any]:
    """Return the validator of a field, by the schema; it lets null pass for every field."""
    return TypeAdapter(Motion.model_fields[field].rebuild_annotation() | None)


def read_value(field: str, raw: Any) -> Value:
    """Return the value of a coded field or of a rating, by the schema.

    Raises
    ------
    BadReading
        If it is none; the message names the field, what was found and what was expected.
    """
    value = _as_listed(field, raw) if isinstance(raw, list | str) else raw
    if _is_null(value, field):
        return None
    try:
        checked = _adapter(field).validate_python(value)
    except ValidationError as error:
        problem = problem_from_error({**error.errors()[0], "loc": (field,)}, {field: raw})
        raise wrong(field, raw, problem.expected.split(";")[0]) from None
    if isinstance(checked, tuple):
        return tuple(map(str, checked))
    return str(checked) if isinstance(checked, str) else cast(Value, checked)


def _as_listed(field: str, raw: list[Any] | str) -> Any:
    """Return codes as a list for a field that is one, and a list of one as its item for another."""
    if is_list(field) and isinstance(raw, str):
        return raw if _is_null(raw, field) else re.findall(r"[^\s,;][^,;]*", raw)
    if not is_list(field) and isinstance(raw, list) and len(raw) == 1:
        return raw[0]
    return raw


def _is_null(value: Any, field: str) -> bool:
    text = value.strip().lower() if isinstance(value, str) else None
    return text in _NULL and text not in allowed_values(field)


def read_forecast(raw: Any) -> float:
    """Return a forecast within the protocol's bounds; "40%" counts as 0.4.

    Raises
    ------
    BadReading
        If it is no number from 0 to 1.
    """
    text = raw.strip() if isinstance(raw, str) else ""
    try:
        if isinstance(raw, bool):
            raise ValueError
        value = float(text[:-1]) / 100 if text.endswith("%") else float(raw)
        if not 0 <= value <= 1:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise wrong(FORECAST, raw, "a number from {} to {}".format(*FORECAST_RANGE)) from None
    return min(max(value, FORECAST_RANGE[0]), FORECAST_RANGE[1])


def read_quotes(field: str, raw: Any) -> tuple[str, ...]:
    """Return the quotes of a field, each once; one string counts as one quote.

    Raises
    ------
    BadReading
        If they are no list of strings.
    """
    quotes = [raw] if isinstance(raw, str) else raw or []
    if not isinstance(quotes, list | tuple) or not all(isinstance(q, str) for q in quotes):
        raise wrong(f"{field}.quotes", raw, "a list of strings")
    stripped = (_printable(quote).strip() for quote in quotes)
    return tuple(dict.fromkeys(quote for quote in stripped if quote.lower() not in _NULL))


def read_words(name: str, raw: Any) -> str:
    """Return a reason or a summary, "" for null.

    Raises
    ------
    BadReading
        If it is no string.
    """
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise wrong(name, raw, "a string")
    words = _printable(raw).strip()
    return "" if words.lower() in _NULL else words


def _printable(text: str) -> str:
    """Return a text that any terminal, file or database can take."""
    return _CONTROL.sub(" ", encodable(text))


def encodable(text: str) -> str:
    """Return a text without halves of surrogate pairs, which no file or database can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def wrong(field: str, found: Any, expected: str) -> BadReading:
    """Return the error of one field. It repeats a value only if it is short."""
    values = found if isinstance(found, list | tuple) else [found]
    shown = "null" if found is None else json.dumps(found, default=str)
    if len(values) > _MAX_SHOWN or not all(_SHOWN.fullmatch(str(value)) for value in values):
        shown = f"a {'text' if isinstance(found, str) else 'value'} of {len(shown)} characters"
    return BadReading("wrong_values", f"{field}: found {shown}; expected {expected}")
