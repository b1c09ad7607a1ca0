"""Dates in papers: "March 3, 2021", "3 March 2021", "3/3/2021", "2021-03-03", "March 2021"."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter

from dateutil import parser

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_YEAR = r"(?:1[89]|20)\d{2}"
_DATE = re.compile(
    rf"\b(?:{_MONTH}\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?{_YEAR}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+{_YEAR}"
    rf"|\d{{1,2}}/\d{{1,2}}/{_YEAR}|{_YEAR}-\d{{2}}-\d{{2}})\b",
    re.IGNORECASE,
)
DAYS_IN_MONTH = 30.4
_BEFORE = 10
"""Characters that a date before a phrase counts as further away than one after it."""


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date with its span; a month without a day counts as its fifteenth."""

    start: int
    end: int
    day: date


@lru_cache(maxsize=4)  # both papers of the motion at hand, asked for phrase by phrase
def find_dates(text: str) -> tuple[DateFound, ...]:
    """Return the dates of a text in order; what only looks like one (13/32/2020) is passed over."""
    return tuple(_dates(text))


def first_date(text: str, start: int, end: int) -> DateFound | None:
    """Return the first date that begins within `text[start:end]`, or None."""
    dates = find_dates(text)
    after = bisect_left(dates, start, key=attrgetter("start"))
    return dates[after] if after < len(dates) and dates[after].start < end else None


def nearest_date(text: str, start: int, end: int, within: tuple[int, int]) -> DateFound | None:
    """Return the date within a part of the text that stands nearest to `text[start:end]`.

    One that follows goes before one as near that precedes: "in May 2020 and moved on June 3, 2021".
    """
    dates = find_dates(text)
    after = bisect_left(dates, start, key=attrgetter("start"))
    around = dates[max(0, after - 1) : after + 1]
    near = [date for date in around if within[0] <= date.start and date.end <= within[1]]
    return min(
        near, key=lambda date: max(start - date.end + _BEFORE, date.start - end), default=None
    )


def _dates(text: str) -> Iterator[DateFound]:
    for found in _DATE.finditer(text):
        try:
            day = parser.parse(found[0], default=datetime(2000, 1, 15)).date()
        except (ValueError, OverflowError):
            continue
        yield DateFound(found.start(), found.end(), day)


def months_between(first: date, last: date) -> float:
    """Return the months from one day to another."""
    return (last - first).days / DAYS_IN_MONTH
