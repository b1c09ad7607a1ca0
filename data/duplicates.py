"""Find rulings that may be one ruling, or belong to one case, though their ids differ.

A page about a ruling and the opinion itself, coded separately, give two rows of one ruling. Split
between training and test rows, such a pair leaks the outcome, so each is listed for review.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from data.arrays import Floats, Rows
from data.cases import case_groups, normalized_docket, party_names
from data.courts import find_court
from data.schema import Ruling

MIN_SIMILARITY = 0.4
"""Cosine of two accounts (TF-IDF of words, log counts) from which they may describe one ruling.
Among embedded rulings of one court, day and outcome, only duplicates exceeded it."""


class Pair(NamedTuple):
    """Two row numbers, the earlier first."""

    first: int
    second: int


def same_ruling_pairs(rulings: Sequence[Ruling]) -> list[Pair]:
    """Find pairs that may be one ruling: same court, date and outcome, and similar accounts.

    Dates are compared to the precision of the less precise one. Rulings on two dockets, or on two
    types of motion on one docket, are different rulings.
    """
    dockets = [normalized_docket(row.docket_number) for row in rulings]
    candidates = [
        Pair(first, second)
        for first, second in _pairs_of_court_and_year(rulings)
        if _same_date(rulings[first], rulings[second])
        and rulings[first].outcome == rulings[second].outcome
        and _dockets_allow(rulings[first], rulings[second], dockets[first], dockets[second])
    ]
    if not candidates:
        return []
    similarities = _similarities(rulings, candidates).tolist()
    return [
        pair
        for pair, similarity in zip(candidates, similarities, strict=True)
        if similarity >= MIN_SIMILARITY
    ]


def same_case_pairs(rulings: Sequence[Ruling]) -> list[Pair]:
    """Find pairs that may belong to one case though `data.cases.case_groups` separates them.

    They share a party whose name has more than one word, court, date, motion type, claim area and
    outcome, and do not have two docket numbers.
    """
    groups = case_groups(rulings)
    dockets = [normalized_docket(row.docket_number) for row in rulings]
    parties = [
        frozenset(name for name in party_names(row.caption) if len(name) > 1) for row in rulings
    ]
    return [
        Pair(first, second)
        for first, second in _pairs_of_court_and_year(rulings)
        if parties[first] & parties[second]
        and groups[first] != groups[second]
        and not (dockets[first] and dockets[second])
        and _same_date(rulings[first], rulings[second])
        and _agree_on(rulings[first], rulings[second], ("motion_type", "claim_area", "outcome"))
    ]


def _agree_on(first: Ruling, second: Ruling, fields: Sequence[str]) -> bool:
    return all(getattr(first, name) == getattr(second, name) for name in fields)


def _pairs_of_court_and_year(rulings: Sequence[Ruling]) -> Iterator[Pair]:
    rows_by_key: dict[tuple[str, str], list[int]] = {}
    for row, ruling in enumerate(rulings):
        if ruling.court and ruling.decided:
            court = find_court(ruling.court).id or ruling.court
            rows_by_key.setdefault((court, ruling.decided[:4]), []).append(row)
    for rows in rows_by_key.values():
        yield from (Pair(*pair) for pair in combinations(rows, 2))


def _same_date(first: Ruling, second: Ruling) -> bool:
    precision = min(len(first.decided or ""), len(second.decided or ""))
    return (first.decided or "")[:precision] == (second.decided or "")[:precision]


def _dockets_allow(first: Ruling, second: Ruling, docket: str | None, other: str | None) -> bool:
    if docket and other:
        return docket == other and first.motion_type == second.motion_type
    return True


def _similarities(rulings: Sequence[Ruling], pairs: Sequence[Pair]) -> Floats:
    """Return the cosine of the two accounts of each pair."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # takes a second to import

    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    matrix = vectorizer.fit_transform(f"{row.motion} {row.opposition or ''}" for row in rulings)
    first: Rows = np.array([pair.first for pair in pairs])
    second: Rows = np.array([pair.second for pair in pairs])
    return np.asarray(matrix[first].multiply(matrix[second]).sum(axis=1)).ravel()
