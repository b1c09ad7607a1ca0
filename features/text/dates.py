"""Dates in papers: "March 3, 2021", "3 March 2021", "3/3/2021", "2021-03-03", "March 2021"."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

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
_A_YEAR = re.compile(_YEAR)
_AHEAD, _BEHIND = 40, 7
"""Characters of a date before and after its year at the most, and one more to see its end."""
DAYS_IN_MONTH = 30.4
_BEFORE = 10
"""Characters that a date before a phrase counts as further away than one after it."""


@dataclass(frozen=True, slots=True)
class DateMatch:
    """A date with its span; a month without a day counts as its fifteenth."""

    start: int
    end: int
    day: date


def first_date(text: str, start: int, end: int) -> DateMatch | None:
    """Return the first date that begins within `text[start:end]`, or None."""
    return next(_dates(text, start, end), None)


def nearest_date(text: str, start: int, end: int, within: tuple[int, int]) -> DateMatch | None:
    """Return the date within a part of the text that stands nearest to `text[start:end]`.

    One that follows goes before one as near that precedes: "in May 2020 and moved on June 3, 2021".
    """
    # Only the last date before and the first after: of all of a long sentence time would run away.
    sides = (_dates(text, start, within[1]), _dates(text, within[0], start, backwards=True))
    near = [found for side in sides if (found := next(side, None)) and found.end <= within[1]]
    return min(
        near, key=lambda date: max(start - date.end + _BEFORE, date.start - end), default=None
    )


def _dates(text: str, start: int, end: int, backwards: bool = False) -> Iterator[DateMatch]:
    """Give the dates that begin within `text[start:end]`; 13/32/2020 only looks like one."""
    spans = _spans(text)
    places = range(bisect_left(spans, (start, 0)), bisect_left(spans, (end, 0)))
    for place in reversed(places) if backwards else places:
        first, last = spans[place]
        if day := _day(text[first:last]):
            yield DateMatch(first, last, day)


@lru_cache(maxsize=4)  # both papers of a motion, asked for phrase by phrase
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return where what looks like dates stands in a text, in order."""
    spans: list[tuple[int, int]] = []
    end = 0
    for year in _A_YEAR.finditer(text):  # looking around years alone is five times as fast
        found = _DATE.search(text, max(end, year.start() - _AHEAD), year.end() + _BEHIND)
        if found:
            spans.append(found.span())
            end = found.end()
    return tuple(spans)


@lru_cache(maxsize=1024)
def _day(words: str) -> date | None:
    try:
        return parser.parse(words, default=datetime(2000, 1, 15)).date()
    except (ValueError, OverflowError):
        return None


def months_between(first: date, last: date) -> float:
    """Return the months from one day to another."""
    return (last - first).days / DAYS_IN_MONTH
