"""What tables call fields and values, from `synonyms.toml`, which a lawyer can edit."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from data.schema import Ruling, allowed_values

_APOSTROPHES = re.compile(r"['\u2019]")
_WORD = re.compile(r"[a-z0-9]+")


def key(text: str) -> str:
    """Return what identifies a wording: its letters and digits, without accents.

    >>> key("Prelim. Inj.") == key("prelim inj")
    True
    >>> key("TRO & PI")
    'troandpi'
    """
    return "".join(words(text))


def words(text: str) -> list[str]:
    """Return the words of a wording in lower case; abbreviations such as `T.R.O.` are one."""
    plain = unicodedata.normalize(
        "NFKD", text.casefold().replace("&", " and ").replace("+", " and ")
    )
    plain = _APOSTROPHES.sub("", plain.encode("ascii", "ignore").decode())
    return _WORD.findall(plain.replace(".", ""))


@cache
def columns() -> Mapping[str, tuple[str, int]]:
    """Return the field of each header, and its rank among the headers of that field.

    Rank 0 is the field's own name.
    """
    found: dict[str, tuple[str, int]] = {}
    for field in Ruling.model_fields:
        found[key(field)] = (field, 0)
    for field, headers in _tables()["columns"].items():
        for rank, header in enumerate(headers, start=1):
            found.setdefault(key(header), (field, rank))
    return found


def find_value(field: str, text: str) -> str | None:
    """Return the allowed value of an enumerated field that a wording stands for.

    >>> find_value("motion_type", "Plaintiff's Emergency Motion for Prelim. Inj.")
    'preliminary_injunction'
    >>> find_value("motion_type", "permanent injunction") is None
    True
    """
    known = _values(field)
    if found := known.get(key(text)):
        return found
    left_out = _tables()["left_out"].get(field, ())
    rest = [word for word in words(text) if word not in left_out]
    return known.get("".join(rest)) if rest and left_out else None


@cache
def _values(field: str) -> dict[str, str]:
    known = {key(value): value for value in allowed_values(field)}
    for value, wordings in _tables()["values"].get(field, {}).items():
        known |= {key(wording): value for wording in wordings if key(wording) not in known}
    left_out = _tables()["left_out"].get(field, ())
    for value, wordings in _tables()["values"].get(field, {}).items() if left_out else ():
        for wording in wordings:  # "order" is left out of "temporary restraining order", too
            if rest := "".join(word for word in words(wording) if word not in left_out):
                known.setdefault(rest, value)
    return known


def find_undecided(text: str) -> str | None:
    """Return "moot", "withdrawn" or "pending" for an outcome that is no ruling; None for others.

    >>> find_undecided("Denied as moot")
    'moot'
    """
    return _undecided().get(key(text))


@cache
def _undecided() -> Mapping[str, str]:
    table = _tables()["undecided"]
    return {key(word): kind for kind, wordings in table.items() for word in wordings}


@cache
def yes_no() -> Mapping[str, bool]:
    """Return what each wording of yes and no means."""
    table = _tables()["yes_no"]
    return {key(word): answer == "yes" for answer in ("yes", "no") for word in table[answer]}


def is_not_shown(text: str) -> bool:
    """Tell whether a cell says that its value is not known, such as `N/A`."""
    return text.strip().casefold() in _words_of("not_shown")


def is_empty_list(text: str) -> bool:
    """Tell whether a cell of a list says that there is none."""
    return text.strip().casefold() in _words_of("empty_list")


@cache
def _words_of(table: str) -> frozenset[str]:
    return frozenset(_tables()[table]["words"])


@cache
def court_names() -> Mapping[str, str]:
    """Return the CourtListener id of each court that `synonyms.toml` names."""
    return {key(name): court for court, names in _tables()["courts"].items() for name in names}


@cache
def _tables() -> dict[str, Any]:
    text = files("data").joinpath("synonyms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
