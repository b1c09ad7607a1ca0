"""Links between rows of several sources, by docket, court, date and caption."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.cases import normalized_docket
from data.embedded import embedded_rulings
from data.linkage import (
    Link,
    Listed,
    caption_sides,
    caption_similarity,
    days_apart,
    find_links,
    large_dockets,
)

ROW = {
    "caption": "Acme Mfg. Co. v. Roe",
    "court": "ilnd",
    "docket_number": "1:21-cv-00135",
    "decided": "2021-03-04",
    "motion_type": "tro",
    "outcome": "granted",
}
NO_DOCKET = {"docket_number": None}


def _links(*changes: dict[str, Any]) -> list[Link]:
    return find_links([Listed.model_validate(ROW | change) for change in changes])


@pytest.mark.parametrize(
    "change",
    [
        {"docket_number": "No. 21 C 135"},
        {"docket_number": "21-cv-135-RDM", "caption": "ACME MANUFACTURING, INC. v. Jane Roe"},
        {"caption": None},
        {"decided": "2021-03-06"},
        {"decided": "2021"},
        {"motion_type": "tro_and_pi"},
        {"motion_type": None},
        {"court": "ILND"},
        NO_DOCKET | {"caption": "Roe v. Acme Manufacturing"},
    ],
)
def test_one_ruling_in_two_spellings(change: dict[str, Any]) -> None:
    (link,) = _links({}, change)
    assert (link.first, link.second, link.kind) == (0, 1, "ruling")
    assert not link.outcomes_differ


@pytest.mark.parametrize(
    "change",
    [
        {"decided": "2021-06-01"},
        {"decided": None},
        {"motion_type": "stay"},
        NO_DOCKET | {"decided": "2021-03-05"},
    ],
)
def test_another_ruling_of_one_case(change: dict[str, Any]) -> None:
    (link,) = _links({}, change)
    assert link.kind == "case"


@pytest.mark.parametrize(
    "change",
    [
        {"docket_number": "1:21-cv-00136"},
        {"docket_number": "3:21-cv-00135"},  # another division
        {"court": "nysd"},
        {"court": None},
        {"caption": "Hollow Creek School District v. Bell"},
        NO_DOCKET | {"caption": "Acme Mfg. Co. v. Bell"},
        NO_DOCKET | {"caption": None},
    ],
)
def test_another_case(change: dict[str, Any]) -> None:
    assert _links({}, change) == []


def test_outcomes_that_differ_are_told() -> None:
    (link,) = _links({}, {"outcome": "denied"})
    assert link.outcomes_differ
    (link,) = _links({}, {"outcome": None})
    assert not link.outcomes_differ


def test_captions() -> None:
    sides = caption_sides("N.Y. State Nurses Ass'n v. State Univ. of N.Y.")
    other = caption_sides("New York State Nurses Association v. State University of New York")
    assert (caption_similarity(sides, other) or 0) > 85
    assert caption_similarity(sides, ()) is None
    assert caption_similarity(caption_sides("In re Acme"), caption_sides("Acme v. Roe")) == 100
    assert caption_sides(None) == ()
    assert days_apart("2021-02-28", "2021-03-01") == 1
    assert days_apart("2021-02-28", None) is None


def _as_another_source(rows: Sequence[Listed]) -> list[Listed]:
    """Spell the same rulings as a docket service would."""
    respelt = []
    for number, row in enumerate(rows):
        caption = (row.caption or "").upper().replace(" ASS'N", " ASSOCIATION")
        change: dict[str, Any] = {"id": f"entry-{number}", "caption": f"{caption}, ET AL."}
        if row.docket_number and number % 2:
            change["docket_number"] = None
        elif row.docket_number:
            change["docket_number"] = f"No. {row.docket_number}"
        respelt.append(row.model_copy(update=change))
    return respelt


def test_the_embedded_rulings_beside_themselves_in_other_spellings() -> None:
    fields = ("id", *ROW)
    rows = [
        Listed.model_validate({field: getattr(ruling, field) for field in fields})
        for ruling in embedded_rulings()
    ]
    links = find_links([*rows, *_as_another_source(rows)])
    across = [
        link for link in links if link.kind == "ruling" and link.first < len(rows) <= link.second
    ]
    right = {link.first for link in across if link.second - link.first == len(rows)}
    wrong = [link for link in across if link.second - link.first != len(rows)]
    assert len(right) / len(rows) > 0.97
    assert len(wrong) / len(across) < 0.01


@given(
    st.lists(st.fixed_dictionaries({"caption": st.text(), "docket_number": st.text()}), max_size=4)
)
def test_any_text_can_be_compared(rows: list[dict[str, str]]) -> None:
    listed = [Listed.model_validate(ROW | row) for row in rows]
    links = find_links(listed)
    assert all(link.first < link.second < len(rows) for link in links)
    backwards = find_links(listed[::-1])
    mirrored = {(len(rows) - 1 - link.second, len(rows) - 1 - link.first) for link in backwards}
    assert {(link.first, link.second) for link in links} == mirrored


def test_rows_of_one_docket_are_compared_in_a_time_that_their_number_bounds() -> None:
    rows = [
        Listed.model_validate(
            {
                "court": "nysd",
                "docket_number": "1:20-cv-00001",
                "decided": f"20{number % 20 + 10}-01-{number % 28 + 1:02}",
                "caption": f"Acme {number} v. Roe",
            }
        )
        for number in range(3_000)
    ]
    rows += [rows[7], rows[1999]]
    start = time.process_time()
    links = find_links(rows)
    assert time.process_time() - start < 20  # each with each: 4.5 million pairs, minutes
    same = {(link.first, link.second) for link in links if link.kind == "ruling"}
    assert {(7, 3000), (1999, 3001)} <= same
    assert large_dockets(rows) == {normalized_docket("1:20-cv-00001"): 3_002}
    assert large_dockets(rows[:500]) == {}
