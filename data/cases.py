"""Group motions and rulings by case, so that each case stays on one side of every split."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from data.arrays import Rows
from data.captions import sides_in_words
from data.courts import find_court
from data.schema import Motion


class NamedCase(NamedTuple):
    """What of a motion names its case: the fields of a `data.schema.Motion`, its paper left out."""

    id: str | None
    case_id: str | None
    caption: str | None
    court: str | None
    docket_number: str | None
    motion: str = ""


def case_groups(motions: "Sequence[Motion | NamedCase]") -> Rows:
    """Number the cases: rows that share a `case_id`, or a court and docket number, share a group.

    Rulings on one docket may have been coded under different case ids, so the docket joins them,
    as does a court with both parties of the caption, in either order. A ruling may appear in a
    file twice, so long papers with the same words join rows as well.

    Parameters
    ----------
    motions
        n motions or rulings. A row that shares none of these is a case of its own.

    Returns
    -------
    Array of n group numbers (the row number of one member).
    """
    parent = list(range(len(motions)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    first_row_of_key: dict[tuple[str, object], int] = {}
    for row, motion in enumerate(motions):
        keys: list[tuple[str, object]] = [*case_keys(motion), *party_keys(motion)]
        if len(words := normalized_words(motion.motion)) >= _MIN_UNIQUE_CHARACTERS:
            keys.append(("words", hash(words)))  # the words of a million papers would not fit
        for key in keys:
            parent[root(row)] = root(first_row_of_key.setdefault(key, row))
    return np.array([root(row) for row in range(len(motions))], dtype=np.intp)


_COMMON_WORDS = frozenset(
    {"the", "of", "et", "al", "in", "re", "ex", "rel", "and", "for", "us", "united", "states"}
    | {"inc", "llc", "lp", "llp", "co", "corp", "ltd", "company", "corporation", "state", "people"}
    | {"commonwealth", "doe", "does", "john", "jane"}
)


def party_names(caption: str | None) -> frozenset[frozenset[str]]:
    """Return the words of each party's name, without corporate forms and "United States".

    Abbreviations are spelled out (see `data.captions`), as one source has "N.Y. Nurses Ass'n" and
    another the whole words.

    >>> party_names("Seminole County v. River Capital, Inc. (Sassy Merlot's)") == party_names(
    ...     "River Capital, Inc. v. Seminole Cnty.")
    True
    """
    sides = sides_in_words(caption)
    if len(sides) != 2:
        return frozenset()
    return frozenset(words for side in sides if (words := frozenset(side) - _COMMON_WORDS))


_MIN_UNIQUE_CHARACTERS = 200
"""Characters from which two papers with the same words are one paper."""
_PLACEHOLDERS = frozenset(
    {"", "na", "none", "null", "unknown", "nan", "tbd", "tba", "pending", "missing", "sealed"}
    | {"notavailable", "notassigned"}
)


def is_case_id(case_id: str) -> bool:
    """Tell whether a case id names a case, unlike "n/a" or "unknown"."""
    letters = re.sub(r"[\W_]", "", case_id.lower())
    return letters not in _PLACEHOLDERS and case_id.strip() != "-1"


def normalized_words(paper: str) -> str:
    """Return the words of a paper in lower case, separated by single spaces."""
    return " ".join(paper.lower().split())


def case_keys(motion: Motion | NamedCase) -> list[tuple[str, str]]:
    """Return the keys of a motion's case; motions that share one belong to one case."""
    keys = [("case", motion.case_id)] if motion.case_id and is_case_id(motion.case_id) else []
    docket = normalized_docket(motion.docket_number)
    if docket and motion.court:
        keys.append((find_court(motion.court).id or motion.court, docket))
    return keys


def party_keys(motion: Motion | NamedCase) -> list[tuple[str, frozenset[frozenset[str]]]]:
    """Return a court with both parties of the caption, which name a case too, or nothing."""
    if motion.court and len(parties := party_names(motion.caption)) == 2:
        return [(f"parties {find_court(motion.court).id}", parties)]
    return []


def normalized_docket(docket_number: str | None) -> str | None:
    """Return a docket number in one spelling, or None if it names no docket ("n/a").

    The office number of a federal docket ("1:") is often omitted, so it is ignored, as are judges'
    initials. Two cases of one court may then share a key, which only keeps them on one side of a
    split.

    >>> normalized_docket("1:21-cv-00135-ABC") == normalized_docket("No. 21 CV 135")
    True
    >>> normalized_docket("Civil Action No. 21-135 (RDM)") == normalized_docket("C 21-00135 RDM")
    True
    >>> normalized_docket("Index No. 650123/2020") == normalized_docket("650123/2020")
    True
    """
    if docket_number is None or not re.search(r"[1-9]", docket_number):
        return None
    spelling = _DASHES.sub("-", docket_number).lower().replace("civ", "cv")
    if federal := _FEDERAL.search(spelling):
        year, kind, number = federal.groups()
        return f"{year}-{'cv' if kind == 'c' else kind}-{number}" if number.strip("0") else None
    spelling = _NUMBER_WORDS.sub("", spelling)
    if civil := _CIVIL.match(spelling):
        return f"{civil[1]}-cv-{civil[2]}"
    return re.sub(r"[\W_]", "", _INITIALS.sub("", spelling))


_DASHES = re.compile("[\u2010-\u2015]")
# "1:21-cv-00135", "21 C 135"
_FEDERAL = re.compile(r"\b(?:19|20)?(\d{2})[\s-]*(cv|cr|mc|md|ap|bk|c(?=[\s-]*\d))[\s.-]*0*(\d+)")
_NUMBER_WORDS = re.compile(
    r"^(?:(?:case|index|cause|docket|cvil action|cv|c\.?a)\b[.:#\s-]*)?"
    r"(?:(?:nos?|number)\b[.:#\s]*)?"
)
_SUFFIX = r"(?:[\s(/-]+[a-z]{1,12}\b\)?|[a-z]{2,4}\b|\))*$"
_INITIALS = re.compile(r"(?<=\d)" + _SUFFIX)
# "CV-20-01234-PHX", "SACV 20-123", "C13-945RAJ", "H-06-2465", and the number alone
_CIVIL = re.compile(
    r"(?:(?:[a-z]{0,2}cv|[a-z])[\s.-]*)?(?:nos?[.:\s]*)?(?:\d:)?(\d{2})[\s-]+0*(\d{1,6})" + _SUFFIX
)


def sample_cases(groups: Rows, max_rows: int, seed: int = 0) -> Rows:
    """Return the rows of whole cases drawn at random, at most `max_rows`.

    Parameters
    ----------
    groups
        n case numbers. If n is at most `max_rows`, all rows are returned. At least one case is
        drawn, however large.

    Returns
    -------
    Row numbers, in order.
    """
    if len(groups) <= max_rows:
        return np.arange(len(groups), dtype=np.intp)
    cases, sizes = np.unique(groups, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(cases))
    n_fitting = int(np.searchsorted(np.cumsum(sizes[order]), max_rows, side="right"))
    return np.flatnonzero(np.isin(groups, cases[order[: max(1, n_fitting)]]))
