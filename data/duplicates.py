"""Rulings that may be one ruling, or of one case, though their ids say otherwise.

A page about a ruling and the opinion itself, coded apart, make two rows of one ruling. In a test
set such a pair lets the model see its answer, so each is named for a person to look at.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from data.arrays import Rows
from data.cases import case_groups, normalized_docket, party_names
from data.courts import find_court
from data.schema import Ruling

LIKE = 0.4
"""Cosine of two accounts (TF-IDF of words, log counts) from which they may tell of one ruling. Of
the embedded rulings of one court, day and outcome only duplicates were above."""


class Pair(NamedTuple):
    """Two row numbers, the earlier first."""

    first: int
    second: int


def same_ruling_pairs(rulings: Sequence[Ruling]) -> list[Pair]:
    """Find pairs that may be one ruling: one court, date and outcome, and accounts much alike.

    Dates are compared as far as both are known. Two dockets, or two kinds of motion on one docket,
    tell rulings apart.
    """
    dockets = [normalized_docket(row.docket_number) for row in rulings]
    candidates = [
        Pair(first, second)
        for first, second in _of_one_court_and_year(rulings)
        if _one_date(rulings[first], rulings[second])
        and rulings[first].outcome == rulings[second].outcome
        and _may_be_one(rulings[first], rulings[second], dockets[first], dockets[second])
    ]
    if not candidates:
        return []
    likeness = _likeness(rulings, candidates)
    return [pair for pair, like in zip(candidates, likeness, strict=True) if like >= LIKE]


def same_case_pairs(rulings: Sequence[Ruling]) -> list[Pair]:
    """Find pairs that may be of one case, though nothing joins them (see `data.cases`).

    One party of the caption, of more than a word, is the same, and so are court, date, kind of
    motion, claim area and outcome; two dockets tell cases apart.
    """
    groups = case_groups(rulings)
    dockets = [normalized_docket(row.docket_number) for row in rulings]
    parties = [frozenset(p for p in party_names(row.caption) if len(p) > 1) for row in rulings]
    return [
        Pair(first, second)
        for first, second in _of_one_court_and_year(rulings)
        if parties[first] & parties[second]
        and groups[first] != groups[second]
        and not (dockets[first] and dockets[second])
        and _one_date(rulings[first], rulings[second])
        and _alike(rulings[first], rulings[second], ("motion_type", "claim_area", "outcome"))
    ]


def _alike(first: Ruling, second: Ruling, fields: Sequence[str]) -> bool:
    return all(getattr(first, name) == getattr(second, name) for name in fields)


def _of_one_court_and_year(rulings: Sequence[Ruling]) -> Iterator[Pair]:
    blocks: dict[tuple[str, str], list[int]] = {}
    for row, ruling in enumerate(rulings):
        if ruling.court and ruling.decided:
            court = find_court(ruling.court).id or ruling.court
            blocks.setdefault((court, ruling.decided[:4]), []).append(row)
    for rows in blocks.values():
        yield from (Pair(*pair) for pair in combinations(rows, 2))


def _one_date(first: Ruling, second: Ruling) -> bool:
    known = min(len(first.decided or ""), len(second.decided or ""))
    return (first.decided or "")[:known] == (second.decided or "")[:known]


def _may_be_one(first: Ruling, second: Ruling, docket: str | None, other: str | None) -> bool:
    if docket and other:
        return docket == other and first.motion_type == second.motion_type
    return True


def _likeness(rulings: Sequence[Ruling], pairs: Sequence[Pair]) -> np.ndarray:
    """Return the cosine of the two accounts of each pair."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # a second that few commands need

    terms = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    matrix = terms.fit_transform(f"{row.motion} {row.opposition or ''}" for row in rulings)
    first: Rows = np.array([pair.first for pair in pairs])
    second: Rows = np.array([pair.second for pair in pairs])
    return np.asarray(matrix[first].multiply(matrix[second]).sum(axis=1)).ravel()
