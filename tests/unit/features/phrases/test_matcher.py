"""The phrase engine finds what each phrase's own expression finds."""

import random
import re

import pytest

from data.embedded import embedded_rulings
from data.schema import Motion
from features.build import build_features
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


def test_each_paper_is_cleaned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned: list[str] = []
    monkeypatch.setattr("features.document.clean", lambda text: (cleaned.append(text), text)[1])
    texts = [f"Filing {n} of May 3, 2020: a data breach is imminent. " * 30 for n in range(3)]
    build_features([Motion(motion_type="tro", motion=text, opposition=text[9:]) for text in texts])
    assert len(cleaned) == len(set(cleaned)) == 6


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
