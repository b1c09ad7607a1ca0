"""The matcher finds what each phrase's own expression finds."""

import random
import re

import pytest

from data.embedded import embedded_rulings
from features.document import Document, Papers
from features.phrases import matcher
from features.phrases.catalog import patterns
from features.phrases.lexicon import PAPERS
from features.phrases.syntax import compile_phrase


def _expected(text: str, number: int) -> list[tuple[int, int, int]]:
    """Look for one pattern with Python's re: first match first, no two of them overlapping."""
    pattern, matches, end = patterns()[number], [], 0
    while match := pattern.search(text, end, len(text)):
        start, end = match.span()
        matches.append((number, start, end))
    return matches


def test_every_pattern_is_found_where_its_expression_is() -> None:
    rulings = random.Random(0).sample(embedded_rulings(), 30)
    documents = [document for row in rulings for document in Papers.of(row).documents]
    text = "\x01".join(document.normalized.text for document in documents)
    found = sorted(tuple(match) for match in matcher.find_patterns(text))
    assert found == [span for number in range(len(patterns())) for span in _expected(text, number)]


def test_phrases_of_one_entry_do_not_overlap() -> None:
    text = " ".join(f"{row.motion} {row.opposition}" for row in embedded_rulings()[::20])
    ends: dict[tuple[str, str], int] = {}
    hits = Document(text).hits
    assert len(hits) > 500
    for hit in hits:
        assert hit.start >= ends.get((hit.field, hit.value), 0)
        assert text[hit.start : hit.end] == hit.words
        ends[hit.field, hit.value] = hit.end


def test_entries_of_the_other_paper_are_skipped() -> None:
    text = "The company has stopped the practice."
    assert "remedial_steps" in {hit.field for hit in Document(text, "opposition").hits}
    assert "remedial_steps" not in {hit.field for hit in Document(text, "motion").hits}


def test_strong_phrases_weigh_more() -> None:
    hits = Document("It sues for copyright; he copied its book.").hits
    weights = {hit.words: hit.weight for hit in hits if hit.value == "copyright"}
    assert weights["copyright"] == matcher.STRONG_WEIGHT
    assert weights["copied its book"] == 1


def test_a_negated_phrase_is_kept_but_marked() -> None:
    text = "There is no evidence of a data breach. A data breach followed."
    hits = [hit for hit in Document(text).hits if hit.words.lower() == "data breach"]
    assert {hit.negated for hit in hits} == {True, False}


def test_a_paper_may_end_where_a_phrase_could_go_on() -> None:
    for text in ("It moves against a", "It moves against the"):
        for paper in PAPERS:
            assert all(hit.end <= len(text) for hit in Document(text, paper).hits)


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("(trade|parents') group*", "a parents' group's suit", ["parents' group"]),
        ("(trade|parents') group*", "the parents 'grouped'", []),
        ("(trade|parents') group*", "parents, groups", []),
        (
            "stop* ... sell*",
            "stops the firm from selling and sells",
            ["stops the firm from selling"],
        ),
        ("stop* ... sell*", "stops a b c d e selling", []),
        ("stop* ... sell*", "stops the firm's, er, selling", ["stops the firm's, er, selling"]),
        ("the (* |)board", "the school board, the board", ["the school board", "the board"]),
        ("the (* |)board", "the school's board", []),
        ("the * board", "the board; the new board", ["the new board"]),
        ("(a|an) (* |)(act|act of war)", "an act of war", ["an act"]),
        (
            "the (* |)(state|supreme court)",
            "state rules; the state supreme court of the state says so in its long opinion",
            ["the state supreme court", "the state"],
        ),
    ],
)
def test_wordings_choices_and_gaps(
    phrase: str, text: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = compile_phrase(phrase)
    ends = [(0, match.end()) for match in re.finditer(pattern.fragment, text)]
    monkeypatch.setattr(matcher, "patterns", lambda: (pattern,))
    monkeypatch.setattr(matcher, "fragment_ends", lambda text: [] if pattern.wordings else ends)
    matcher.automaton.cache_clear()
    try:
        matches = matcher.find_patterns(text)
    finally:
        matcher.automaton.cache_clear()
    assert [text[start:end] for _, start, end in matches] == words
    assert [match[0] for match in re.finditer(pattern.expression, text)] == words
