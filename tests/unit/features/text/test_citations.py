"""Citations: blanked with their case names and parentheticals, and never searched for phrases."""

import pytest

from features.document import Document
from features.text.citations import without_citations
from features.text.normalize import BLANK


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("It won. Doe v. Roe, 555 U.S. 7, 22 (2008). It sold.", "It won. . It sold."),
        ("It won, Doe v. Roe, 12 F.3d 4 (7th Cir. 1993) (no breach) (en banc).", "It won, ."),
        ("It sued under 5 U.S.C. \u00a7 706.", "It sued under ."),
        ("It paid 555 dollars in 2008.", "It paid 555 dollars in 2008."),
        ("", ""),
    ],
)
def test_a_citation_is_blanked(text: str, rest: str) -> None:
    blanked = without_citations(text)
    assert len(blanked) == len(text)
    assert blanked.replace(BLANK, "") == rest


def test_words_inside_citations_are_not_phrases() -> None:
    text = (
        "The firm asks for an order. See Doe v. Data Breach Victims, Inc., 555 U.S. 7, 22 (2008) "
        "(no irreparable harm from a data breach). A data breach exposed its files."
    )
    hits = [hit for hit in Document(text).hits if "breach" in hit.words.lower()]
    assert hits
    assert all(hit.start >= text.rindex("data breach") for hit in hits)
    long = f"{text}\n" * 400  # more than one piece for eyecite
    assert [hit.value for hit in Document(long).hits].count("privacy_exposure") == 400


@pytest.mark.parametrize(
    "text",
    [
        "It holds data 555 U.S. 7 breach.",
        "It holds data\x01breach.",
        "It stops Smith v. Jones, 555 U.S. 7 (2008) (no data breach) from that.",
    ],
)
def test_no_phrase_reaches_across_a_citation(text: str) -> None:
    assert "privacy_exposure" not in {hit.value for hit in Document(text).hits}


def test_a_control_character_is_white_space() -> None:
    assert any(hit.words == "data\x1fbreach" for hit in Document("A data\x1fbreach.").hits)


def test_broken_unicode_does_not_stop_eyecite() -> None:
    text = "\ud800 Doe v. Roe, 555 U.S. 7 (2008)."
    assert without_citations(text)[0] == "\ud800"
