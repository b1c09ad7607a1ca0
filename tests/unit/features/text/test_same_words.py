"""The same words give the same text, features and probability, however they are written."""

import html
import random
import re
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.embedded import embedded_rulings
from data.schema import Motion
from features.build import build_features
from features.document import Document, Papers, speller
from features.text.characters import plain_characters
from features.text.normalize import BLANK

CITED = (
    "The opponent relies on Acme Foreclosure Servs. v. Bank of Prisons, 872 F.2d 497, 504 (1st Cir."
    " 1989) (movant waited eleven months, harm was speculative, money damages were adequate, and"
    ' defendant had already ceased the conduct). The record here is different: "server logs" show'
    " the copying, and the movant's files left the office the night before. See also Doe v. Roe,"
    " 555 U.S. 7, 22 (2008); Hill v. Dale, 12 F. Supp. 3d 345, 350-51 (N.D. Ill. 2014)."
)
WORDS = [
    f"{ruling.motion} {CITED} {ruling.opposition or ''}".strip()
    for ruling in random.Random(1).sample(embedded_rulings(), 4)
]
SPACES = (" ", "  ", "\t", "\u00a0", "\u2009", "\u202f", " \u00a0 ", "&nbsp;", "&#160;")
STAMPS = (
    "Case 1:21-cv-00135 Document 25 Filed 01/02/22 Page 3 of 20 PageID #:7",
    "USCA4 Appeal: 21-12 Doc: 5 Filed: 01/02/2021 Pg: 3 of 9",
    "- 4 -",
    "12",
    "FILED DATE: 5/6/2031 4:05 PM 2031CH07777",
)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _hyphenated(text: str, chance: random.Random, hyphen: str) -> str:
    def cut(word: re.Match[str]) -> str:
        if chance.random() < 0.7 or not speller().is_word(word[0]):
            return word[0]
        at = chance.randrange(2, len(word[0]) - 2)
        return f"{word[0][:at]}{hyphen}{word[0][at:]}"

    return re.sub(r"\b[a-z]{6,}\b", cut, text)


def _respaced(text: str, chance: random.Random) -> str:
    return re.sub(" ", lambda _: chance.choice(SPACES), text)


def _over_pages(text: str, chance: random.Random, line_end: str) -> str:
    lines = _wrapped(text, chance.randrange(50, 100))
    pages = [lines[start : start + 4] for start in range(0, len(lines), 4)]
    edge = f"{line_end}{line_end}{chance.choice(STAMPS)}{line_end}{line_end}"
    joined = []
    for page, following in zip(pages, [*pages[1:], []], strict=True):
        # A number after a comma may be the year of a date.
        ends_badly = re.search(r",(\s|&nbsp;|&#160;)*\Z", page[-1]) or not following
        joined.append(line_end.join(page) + (line_end if ends_badly else edge))
    return "".join(joined)


def _misread(text: str) -> str:
    """Read UTF-8 as Windows-1252, with control characters for the five bytes that it lacks."""
    return "".join(
        chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else bytes([byte]).decode("cp1252")
        for byte in text.encode()
    )


LAYOUTS: dict[str, Callable[[str, random.Random], str]] = {
    "wrapped": lambda text, chance: "\n".join(_wrapped(text, chance.randrange(40, 110))),
    "wrapped by Windows": lambda text, chance: "\r\n".join(_wrapped(text, 70)),
    "wrapped by Excel": lambda text, chance: "_x000D_\n".join(_wrapped(text, 66)),
    "wrapped by vertical tabs": lambda text, chance: "\v".join(_wrapped(text, 66)),
    "form feeds": lambda text, chance: "\f".join(_wrapped(text, 90)),
    "indented": lambda text, chance: "\n".join(f"      {line}" for line in _wrapped(text, 60)),
    "double-spaced": lambda text, chance: "\n\n".join(_wrapped(text, 72)),
    "respaced": _respaced,
    "pages": lambda text, chance: _over_pages(text, chance, "\n"),
    "pages by Windows": lambda text, chance: _over_pages(text, chance, "\r\n"),
    "hyphenated": lambda text, chance: _hyphenated(text, chance, "-\n"),
    "hyphenated, joined": lambda text, chance: _hyphenated(text, chance, "- "),
    "soft hyphens": lambda text, chance: _hyphenated(text, chance, "\xad"),
    "soft hyphens at line ends": lambda text, chance: _hyphenated(text, chance, "\xad\n"),
    "zero width": lambda text, chance: _hyphenated(text, chance, chance.choice("\u200b\ufeff")),
    "ligatures": lambda text, chance: text.replace("ffi", "\ufb03")
    .replace("fi", "\ufb01")
    .replace("fl", "\ufb02"),
    "quotes": lambda text, chance: text.replace("'", chance.choice("\u2019\u02bc\u00b4`")).replace(
        '"', "\u201d"
    ),
    "doubled quotes": lambda text, chance: text.replace('"', "''"),
    "entities": lambda text, chance: html.escape(text),
    "entities twice": lambda text, chance: html.escape(html.escape(text)),
    "wrong encoding": lambda text, chance: _misread(text.replace("'", "\u2019")),
    "no blank between sentences": lambda text, chance: re.sub(
        r"(?<=[a-z]{2}[.?!]) (?=[A-Z][a-z])", "", text
    ),
    "no blank in citations": lambda text, chance: text.replace("504 (1st Cir. ", "504(1st Cir.")
    .replace("1989) (", "1989)(")
    .replace("872 F.2d 497, 504", "872F.2d497,504")
    .replace("555 U.S. 7", "555 U.S.7"),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_words_are_cleaned_to_the_same_text(layout: str) -> None:
    for number, text in enumerate(WORDS):
        written = LAYOUTS[layout](text, random.Random(number))
        assert Document(written).cleaned == Document(text).cleaned


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("respaced", "wrong encoding"),
        ("zero width", "wrong encoding"),
        ("ligatures", "wrong encoding"),
        ("quotes", "wrong encoding"),
        ("wrong encoding", "wrong encoding"),
        ("no blank in citations", "wrapped"),
        ("no blank in citations", "respaced"),
    ],
)
def test_one_layout_after_another(first: str, second: str) -> None:
    for number in range(20):
        text, chance = WORDS[number % len(WORDS)], random.Random(number)
        written = LAYOUTS[second](LAYOUTS[first](text, chance), chance)
        assert Document(written).cleaned == Document(text).cleaned


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_case_that_is_cited_is_left_out_in_any_layout(layout: str) -> None:
    written = LAYOUTS[layout](CITED, random.Random(layout))
    cleaned = Document(written).cleaned
    assert BLANK in cleaned
    for word in ("speculative", "Prisons", "Supp"):
        assert word not in cleaned


@settings(deadline=None, max_examples=15)
@given(
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(sorted(set(LAYOUTS) - {"entities", "entities twice"})), max_size=2),
    st.randoms(use_true_random=False),
)
def test_features_do_not_depend_on_the_layout(
    text: str, layouts: list[str], chance: random.Random
) -> None:
    written = text
    for layout in layouts:
        if not re.search("\n|\xad|[a-z]- ", written):  # words are cut once, and lines not again
            written = LAYOUTS[layout](written, chance)
    frame = build_features([Motion(motion_type="tro", motion=each) for each in (text, written)])
    for name in frame.names:
        first, second = frame.column(name)
        assert str(first) == str(second)
    one, other = frame.papers
    assert one.motion.tokens == other.motion.tokens
    assert [hit[:3] for hit in one.hits] == [hit[:3] for hit in other.hits]


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="aB1 .,-\n\f\r\t\xad\u200b\u2019\ufb01&;x0D_()\"'\x00", max_size=80))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    plain, _ = plain_characters(text)
    assert plain_characters(plain)[0] == plain


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet="ab cd.\n\xad\u200b\ufb01&amp; -_x000D_\u00a0", max_size=80))
def test_each_sentence_and_word_has_its_place_in_the_text_as_given(text: str) -> None:
    document = Document(text)
    bounds = document.sentence_bounds
    assert list(bounds) == sorted(bounds)
    assert bounds[0] == 0
    assert bounds[-1] == len(text)
    last = 0
    for _, start, end in document.token_spans():
        assert last <= start < end <= len(text)
        last = start


def test_a_hit_points_to_its_words_as_given() -> None:
    text = "They\r\nfear a data\u00a0\u00a0bre\xad\r\nach of con\ufb01dential\u200b \ufb01les."
    spans = {text[hit.start : hit.end] for hit in Document(text).hits}
    assert "data\u00a0\u00a0bre\xad\r\nach" in spans
    assert "con\ufb01dential\u200b \ufb01les" in spans
    assert all(hit.words == text[hit.start : hit.end] for hit in Document(text).hits)


def test_hyphens_that_are_meant_stay() -> None:
    for written in ("a two-year non-compete", "a two\xadyear non\xadcompete"):
        assert Document(written).cleaned == "a two-year non-compete"
    assert Document("a third-\nparty sale").cleaned == "a third-party sale"
    assert Document("pre- and post-judgment").cleaned == "pre- and post-judgment"
    assert Document("pages 504-\n05").cleaned == "pages 504-05"


def test_a_paper_in_capitals_is_read_like_any_other() -> None:
    lowered, capitals = Document(CITED), Document(CITED.upper())
    assert capitals.cleaned == lowered.cleaned.upper()
    for text in WORDS[:4]:
        hits = {(hit.field, hit.value) for hit in Papers(text).hits}
        capital_hits = {(hit.field, hit.value) for hit in Papers(text.upper()).hits}
        assert len(hits ^ capital_hits) <= 2
