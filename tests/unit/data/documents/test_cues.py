"""The small syntax in which the cues of documents are written."""

import pytest

from data.documents.cues import Cue


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("is (hereby |)ordered", "It is  hereby\nordered.", "is  hereby\nordered"),
        ("is (hereby |)ordered", "It is ordered.", "is ordered"),
        ("is (hereby |)ordered", "It is never ordered.", None),
        ("reallege*", "He re-alleges and realleges it.", "realleges"),
        ("ORDER", "an order", None),
        ("ORDER", "an ORDER", "ORDER"),
        ("ORDER", "in BORDERS", None),
        ("motion ... GRANTED", "The motion for a stay is GRANTED.", "motion for a stay is GRANTED"),
        ("motion ... GRANTED", "The motion should be GRANTED.", None),
        ("motion ... GRANTED", "A motion was made. It is GRANTED.", None),
        ("(judge|justice).", "Before Roe, Judge. This case", "Judge."),
        (", J.", "BREYER, J. This case", ", J."),
        (", J.", "John J. Roe", None),
        ("plaintiff's motion", "Plaintiff\u2019s motion", "Plaintiff\u2019s motion"),
    ],
)
def test_a_cue_is_found_as_it_is_written(phrase: str, text: str, found: str | None) -> None:
    match = Cue(phrase).find(text, text.lower())
    assert (match and match[0]) == found
