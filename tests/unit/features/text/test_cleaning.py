"""Cleaning: stamps, page numbers, line numbers and citations are left out, wherever they stand."""

import pytest

from features.document import Document
from features.text.cleaning import MAX_CHARACTERS, without_page_edges
from features.text.normalize import BLANK

NUMBERED = [f"{number}  of loss that" for number in range(1, 13)]


def _clean(text: str) -> str:
    return Document(text).cleaned


@pytest.mark.parametrize(
    "stamp",
    [
        "Case 1:21-cv-00135 Document 25 Filed 01/02/22 Page 3 of 20",
        "Case: 20-162, 08/05/2020, DktEntry: 19, Page 3",
        "USCA4 Appeal: 21-12 Doc: 5 Filed: 01/02/2021 Pg: 3",
        "NYSCEF DOC. NO. 12 RECEIVED NYSCEF: 01/02/2021",
        "FILED: NEW YORK COUNTY CLERK 01/02/2021 04:55 PM",
        "Filing # 177777777 E-Filed 05/06/2031 04:05:06 PM",
        "MOTION FOR STAY - 3\nCase 1:21-cv-00135 Document 25 Filed 01/02/22 Page 3 of 20",
        "- 4 -",
        "Page 3 of 20",
        "12",
        "iv",
    ],
)
@pytest.mark.parametrize("line_end", ["\n\n", "\r\n", "\n\f", "\r\n\r\n"])
def test_a_sentence_runs_on_over_the_edge_of_a_page(stamp: str, line_end: str) -> None:
    text = f"The harm cannot{line_end}{stamp}{line_end}be undone."
    assert _clean(text) == "The harm cannot be undone."
    if line_end == "\n\n":
        assert len(without_page_edges(text)) == len(text)
        assert without_page_edges(text).split() == ["The", "harm", "cannot", "be", "undone."]


@pytest.mark.parametrize(
    "text",
    [
        "It left the order in Case 20-1507, filed in May; the rival copied it.",
        "It moved on March 1, 2019 and won.",
        "1. A sale\n2. A lease",
        "He paid 12 dollars.",
        "First, the harm.\n\nSecond, the rest.",
    ],
)
def test_text_that_resembles_the_edge_of_a_page_stays(text: str) -> None:
    assert _clean(text) == text


def test_the_year_of_a_date_is_no_page_number() -> None:
    assert _clean("It moved on March 1,\n2019\nand won.") == "It moved on March 1, 2019 and won."


def test_footers_are_known_by_coming_again() -> None:
    pages = [f"The harm cannot\nBrief of Acme - {page}\nbe undone." for page in (3, 4, 5)]
    assert _clean("\n".join(pages)) == " ".join(["The harm cannot be undone."] * 3)
    assert "Brief of Acme - 3" in _clean(pages[0])


def test_line_numbers_of_pleading_paper_are_blanked() -> None:
    assert _clean("\n".join(NUMBERED)) == "of loss that " * 11 + "of loss that"
    assert "9 of loss" in _clean("\n".join(NUMBERED[:9]))
    others = [line.replace("  ", " 99 ", 1) if n == 4 else line for n, line in enumerate(NUMBERED)]
    assert "99 of loss" in _clean("\n".join(others))


def test_quotes_are_straightened_and_line_ends_unified() -> None:
    assert _clean("\u201cIt\u2019s\u201d\r\nover\u00a0now") == '"It\'s" over now'


def test_citations_are_blanked() -> None:
    cleaned = _clean("See Doe v. Roe, 555 U.S. 7, 22 (2008). It moved.")
    assert "Roe" not in cleaned
    assert BLANK in cleaned
    assert cleaned.endswith("It moved.")


def test_text_beyond_the_limit_is_left_out() -> None:
    assert len(_clean("a" * (MAX_CHARACTERS + 5))) == MAX_CHARACTERS
