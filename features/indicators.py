"""What a builder returns: columns with their legal ground, and indicators with their source.

`read_flags`, `read_choice` and `read_yes_no` serve every family. Each takes the coded value if the
motion has one, and otherwise reads the papers by the lexicons' phrases. A coded value keeps the
phrases that support it, so that the coding can be checked against the papers. Which of the values
read count is decided later, by their measured precision (`features.readings`).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Literal, NamedTuple, get_args

from data.schema import Motion, allowed_values, is_list
from features.phrases.hits import Hit, HitsByField
from features.phrases.lexicon import meaning

Source = Literal["not shown", "text", "coded"]
SOURCES: tuple[Source, ...] = get_args(Source)
"""In the order of their codes in `FeatureFrame.provenance`."""
NOT_SHOWN_CODE, TEXT_CODE, CODED_CODE = range(len(SOURCES))

FIRST_NAMED = frozenset({"movant_type", "respondent_type"})
"""Fields whose value is the one named first: a brief opens with the party who moves or answers."""
LAST_LISTED = frozenset(
    {"relief_form", "notice", "harm_evidence", "remedial_scope", "remedial_trigger"}
)
"""Fields whose value is the last in the codebook's order that has a phrase. The codebook lists them
from the ordinary value to the one that takes explicit words: an opponent who took a step still
opposes, and a step taken under an order is also described as a step."""
DECISIVE = frozenset({("movant_type", "class")})
"""Values that one phrase settles wherever it appears: a class moves through its members."""
MARGIN = 2
"""Where phrases vote, how many times the weight of the runner-up the winner needs. Of a closer vote
nothing is read: on the writing split such claim areas are right half the time."""


def plain_words(value: str) -> str:
    """Return a coded value as words: `after_suit` as "after suit"."""
    return value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the feature frame.

    Attributes
    ----------
    name
        `family.feature`.
    meaning
        The feature in plain words, for answers and reports.
    kind
        What its values are; a scale is the index of one of `values`.
    monotone
        +1 if a higher value may never lower the probability of a grant, -1 if it may never raise
        it, 0 if the data decide.
    authority
        The legal ground for `monotone`.
    values
        The values of a scale, in order from 0, or of a category; () leaves the categories to the
        fitted model.
    value_words
        Puts one of `values` in plain words.
    field
        The field of a motion whose coded value it takes, if there is one.
    counts
        Of a column that counts the values shown of a list field, that field.
    silent
        The value where nothing is shown: NaN, or 0.0 where silence must count as absence.
    """

    name: str
    meaning: str
    kind: Literal["flag", "number", "log_odds", "scale", "category"] = "flag"
    monotone: Literal[-1, 0, 1] = 0
    authority: str = ""
    values: tuple[str, ...] = ()
    value_words: Callable[[str], str] = plain_words
    field: str = ""
    counts: str = ""
    silent: float = math.nan

    def reading(self, value: float | str) -> "Reading | None":
        """Return what it says of the papers if this value is read from them.

        None for a column of no field: its values are not read by phrases.
        """
        if not self.field:
            return None
        if isinstance(value, str):
            return Reading(self.field, value)
        if self.kind == "scale":
            return Reading(self.field, self.values[int(value)])
        if self.kind == "number":
            return Reading(self.field, "")
        if is_list(self.field):
            return Reading(self.field, self.name.split(".")[1])
        return Reading(self.field, "true" if value else "false")

    @property
    def family(self) -> str:
        """The family: the part of the name before the first dot."""
        return self.name.split(".")[0]

    def describe(self, value: float | str | None, error: float | None = None) -> str:
        """Put this feature with one of its values in plain words.

        Parameters
        ----------
        value
            The value; None if the motion does not show it.
        error
            The root mean square error of such values, if known.

        Examples
        --------
        >>> Column("harm.delay_months", "months of delay before moving", "number").describe(3.0)
        'months of delay before moving: 3'
        """
        if value is None:
            return f"{self.meaning}: not shown"
        if isinstance(value, str):
            return f"{self.meaning}: {self.value_words(value)}"
        if self.kind == "scale":
            return f"{self.meaning}: {self.value_words(self.values[int(value)])}"
        if self.kind == "log_odds":
            probability = f"{self.meaning}: {_probability(value):.0%}"
            if error is None:
                return probability
            low, high = _probability(value - error), _probability(value + error)
            return f"{probability} (typically {low:.0%} to {high:.0%})"
        if self.kind == "flag":
            return self.meaning if value else f"{self.meaning}: no"
        if error is not None:
            return f"{self.meaning}: {value:.1f} \u00b1 {error:.1f}"
        return f"{self.meaning}: {value:.3g}" if value % 1 else f"{self.meaning}: {value:.0f}"


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


class Reading(NamedTuple):
    """What phrases can say of the papers: a value of a field.

    The value is one of the codebook's, "true" or "false"; "" of a field that is a number. The field
    may be one of the Winter factors, and the value a circumstance of `doctrine.toml`.
    """

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}.{self.value}" if self.value else self.field


class Indicator(NamedTuple):
    """The value of one column for one motion.

    Attributes
    ----------
    value
        The value; None if not shown.
    source
        Where it comes from.
    hits
        Of a value read from text, the phrases it was read from, negated ones included; of a coded
        value, the phrases that agree with it.
    """

    value: float | str | None
    source: Source
    hits: tuple[Hit, ...] = ()


NOT_SHOWN = Indicator(None, "not shown")


def coded(value: float | str | bool | None) -> Indicator:
    """Return the indicator of a value that is never read from text (court, year, rating)."""
    if value is None:
        return NOT_SHOWN
    return Indicator(str(value) if isinstance(value, str) else float(value), "coded")


def flag_columns(
    family: str,
    field: str,
    monotone: Literal[-1, 0, 1] = 0,
    authority: str = "",
    silent: float = math.nan,
) -> tuple[Column, ...]:
    """Return one yes/no column per allowed value of a list field, worded by the lexicon."""
    return tuple(
        Column(
            f"{family}.{value}",
            meaning(field, value),
            "flag",
            monotone,
            authority,
            field=field,
            silent=silent,
        )
        for value in allowed_values(field)
    )


def value_column(
    name: str,
    field: str,
    column_meaning: str,
    kind: Literal["category", "scale"] = "category",
    monotone: Literal[-1, 0, 1] = 0,
    authority: str = "",
) -> Column:
    """Return the column of a single-valued enumerated field, its values worded by the lexicon."""
    values = allowed_values(field)
    value_words = partial(meaning, field)
    return Column(name, column_meaning, kind, monotone, authority, values, value_words, field)


def read_flags(
    motion: Motion, hits: HitsByField, field: str, absent: float | None = None
) -> dict[str, Indicator]:
    """Read a list field as one indicator per value: 1.0 shown, 0.0 denied or coded as absent.

    Parameters
    ----------
    hits
        The phrases of the motion's papers.
    field
        The field.
    absent
        The value if the text is silent. None distinguishes silence from a denial; 0.0 is for
        monotone columns, in which silence must not count for more than a named step or signal.
    """
    coded_values: tuple[str, ...] | None = getattr(motion, field)
    hits_by_value: dict[str, list[Hit]] = {}
    for hit in hits.get(field, ()):
        hits_by_value.setdefault(hit.value, []).append(hit)
    silent = Indicator(absent, "not shown")
    indicators = {}
    for value in allowed_values(field):
        hits_of_value = tuple(hits_by_value.get(value, ()))
        if coded_values is not None:
            agreeing = tuple(
                hit for hit in hits_of_value if value in coded_values and not hit.negated
            )
            indicators[value] = Indicator(float(value in coded_values), "coded", agreeing)
        elif not hits_of_value:
            indicators[value] = silent
        else:
            shown = any(not hit.negated for hit in hits_of_value)
            indicators[value] = Indicator(float(shown), "text", hits_of_value)
    return indicators


def count_shown(flags: Mapping[str, Indicator]) -> Indicator:
    """Return how many flags are shown, with their source and their phrases."""
    shown = [flag for flag in flags.values() if flag.value]
    source = next(iter(shown or flags.values())).source
    return Indicator(float(len(shown)), source, tuple(hit for flag in shown for hit in flag.hits))


def read_choice(motion: Motion, hits: HitsByField, field: str) -> Indicator:
    """Read a single-valued enumerated field.

    In text, the value with most phrases wins if it has `MARGIN` times as many as any other; strong
    ones count more. Fields in `FIRST_NAMED` take the value named first, in the opponent's paper
    before the movant's; fields in `LAST_LISTED`, the last value in the codebook's order that has a
    phrase.
    """
    coded_value: StrEnum | None = getattr(motion, field)
    affirmed = tuple(hit for hit in hits.get(field, ()) if not hit.negated)
    if coded_value is not None:
        agreeing = tuple(hit for hit in affirmed if hit.value == coded_value)
        return Indicator(coded_value.value, "coded", agreeing)
    if not affirmed:
        return NOT_SHOWN
    values = allowed_values(field)
    counts: dict[str, int] = {}
    for hit in affirmed:
        counts[hit.value] = counts.get(hit.value, 0) + hit.weight
    decisive = [value for value in counts if (field, value) in DECISIVE]
    if decisive:
        best = decisive[0]
    elif field in FIRST_NAMED:
        parties = affirmed if field == "movant_type" else _without_movant(affirmed, hits)
        best = _first_named(parties).value
    elif field in LAST_LISTED:
        best = max(counts, key=values.index)
    else:
        best, *others = sorted(counts, key=lambda value: (-counts[value], values.index(value)))
        if others and counts[best] < MARGIN * counts[others[0]]:
            return NOT_SHOWN
    return Indicator(best, "text", tuple(hit for hit in affirmed if hit.value == best))


def _first_named(hits: Sequence[Hit]) -> Hit:
    """Return the first phrase, the opponent's paper before the movant's.

    Of phrases that start together the longest is the most specific: "state university".
    """
    return min(hits, key=lambda hit: (hit.paper != "opposition", hit.start, -hit.end))


def _without_movant(parties: Sequence[Hit], hits: HitsByField) -> Sequence[Hit]:
    """Leave out the parties that the motion names up to its movant, unless no other is named.

    "A company sues a bank" names a company and a bank; only the bank is the opponent.
    """
    movants = [hit for hit in hits.get("movant_type", ()) if not hit.negated]
    if not movants:
        return parties
    end = _first_named(movants).end
    return [hit for hit in parties if hit.paper == "opposition" or hit.end > end] or parties


def read_yes_no(motion: Motion, hits: HitsByField, field: str) -> Indicator:
    """Read a yes/no field: 1.0, 0.0 or not shown.

    In text the side with more phrases wins, "no" a tie.
    """
    coded_value: bool | None = getattr(motion, field)
    hits_of_field = tuple(hits.get(field, ()))
    if coded_value is not None:
        agreeing = tuple(hit for hit in hits_of_field if _affirms(hit) == coded_value)
        return Indicator(float(coded_value), "coded", agreeing)
    if not hits_of_field:
        return NOT_SHOWN
    balance = sum(hit.weight if _affirms(hit) else -hit.weight for hit in hits_of_field)
    return Indicator(float(balance > 0), "text", hits_of_field)


def _affirms(hit: Hit) -> bool:
    return (hit.value == "true") != hit.negated


def reading_of_hit(hit: Hit) -> Reading:
    """Return what a phrase of a lexicon says of the papers, denied or not."""
    if hit.value in ("true", "false"):
        return Reading(hit.field, "true" if _affirms(hit) else "false")
    return Reading(hit.field, hit.value)


def as_scale(indicator: Indicator, field: str) -> Indicator:
    """Replace an enumerated value by its index in the codebook's order, from 0.0."""
    if indicator.value is None:
        return indicator
    index = allowed_values(field).index(str(indicator.value))
    return Indicator(float(index), indicator.source, indicator.hits)
