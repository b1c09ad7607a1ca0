"""Combine several readings of the same papers into one."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import fmean, stdev

from features.coder.reading import Coded, Rated, Reading

MAX_QUOTES = 3
"""Quotes of a field."""


def combine_readings(readings: Sequence[Reading]) -> Reading:
    """Return one reading: codings by majority, ratings and forecast averaged.

    Of values that equally many readings give, the first counts. A field's quotes are those of the
    readings that agree with the result. Reasons and summary are the first reading's.
    """
    first = readings[0]
    if len(readings) == 1:
        return first
    return Reading(
        coded={name: _majority([r.coded[name] for r in readings]) for name in first.coded},
        ratings={name: _mean([r.ratings[name] for r in readings]) for name in first.ratings},
        forecast=_mean([reading.forecast for reading in readings]),
        summary=first.summary,
    )


def forecast_spread(readings: Sequence[Reading]) -> float | None:
    """Return the standard deviation of the log-odds of the forecasts; None of fewer than two."""
    log_odds = [
        math.log(value / (1 - value))
        for reading in readings
        if (value := reading.forecast.value) is not None and 0 < value < 1
    ]
    return stdev(log_odds) if len(log_odds) > 1 else None


def _majority(answers: Sequence[Coded]) -> Coded:
    # Lists of the same values in another order are the same.
    keys = [frozenset(a.value) if isinstance(a.value, tuple) else a.value for a in answers]
    winner = Counter(keys).most_common(1)[0][0]
    agreeing = [answer for answer, key in zip(answers, keys, strict=True) if key == winner]
    quotes = dict.fromkeys(quote for answer in agreeing for quote in answer.quotes)
    return Coded(value=agreeing[0].value, quotes=tuple(quotes)[:MAX_QUOTES])


def _mean(answers: Sequence[Rated]) -> Rated:
    values = [answer.value for answer in answers if answer.value is not None]
    return Rated(value=fmean(values) if values else None, reason=answers[0].reason)
