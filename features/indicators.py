"""What a builder gives back: columns with their doctrine, and indicators with their source.

Three readers serve every family, and `read_yes_no_from_text` the few fields without a coding. Each takes the
coded value where the motion has one and otherwise what the phrases of the lexicon say. A coded
value keeps the phrases that bear it out, so that a reader of the answer can check the coding
against the papers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Literal, NamedTuple

from data.schema import Motion, allowed_values
from features.phrases.hits import Hit, HitsByField
from features.phrases.lexicon import meaning

Source = Literal["coded", "text", "not shown"]

EARLIEST = frozenset({"movant_type", "respondent_type"})
"""Fields told by who is named first: briefs open with the party who moves or answers."""
STRONGEST = frozenset(
    {"relief_form", "notice", "harm_evidence", "remedial_scope", "remedial_trigger"}
)
"""Fields whose codebook order runs from the ordinary value to the one that takes a clear word: an
opponent who took a step still opposes, and a step taken under an order is told as a step too."""
DECISIVE = frozenset({("movant_type", "class")})
"""Values that one phrase settles wherever it stands: a class moves through its members."""


def plain_words(value: str) -> str:
    """Return a coded value as words: `after_suit` as "after suit"."""
    return value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the feature frame.

    `monotone` is +1 where more of it may never lower the probability of grant, -1 where more may
    never raise it, 0 where the data decide; `authority` is the legal ground for a promise.
    `values` lists what a scale (in order, from 0) or a category holds; () lets the fitted model
    fix the categories. `words` puts one of these values in plain words.
    """

    name: str
    meaning: str
    kind: Literal["flag", "number", "log_odds", "scale", "category"] = "flag"
    monotone: Literal[-1, 0, 1] = 0
    authority: str = ""
    values: tuple[str, ...] = ()
    words: Callable[[str], str] = plain_words

    @property
    def family(self) -> str:
        """The family: the part of the name before the first dot."""
        return self.name.split(".")[0]

    def describe(self, value: float | str | None, error: float | None = None) -> str:
        """Put this feature with one of its values in plain words.

        `error` is how far off such a value usually is (root mean square), where that is known.

        >>> Column("harm.delay_months", "months of delay before moving", "number").describe(3.0)
        'months of delay before moving: 3'
        """
        if value is None:
            return f"{self.meaning}: not shown"
        if isinstance(value, str):
            return f"{self.meaning}: {self.words(value)}"
        if self.kind == "scale":
            return f"{self.meaning}: {self.words(self.values[int(value)])}"
        if self.kind == "log_odds":
            likely = f"{self.meaning}: {_chance(value):.0%}"
            if error is None:
                return likely
            return f"{likely} (often {_chance(value - error):.0%} to {_chance(value + error):.0%})"
        if self.kind == "flag":
            return self.meaning if value else f"{self.meaning}: no"
        if error is not None:
            return f"{self.meaning}: {value:.1f}, give or take {error:.1f}"
        return f"{self.meaning}: {value:.3g}" if value % 1 else f"{self.meaning}: {value:.0f}"


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


class Indicator(NamedTuple):
    """A value, where it came from, and the phrases behind it.

    Of a value read from text these are the phrases it was read from, negated ones included; of a
    coded value, those that say the same.
    """

    value: float | str | None
    source: Source
    hits: tuple[Hit, ...] = ()


NOT_SHOWN = Indicator(None, "not shown")


def coded(value: float | str | bool | None) -> Indicator:
    """Return a value that can only be given, never read from text (court, year, rating)."""
    if value is None:
        return NOT_SHOWN
    return Indicator(str(value) if isinstance(value, str) else float(value), "coded")


def flag_columns(
    family: str,
    field: str,
    monotone: Literal[-1, 0, 1] = 0,
    authority: str = "",
) -> tuple[Column, ...]:
    """Return one yes/no column per allowed value of a list field."""
    return tuple(
        Column(f"{family}.{value}", meaning(field, value), "flag", monotone, authority)
        for value in allowed_values(field)
    )


def value_column(
    name: str,
    field: str,
    words: str,
    kind: Literal["category", "scale"] = "category",
    monotone: Literal[-1, 0, 1] = 0,
    authority: str = "",
) -> Column:
    """Return the column of a single-valued enumerated field, worded by the lexicon."""
    values = allowed_values(field)
    return Column(name, words, kind, monotone, authority, values, partial(meaning, field))


def read_flags(
    motion: Motion, hits: HitsByField, field: str, absent: float | None = None
) -> dict[str, Indicator]:
    """Read a list field as one indicator per value: 1.0 shown, 0.0 not.

    Parameters
    ----------
    absent
        The value where the text says nothing: None keeps "not shown" apart from "none"; 0.0 is
        for monotone columns, so that silence can never count as more than a named step or signal.
    """
    given: tuple[str, ...] | None = getattr(motion, field)
    by_value: dict[str, list[Hit]] = {}
    for hit in hits.get(field, ()):
        by_value.setdefault(hit.value, []).append(hit)
    nothing = Indicator(absent, "not shown")
    indicators = {}
    for value in allowed_values(field):
        mine = tuple(by_value.get(value, ()))
        if given is not None:
            same = tuple(hit for hit in mine if value in given and not hit.negated)
            indicators[value] = Indicator(float(value in given), "coded", same)
        elif not mine:
            indicators[value] = nothing
        else:
            shown = any(not hit.negated for hit in mine)
            indicators[value] = Indicator(float(shown), "text", mine)
    return indicators


def read_choice(motion: Motion, hits: HitsByField, field: str) -> Indicator:
    """Read a single-valued enumerated field.

    In text the value with most phrases wins (strong ones count more; ties: the order of the
    codebook). Of the fields in `EARLIEST` it is the value named first, the opponent's paper going
    before the movant's; of those in `STRONGEST`, the last value of the codebook's order that has
    any phrase.
    """
    given: StrEnum | None = getattr(motion, field)
    mine = tuple(hit for hit in hits.get(field, ()) if not hit.negated)
    if given is not None:
        same = tuple(hit for hit in mine if hit.value == given)
        return Indicator(given.value, "coded", same)
    if not mine:
        return NOT_SHOWN
    values = allowed_values(field)
    counts: dict[str, int] = {}
    for hit in mine:
        counts[hit.value] = counts.get(hit.value, 0) + hit.weight
    decisive = [value for value in counts if (field, value) in DECISIVE]
    if len(counts) == 1:
        best = mine[0].value
    elif decisive:
        best = decisive[0]
    elif field in EARLIEST:
        party = mine if field == "movant_type" else _others_than_movant(mine, hits)
        best = _named_first(party).value
    elif field in STRONGEST:
        best = max(counts, key=values.index)
    else:
        best = max(counts, key=lambda value: (counts[value], -values.index(value)))
    return Indicator(best, "text", tuple(hit for hit in mine if hit.value == best))


def _named_first(hits: Sequence[Hit]) -> Hit:
    """Return the first phrase, the opponent's paper before the movant's.

    Of phrases that start together the longest is the most specific: "state university".
    """
    return min(hits, key=lambda hit: (hit.paper != "opposition", hit.start, -hit.end))


def _others_than_movant(mine: Sequence[Hit], hits: HitsByField) -> Sequence[Hit]:
    """Leave out what the motion says before it has named the movant, unless nothing else is said.

    "A company sues a bank" names a company and a bank; only the second is the opponent.
    """
    movants = [hit for hit in hits.get("movant_type", ()) if not hit.negated]
    if not movants:
        return mine
    named = _named_first(movants).end
    return [hit for hit in mine if hit.paper == "opposition" or hit.end > named] or mine


def read_yes_no(motion: Motion, hits: HitsByField, field: str) -> Indicator:
    """Read a yes/no field: 1.0, 0.0 or not shown; in text the side with more phrases wins."""
    given: bool | None = getattr(motion, field)
    if given is not None:
        same = tuple(hit for hit in hits.get(field, ()) if _says_yes(hit) == given)
        return Indicator(float(given), "coded", same)
    return read_yes_no_from_text(hits, field)


def read_yes_no_from_text(hits: HitsByField, field: str) -> Indicator:
    """Read a yes/no field that only words can show: 1.0, 0.0 or not shown; most phrases win."""
    mine = tuple(hits.get(field, ()))
    if not mine:
        return NOT_SHOWN
    balance = sum(hit.weight if _says_yes(hit) else -hit.weight for hit in mine)
    return Indicator(float(balance > 0), "text", mine)


def _says_yes(hit: Hit) -> bool:
    return (hit.value == "true") != hit.negated


def as_scale(indicator: Indicator, field: str) -> Indicator:
    """Turn an enumerated value into its place on the codebook's ordinal scale, from 0.0."""
    if indicator.value is None:
        return indicator
    place = allowed_values(field).index(str(indicator.value))
    return Indicator(float(place), indicator.source, indicator.hits)
