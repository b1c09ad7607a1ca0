"""Splits of labelled rulings that keep one case's rulings together."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from data.cases import Rows, case_groups
from data.codes import Outcome
from data.schema import Motion, Ruling


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


def temporal_split(rulings: Sequence[Ruling], first_test_year: int) -> TemporalSplit:
    """Train on rulings before `first_test_year`, test on that year and later.

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
    if not len(train) or not len(test):
        raise ValueError(
            f"no rulings {'before' if not len(train) else 'in or after'} {first_test_year}: the "
            f"years run from {years.min()} to {years.max()}; choose a --first-test-year between"
        )
    denied = np.array([ruling.outcome is Outcome.DENIED for ruling in rulings])
    for rows, side in ((train, "before"), (test, "in or after")):
        if denied[rows].all() or not denied[rows].any():
            raise ValueError(
                f"the {len(rows)} ruling(s) {side} {first_test_year} all have the same outcome, so "
                "nothing can be learned or tested there; choose another --first-test-year"
            )
    return TemporalSplit(first_test_year, train, test, np.flatnonzero(straddles))


@dataclass(frozen=True)
class RollingFold:
    """One test year of a rolling origin: rows of all earlier years (`train`), rows of the year."""

    test_year: int
    train: Rows
    test: Rows


def rolling_origin(rulings: Sequence[Ruling], first_test_year: int) -> list[RollingFold]:
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
    temporal_split(rulings, first_test_year)  # refuses what cannot be split
    years = np.array([ruling.year for ruling in rulings])
    groups = case_groups(rulings)
    folds = []
    for year in sorted(set(years[years >= first_test_year].tolist())):
        test = np.flatnonzero(years == year)
        train = np.flatnonzero((years < year) & ~np.isin(groups, groups[test]))
        folds.append(RollingFold(int(year), train, test))
    return folds


def grouped_folds(
    rulings: Sequence[Ruling], n_folds: int = 5, seed: int = 0
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
    granted = [ruling.outcome is not Outcome.DENIED for ruling in rulings]
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    yield from folds.split(np.zeros(len(rulings)), granted, groups)


def phrase_part(motion: Motion) -> Literal["writing", "held_out"]:
    """Tell whether lexicon writers may read this case (about 60% of cases) or not.

    The split is a hash of the docket where there is one, else of the case id, so it never moves
    when rulings are added: phrases are judged on cases their writers have not seen. The docket is
    spelt here as it was when the first phrases were written, so that the split stays what it was.
    """
    docket = re.sub(r"[\W_]", "", (motion.docket_number or "").lower())
    key = f"{motion.court} {docket}" if docket and motion.court else motion.case_id or motion.motion
    return "writing" if hashlib.sha256(key.encode()).digest()[0] < 154 else "held_out"
