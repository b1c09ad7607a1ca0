"""Reasons: what the factors of an answer say about the motion, in words, by point."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from features.build import COLUMNS
from features.families import forecast, ratings
from features.indicators import Column, Source
from serve.conclusion.templates import ANY, NO, YES, ZERO, Reasons, Templates
from serve.responses import Factor, ScorecardRow, Side
from serve.scorecard import MIDDLE, side_of

_COLUMN = {column.name: column for column in COLUMNS}
_COUNTED = {"speculation.signals": "speculation.", "remedial.steps": "remedial."}
"""Features that count others, and the beginning of the names of these."""


@dataclass(frozen=True)
class Reason:
    """A clause about the motion, true of it by one of its factors.

    Attributes
    ----------
    words
        The clause.
    point
        The point it belongs to.
    side
        Whom it speaks for.
    weight
        Absolute share of the log-odds.
    is_read
        Whether it was read from the papers, not given.
    last
        Whether to say it only where nothing more specific can be said.
    """

    words: str
    point: str
    side: Side
    weight: float
    is_read: bool
    last: bool


def find_reasons(
    factors: Sequence[Factor],
    shown: Mapping[str, Source],
    scorecard: Sequence[ScorecardRow],
    templates: Templates,
) -> list[Reason]:
    """Return what the factors say, the strongest reason first.

    What a motion does not show may move the number, but is no reason.

    Parameters
    ----------
    factors
        The factors of an answer.
    shown
        The flags that the motion shows, with their source: a factor that counts some of them is
        shared out among these, since "5 signs of speculation" says less than what they are.
    scorecard
        The Winter factors: a forecast is shared out among the ratings given with it.
    """
    by_words: dict[tuple[str, Side, str], Reason] = {}
    for factor in factors:
        if factor.source == "not shown" or factor.value is None:
            continue
        for reason in _reasons_of(factor, shown, scorecard, templates):
            key = (reason.point, reason.side, reason.words)
            same = by_words.get(key)  # two features may say the same of a motion
            by_words[key] = _merged(same, reason) if same else reason
    return sorted(by_words.values(), key=lambda reason: -reason.weight)


def _merged(one: Reason, other: Reason) -> Reason:
    return replace(
        one,
        weight=one.weight + other.weight,
        is_read=one.is_read and other.is_read,
        last=one.last and other.last,
    )


def _reasons_of(
    factor: Factor,
    shown: Mapping[str, Source],
    scorecard: Sequence[ScorecardRow],
    templates: Templates,
) -> list[Reason]:
    if factor.factor == forecast.COLUMN and (shared := _shared(factor, scorecard, templates)):
        return shared
    prefix = _COUNTED.get(factor.factor)
    counted = [name for name in shown if prefix and name.startswith(prefix)]
    named = [
        reason
        for name in counted
        if (reason := _reason(name, 1.0, shown[name], factor, templates, len(counted)))
    ]
    if named:
        return named
    reason = _reason(factor.factor, factor.value, factor.source, factor, templates)
    return [reason] if reason else []


def _shared(
    factor: Factor, scorecard: Sequence[ScorecardRow], templates: Templates
) -> list[Reason]:
    """Return the ratings given with a forecast, each with its part of the forecast's share.

    Readers forecast with the four factors in view, so the trees learn little from ratings beside a
    forecast; yet these are why it is what it is.
    """
    given = [row for row in scorecard if row.source == "given" and row.value is not None]
    distances = {row.factor: _distance(row) for row in given}
    agreeing = sum(abs(distances[row.factor]) for row in given if row.favors == factor.favors)
    if not agreeing:
        return []
    reasons = []
    for row in given:
        if row.favors not in ("movant", "opponent"):
            continue
        rating = Factor(
            factor=f"{ratings.FAMILY}.{row.factor}",
            family="",
            label="",
            value=row.value,
            source="coded",
            log_odds=factor.log_odds * abs(distances[row.factor]) / agreeing,
            points=0.0,
            favors=row.favors,
            average=row.average,
        )
        reasons.append(_reason(rating.factor, row.value, "coded", rating, templates))
    return [reason for reason in reasons if reason]


def _distance(row: ScorecardRow) -> float:
    return (row.value or 0.0) - (MIDDLE if row.average is None else row.average)


def _reason(
    name: str,
    value: float | str | None,
    source: Source,
    factor: Factor,
    templates: Templates,
    parts: int = 1,
) -> Reason | None:
    """Return the reason that a feature gives, None if it gives none for the factor's side."""
    said = templates.reasons.get(name)
    column = _COLUMN.get(name)
    if said is None or column is None or value is None:
        return None
    words = _words(column, value, said, factor)
    if words is None:
        return None
    weight = abs(factor.log_odds) / parts
    return Reason(words, said.point, factor.favors, weight, source == "text", said.last)


def _words(column: Column, value: float | str, said: Reasons, factor: Factor) -> str | None:
    side = factor.favors
    if said.beside_average and side_of(float(value), factor.average, factor.error) != side:
        return None
    for state in (_state(column, value), ANY):
        if template := said.said.get((state, side)):
            average = factor.average
            return template.format(
                value=_value_words(column, value, factor),
                meaning=column.meaning,
                months=_months(value),
                beside="" if average is None else f", against an average of {average:.1f}",
            )
    return None


def _state(column: Column, value: float | str) -> str:
    if isinstance(value, str):
        return value
    if column.kind == "flag":
        return YES if value else NO
    if column.kind == "scale":
        return column.values[int(value)]
    return ZERO if column.kind == "number" and value == 0 else ANY


def _value_words(column: Column, value: float | str, factor: Factor) -> str:
    """Return a value in words, as it stands in the middle of a sentence."""
    if column.name == forecast.COLUMN:  # its label says what the forecast is recalibrated to
        return factor.label.removeprefix(f"{column.meaning}: ")
    if isinstance(value, float) and column.kind == "number":
        return f"{value:.1f}" if value % 1 else f"{value:.0f}"
    return column.describe(value).removeprefix(f"{column.meaning}: ")


def _months(value: float | str) -> str:
    """Put months in words.

    >>> _months(0.5), _months(1.0), _months(7.4)
    ('less than a month', 'about a month', 'about 7 months')
    """
    if isinstance(value, str) or math.isnan(value) or value < 1:
        return "less than a month"
    return "about a month" if value < 1.5 else f"about {value:.0f} months"
