"""Courts by the names that captions give them."""

import pytest

from data.court_names import court_named
from data.courts import find_court


@pytest.mark.parametrize(
    ("words", "court_id"),
    [
        (
            "UNITED STATES DISTRICT COURT\nFOR THE NORTHERN DISTRICT OF ILLINOIS\nEASTERN DIVISION",
            "ilnd",
        ),
        ("United States District Court, Southern District of New York", "nysd"),
        ("U.S. District Court for the Southern District of West Virginia", "wvsd"),
        ("UNITED STATES DISTRICT COURT FOR THE DISTRICT OF COLUMBIA", "dcd"),
        ("IN THE UNITED STATES DISTRICT COURT FOR THE DISTRICT OF PUERTO RICO", "prd"),
        ("UNITED STATES BANKRUPTCY COURT, DISTRICT OF DELAWARE", "deb"),
        ("UNITED STATES COURT OF FEDERAL CLAIMS", "uscfc"),
        ("UNITED STATES COURT OF APPEALS FOR THE NINTH CIRCUIT", "ca9"),
        ("SUPREME COURT OF THE STATE OF NEW YORK\nCOUNTY OF KINGS", "nysupct"),
        ("SUPERIOR COURT OF THE STATE OF CALIFORNIA\nCOUNTY OF LOS ANGELES", "calsuperct"),
        ("IN THE COURT OF CHANCERY OF THE STATE OF DELAWARE", "delch"),
        ("COMMONWEALTH OF MASSACHUSETTS\nSUPERIOR COURT", "masssuperct"),
        ("IN THE DISTRICT COURT OF HARRIS COUNTY, TEXAS", "texdistct"),
        ("IN THE CIRCUIT COURT OF COOK COUNTY, ILLINOIS", "ill-trial"),
        ("CIRCUIT COURT OF THE STATE OF OREGON FOR WASHINGTON COUNTY", "or-trial"),
        ("COURT OF COMMON PLEAS OF DELAWARE COUNTY, PENNSYLVANIA", "pa-trial"),
        ("IN THE CIRCUIT COURT OF PULASKI COUNTY, ARKANSAS", "ark-trial"),
        ("District Court, N.D. Illinois", "ilnd"),
        ("District Court, N. D. Ill., E. D.", "ilnd"),
        ("DISTRICT COURT, S.D. NEW YORK", "nysd"),
        ("U.S. District Court, E.D. Pa.", "paed"),
        ("District Court, D. Nevada", "nvd"),
        ("District Court, W.D. Texas, Austin Division.", "txwd"),
        ("District Court, Northern District of Illinois", "ilnd"),
        ("United States District Court, Northern District, Illinois", "ilnd"),
        ("District Court, District of Columbia", "dcd"),
        ("Bankruptcy Court, D. Delaware", "deb"),
        ("District Court, Clark County, Nevada", "nev-trial"),
        ("Eighth Judicial District Court of Nevada", "nev-trial"),
        ("Fourth Judicial District of Minnesota, District Court", "minn-trial"),
        ("Superior Court, Northern District of Hillsborough County, New Hampshire", "nhsuperct"),
        ("Circuit Court, N.D. Illinois", None),  # a federal court, until 1911
        ("SUPREME COURT OF OHIO", None),  # not a trial court
        ("COURT OF COMMON PLEAS OF PHILADELPHIA COUNTY", None),  # names no state
        ("NORTHERN DISTRICT OF ATLANTIS, UNITED STATES DISTRICT COURT", None),
        ("tennis court", None),
    ],
)
def test_a_court_is_found_by_its_name(words: str, court_id: str | None) -> None:
    assert court_named(words) == court_id
    if court_id and not court_id.startswith("ca9"):
        assert find_court(court_id).level is not None
