"""Dates in papers: "March 3, 2021", "3 March 2021", "3/3/2021", "2021-03-03", "March 2021"."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from dateutil import parser

from features.text.offsets import Offsets

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_YEAR_PATTERN = r"(?:1[89]|20)\d{2}"
_DATE = re.compile(
    rf"\b(?:{_MONTH}\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?{_YEAR_PATTERN}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+{_YEAR_PATTERN}"
    rf"|\d{{1,2}}/\d{{1,2}}/{_YEAR_PATTERN}|{_YEAR_PATTERN}-\d{{2}}-\d{{2}})\b",
    re.IGNORECASE,
)
_YEAR = re.compile(_YEAR_PATTERN)
_MAX_BEFORE_YEAR, _MAX_AFTER_YEAR = 40, 7
"""Characters of a date before and after its year, and one more that shows its end."""
DAYS_IN_MONTH = 30.4
_PENALTY_BEFORE = 10
"""Characters added to the distance of a date that precedes a phrase."""


@dataclass(frozen=True, slots=True)
class DateMatch:
    """A date and its span; a month without a day counts as its fifteenth."""

    start: int
    end: int
    day: date


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of one text.

    Attributes
    ----------
    spans
        What looks like a date, in order. It is parsed when needed: "13/32/2020" is not a date.
    words
        The words of each.
    """

    spans: tuple[tuple[int, int], ...]
    words: tuple[str, ...]

    def over(self, offsets: Offsets) -> "Dates":
        """Return the same dates by their spans in what the text was made from."""
        return replace(self, spans=tuple(offsets.span(*span) for span in self.spans))

    def first(self, start: int, end: int) -> DateMatch | None:
        """Return the first date that begins within `text[start:end]`, or None."""
        return next(self._within(start, end), None)

    def nearest(self, start: int, end: int, within: tuple[int, int]) -> DateMatch | None:
        """Return the date nearest to a phrase, or None.

        A date after the phrase is preferred to one as near before it: "in May 2020 and moved on
        June 3, 2021".

        Parameters
        ----------
        start, end
            The span of the phrase.
        within
            The span to search, such as the phrase's sentence.
        """
        # The last date before the phrase and the first after it; a long sentence may hold many.
        sides = (
            self._within(start, within[1]),
            self._within(within[0], start, backwards=True),
        )
        candidates = [
            match for side in sides if (match := next(side, None)) and match.end <= within[1]
        ]
        return min(
            candidates,
            key=lambda match: max(start - match.end + _PENALTY_BEFORE, match.start - end),
            default=None,
        )

    def _within(self, start: int, end: int, backwards: bool = False) -> Iterator[DateMatch]:
        """Yield the dates that begin within `text[start:end]`."""
        indices = range(bisect_left(self.spans, (start, 0)), bisect_left(self.spans, (end, 0)))
        for index in reversed(indices) if backwards else indices:
            first, last = self.spans[index]
            if day := _parse(self.words[index]):
                yield DateMatch(first, last, day)


def find_dates(text: str) -> Dates:
    """Find everything in a text that looks like a date.

    Examples
    --------
    >>> find_dates("It closes on March 3, 2021.").first(0, 30).day
    datetime.date(2021, 3, 3)
    """
    spans: list[tuple[int, int]] = []
    end = 0
    for year in _YEAR.finditer(text):  # looking around years alone is five times as fast
        match = _DATE.search(
            text, max(end, year.start() - _MAX_BEFORE_YEAR), year.end() + _MAX_AFTER_YEAR
        )
        if match:
            spans.append(match.span())
            end = match.end()
    return Dates(tuple(spans), tuple(text[start:end] for start, end in spans))


@lru_cache(maxsize=1024)
def _parse(words: str) -> date | None:
    try:
        return parser.parse(words, default=datetime(2000, 1, 15)).date()
    except (ValueError, OverflowError):
        return None


def months_between(first: date, last: date) -> float:
    """Return the months from one day to another."""
    return (last - first).days / DAYS_IN_MONTH
