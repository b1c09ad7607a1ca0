"""Split labelled rulings into training and test rows, keeping each case on one side."""

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
    """Row numbers of the earlier years (`train`), of the later years (`test`), and the excluded.

    `excluded` holds earlier rulings of cases ruled on again in the test years: they cannot be
    trained on, being siblings of a test ruling, nor tested on, being no later than training.
    """

    first_test_year: int
    train: Rows
    test: Rows
    excluded: Rows


def temporal_split(
    rulings: Sequence[Ruling], granted: Labels, first_test_year: int
) -> TemporalSplit:
    """Train on rulings before `first_test_year`, test on that year and later.

    Parameters
    ----------
    granted
        Whether each ruling counts as granted (see `data.labels`).

    Raises
    ------
    ValueError
        If a side would be empty or have rulings of one outcome only.
    """
    years = np.array([ruling.year for ruling in rulings])
    groups = case_groups(rulings)
    later = years >= first_test_year
    siblings = np.isin(groups, groups[later]) & ~later
    train, test = np.flatnonzero(~later & ~siblings), np.flatnonzero(later)
    if siblings.any() and not len(train):
        raise ValueError(
            f"all {siblings.sum()} rulings before {first_test_year} belong to cases ruled on "
            "again later, so none can be trained on; check case_id, court and docket_number"
        )
    if not len(train) or not len(test):
        missing = f"no rulings {'before' if not len(train) else 'in or after'} {first_test_year}"
        if years.min() == years.max():
            raise ValueError(f"{missing}: all are from {years.min()}; add rulings of other years")
        raise ValueError(
            f"{missing}: the years run from {years.min()} to {years.max()}; choose a "
            "--first-test-year between them"
        )
    labels = np.asarray(granted, dtype=bool)
    for rows, side in ((train, "before"), (test, "in or after")):
        if labels[rows].all() or not labels[rows].any():
            raise ValueError(
                f"the {len(rows)} ruling(s) {side} {first_test_year} all have the same outcome; "
                "choose another --first-test-year or --partial-grants-as"
            )
    return TemporalSplit(first_test_year, train, test, np.flatnonzero(siblings))


@dataclass(frozen=True)
class RollingFold:
    """One test year of a rolling-origin split (`test`), and all earlier years (`train`)."""

    test_year: int
    train: Rows
    test: Rows


def rolling_origin(
    rulings: Sequence[Ruling], granted: Labels, first_test_year: int
) -> list[RollingFold]:
    """Test on each year from `first_test_year`, training on all years before it.

    Earlier rulings of cases ruled on again in the test year are not trained on for that year.

    Raises
    ------
    ValueError
        If the first fold would have an empty side, or one with rulings of one outcome only.

    References
    ----------
    Tashman (2000), Int. J. Forecasting 16:437-450 (rolling-origin evaluation).
    """
    temporal_split(rulings, granted, first_test_year)  # raises if there is nothing to split
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
    """Yield `(train, test)` rows of a k-fold split stratified by outcome and grouped by case.

    Raises
    ------
    ValueError
        If there are fewer cases than folds.
    """
    groups = case_groups(rulings)
    n_cases = len(np.unique(groups))
    if n_cases < n_folds:
        raise ValueError(
            f"{n_folds} folds need at least {n_folds} cases, found {n_cases}; add rulings or lower "
            "--folds"
        )
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    yield from folds.split(np.zeros(len(rulings)), np.asarray(granted), groups)


def phrase_split(motion: Motion) -> Literal["writing", "held_out"]:
    """Return whether lexicon writers may read this case, as they may about 60% of embedded cases.

    Phrases are written on the cases of one split and judged on the others. The split is a hash of
    the docket, or of the case id if there is none, so it stays the same when rulings are added; for
    the same reason the docket is not normalized as in `data.cases`. Rulings that are not embedded
    are always held out.
    """
    return "writing" if _split_key(motion) in _writing_keys() else "held_out"


@cache
def _writing_keys() -> frozenset[str]:
    keys = map(_split_key, embedded_rulings())
    return frozenset(key for key in keys if hashlib.sha256(key.encode()).digest()[0] < 154)


def _split_key(motion: Motion) -> str:
    docket = re.sub(r"[\W_]", "", (motion.docket_number or "").lower())
    return (
        f"{motion.court} {docket}" if docket and motion.court else motion.case_id or motion.motion
    )
