"""Courts by CourtListener id, and states by name."""

import pytest

from data.courts import CIRCUITS, LEVELS, circuit_name, court_citation, find_court
from data.embedded import embedded_rulings
from data.states import find_state


@pytest.mark.parametrize(
    ("court_id", "circuit", "level"),
    [
        ("ilnd", "ca7", "federal_district"),
        ("dcd", "cadc", "federal_district"),
        ("prd", "ca1", "federal_district"),
        ("uscfc", "cafc", "federal_special"),
        ("cit", "cafc", "federal_special"),
        ("nysb", "ca2", "bankruptcy"),
        ("nysupct", "state", "state"),
        ("ark-trial", "state", "state"),
        ("texdistct", "state", "state"),
        ("zz-trial", None, None),
        ("zzctxx", None, None),
        (None, None, None),
    ],
)
def test_circuit_and_level(court_id: str | None, circuit: str | None, level: str | None) -> None:
    court = find_court(court_id)
    assert (court.circuit, court.level) == (circuit, level)


def test_a_state_trial_court_has_one_id() -> None:
    assert find_court("ar-trial") == find_court("ark-trial") == find_court("arkansas-trial")
    assert find_court("ar-trial").id == "ark-trial"


def test_every_court_of_the_embedded_rulings_is_known() -> None:
    courts = [find_court(ruling.court) for ruling in embedded_rulings()]
    assert {court.circuit for court in courts} <= set(CIRCUITS)
    assert {court.level for court in courts} <= set(LEVELS)


def test_names_as_lawyers_write_them() -> None:
    assert [circuit_name(circuit) for circuit in ("ca2", "ca11", "cadc", "cafc")] == [
        "2d Cir.",
        "11th Cir.",
        "D.C. Cir.",
        "Fed. Cir.",
    ]
    assert court_citation("ilnd") == "N.D. Ill."
    assert court_citation("zzctxx") == "zzctxx"
    # courts-db has "D. Minnesota" and "S.D.W. Va".
    assert [court_citation(each) for each in ("mnd", "wvsd")] == ["D. Minn.", "S.D.W. Va."]


@pytest.mark.parametrize("spelling", ["ill", "IL", "Illinois"])
def test_states_by_any_spelling(spelling: str) -> None:
    assert find_state(spelling) == ("ill", "Illinois")
    assert find_state("new  York") == find_state("ny")
    assert find_state("zz") is None
