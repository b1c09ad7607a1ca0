"""Find rulings that may be one ruling, or belong to one case, though their ids differ.

A page about a ruling and the opinion itself, coded separately, give two rows of one ruling. Split
between training and test rows, such a pair leaks the outcome, so each is listed for review.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from data.arrays import Floats, Rows
from data.cases import normalized_docket, party_names
from data.codebook import Outcome
from data.courts import find_court
from data.pairs import pairs_within
from data.schema import Ruling

MIN_SIMILARITY = 0.4
"""Cosine of two accounts (TF-IDF of words, log counts) from which they may describe one ruling.
Among embedded rulings of one court, day and outcome, only duplicates exceeded it."""


class Pair(NamedTuple):
    """Two row numbers, the earlier first."""

    first: int
    second: int


def pairs_to_compare(rulings: Sequence[Ruling]) -> list[Pair]:
    """Return the pairs of rulings of one court, date and outcome.

    Dates are compared to the precision of the less precise one: 2017-02 is the date of 2017-02-11.
    Where more than `data.pairs.MAX_BLOCK` share them, those next to each other by docket and
    caption.
    """

    def by_case(row: int) -> tuple[str, str]:
        return normalized_docket(rulings[row].docket_number) or "", rulings[row].caption or ""

    rows_by_key: dict[tuple[str, Outcome, str], list[int]] = {}
    for row, ruling in enumerate(rulings):
        if ruling.court and ruling.decided:
            court = find_court(ruling.court).id or ruling.court
            rows_by_key.setdefault((court, ruling.outcome, ruling.decided), []).append(row)
    pairs: list[Pair] = []
    for (court, outcome, decided), rows in rows_by_key.items():
        pairs += (Pair(*pair) for pair in pairs_within(rows, by_case))
        for coarser in {decided[:4], decided[:7]} - {decided}:
            others = rows_by_key.get((court, outcome, coarser), ())
            of_rows, near = set(rows), pairs_within([*rows, *others], by_case)
            pairs += (Pair(*pair) for pair in near if len(of_rows.intersection(pair)) == 1)
    return sorted(pairs)


def same_ruling_pairs(rulings: Sequence[Ruling], pairs: Sequence[Pair]) -> list[Pair]:
    """Return those of `pairs_to_compare` that may be one ruling: their accounts are similar.

    Rulings on two dockets, or on two types of motion on one docket, are different rulings.
    """
    candidates = [
        pair for pair in pairs if _dockets_allow(rulings[pair.first], rulings[pair.second])
    ]
    if not candidates:
        return []
    similarities = _similarities(rulings, candidates).tolist()
    return [
        pair
        for pair, similarity in zip(candidates, similarities, strict=True)
        if similarity >= MIN_SIMILARITY
    ]


def same_case_pairs(rulings: Sequence[Ruling], pairs: Sequence[Pair], groups: Rows) -> list[Pair]:
    """Return those of `pairs_to_compare` that may belong to one case though their groups differ.

    They share a party whose name has more than one word, motion type and claim area, and do not
    have two docket numbers.

    Parameters
    ----------
    groups
        n case numbers, as `data.cases.case_groups` gives them.
    """
    return [
        Pair(first, second)
        for first, second in pairs
        if groups[first] != groups[second] and _may_share_case(rulings[first], rulings[second])
    ]


def _may_share_case(first: Ruling, second: Ruling) -> bool:
    if (first.motion_type, first.claim_area) != (second.motion_type, second.claim_area):
        return False
    if normalized_docket(first.docket_number) and normalized_docket(second.docket_number):
        return False
    shared = party_names(first.caption) & party_names(second.caption)
    return any(len(name) > 1 for name in shared)


def _dockets_allow(first: Ruling, second: Ruling) -> bool:
    docket, other = (normalized_docket(ruling.docket_number) for ruling in (first, second))
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
