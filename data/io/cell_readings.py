"""Read one cell of a table by its field: a court, a date, a number, yes or no.

Each function gives what the schema is to check, and tells what it took for something else. What it
does not understand it returns as it is.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, get_args

from data.court_lookup import look_up_court
from data.io.dates import read_date
from data.schema import Ruling
from data.synonyms import is_not_shown, key, yes_no

_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,3}")
"""A long number as Excel shows it, and saves it as CSV: the digits are gone."""
_NAMES = ("id", "case_id", "docket_number")
_MONTHS = re.compile(r"(?i)(\d+(?:\.\d+)?)\s*(?:months?|mos?\.?)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_COURT = (
    "a trial court's CourtListener id (ilnd), Bluebook form (N.D. Ill.) or full name; add another "
    "name to data/synonyms.toml, or leave the cell empty"
)

Told = Callable[[str, str], None]


class NotUnderstood(ValueError):
    """A cell that cannot be read; the message says what was expected."""


def _court(value: Any, told: Told) -> Any:
    if not isinstance(value, str):
        return value
    if is_not_shown(value):
        told(value.strip(), "not shown")
        return None
    found = look_up_court(value.strip())
    if found is None:
        raise NotUnderstood(_COURT)
    if found != value.strip().lower():
        told(value.strip(), found)
    return found


def _decided(value: Any, told: Told) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 10**7 <= value < 10**8:
        value = str(value)  # 20250216
    if not isinstance(value, str):
        if isinstance(value, date):
            told("a date of the spreadsheet", "a date; only its year is used")
        return value
    if is_not_shown(value):
        told(value.strip(), "not shown")
        return None
    read = read_date(value)
    if read is None:
        return value
    if read.how != "as given":
        told(read.how, "a date; only its year is used")
    return read.iso


def _name(value: Any, told: Told) -> Any:
    if isinstance(value, str) and _ROUNDED.fullmatch(value.strip()):
        raise NotUnderstood(
            "all digits: a spreadsheet has rounded this number; format its column as text"
        )
    return value


def _yes_no(value: Any, told: Told) -> Any:
    if not isinstance(value, str) or value.strip() in ("1.0", "0.0"):
        return value
    answer = yes_no().get(key(value))
    if answer is not None:
        if value.strip().lower() not in ("true", "false", "1", "0"):
            told(value.strip(), "true" if answer else "false")
        return answer
    if is_not_shown(value):
        told(value.strip(), "not shown")
        return None
    return value


def _number(value: Any, told: Told) -> Any:
    if not isinstance(value, str) or _NUMBER.fullmatch(value.strip()):
        return value
    if is_not_shown(value):
        told(value.strip(), "not shown")
        return None
    return value


def _months(value: Any, told: Told) -> Any:
    if isinstance(value, str) and (match := _MONTHS.fullmatch(value.strip())):
        told("a number with its unit, months", "the number")
        return match[1]
    return _number(value, told)


def _probability(value: Any, told: Told) -> Any:
    if isinstance(value, str) and (match := _PERCENT.fullmatch(value.strip())):
        told("a percentage", "a share of 1")
        return float(match[1]) / 100
    return _number(value, told)


_READERS: dict[str, Callable[[Any, Told], Any]] = {
    "court": _court,
    "decided": _decided,
    "delay_months": _months,
    "forecast": _probability,
    **dict.fromkeys(_NAMES, _name),
}


@cache
def _yes_no_fields() -> frozenset[str]:
    return frozenset(
        n for n, info in Ruling.model_fields.items() if bool in _types(info.annotation)
    )


@cache
def _number_fields() -> frozenset[str]:
    return frozenset(
        n for n, info in Ruling.model_fields.items() if float in _types(info.annotation)
    )


def _types(annotation: Any) -> set[Any]:
    arguments = get_args(annotation)
    return set().union(*map(_types, arguments)) if arguments else {annotation}


def reader_of(name: str) -> Callable[[Any, Told], Any] | None:
    """Return the reader of a field's cells; None for text, and for fields of allowed values."""
    if name in _READERS:
        return _READERS[name]
    if name in _yes_no_fields():
        return _yes_no
    return _number if name in _number_fields() else None
