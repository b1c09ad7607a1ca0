"""Splits keep each case on one side, and never train on later years."""

import numpy as np
import pytest

from data.cases import case_groups
from data.embedded import embedded_rulings
from data.splits import grouped_folds, phrase_split, rolling_origin, temporal_split

RULINGS = list(embedded_rulings())
GRANTED = [row.outcome != "denied" for row in RULINGS]


def test_temporal_split_trains_on_earlier_years_only() -> None:
    split = temporal_split(RULINGS, GRANTED, 2022)
    groups = case_groups(RULINGS)
    years = np.array([row.year for row in RULINGS])
    assert years[split.train].max() < 2022 <= years[split.test].min()
    assert not set(groups[split.train]) & set(groups[split.test])
    every = np.concatenate([split.train, split.test, split.excluded])
    assert sorted(every) == list(range(len(RULINGS)))


def test_a_rolling_origin_predicts_each_year_from_those_before_it() -> None:
    groups = case_groups(RULINGS)
    years = np.array([row.year for row in RULINGS])
    folds = rolling_origin(RULINGS, GRANTED, 2022)
    assert [fold.test_year for fold in folds] == sorted(set(years[years >= 2022]))
    assert len(folds) >= 5
    for fold in folds:
        assert set(years[fold.test]) == {fold.test_year}
        assert years[fold.train].max() < fold.test_year
        assert not set(groups[fold.train]) & set(groups[fold.test])
        # Only siblings of a tested case are left out of the years before.
        out = np.setdiff1d(np.flatnonzero(years < fold.test_year), fold.train)
        assert set(groups[out]) <= set(groups[fold.test])
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted(tested) == list(np.flatnonzero(years >= 2022))


def test_folds_keep_cases_together_and_cover_all() -> None:
    groups = case_groups(RULINGS)
    tested = []
    for train, test in grouped_folds(RULINGS, GRANTED, 5):
        assert not set(groups[train]) & set(groups[test])
        tested += list(test)
    assert sorted(tested) == list(range(len(RULINGS)))


def test_a_side_of_one_outcome_is_refused() -> None:
    rows = [row for row in RULINGS if row.year < 2022 or row.outcome == "denied"]
    with pytest.raises(ValueError, match="in or after 2022 all have"):
        temporal_split(rows, [row.outcome != "denied" for row in rows], 2022)
    granted = [row.outcome == "granted" for row in RULINGS]
    later = [good and row.year >= 2022 for row, good in zip(RULINGS, granted, strict=True)]
    with pytest.raises(ValueError, match="before 2022 all have"):
        temporal_split(RULINGS, later, 2022)


def test_an_impossible_year_says_which_would_do() -> None:
    with pytest.raises(ValueError, match="1939 to 2026"):
        temporal_split(RULINGS, GRANTED, 2050)
    one = [row.model_copy(update={"case_id": "c"}) for row in RULINGS if row.year > 2020]
    with pytest.raises(ValueError, match="ruled on again later"):
        temporal_split(one, [True] * len(one), 2022)


def test_the_phrase_split_is_by_case_and_never_moves() -> None:
    splits = [phrase_split(ruling) for ruling in RULINGS]
    assert splits.count("writing") == 1322
    by_docket: dict[tuple[str | None, str], set[str]] = {}
    for ruling, split in zip(RULINGS, splits, strict=True):
        if ruling.docket_number:
            by_docket.setdefault((ruling.court, ruling.docket_number), set()).add(split)
    assert all(len(seen) == 1 for seen in by_docket.values())
    stranger = {"case_id": "stranger", "docket_number": "1:99-cv-99999", "court": "ilnd"}
    assert phrase_split(RULINGS[0].model_copy(update=stranger)) == "held_out"


def test_more_folds_than_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="--folds"):
        list(grouped_folds(RULINGS[:3], GRANTED[:3], 5))
