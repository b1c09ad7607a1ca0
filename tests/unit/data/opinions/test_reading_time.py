"""The time to read an opinion is bounded by its length, whatever it holds."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from data.opinions.lines import paragraphs_of_lines
from data.opinions.markup import BrokenMarkup, parse_markup
from data.opinions.outcome import label_outcome
from data.opinions.read import UnreadableOpinion, read_opinions
from data.opinions.segment import default_segmenter
from data.opinions.sentences import sentences_of

LENGTH = 60_000
SECONDS = 3.0
"""Linear work takes a tenth of it, quadratic at least three times as long."""


def _seconds(work: Callable[[str], Any], text: str) -> float:
    start = time.process_time()
    work(text)
    return time.process_time() - start


def _repeated(unit: str, length: int = LENGTH) -> str:
    return (unit * (length // len(unit) + 1))[:length]


@pytest.mark.parametrize("unit", ["\n", " ", "\n ", "\t\n", "1\n", "- ", "\f"])
def test_a_file(unit: str, tmp_path: Path) -> None:
    path = tmp_path / "opinion.txt"
    path.write_text(f"Smith v. Jones{_repeated(unit)}The motion is denied.")
    assert _seconds(lambda text: list(read_opinions(path)), "") < SECONDS


@pytest.mark.parametrize("unit", ["a", "the court ", ". ", "(", "x-\n"])
def test_lines(unit: str) -> None:
    assert _seconds(paragraphs_of_lines, _repeated(f"{unit}\n")) < SECONDS


@pytest.mark.parametrize(
    "unit",
    ["<a ", "<!--", "<!--x>", "<![cdata[ >", "<![", "<", "</", '<a b="', "<a b='", "<?", "&"],
)
@pytest.mark.parametrize("tail", ["", ">", '">'])
def test_markup(unit: str, tail: str) -> None:
    def read(text: str) -> None:
        with suppress(BrokenMarkup):
            parse_markup(text)

    assert _seconds(read, _repeated(unit) + tail) < SECONDS


def test_markup_with_many_tags_that_end_nowhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "opinion.html"
    for unit in ("<!--x>", "<![x["):
        path.write_text(f"<p>Smith v. Jones.</p>{unit * 100}")
        with pytest.raises(UnreadableOpinion, match=r"opinion is no readable HTML or XML"):
            list(read_opinions(path))


@pytest.mark.parametrize("unit", ["A. ", "No. ", "1", "12 A", "v. ", "a", "granted. A "])
def test_paragraphs(unit: str) -> None:
    text = _repeated(unit, 200_000) + ". The motion is denied."
    assert _seconds(sentences_of, text) < SECONDS
    text = text[-LENGTH:]
    assert _seconds(lambda text: default_segmenter().segment((text, text[:50])), text) < SECONDS
    assert _seconds(lambda text: label_outcome((text,)), text) < SECONDS
