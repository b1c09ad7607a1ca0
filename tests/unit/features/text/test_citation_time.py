"""Citations are found in a time that the length of a text bounds, whatever the text is."""

import time

import pytest

from features.text.citations import without_citations
from features.text.normalize import BLANK

SHORT = 5000


@pytest.mark.parametrize(
    "part",
    [
        "1 F.3d 1 [",
        "1 F.3d 1 [a 2001 ",
        "1 F.3d 1 (a 2001 ",
        "(1 F.3d 1 ",
        "1 F.3d 1 [ the court held that it [",
        "See Smith v. Jones, 1 U.S. 1 (2000) [and so on] [and on] [and on], ",
        "Smith, 1 U.S., at 1 (a 1 [",
    ],
)
def test_a_short_text_takes_a_fraction_of_a_second(part: str) -> None:
    without_citations("See Smith v. Jones, 1 F.3d 1 (7th Cir. 2001).")  # loads eyecite
    text = (part * SHORT)[:SHORT]
    start = time.process_time()
    without_citations(text)
    assert time.process_time() - start < 0.25


def test_a_dense_list_of_citations_is_left_out() -> None:
    text = "1 F.3d 1 [" * 500
    assert without_citations(text).count(BLANK) > len(text) // 2


def test_brackets_do_not_hide_a_citation() -> None:
    text = "It held so. Smith v. Jones, 1 F.3d 1, 5 [sic] [sic] (7th Cir. 2001) [emphasis added]."
    assert "Smith" not in without_citations(text)
    assert "2001" not in without_citations(text)
