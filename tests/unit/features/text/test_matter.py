"""What of a paper is no argument."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.embedded import embedded_rulings
from features.text.matter import blank_matter, signature_spans

BODY = (
    "The growers rent their packing house from the defendant, and the fruit would rot in days.\n"
    "On Friday the landlord means to lock the doors, although the lease runs for two more years.\n"
)
SIGNED = """
Dated: May 3, 2021

Respectfully submitted,

/s/ Jo Roe
Jo Roe (SBN 123456)
1 Main Street, Los Angeles, CA 90001
Telephone: (213) 555-0100
"""


def test_the_signature_is_blanked_and_what_follows_it_is_not() -> None:
    text = BODY + SIGNED + BODY
    blanked = blank_matter(text)
    assert len(blanked) == len(text)
    assert blanked.startswith(BODY)
    assert blanked.endswith(BODY)
    assert blanked[len(BODY) : -len(BODY)].split() == []


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "Dated: May 3, 2021, the letter says that the doors will be locked on the first of June.\n",
        BODY + "Respectfully submitted\nby the growers\n" + BODY,
    ],
)
def test_what_is_not_plainly_a_signature_stays(text: str) -> None:
    assert signature_spans(text) == []
    assert blank_matter(text) == text


def test_tables_are_blanked_whole() -> None:
    table = "TABLE OF CONTENTS\n\nI. The Fruit Will Rot ..... 2\nII. Money Is No Help ..... 3\n"
    assert blank_matter(table + BODY).split() == BODY.split()


def test_nothing_of_an_account_is_blanked() -> None:
    for row in embedded_rulings():
        for paper in row.texts_read:
            assert paper is None or blank_matter(paper) == paper


CAPTION = (
    "UNITED STATES DISTRICT COURT",
    "Plaintiff,",
    "v.",
    "Defendant.",
    "HALE,  )",
    "MOTION FOR",
)
LINES = st.lists(
    st.sampled_from((*BODY.splitlines(), *SIGNED.splitlines(), *CAPTION, "CERTIFICATE OF SERVICE")),
    max_size=30,
)


@given(LINES)
def test_positions_stay_whatever_the_lines(lines: list[str]) -> None:
    text = "\n".join(lines)
    blanked = blank_matter(text)
    assert len(blanked) == len(text)
    assert all(new in (old, " ") for new, old in zip(blanked, text, strict=True))
    assert re.sub(r"[^\n]", "", blanked) == re.sub(r"[^\n]", "", text)
