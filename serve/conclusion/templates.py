"""The templates of the conclusion (`conclusion.toml`), checked when they are loaded."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from features.build import COLUMNS, FAMILIES
from features.indicators import Column
from serve.responses import Side

FILE = "serve/conclusion/conclusion.toml"
ANY, ZERO, YES, NO = "any", "zero", "yes", "no"
POINTS = ("merits", "harm", "hardships", "public_interest", "posture", "context", "forum")
"""What reasons may belong to: points of a party, then two that are of none."""
_SIDES: dict[str, Side] = {"for": "movant", "against": "opponent"}
_OPENING = {"rate", "p", "low", "high"}
_POINTS = {"weak", "strong", "against", "in_favor"}
_REASON = {"value", "meaning", "months", "beside"}
_SENTENCES: dict[str, dict[str, set[str]]] = {
    "opening": {
        "usual": _OPENING,
        "wide": _OPENING,
        "adjusted": {"base_rate", "rate"},
        "out_of_scope": _OPENING,
        "unproven": _OPENING,
    },
    "reasons": {
        "weak_first": _POINTS,
        "strong_first": _POINTS,
        "both_in_one": {"weak", "against", "in_favor"},
        "mostly_weak": {"weak", "against", "in_favor"},
        "mostly_strong": {"strong", "against", "in_favor"},
        "weak_only": {"weak", "against"},
        "strong_only": {"strong", "in_favor"},
        "weak_two": {"weak", "against", "second", "also"},
        "strong_two": {"strong", "in_favor", "second", "also"},
        "none_for_movant": {"sentence"},
        "none_for_opponent": {"sentence"},
        "only_context_for_movant": {"sentence", "other"},
        "only_context_for_opponent": {"sentence", "other"},
        "nothing": set(),
        "only_context": {"other"},
        "as_read": {"sentence"},
        "read_mark": set(),
        "unsure": {"sentence"},
    },
    "warning": {"unlike": set(), "long_paper": set()},
    "point": {name: set() for name in POINTS},
}
"""The tables of single templates, their keys, and the placeholders that each may have."""
_SETTINGS = {"point", "last", "beside_average", "unsaid"}


class TemplateError(ValueError):
    """An unusable template; the message names the file, the table and what was expected."""


@dataclass(frozen=True)
class Rate:
    """Words for probabilities below a limit."""

    below: float
    words: str


@dataclass(frozen=True)
class Reasons:
    """What is said of one feature.

    Attributes
    ----------
    point
        The point it belongs to; "" if it is never said.
    said
        Templates by state of the feature and the side it speaks for.
    last
        Whether it is said only where nothing more specific can be.
    beside_average
        Whether the value must lie on that side of the average.
    """

    point: str
    said: Mapping[tuple[str, Side], str]
    last: bool = False
    beside_average: bool = False


@dataclass(frozen=True)
class Templates:
    """All templates: sentences by table and key, the words for rates, reasons by column."""

    sentences: Mapping[str, Mapping[str, str]]
    rates: tuple[Rate, ...]
    reasons: Mapping[str, Reasons]


@cache
def templates() -> Templates:
    """Return the templates of `conclusion.toml`."""
    return read_templates(files("serve").joinpath("conclusion", "conclusion.toml").read_bytes())


def read_templates(content: bytes) -> Templates:
    """Read templates from TOML.

    Raises
    ------
    TemplateError
        If the content is not TOML, lacks a template, or has a table, key or placeholder that is
        not expected.
    """
    try:
        tables = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(f"{FILE}: {error}") from None
    _check_keys("the file", tables, {*_SENTENCES, "rate", "general", "column"})
    sentences = {name: _read_sentences(name, tables.get(name)) for name in _SENTENCES}
    return Templates(sentences, _read_rates(tables.get("rate")), _read_reasons(tables))


def _read_sentences(name: str, table: Any) -> dict[str, str]:
    expected = _SENTENCES[name]
    if not isinstance(table, dict) or (missing := expected.keys() - table.keys()):
        needed = ", ".join(sorted(missing if isinstance(table, dict) else expected))
        raise TemplateError(f"{FILE}: [{name}] needs {needed}")
    _check_keys(f"[{name}]", table, expected)
    for key, text in table.items():
        _check_template(f"[{name}] {key}", text, expected[key])
    return dict(table)


def _read_rates(rows: Any) -> tuple[Rate, ...]:
    rates: list[Rate] = []
    for number, row in enumerate(rows or (), start=1):
        place = f"[[rate]] {number}"
        _check_keys(place, row, {"below", "words"})
        if not isinstance(row.get("below"), float) or (rates and row["below"] <= rates[-1].below):
            raise TemplateError(f"{FILE}: {place}: below must be a number above that before it")
        _check_template(f"{place} words", row.get("words"), {"granted"})
        rates.append(Rate(row["below"], row["words"]))
    if not rates or rates[-1].below <= 1:
        raise TemplateError(f"{FILE}: the last [[rate]] must have a limit above 1")
    return tuple(rates)


def _read_reasons(tables: Mapping[str, Any]) -> dict[str, Reasons]:
    general, own = tables.get("general", {}), dict(tables.get("column", {}))
    _check_keys("[general]", general, FAMILIES)
    _check_keys("[column]", own, FAMILIES)
    for family, of_family in own.items():
        names = {column.name.partition(".")[2] for column in COLUMNS if column.family == family}
        _check_keys(f"[column.{family}]", of_family, names)
    reasons = {}
    for column in COLUMNS:
        family, _, name = column.name.partition(".")
        table, place = own.get(family, {}).get(name), f"[column.{column.name}]"
        states = states_of(column)
        if table is None:
            table, place = general.get(family), f"[general.{family}]"
            states = {YES, NO, ZERO, ANY}
        if not isinstance(table, dict):
            raise TemplateError(f"{FILE}: {column.name} has neither {place} nor a table of its own")
        reasons[column.name] = _read_table(place, table, states)
    return reasons


def states_of(column: Column) -> set[str]:
    """Return the states for which a feature may have templates."""
    if column.kind == "flag":
        return {YES, NO}
    return {*column.values, ANY} if column.kind in ("scale", "category") else {ZERO, ANY}


def _read_table(place: str, table: Mapping[str, Any], states: Iterable[str]) -> Reasons:
    _check_keys(place, table, {*_SETTINGS, *states})
    said: dict[tuple[str, Side], str] = {}
    for state, texts in table.items():
        if state in _SETTINGS:
            continue
        if not isinstance(texts, dict):
            raise TemplateError(f"{FILE}: {place} {state}: expected {state}.for or {state}.against")
        _check_keys(f"{place} {state}", texts, _SIDES)
        for side, text in texts.items():
            _check_template(f"{place} {state}.{side}", text, _REASON)
            said[state, _SIDES[side]] = text
    if bool(said) == bool(table.get("unsaid")):
        raise TemplateError(f"{FILE}: {place} needs either reasons or unsaid, which says why not")
    point = table.get("point", "")
    if said and point not in POINTS:
        known = ", ".join(POINTS)
        raise TemplateError(f"{FILE}: {place}: point {point!r} is not one of {known}")
    last, beside_average = (bool(table.get(name)) for name in ("last", "beside_average"))
    return Reasons(point, said, last, beside_average)


def _check_keys(place: str, table: Any, expected: Iterable[str]) -> None:
    known = set(expected)
    if not isinstance(table, dict):
        raise TemplateError(f"{FILE}: {place}: expected a table")
    if unknown := sorted(table.keys() - known):
        raise TemplateError(
            f"{FILE}: {place}: unknown key {unknown[0]!r}; expected {', '.join(sorted(known))}"
        )


def _check_template(place: str, text: Any, placeholders: set[str]) -> None:
    if not isinstance(text, str) or not text:
        raise TemplateError(f"{FILE}: {place}: expected words between quotation marks")
    try:
        used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise TemplateError(f"{FILE}: {place}: {error}") from None
    if unknown := sorted(used - placeholders):
        allowed = ", ".join(f"{{{name}}}" for name in sorted(placeholders)) or "none"
        raise TemplateError(
            f"{FILE}: {place}: unknown placeholder {{{unknown[0]}}}; it may have {allowed}"
        )
