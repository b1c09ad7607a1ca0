"""Splits of labelled rulings that keep one case's rulings together."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from data.arrays import Flags, Rows
from data.cases import case_groups
from data.embedded import embedded_rulings
from data.schema import Motion, Ruling

Labels = Sequence[bool] | Flags


@dataclass(frozen=True)
class TemporalSplit:
    """Row numbers of the earlier years (`train`), the later years (`test`), and the left out.

    `left_out` holds earlier rulings of a case that was ruled on again in the test years: they may
    be neither trained on (the test ruling's sibling) nor tested on (not later than training).
    """

    first_test_year: int
    train: Rows
    test: Rows
    left_out: Rows


def temporal_split(
    rulings: Sequence[Ruling], granted: Labels, first_test_year: int
) -> TemporalSplit:
    """Train on rulings before `first_test_year`, test on that year and later.

    Parameters
    ----------
    granted
        What each ruling counts as (see `data.labels`).

    Raises
    ------
    ValueError
        If a side would be empty or hold only one kind of outcome.
    """
    years = np.array([ruling.year for ruling in rulings])
    groups = case_groups(rulings)
    later = years >= first_test_year
    straddles = np.isin(groups, groups[later]) & ~later
    train, test = np.flatnonzero(~later & ~straddles), np.flatnonzero(later)
    if straddles.any() and not len(train):
        raise ValueError(
            f"all {straddles.sum()} rulings before {first_test_year} are of cases ruled on again "
            "later, and none is left to train on; see their case_id, court and docket_number"
        )
    if not len(train) or not len(test):
        span = f"the years run from {years.min()} to {years.max()}"
        if years.min() == years.max():
            span = f"all rulings are of {years.min()}; add some of other years, or"
        raise ValueError(
            f"no rulings {'before' if not len(train) else 'in or after'} {first_test_year}: "
            f"{span}; choose a --first-test-year between"
        )
    labels = np.asarray(granted, dtype=bool)
    for rows, side in ((train, "before"), (test, "in or after")):
        if labels[rows].all() or not labels[rows].any():
            raise ValueError(
                f"the {len(rows)} ruling(s) {side} {first_test_year} all have the same outcome, so "
                "nothing can be learned or tested there; choose another --first-test-year, or "
                "another --partial-grants-as"
            )
    return TemporalSplit(first_test_year, train, test, np.flatnonzero(straddles))


@dataclass(frozen=True)
class RollingFold:
    """One test year of a rolling origin: rows of all earlier years (`train`), rows of the year."""

    test_year: int
    train: Rows
    test: Rows


def rolling_origin(
    rulings: Sequence[Ruling], granted: Labels, first_test_year: int
) -> list[RollingFold]:
    """Predict each year from `first_test_year` on from the years before it.

    An earlier ruling of a case that was ruled on again in the test year is not trained on for that
    year: siblings stay on one side.

    Raises
    ------
    ValueError
        If a side would be empty or hold only one kind of outcome.

    References
    ----------
    Tashman (2000), Int. J. Forecasting 16:437-450 (rolling-origin evaluation).
    """
    temporal_split(rulings, granted, first_test_year)  # refuses what cannot be split
    years = np.array([ruling.year for ruling in rulings])
    groups = case_groups(rulings)
    folds = []
    for year in sorted(set(years[years >= first_test_year].tolist())):
        test = np.flatnonzero(years == year)
        train = np.flatnonzero((years < year) & ~np.isin(groups, groups[test]))
        folds.append(RollingFold(int(year), train, test))
    return folds


def grouped_folds(
    rulings: Sequence[Ruling], granted: Labels, n_folds: int = 5, seed: int = 0
) -> Iterator[tuple[Rows, Rows]]:
    """Yield `(train, test)` rows of a k-fold split stratified by outcome, cases kept together.

    Raises
    ------
    ValueError
        If there are fewer cases than folds.
    """
    groups = case_groups(rulings)
    if len(np.unique(groups)) < n_folds:
        raise ValueError(
            f"{len(np.unique(groups))} case(s) cannot make {n_folds} folds; add rulings or lower "
            "--folds"
        )
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    yield from folds.split(np.zeros(len(rulings)), np.asarray(granted), groups)


def phrase_split(motion: Motion) -> Literal["writing", "held_out"]:
    """Tell whether lexicon writers may have read this case: about 60% of the embedded cases.

    The split is a hash of the docket where there is one, else of the case id, so it never moves
    when rulings are added: phrases are judged on cases their writers have not seen. The docket is
    spelt here as it was when the first phrases were written, so that the split stays what it was.
    Of other rulings than the embedded ones no writer has read any.
    """
    return "writing" if _part_key(motion) in _read_by_writers() else "held_out"


@cache
def _read_by_writers() -> frozenset[str]:
    keys = map(_part_key, embedded_rulings())
    return frozenset(key for key in keys if hashlib.sha256(key.encode()).digest()[0] < 154)


def _part_key(motion: Motion) -> str:
    docket = re.sub(r"[\W_]", "", (motion.docket_number or "").lower())
    return (
        f"{motion.court} {docket}" if docket and motion.court else motion.case_id or motion.motion
    )
