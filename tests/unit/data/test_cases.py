"""Cases: which rulings belong together, docket numbers in any spelling, and samples of cases."""

import numpy as np
import pytest

from data.captions import sides_in_words
from data.cases import case_groups, is_case_id, normalized_docket, party_names, sample_cases
from data.embedded import embedded_rulings

RULINGS = list(embedded_rulings())


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


def test_cases_are_drawn_whole_up_to_a_number_of_rows() -> None:
    groups = case_groups(RULINGS)
    drawn = sample_cases(groups, 300)
    assert 290 < len(drawn) <= 300
    others = np.setdiff1d(np.arange(len(groups)), drawn)
    assert not set(groups[drawn]) & set(groups[others])
    assert list(drawn) == list(sample_cases(groups, 300)) != list(sample_cases(groups, 300, seed=1))
    assert list(sample_cases(groups, len(groups))) == list(range(len(groups)))
    assert list(sample_cases(np.array([7, 7, 7]), 2)) == [0, 1, 2]


def test_one_court_and_both_parties_join_a_case() -> None:
    apart = {"docket_number": None, "court": "ilnd", "motion": "He."}
    captions = [
        "Ames, Inc. v. Bell",
        "Bell v. Ames LLC",
        "Ames v. Cole",
        "In re Ames",
        "Doe v. Roe",
    ]
    rows = [
        RULINGS[0].model_copy(update=apart | {"case_id": str(n + 1), "caption": caption})
        for n, caption in enumerate(captions)
    ]
    groups = case_groups(rows)
    assert groups[0] == groups[1]
    assert len(set(groups)) == 4
    elsewhere = rows[1].model_copy(update={"court": "cand"})
    assert len(set(case_groups([rows[0], elsewhere]))) == 2


def test_captions_of_one_case_may_be_abbreviated() -> None:
    groups = dict(zip([row.id for row in RULINGS], case_groups(RULINGS), strict=True))
    assert groups["nysna-v-suny-lich-2013"] == groups["nysna-v-suny-lich-tro-continued-2013"]
    for one, other in (
        ("SEC v. Ames Mfg. Co.", "Securities and Exchange Commission v. Ames Manufacturing"),
        ("Cal. Trucking Ass'n v. Bonta", "California Trucking Association v. Bonta"),
        ("FTC v. Ames", "Federal Trade Comm'n v. Ames, Inc."),
    ):
        assert party_names(one) == party_names(other) != frozenset()
    assert party_names("Social Sec. Admin. v. Ames") != party_names("SEC v. Ames")


@pytest.mark.parametrize(
    ("caption", "sides"),
    [
        ("VONCO V Duluth, LLC v. Saari", ["vonco v duluth llc", "saari"]),
        ("AMES V BELL", ["ames", "bell"]),
        ("Ames Vs. Bell (In re Cole)", ["ames", "bell"]),
        ("In re Ames", ["in re ames"]),
        (None, [""]),
    ],
)
def test_the_sides_of_a_caption(caption: str | None, sides: list[str]) -> None:
    assert [" ".join(words) for words in sides_in_words(caption)] == sides


def test_parties_without_their_forms() -> None:
    assert party_names("The Ames Co., Inc. v. United States") == {frozenset({"ames"})}
    assert party_names("In re Ames") == party_names(None) == frozenset()


@pytest.mark.parametrize("case_id", ["n/a", "N.A.", "Unknown", "-1", "", "not available", "TBD"])
def test_placeholders_are_not_case_ids(case_id: str) -> None:
    assert not is_case_id(case_id)
    assert is_case_id("ames-v-bell-2020")
