"""Splits never separate a case, and never train on later years."""

import numpy as np
import pytest

from data.cases import case_groups, normalized_docket, sample_cases
from data.embedded import embedded_rulings
from data.splits import grouped_folds, rolling_origin, temporal_split

RULINGS = list(embedded_rulings())
GRANTED = [row.outcome != "denied" for row in RULINGS]


def test_rulings_on_one_docket_are_one_case_whatever_their_case_id() -> None:
    groups = dict(zip([row.id for row in RULINGS], case_groups(RULINGS), strict=True))
    assert groups["kabir-v-elk-grove-tro-1-2022"] == groups["kabir-v-elk-grove-tro-2-2022"]
    ids = [row.case_id for row in RULINGS]
    assert len(set(groups.values())) < len(set(ids))


def test_placeholders_for_a_docket_join_no_cases() -> None:
    rows = [
        RULINGS[i].model_copy(update={"case_id": f"c{i}", "court": "nysd", "docket_number": number})
        for i, number in enumerate(["n/a", "N/A", "-", None, "89 Civ. 2272 (KMW)", "1:89-cv-02272"])
    ]
    groups = list(case_groups(rows))
    assert len(set(groups)) == 5
    assert groups[4] == groups[5]
    assert (
        normalized_docket("1:21-cv-00135")
        == normalized_docket("No. 21 CV 135")
        != normalized_docket("21-cv-1350")
    )


def test_case_ids_that_name_none_join_no_cases_and_the_same_paper_does() -> None:
    rows = [
        RULINGS[0].model_copy(
            update={"case_id": name, "docket_number": None, "caption": None, "motion": f"He {n}."}
        )
        for n, name in enumerate(["unknown", "n/a", "-1", "None", "0", "0"])
    ]
    assert len(set(case_groups(rows))) == 5
    long = " ".join(["The rival copied the box."] * 10)
    twins = [row.model_copy(update={"motion": f" {long}\n"}) for row in rows[:2]]
    assert len(set(case_groups([*twins, *rows[2:]]))) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Index No. 650123/2020", "650123/2020"),
        ("Case No. 2020-CA-001234", "2020-CA-001234"),
        ("C.A. No. 2021-0123-JTL", "2021-0123"),
        ("CV-20-01234-PHX-DWL", "2:20-cv-01234-DWL"),
        ("C 20-05640 YGR", "4:20-cv-05640-YGR"),
        ("Civil Action No. 21-135 (RDM)", "1:21-cv-00135"),
        ("SACV 20-00123", "8:20-cv-00123"),
        ("21-135", "1:21-cv-00135"),
        ("22-7464 (RMB/EAP)", "1:22-cv-07464 (RMB/AMD)"),
        ("21 C 135", "1:21-cv-00135"),
        ("12-22958-CIV-SEITZ", "1:12-cv-22958"),
        ("Case No. 20-1234", "20-1234"),
        ("CIV-20-277-G", "5:20-cv-00277-G"),
        ("C13-945RAJ", "2:13-cv-00945"),
        ("08-0758-CV-W-DGK", "4:08-cv-00758-DGK"),
        ("21\u201100135", "21-cv-00135"),
    ],
)
def test_one_docket_has_one_key_however_it_is_written(one: str, other: str) -> None:
    assert normalized_docket(one) == normalized_docket(other) is not None


@pytest.mark.parametrize("none", ["0", "00-0000", "1:00-cv-00000", "n/a", ""])
def test_what_is_no_docket_has_no_key(none: str) -> None:
    assert normalized_docket(none) is None


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


def test_cases_are_drawn_whole_up_to_a_number_of_rows() -> None:
    groups = case_groups(RULINGS)
    drawn = sample_cases(groups, 300)
    assert 290 < len(drawn) <= 300
    others = np.setdiff1d(np.arange(len(groups)), drawn)
    assert not set(groups[drawn]) & set(groups[others])
    assert list(drawn) == list(sample_cases(groups, 300)) != list(sample_cases(groups, 300, seed=1))
    assert list(sample_cases(groups, len(groups))) == list(range(len(groups)))
    assert list(sample_cases(np.array([7, 7, 7]), 2)) == [0, 1, 2]
