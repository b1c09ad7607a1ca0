"""The syntax of phrases: what each compiles to, and what is refused."""

import re

import pytest

from features.document import Document
from features.phrases.syntax import PhraseError, compile_phrase, phrase_pattern


@pytest.mark.parametrize(
    ("phrase", "text", "matches"),
    [
        ("data breach", "a data breach", True),
        ("data breach", "metadata breach", False),
        ("Data-Breach", "a data breach", True),
        ("encrypt*", "it encrypted", True),
        ("(data|security) breach*", "two security breaches", True),
        ("(data|) breach", "a breach", False),
        ("(data |)breach", "a breach", True),
        ("stop ... from", "stop it from", True),
        ("stop ... from", "stop a b c d from", True),
        ("stop ... from", "stop a b c d e from", False),
    ],
)
def test_a_phrase_matches(phrase: str, text: str, matches: bool) -> None:
    assert bool(re.search(phrase_pattern(phrase), text)) is matches


@pytest.mark.parametrize(
    ("phrase", "keyword"),
    [("(open", "brackets"), (")a(", "brackets"), ("*", "no words"), ("colou?r", "no meaning")],
)
def test_a_malformed_phrase_is_refused(phrase: str, keyword: str) -> None:
    with pytest.raises(PhraseError, match=keyword):
        compile_phrase(phrase)


def test_wordings_are_spelled_out_in_the_order_of_the_choices() -> None:
    assert compile_phrase("(a|an) (old|new) act*").wordings == (
        "a old act*",
        "a new act*",
        "an old act*",
        "an new act*",
    )
    assert compile_phrase("stop ... from").wordings == ()
    assert compile_phrase("en*d it").wordings == ()


def test_a_match_is_no_longer_than_the_pattern_says() -> None:
    pattern = compile_phrase("(stop|forbid) ... sell*")
    text = "forbid " + "abcdefghij " * 4 + "selling"
    match = pattern.search(text, 0, len(text))
    assert match is not None
    assert len(match[0]) <= pattern.max_length
    assert pattern.opening == ""
    assert compile_phrase("winter (inc. |)v").opening == "winter "


def test_a_ruled_line_in_a_brief_is_read_at_once() -> None:
    # Matched in exponentially many ways, forty hyphens took seconds and fifty took hours.
    text = "The company must stop " + "-" * 5000 + " from selling."
    assert re.search(phrase_pattern("stop ... from"), Document(text).normalized.text)
    assert Document(text * 20, "motion").hits
