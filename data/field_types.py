"""Kinds of fields: how people write a value, how it is read, and what JSON Schema says of it."""

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


def _no_blank(value: Any) -> Any:
    """Read an empty string or a data frame's null (NaN, NaT, NA) as 'not shown'."""
    blank = isinstance(value, str) and not value.strip()
    null = isinstance(value, float) and math.isnan(value)
    return None if blank or null or type(value).__name__ in {"NaTType", "NAType"} else value


def _coding(value: Any) -> Any:
    """Read a coding as people write it: `TRO` as `tro`, `Ex parte` as `ex_parte`."""
    value = _no_blank(value)
    return re.sub(r"[\s-]+", "_", value.strip().lower()) if isinstance(value, str) else value


def _codings(value: Any) -> Any:
    value = _no_blank(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(dict.fromkeys(map(_coding, value)))
    return value


def _name(value: Any) -> Any:
    """Read a number in a column of names (a spreadsheet's id 17, a data frame's 17.0) as text."""
    value = _no_blank(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.0f}" if number and float(value).is_integer() else value


def _court_id(value: Any) -> Any:
    value = _no_blank(value)
    return value.lower() if isinstance(value, str) else value


# A day with its time, or a year that was a number beside gaps.
_AS_DATA_FRAMES_WRITE = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.{0,20}|(\d{4})\.0")


def _iso_date(value: Any) -> Any:
    """Read a spreadsheet's or data frame's date, with or without a time, and a number as a year."""
    value = _name(value)
    if isinstance(value, str) and (found := _AS_DATA_FRAMES_WRITE.fullmatch(value.strip())):
        return found[1] or found[2]
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else value


def _no_yes_no(value: Any) -> Any:
    """Refuse a yes or no where a number is asked for, which would count as 1 or 0."""
    if isinstance(value, bool):
        raise ValueError("expected a number")
    return _no_blank(value)


def _yes_no(value: Any) -> Any:
    """Read `1.0` and `0.0`, which a data frame with gaps writes into CSV for yes and no."""
    value = value.strip() if isinstance(value, str) else value
    return value == "1.0" if isinstance(value, str) and value in ("1.0", "0.0") else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("expected some text")
    return value


class _BlankToo:
    """Tells in a JSON Schema that an empty string is read as `null`."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler(core_schema)
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "string", "pattern": r"^\s*$"}]}


T = TypeVar("T")
_Name = Annotated[str, Field(min_length=1)]
Name = Annotated[_Name, BeforeValidator(_name)]
_NumberToo = Annotated[str, WithJsonSchema({"type": ["string", "integer"]})]
MaybeName = Annotated[_NumberToo | None, BeforeValidator(_name)]
Maybe = Annotated[T | None, BeforeValidator(_no_blank), _BlankToo()]
Coding = Annotated[T, BeforeValidator(_coding)]
MaybeCoding = Annotated[T | None, BeforeValidator(_coding), _BlankToo()]
MaybeCodings = Annotated[tuple[T, ...] | None, BeforeValidator(_codings), _BlankToo()]
_Day = Annotated[
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
Day = Annotated[_Name, BeforeValidator(_iso_date)]
MaybeDay = Annotated[_Day | None, BeforeValidator(_iso_date)]
MaybeCourt = Annotated[str | None, BeforeValidator(_court_id)]
# Spreadsheets hold 1 and 0.
YesNo = Annotated[
    bool,
    BeforeValidator(_yes_no),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}]}),
]
Rating = Annotated[
    Annotated[int, Field(ge=1, le=5)] | None, BeforeValidator(_no_yes_no), _BlankToo()
]
MaybeAmount = Annotated[
    Annotated[float, Field(ge=0, allow_inf_nan=False)] | None,
    BeforeValidator(_no_yes_no),
    _BlankToo(),
]
# Papers are kept to the letter, so that the spans of phrases fit the text as it was sent.
Paper = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1),
    WithJsonSchema({"type": "string", "pattern": r"[^\s\x1c-\x1f\x85]"}),
    AfterValidator(_not_blank),
]
MaybePaper = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=False)] | None, BeforeValidator(_no_blank)
]
