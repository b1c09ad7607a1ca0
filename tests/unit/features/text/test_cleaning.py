"""Cleaning: stamps, page numbers, line numbers and citations are blanked, at the same length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text.cleaning import MAX_CHARACTERS, clean
from features.text.normalize import BLANK

NUMBERED = [f"{number}  of loss that" for number in range(1, 13)]


def _words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    "stamp",
    [
        "Case 1:21-cv-00135 Document 25 Filed 01/02/22 Page 3 of 20",
        "Case: 20-162, 08/05/2020, DktEntry: 19, Page 3",
        "USCA4 Appeal: 21-12 Doc: 5 Filed: 01/02/2021 Pg: 3",
        "NYSCEF DOC. NO. 12 RECEIVED NYSCEF: 01/02/2021",
        "FILED: NEW YORK COUNTY CLERK 01/02/2021 04:55 PM",
        "- 4 -",
        "Page 3 of 20",
        "12",
    ],
)
def test_the_edge_of_a_page_is_blanked(stamp: str) -> None:
    text = f"The harm cannot\n\n{stamp}\n\nbe undone."
    assert _words(clean(text)) == "The harm cannot be undone."
    assert len(clean(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "It left the order in\nCase 20-1507, filed in May; the rival copied it.\n",
        "It moved on March 1,\n2019\nand won.",
        "1. A sale\n2. A lease",
        "He paid 12 dollars.",
    ],
)
def test_text_that_resembles_the_edge_of_a_page_stays(text: str) -> None:
    assert clean(text) == text


def test_line_numbers_of_pleading_paper_are_blanked() -> None:
    assert _words(clean("\n".join(NUMBERED))) == _words("of loss that " * 12)
    assert clean("\n".join(NUMBERED[:9])) == "\n".join(NUMBERED[:9])
    others = [line.replace("  ", " 99 ", 1) if n == 4 else line for n, line in enumerate(NUMBERED)]
    assert "99 of loss" in clean("\n".join(others))


def test_quotes_are_straightened_and_line_ends_unified() -> None:
    assert clean("\u201cIt\u2019s\u201d\r\nover\u00a0now") == '"It\'s" \nover now'


def test_citations_are_blanked() -> None:
    cleaned = clean("See Doe v. Roe, 555 U.S. 7, 22 (2008). It moved.")
    assert "Roe" not in cleaned
    assert BLANK in cleaned
    assert cleaned.endswith("It moved.")


def test_text_beyond_the_limit_is_left_out() -> None:
    assert len(clean("a" * (MAX_CHARACTERS + 5))) == MAX_CHARACTERS


@given(st.text(alphabet="aB1 .-\n\f\r\u2019", max_size=80))
def test_the_length_is_kept(text: str) -> None:
    assert len(clean(text)) == len(text)
