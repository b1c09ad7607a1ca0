"""Cases: which motions and rulings are of one, so that they stay on one side of every split."""

import re
from collections.abc import Sequence

import numpy as np

from data.arrays import Rows
from data.courts import find_court
from data.schema import Motion


def case_groups(motions: Sequence[Motion]) -> Rows:
    """Number the cases: rows that share a `case_id`, or a court and docket number, share a group.

    Some rulings on one docket were coded under different case ids, so the docket joins them too,
    and so do a court and both parties of the caption, in either order. One ruling may appear in a
    file twice, so long papers of the same words join them as well.

    Parameters
    ----------
    motions
        n motions or rulings. A row with neither a `case_id` nor a docket is a case of its own.

    Returns
    -------
    Array of n group numbers.
    """
    parent = list(range(len(motions)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    first_seen: dict[tuple[str, object], int] = {}
    for row, motion in enumerate(motions):
        keys: list[tuple[str, object]] = [*case_keys(motion)]
        if motion.court and len(parties := party_names(motion.caption)) == 2:
            keys.append((f"parties {find_court(motion.court).id}", parties))
        if len(words := normalized_words(motion.motion)) >= _LONG:
            keys.append(("words", hash(words)))  # not the words: they may be a million papers'
        for key in keys:
            parent[root(row)] = root(first_seen.setdefault(key, row))
    return np.array([root(row) for row in range(len(motions))], dtype=np.intp)


_SIDES = re.compile(r"\s+vs?\.?\s+", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)")
_FORMS = frozenset(
    {"the", "of", "et", "al", "in", "re", "ex", "rel", "and", "for", "us", "united", "states"}
    | {"inc", "llc", "lp", "llp", "co", "corp", "ltd", "company", "corporation", "state", "people"}
    | {"commonwealth", "doe", "does", "john", "jane"}
)


def party_names(caption: str | None) -> frozenset[frozenset[str]]:
    """Return the words of each party's name, without forms of business and "United States".

    >>> party_names("Seminole County v. River Capital, Inc. (Sassy Merlot's)") == party_names(
    ...     "River Capital, Inc. v. Seminole County")
    True
    """
    sides = _SIDES.split(_ASIDE.sub("", caption or ""))
    if len(sides) != 2:
        return frozenset()
    named = (re.findall(r"\w+", re.sub(r"['’.]", "", side.lower())) for side in sides)
    return frozenset(words for side in named if (words := frozenset(side) - _FORMS))


_LONG = 200
"""Characters from which a paper's words are its own."""
_NO_CASE = frozenset(
    {"", "na", "none", "null", "unknown", "nan", "tbd", "tba", "pending", "missing", "sealed"}
    | {"notavailable", "notassigned"}
)


def is_case_id(case_id: str) -> bool:
    """Tell whether a case id names a case, unlike "n/a" or "unknown"."""
    plain = re.sub(r"[\W_]", "", case_id.lower())
    return plain not in _NO_CASE and case_id.strip() != "-1"


def normalized_words(paper: str) -> str:
    """Return the words of a paper in small letters, one space between them."""
    return " ".join(paper.lower().split())


def case_keys(motion: Motion) -> list[tuple[str, str]]:
    """Return what tells a motion's case; motions that share one of these are of one case."""
    keys = [("case", motion.case_id)] if motion.case_id and is_case_id(motion.case_id) else []
    docket = normalized_docket(motion.docket_number)
    if docket and motion.court:
        keys.append((find_court(motion.court).id or motion.court, docket))
    return keys


def normalized_docket(docket_number: str | None) -> str | None:
    """Return a docket number in one spelling, or None where it names no docket ("n/a").

    The office number before a federal docket ("1:") is often left out, so it is ignored, as are
    judges' initials: two cases of one court may then share a key, which only keeps them on one side
    of a split.

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
_AFTER = r"(?:[\s(/-]+[a-z]{1,12}\b\)?|[a-z]{2,4}\b|\))*$"
_INITIALS = re.compile(r"(?<=\d)" + _AFTER)
# "CV-20-01234-PHX", "SACV 20-123", "C13-945RAJ", "H-06-2465", and the number alone
_CIVIL = re.compile(
    r"(?:(?:[a-z]{0,2}cv|[a-z])[\s.-]*)?(?:nos?[.:\s]*)?(?:\d:)?(\d{2})[\s-]+0*(\d{1,6})" + _AFTER
)


def sample_cases(groups: Rows, most: int, seed: int = 0) -> Rows:
    """Return the rows of whole cases drawn at random, `most` rows or somewhat fewer.

    Parameters
    ----------
    groups
        n case numbers. Where n is no more than `most`, all rows are returned; a single case is
        never cut short.
    """
    if len(groups) <= most:
        return np.arange(len(groups), dtype=np.intp)
    cases, sizes = np.unique(groups, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(cases))
    fitting = int(np.searchsorted(np.cumsum(sizes[order]), most, side="right"))
    return np.flatnonzero(np.isin(groups, cases[order[: max(1, fitting)]]))
