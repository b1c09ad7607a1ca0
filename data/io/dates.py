"""Dates as spreadsheets and courts write them in the United States, as ISO dates."""

import re
from datetime import date
from typing import NamedTuple

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_MONTHS = {
    spelling.lower(): number
    for number, name in enumerate(MONTHS, start=1)
    for spelling in (name, name[:3], *(["Sept"] if name == "September" else []))
}
_IN_WORDS = re.compile(rf"\b(?:{'|'.join(MONTHS)})\s+\d{{1,2}},?\s+\d{{4}}", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![T ])[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?$"
)
_NUMBERS = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{1,2}))?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH_AND_YEAR = re.compile(r"(\d{1,2})\s*[/-]\s*(\d{4})")
_WEEKDAY = re.compile(
    r"(?i)^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+"
)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4}|\d{2})")
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_CENTURY_TURNS = 70
"""Years of two digits from this one on are of the 20th century, as spreadsheets take them (POSIX:
69); rulings of before 1970 are written with four digits."""


class ReadDate(NamedTuple):
    """A date, and how it was understood."""

    iso: str
    how: str


def read_date(text: str) -> ReadDate | None:
    """Read a date; None if it is none, or a day that no calendar has.

    Parameters
    ----------
    text
        Such as `2/16/2025`, `Feb. 16, 2025` or `2025-02-16`. Of `3/4/2025` the month is taken to be
        first, as in the United States; only the year of a date is used.

    Examples
    --------
    >>> read_date("2/16/2025")
    ReadDate(iso='2025-02-16', how='month/day/year')
    >>> read_date("2/30/2025") is None
    True
    """
    plain = _WEEKDAY.sub("", _TIME.sub("", text.strip()))
    if _ISO.fullmatch(plain):
        known = _date(plain, *map(int, plain.split("-")))
        return ReadDate(plain, "as given") if known else None
    if match := _NUMBERS.fullmatch(plain):
        return _from_numbers(int(match[1]), int(match[2]), match[3])
    if match := _YEAR_FIRST.fullmatch(plain):
        return _read("year first", int(match[1]), int(match[2]), match[3])
    if match := _COMPACT.fullmatch(plain):
        return _read("year first", int(match[1]), int(match[2]), match[3])
    if match := _MONTH_AND_YEAR.fullmatch(plain):
        return _read("month/year", int(match[2]), int(match[1]), None)
    if (match := _MONTH_FIRST.fullmatch(plain)) and (month := _MONTHS.get(match[1].lower())):
        return _read("month in words", int(match[3]), month, match[2])
    if (match := _DAY_FIRST.fullmatch(plain)) and (month := _MONTHS.get(match[2].lower())):
        return _read("month in words", _year(match[3]), month, match[1])
    return None


def dates_in(text: str) -> list[str]:
    """Return the dates of a text that are written out, as ISO dates.

    >>> dates_in("Argued May 2, 2003. Decided June 4, 2003.")
    ['2003-05-02', '2003-06-04']
    """
    found = (read_date(words) for words in _IN_WORDS.findall(text))
    return [each.iso for each in found if each]


def _from_numbers(first: int, second: int, year_text: str) -> ReadDate | None:
    year = _year(year_text)
    short = ", year of two digits" if len(year_text) == 2 else ""
    if first > 12:
        return _read(f"day/month/year{short}", year, second, str(first))
    ambiguous = second <= 12 and first != second
    how = "month/day/year or day/month/year, read as the former" if ambiguous else "month/day/year"
    return _read(how + short, year, first, str(second))


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= _CENTURY_TURNS else 2000)


def _read(how: str, year: int, month: int, day: str | None) -> ReadDate | None:
    iso = f"{year:04d}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    return ReadDate(iso, how) if _date(iso, year, month, int(day or 1)) else None


def _date(iso: str, year: int, month: int = 1, day: int = 1) -> str | None:
    """Return the ISO text if the calendar has that day and its year has four digits."""
    try:
        date(year, month, day)
    except ValueError:
        return None
    return iso if year >= 1000 else None
