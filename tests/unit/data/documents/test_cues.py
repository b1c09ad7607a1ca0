"""The small syntax in which the cues of documents are written."""

import pytest

from data.documents.cues import Cue
from data.documents.kinds import kind_cues
from data.embedded import embedded_rulings

CUES = ("decisive", "titles", "lone_titles", "unlike", "opening", "closing", "signs")
RULING = """OPINION AND ORDER. BREYER, J. Before Roe, Judge. I concur; the concurrence of Roe.
We affirm. It is so ordered. The motion of the plaintiff is hereby GRANTED; we hold that the court's
findings of fact and conclusions of law stand. Appeal from the Superior Court; reversed, remanded.
"""


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


def test_cues_are_found_wherever_their_patterns_match() -> None:
    """To look for the first word before the pattern is a shortcut, and must change nothing."""
    accounts = [ruling.motion for ruling in embedded_rulings()[::40]]
    text = " ".join([*accounts, RULING, *accounts[::5]])
    texts = [text, text.upper(), text.title(), text.replace("I", "\u0130")]
    n_found = 0
    for cue in {cue for kind in kind_cues().values() for name in CUES for cue in kind[name]}:
        for each in texts:
            found, expected = cue.find(each, each.lower()), cue._pattern.search(each)
            assert (found and found.span()) == (expected and expected.span()), cue
            n_found += expected is not None
    assert n_found > 100
