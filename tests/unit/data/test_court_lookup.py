"""Courts by what people call them: forms, names, abbreviations; never a wrong one."""

import pytest

from data.court_lookup import is_appeals_court, look_up_court
from data.courts import court_citation, court_entries, find_court
from data.embedded import embedded_rulings
from data.schema import Motion


@pytest.mark.parametrize(
    ("text", "court_id"),
    [
        ("N.D. Cal.", "cand"),
        ("ND Cal", "cand"),
        ("N.D. California", "cand"),
        ("USDC N.D. Cal.", "cand"),
        ("SDNY", "nysd"),
        ("S.D. Tex. (Houston)", "txsd"),
        ("ILND", "ilnd"),
        ("Northern District of Illinois", "ilnd"),
        ("U.S. District Court, Northern District of Illinois", "ilnd"),
        ("District Court, N.D. Illinois", "ilnd"),
        ("D.D.C.", "dcd"),
        ("Del. Ch.", "delch"),
        ("N.Y. Sup. Ct.", "nysupct"),
        ("Fed. Cl.", "uscfc"),
        ("Circuit Court of Cook County, Illinois", "ill-trial"),
        ("a trial court of Oklahoma", "okla-trial"),
        ("U.S. Bankruptcy Court, D. Del.", "deb"),
        ("9th Cir.", "ca9"),
        ("Second Circuit", "ca2"),
        ("U.S. Court of Appeals for the 9th Circuit", "ca9"),
        ("California Court of Appeal", "calctapp"),
        ("mars", "mars"),  # the form of an id: the answer says that it is not known
        ("Atlantis", None),
        ("N.D. Atlantis", None),
        ("Orange County Court", None),  # of Florida or of New York
        ("D. La.", None),
    ],
)
def test_a_court_is_found_by_what_people_call_it(text: str, court_id: str | None) -> None:
    assert look_up_court(text) == court_id


def test_forms_and_names_of_the_rulings_courts_lead_back_to_them() -> None:
    for court_id in {row.court for row in embedded_rulings() if row.court}:
        known = find_court(court_id)
        for text in (court_id, court_id.upper(), court_citation(court_id), known.name):
            found = look_up_court(text)
            assert found is None or find_court(found) == known, (court_id, text)
        assert look_up_court(court_citation(court_id)) is not None


def test_no_form_or_name_leads_to_another_court() -> None:
    for entry in court_entries():
        if find_court(entry["id"]).level is not None:
            for text in filter(None, (entry["citation_string"], entry["name"])):
                assert look_up_court(text) in (entry["id"], None), text


@pytest.mark.parametrize("court_id", ["ca9", "cadc", "cafc", "scotus", "calctapp", "fla"])
def test_courts_of_appeals_are_known(court_id: str) -> None:
    assert is_appeals_court(court_id)


def test_no_court_of_the_rulings_hears_appeals() -> None:
    assert not [row.court for row in embedded_rulings() if is_appeals_court(row.court or "")]


def test_a_motion_takes_common_forms_of_a_court() -> None:
    """So that every door reads `N.D. Ill.` as the same court, not as an unknown one."""
    courts = {"N.D. Ill.": "ilnd", " ILND ": "ilnd", "SDNY": "nysd", "Some Court": "some court"}
    for given, court in courts.items():
        assert Motion(motion_type="tro", motion="x", court=given).court == court
