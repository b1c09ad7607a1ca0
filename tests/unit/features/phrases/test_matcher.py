"""The phrase engine finds what each phrase's own expression finds, however papers are asked for."""

import random
import re

import pytest

from data.embedded import embedded_rulings
from data.schema import Motion
from features.build import build_features
from features.phrases.automaton import by_expression
from features.phrases.catalog import patterns
from features.phrases.lexicon import PAPERS, PaperName
from features.phrases.marks import marks_of
from features.phrases.matcher import find_in_papers, find_phrases
from features.phrases.syntax import compile_phrase
from features.phrases.wordings import spelt_out
from features.text.document import clean


def _papers(n: int) -> list[tuple[str, PaperName]]:
    rulings = random.Random(0).sample(embedded_rulings(), n)
    pairs = [(ruling.motion, ruling.opposition) for ruling in rulings]
    return [(text, name) for pair in pairs for text, name in zip(pair, PAPERS, strict=True) if text]


def _expected(text: str, number: int) -> list[tuple[int, int, int]]:
    """Look for one pattern with Python's re: first match first, no two of them overlapping."""
    pattern, found, end = patterns()[number], [], 0
    while match := pattern.search(text, end, len(text)):
        start, end = match.span()
        found.append((number, start, end))
    return found


def test_every_phrase_is_found_where_its_expression_is() -> None:
    text = "\x01".join(clean(paper).mended.text for paper, _ in _papers(30))
    marks = marks_of(text)
    spelt = [n for n, pattern in enumerate(patterns()) if pattern.wordings or pattern.halves]
    found = zip(*(column.tolist() for column in spelt_out(text, marks)), strict=True)
    assert sorted(found) == [place for number in spelt for place in _expected(text, number)]
    others = [n for n in range(len(patterns())) if n not in set(spelt)]
    found = zip(*(column.tolist() for column in by_expression(text, marks)), strict=True)
    assert sorted(found) == [place for number in others for place in _expected(text, number)]


def test_papers_asked_for_together_read_as_they_do_alone() -> None:
    together = [*_papers(40), ("", "motion"), ("A third-\nparty data-\nbreach.", "motion")]
    assert find_in_papers(together) == [find_phrases(*paper) for paper in together]


def test_a_long_paper_is_cleaned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from features.text import document

    seen: list[str] = []
    plainly = document.without_citations
    monkeypatch.setattr(document, "without_citations", lambda t: (seen.append(t), plainly(t))[1])
    long = [f"Filing {n} of May 3, 2020: a data breach is imminent. " * 300 for n in range(3)]
    build_features([Motion(motion_type="tro", motion=text, opposition=text[9:]) for text in long])
    assert len(seen) == len(set(seen)) == 6


def test_a_paper_may_end_where_a_phrase_could_go_on() -> None:
    for text in ("It moves against a", "It moves against the"):
        for paper in PAPERS:
            assert all(hit.end <= len(text) for hit in find_phrases(text, paper))


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
    ],
)
def test_halves_and_wordings(
    phrase: str, text: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from features.phrases import wordings

    pattern = compile_phrase(phrase)
    assert pattern.wordings or pattern.halves
    monkeypatch.setattr(wordings, "patterns", lambda: (pattern,))
    monkeypatch.setattr(wordings, "_wordings", wordings._wordings.__wrapped__)
    found = spelt_out(text, marks_of(text))
    places = zip(found.starts.tolist(), found.ends.tolist(), strict=True)
    assert [text[start:end] for start, end in places] == words
    assert [match[0] for match in re.finditer(pattern.expression, text)] == words
