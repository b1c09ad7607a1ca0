"""Types of fields: the spellings accepted for a value, how each is parsed, and its JSON Schema."""

import json
import math
import re
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema


def _none_if_blank(value: Any) -> Any:
    """Parse an empty string or a data frame's null (NaN, NaT, NA) as None, 'not shown'."""
    is_blank = isinstance(value, str) and not value.strip()
    is_nan = isinstance(value, float) and math.isnan(value)
    is_null = type(value).__name__ in {"NaTType", "NAType"}
    return None if is_blank or is_nan or is_null else value


def _code(value: Any) -> Any:
    """Parse a code in free spelling: `TRO` as `tro`, `Ex parte` as `ex_parte`."""
    value = _none_if_blank(value)
    return re.sub(r"[\s-]+", "_", value.strip().lower()) if isinstance(value, str) else value


def _codes(value: Any) -> Any:
    value = _none_if_blank(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(dict.fromkeys(map(_code, value)))
    return value


_EXACT = 2**53
"""Largest integer up to which a float holds every one."""


def _name(value: Any) -> Any:
    """Parse a number in a column of names (a spreadsheet's id 17, a data frame's 17.0) as text."""
    value = _none_if_blank(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # exactly: a float holds 15 digits
    if isinstance(value, float) and value.is_integer():
        if abs(value) > _EXACT:
            raise ValueError("expected a name, or a whole number exactly: a float has rounded it")
        return f"{value:.0f}"
    return value


def _court_id(value: Any) -> Any:
    value = _none_if_blank(value)
    if not isinstance(value, str):
        return value
    from data.court_lookup import court_of_form  # which needs the schema

    return court_of_form(value) or value.lower()


# As data frames write a date with its time, and a year in a column with missing values.
_DATA_FRAME_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.{0,20}|(\d{4})\.0")


def _iso_date(value: Any) -> Any:
    """Parse a spreadsheet's or data frame's date, with or without a time, or a number as a year."""
    value = _name(value)
    if isinstance(value, str) and (match := _DATA_FRAME_DATE.fullmatch(value.strip())):
        return match[1] or match[2]
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else value


def _no_bool(value: Any) -> Any:
    """Refuse a boolean where a number is expected; pydantic would take it as 1 or 0."""
    if isinstance(value, bool):
        raise ValueError("expected a number")
    return _none_if_blank(value)


MAX_MONTHS = 1200
"""Most months of delay: a hundred years, longer than anybody has waited to move."""
MAX_SPREAD = 20
"""Largest standard deviation of log-odds: that of forecasts of nearly 0 and nearly 1."""


def _months(value: float) -> float:
    if not 0 <= value <= MAX_MONTHS:
        raise ValueError(f"expected months from 0 to {MAX_MONTHS}, a hundred years")
    return value


def _yes_no(value: Any) -> Any:
    """Parse `1.0` and `0.0`, as a data frame with missing values writes booleans to CSV."""
    value = value.strip() if isinstance(value, str) else value
    return value == "1.0" if isinstance(value, str) and value in ("1.0", "0.0") else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("expected some text")
    return value


def _quotes(value: Any) -> Any:
    """Parse a JSON text, as a CSV cell holds it; an empty object is None."""
    value = _none_if_blank(value)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):  # a list within a list, thousands of times
            raise ValueError("expected a JSON object of lists of quotes") from None
    return value or None if isinstance(value, dict) else value


class _AllowBlank:
    """Adds to a JSON Schema that an empty string is accepted as `null`."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler(core_schema)
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "string", "pattern": r"^\s*$"}]}


T = TypeVar("T")
_Name = Annotated[str, Field(min_length=1)]
Name = Annotated[_Name, BeforeValidator(_name)]
_StringOrInteger = Annotated[str, WithJsonSchema({"type": ["string", "integer"]})]
OptionalName = Annotated[_StringOrInteger | None, BeforeValidator(_name)]
OptionalValue = Annotated[T | None, BeforeValidator(_none_if_blank), _AllowBlank()]
Code = Annotated[T, BeforeValidator(_code)]
OptionalCode = Annotated[T | None, BeforeValidator(_code), _AllowBlank()]
OptionalCodes = Annotated[tuple[T, ...] | None, BeforeValidator(_codes), _AllowBlank()]
_DateText = Annotated[
    str,
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "pattern": r"^([1-9]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?$",
                },
                {"type": "integer", "minimum": 1000, "maximum": 9999},
            ]
        }
    ),
]
Date = Annotated[_Name, BeforeValidator(_iso_date)]
OptionalDate = Annotated[_DateText | None, BeforeValidator(_iso_date)]
OptionalCourtId = Annotated[str | None, BeforeValidator(_court_id)]
# Spreadsheets write 1 and 0.
YesNo = Annotated[
    bool,
    BeforeValidator(_yes_no),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}]}),
]
# The mean of several ratings has a fraction. For a union pydantic does not translate the bounds.
_RatingValue = Annotated[
    int | float,
    Field(ge=1, le=5),
    WithJsonSchema({"type": "number", "minimum": 1, "maximum": 5}),
]
Rating = Annotated[_RatingValue | None, BeforeValidator(_no_bool), _AllowBlank()]
OptionalProbability = Annotated[
    Annotated[float, Field(ge=0, le=1)] | None, BeforeValidator(_no_bool), _AllowBlank()
]
OptionalMonths = Annotated[
    Annotated[
        float,
        AfterValidator(_months),
        WithJsonSchema({"type": "number", "minimum": 0, "maximum": MAX_MONTHS}),
    ]
    | None,
    BeforeValidator(_no_bool),
    _AllowBlank(),
]
OptionalSpread = Annotated[
    Annotated[float, Field(ge=0, le=MAX_SPREAD)] | None,
    BeforeValidator(_no_bool),
    _AllowBlank(),
]
# Papers are not stripped, so that the spans of phrases refer to the text as it was sent.
Paper = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1),
    WithJsonSchema({"type": "string", "pattern": r"[^\s\x1c-\x1f\x85]"}),
    AfterValidator(_not_blank),
]
OptionalPaper = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=False)] | None,
    BeforeValidator(_none_if_blank),
]
_Quotes = dict[str, tuple[Annotated[str, StringConstraints(strip_whitespace=False)], ...]]
OptionalQuotes = Annotated[_Quotes | None, BeforeValidator(_quotes)]
