"""Long papers lose their back matter and are cut up without loss; readings of parts are merged."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.coder.parts import leave_out_back_matter, merge_readings, split_into_parts
from features.coder.reading import Reading, parse_reading

CONTENTS = """\
TABLE OF CONTENTS
                                                             Page
INTRODUCTION .................................................. 1
ARGUMENT ...................................................... 3
     A. Acme will suffer harm that no award of damages would
          ever make whole ..................................... 4

                              ii
     B. The balance favors Acme  . . . . . . . . . . . . . . .  9

TABLE OF AUTHORITIES
Cases
Winter v. Natural Resources Defense Council, Inc.,
     555 U.S. 7 (2008) ........................................ 4, 5
Nken v. Holder, 556 U.S. 418 (2009) ........................... passim
"""
BODY = """\
INTRODUCTION

Acme moves to stop the sale. The list was copied on page 4 of the log, in 2021.

ARGUMENT

Hale sold the list to 12 firms, as Exhibit A shows.

Respectfully submitted,

/s/ Ann Roe
"""
CERTIFICATE = """\
CERTIFICATE OF SERVICE

I served this on all counsel of record on June 3, 2021.

"""
DECLARATION = """\
DECLARATION OF THOMAS BOLT

I saw Hale copy the list.

"""
EXHIBITS = """\
EXHIBIT A

Page after page of logs.

EXHIBIT B

More of them.
"""


def test_tables_certificates_and_exhibits_are_left_out() -> None:
    whole = f"{CONTENTS}\n{BODY}\n{CERTIFICATE}{DECLARATION}{EXHIBITS}"
    assert leave_out_back_matter(whole).split() == (BODY + DECLARATION).split()


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "TABLE OF CONTENTS\n\nThe table says nothing of the list.\nIt was copied.\n",
        "Exhibit A\n\nThis brief opens with the words of its exhibit. Respectfully submitted,",
        "We refer to the certificate of service and to EXHIBIT A and say more.",
        "",
        EXHIBITS,
        CERTIFICATE,  # nothing else would be left
    ],
)
def test_what_is_not_clearly_back_matter_stays(text: str) -> None:
    assert leave_out_back_matter(text) == text


def test_argument_after_a_certificate_stays() -> None:
    kept = leave_out_back_matter(f"{CERTIFICATE}MEMORANDUM IN SUPPORT\n\nHale copied it.")
    assert kept == "MEMORANDUM IN SUPPORT\n\nHale copied it."


def test_a_certificate_without_an_end_takes_no_more_than_a_page() -> None:
    words = "It is argued that the harm is grave. " * 500
    kept = leave_out_back_matter(f"Acme moves.\n{CERTIFICATE}{words}")
    assert kept.startswith("Acme moves.")
    assert len(kept) > 0.8 * len(words)


def test_real_papers_are_not_touched(long_papers: dict[str, dict[str, Any]]) -> None:
    for papers in long_papers.values():
        assert leave_out_back_matter(papers["motion"]) == papers["motion"]


@given(
    text=st.text(alphabet=st.sampled_from("ab. \n\t?Z\u2019\u00e9"), max_size=400),
    budget=st.integers(1, 40),
)
def test_parts_hold_the_whole_text_within_the_budget(text: str, budget: int) -> None:
    parts = split_into_parts(text, budget)
    assert "".join(parts) == text
    assert all(0 < len(part) <= 4 * budget for part in parts) or not text


def test_parts_end_with_paragraphs_or_else_with_sentences() -> None:
    paragraphs = [f"{n} " + "word " * 30 + "end." for n in range(20)]
    assert all(
        part.endswith("end.\n\n") for part in split_into_parts("\n\n".join(paragraphs), 120)[:-1]
    )
    sentences = " ".join(paragraphs)
    assert all(part.endswith("end. ") for part in split_into_parts(sentences, 120)[:-1])
    words = "word " * 500
    assert all(part.endswith("word ") for part in split_into_parts(words, 100))


def test_three_hundred_pages_are_cut_up() -> None:
    text = ("The list was copied, and nobody gave it back. " * 40 + "\n\n") * 550
    parts = split_into_parts(text, 8_000)
    assert len(text) > 1_000_000
    assert "".join(parts) == text
    assert len(parts) < 1.2 * len(text) / 32_000


def test_a_budget_must_hold_something() -> None:
    with pytest.raises(ValueError, match="at least one token"):
        split_into_parts("text", 0)


def _reading(answer: dict[str, Any], **fields: Any) -> Reading:
    return parse_reading(json.dumps({**answer, **fields}))


def test_readings_of_parts_are_merged(answer: dict[str, Any]) -> None:
    first = _reading(
        answer,
        harm_types={"value": ["monetary"], "quotes": ["a b c"]},
        harm_evidence={"value": "allegation", "quotes": ["d e f"]},
        past_incident={"value": False},
        remedial_scope="none",
        remedial_steps={"value": []},
        forecast=0.4,
        irreparable_harm=2,
    )
    second = _reading(
        answer,
        motion_type=None,
        harm_types={"value": ["voting", "monetary"], "quotes": ["g h i", "a b c"]},
        harm_evidence={"value": "admitted", "quotes": ["j k l"]},
        past_incident={"value": True, "quotes": ["m n o"]},
        remedial_scope={"value": "full", "quotes": ["p q r"]},
        remedial_steps=None,
        forecast=0.6,
        irreparable_harm=5,
    )
    merged = merge_readings([first, second])
    assert merged.coded["motion_type"].value == "tro"
    assert merged.coded["harm_types"].value == ("monetary", "voting")
    assert merged.coded["harm_types"].quotes == ("a b c", "g h i")
    assert merged.coded["harm_evidence"].value == "admitted"
    assert merged.coded["harm_evidence"].quotes == ("j k l",)
    assert merged.coded["past_incident"].value is True
    assert merged.coded["remedial_scope"].value == "full"
    assert merged.coded["remedial_steps"].value == ()
    assert merged.coded["compensable"].value is None
    assert merged.forecast.value == pytest.approx(0.5)
    assert merged.ratings["irreparable_harm"].value == pytest.approx(3.5)
    assert merged.summary == first.summary
    assert merge_readings([first]) == first
