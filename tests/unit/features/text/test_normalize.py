"""Normalized text: lower-case ASCII with single spaces, and spans in the text as given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.document import Document, speller
from features.text.normalize import BLANK, Normalized, normalize, to_ascii

WORDS = frozenset({"information", "database", "without"})


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("The FIRM", "the firm"),
        ("\u201cdata\u2013breach\u201d at the caf\xe9", '"data-breach" at the cafz'),
        ("the company\u2019s", "the company's"),
        ("\xa7 7\xa0a", ". 7 a"),
        ("a\r\nb\fc\x1fd", "a\n\nb\nc d"),
        (BLANK, BLANK),
    ],
)
def test_text_becomes_ascii_character_for_character(text: str, ascii_text: str) -> None:
    assert to_ascii(text) == ascii_text
    assert len(to_ascii(text)) == len(text)


@pytest.mark.parametrize(
    ("letters", "normalized"),
    [
        ("informa-\ntion", "information"),
        ("informa-  \n  tion", "information"),
        ("third-\nparty", "third party"),  # two known words, not one
        ("third-party", "third party"),
        ("a  b\n\nc", "a b c"),
        ("a data-\nbase of with-\nout", "a database of without"),
        ("form 10-\n20", "form 10 20"),  # numbers are not hyphenated words
        ("one space", "one space"),
        ("", ""),
    ],
)
def test_hyphenated_words_are_joined_if_the_word_is_known(letters: str, normalized: str) -> None:
    assert normalize(letters, WORDS.__contains__).text == normalized


def test_without_a_dictionary_no_word_is_joined() -> None:
    assert normalize("informa-\ntion").text == "informa tion"


def test_spans_point_into_the_text_as_given() -> None:
    text = "The  informa-\ntion   was\n\nin a data-\nbase."
    normalized = normalize(to_ascii(text), WORDS.__contains__)
    for word, original in (
        ("the", "The"),
        ("information", "informa-\ntion"),
        ("was in", "was\n\nin"),
        ("database", "data-\nbase"),
    ):
        start = normalized.text.index(word)
        first, last = normalized.span(start, start + len(word))
        assert text[first:last] == original


@given(st.text(alphabet="ab -\n", max_size=60))
def test_every_character_knows_its_origin(text: str) -> None:
    normalized = normalize(text, lambda word: len(word) % 2 == 0)
    assert "  " not in normalized.text
    assert "\n" not in normalized.text
    origins = [normalized.origin(offset) for offset in range(len(normalized.text))]
    assert origins == sorted(set(origins))
    for offset, origin in enumerate(origins):
        character = normalized.text[offset]
        assert text[origin] == character or (character == " " and text[origin] in "-\n")


def test_another_text_of_the_same_length_keeps_the_spans() -> None:
    normalized = normalize("a  tbe b")
    assert normalized.with_text("a the b").span(2, 5) == normalized.span(2, 5) == (3, 6)


@pytest.mark.parametrize(
    ("hyphenated", "whole"),
    [
        ("The class-\nroom is cold.", "The classroom is cold."),
        ("A bank-\nruptcy judge sat.", "A bankruptcy judge sat."),
        ("It came with-\nout a data breach.", "It came without a data breach."),
        ("A data-\nbase is kept.", "A database is kept."),
        ("A data breach ex-\nposed files.", "A data breach exposed files."),
    ],
)
def test_a_hyphenated_word_has_the_phrases_of_the_whole_word(hyphenated: str, whole: str) -> None:
    hits = Document(hyphenated).hits
    phrases = [(hit.field, hit.value, hit.negated) for hit in hits]
    assert phrases == [(hit.field, hit.value, hit.negated) for hit in Document(whole).hits]
    assert all(hyphenated[hit.start : hit.end] == hit.words for hit in hits)


def test_a_phrase_may_run_across_a_line_end() -> None:
    hits = Document("They fear a data-\nbreach soon.").hits
    assert any(hit.words == "data-\nbreach" for hit in hits)
    assert not speller().is_word("thirdparty")
    assert Document("a third-\nparty claim").normalized.text == "a third party claim"


def test_offsets_of_original_ones() -> None:
    normalized = Normalized("no data breach", joins=(2, 2, 7), shifts=(0, 3, 4, 9))
    expected = [
        next((at for at in range(14) if normalized.origin(at) >= origin), 14)
        for origin in range(-1, 30)
    ]
    assert normalized.offsets(range(-1, 30)) == expected
