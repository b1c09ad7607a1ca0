"""Quotes are found however they are printed, and never where the words are others."""

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.coder.quotes import QuoteFinder, find_quote
from features.coder.words import Words

PAPER = """\
Case 1:21-cv-00135 Document 12 Filed 06/03/21 Page 2 of 9

The company\u2019s \u201cclient list\u201d was taken in two breaches.3 Billions of photo-
graphs were not exposed, and plain-
tiffs do not say otherwise.
-4-
No. 5 of the interrogatories went unanswered \u2014 for 1,500 days.

Case 1:21-cv-00135 Document 12 Filed 06/03/21 Page 3 of 9

The modern engineers cannot   return the files. They may destroy them in 10 days."""
"""With page stamps, a page number, a footnote mark, hyphenated words and typographic marks."""


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("in two breaches.", "in two breaches."),
        (
            'The company\'s "client list" was taken',
            "The company\u2019s \u201cclient list\u201d was taken",
        ),
        ("breaches. Billions of photographs were", "breaches.3 Billions of photo-\ngraphs were"),
        ("Plaintiffs do not say", "plain-\ntiffs do not say"),
        ("do not say otherwise. No. 5 of the", "do not say otherwise.\n-4-\nNo. 5 of the"),
        ("unanswered - for 1500 days", "unanswered \u2014 for 1,500 days"),
        ("unanswered for 1,500 days. The modern engineers", None),
        (
            "The modem englneers can not return the files",
            "The modern engineers cannot   return the files",
        ),
        ("the files... in 10 days", "the files. They may destroy them in 10 days"),
        ('[party A]\u2019s "client list" was taken', "client list\u201d was taken"),
        (
            'The [party A] "client list" was taken',
            "The company\u2019s \u201cclient list\u201d was taken",
        ),
        ("may destroy them in [day +10]", "may destroy them in"),
        ("They may destroy them in l0 days", "They may destroy them in 10 days"),
        ("they may destroy the them in 10 days", "They may destroy them in 10 days"),
        ("They may destrxy them in 10 days", "They may destroy them in 10 days"),
    ],
)
def test_a_quote_is_found_however_it_is_printed(quote: str, words: str | None) -> None:
    span = find_quote(quote, PAPER)
    if words is None:  # across a page break
        words = PAPER[PAPER.index("unanswered") : PAPER.index(" cannot")]
    assert span
    assert PAPER[slice(*span)] == words


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "...",
        "[party A]",
        "photographs were exposed",
        "Billions of photographs were never exposed",
        "plaintiffs do say otherwise",
        "do not not say otherwise",
        "say otherwise",  # stands there, but after a "not"
        "exposed, and plaintiffs",
        "engineers can return the files",
        "engineers could not return the files",
        "They will destroy them in 10 days",
        "They may destroy them in 16 days",
        "They may destroy them in 100 days",
        "They may destroy them in ten days",
        "may destroy them",
        "taken in three breaches",
        "Billions of photographs were ... exposed",
        "photographs ... otherwise",  # one word is no part of a quote
        "for 15 00 days",
        "ompany\u2019s \u201cclient list\u201d was take",
        "in two breaches. The modern engineers cannot return the files",
    ],
)
def test_a_quote_with_other_words_is_not_found(quote: str) -> None:
    paper = (
        PAPER.replace("may destroy", "may only destroy") if quote == "may destroy them" else PAPER
    )
    assert find_quote(quote, paper) is None


@pytest.mark.parametrize(
    ("printed", "quoted"),
    [
        ("The harm is reparable by money.", "The harm is irreparable by money."),
        ("The dispute is material here.", "The dispute is immaterial here."),
        ("It was noncompensable harm in fact.", "It was compensable harm in fact."),
        ("They served it in June of that year.", "They served it in July of that year."),
        ("They would return all of it.", "They could return all of it."),
        ("See Count II of the complaint.", "See Count III of the complaint."),
        ("It happened on the 4th day.", "It happened on the 5th day."),
        ("The rule is not able to bind.", "The rule is notable to bind."),
        ("The plan is harmless to them.", "The plan is harmful to them."),
        ("They can't reach that file.", "They can reach that file."),
    ],
)
def test_a_word_is_not_taken_for_another_that_looks_like_it(printed: str, quoted: str) -> None:
    assert find_quote(quoted, printed) is None
    assert find_quote(printed, quoted) is None
    assert find_quote(printed, printed) == (0, len(printed))


def test_the_first_place_is_returned_and_a_clean_one_before_a_misread_one() -> None:
    paper = "They sold tbe list to it. They sold the list to it. They sold  the list to it."
    assert find_quote("They sold the list to it", paper) == (26, 50)
    assert find_quote("They  sold the list to it", paper) == (26, 50)


def test_line_numbers_of_pleading_paper_do_not_break_a_quote_up() -> None:
    words = "the customer list was copied by Hale on the last day before he left the firm for good"
    paper = "\n".join(f"{n}   {word}" for n, word in enumerate(words.split(), start=1))
    assert find_quote("copied by Hale on the last day", paper)


@given(paper=st.text(), quote=st.text())
def test_any_text_is_searched_without_failing(paper: str, quote: str) -> None:
    span = find_quote(quote, paper)
    assert span is None or 0 <= span[0] < span[1] <= len(paper)


@given(paper=st.text(alphabet="ab cno't.\n-1 2\u2019", min_size=10), data=st.data())
def test_words_of_a_paper_are_found_in_it_unless_cut_off_from_a_negation(
    paper: str, data: st.DataObject
) -> None:
    words = Words.of(paper)
    if not len(words):
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    if first and words.is_negation(first - 1):
        return
    assert find_quote(paper[words.spans[first][0] : words.spans[last][1]], paper)


# On real papers


@pytest.fixture(scope="module")
def quoted(
    recorded: dict[str, dict[str, Any]], long_papers: dict[str, dict[str, Any]]
) -> list[tuple[str, str]]:
    """Give every recorded quote with the paper in which it stands."""
    pairs = []
    for name, answer in recorded.items():
        papers = [text for text in (long_papers[name][p] for p in ("motion", "opposition")) if text]
        finders = [QuoteFinder(paper) for paper in papers]
        for part in answer.values():
            for quote in part.get("quotes", ()):
                found = [finder.paper for finder in finders if finder.find(quote)]
                assert found, quote
                pairs.append((quote, found[0]))
    assert len(pairs) > 200
    return pairs


def _misread(quote: str, chance: random.Random) -> str:
    """Confuse letters as a scanner does."""
    confused = {"l": "1", "1": "l", "rn": "m", "m": "rn", "0": "O", "I": "l"}
    return re.sub("rn|[l1m0I]", lambda m: confused[m[0]] if chance.random() < 0.3 else m[0], quote)


def _one_letter_wrong(quote: str, chance: random.Random) -> str:
    """Misread one letter of a long word."""
    words = list(re.finditer(r"[a-z]{6,}", quote))
    if not words:
        return quote
    place = chance.choice(words).start() + chance.randrange(6)
    return quote[:place] + chance.choice("bchtxz") + quote[place + 1 :]


def _typographic(quote: str, chance: random.Random) -> str:
    quote = re.sub(r'(?<!\w)"', "\u201c", quote).replace('"', "\u201d").replace("'", "\u2019")
    return quote.replace("--", "\u2014").replace("-", "\u2010")


def _hyphenated(quote: str, chance: random.Random) -> str:
    return re.sub(
        r"\b([a-z]{3,5})([a-z]{3,})\b",
        lambda m: f"{m[1]}-\n{m[2]}" if chance.random() < 0.3 else m[0],
        quote,
    )


def _spaced(quote: str, chance: random.Random) -> str:
    return re.sub(" ", lambda m: chance.choice([" ", "  ", "\n", " \n ", "\u00a0"]), quote)


def _shortened(quote: str, chance: random.Random) -> str:
    """Leave out two to four words in the middle, but no negation."""
    words = quote.split(" ")
    first = len(words) // 3
    left_out = " ".join(words[first : first + chance.randint(2, 4)])
    rest = words[first + left_out.count(" ") + 1 :]
    if len(words) < 9 or re.search(
        r"\b(?:no|not|nor|neither|never|cannot|without)\b|n't", left_out
    ):
        return quote
    return (
        f"{' '.join(words[:first])} {chance.choice(['...', '. . .', chr(0x2026)])} {' '.join(rest)}"
    )


@pytest.mark.parametrize(
    "corrupt",
    [
        _misread,
        _one_letter_wrong,
        _typographic,
        _hyphenated,
        _spaced,
        _shortened,
    ],
)
def test_corrupted_quotes_are_found_where_they_stand(
    quoted: list[tuple[str, str]], corrupt: Callable[[str, random.Random], str]
) -> None:
    chance = random.Random(0)
    found = changed = 0
    for quote, paper in quoted:
        corrupted = corrupt(quote, chance)
        if corrupted == quote:
            continue
        changed += 1
        true, span = find_quote(quote, paper), find_quote(corrupted, paper)
        assert true
        found += span is not None and span[0] < true[1] and true[0] < span[1]
    assert changed >= 50
    assert found >= 0.98 * changed


def test_quotes_are_found_in_a_scanned_paper(quoted: list[tuple[str, str]]) -> None:
    chance = random.Random(0)
    scanned: dict[str, QuoteFinder] = {}
    for _, paper in quoted:
        if paper not in scanned:
            misread = _hyphenated(_misread(paper, chance), chance)
            scanned[paper] = QuoteFinder(re.sub(r"(?<=[a-z]\.) ", "7 ", misread))
    found = [scanned[paper].find(quote) is not None for quote, paper in quoted]
    assert sum(found) >= 0.98 * len(found)


def test_quotes_are_not_found_in_papers_of_other_cases(quoted: list[tuple[str, str]]) -> None:
    papers = {paper for _, paper in quoted}
    quotes = sorted({quote for quote, _ in quoted})[::4]
    found = tried = 0
    for paper in papers:
        finder = QuoteFinder(paper)
        own = {quote for quote, place in quoted if place == paper}
        for quote in (quote for quote in quotes if quote not in own):
            tried += 1
            found += finder.find(quote) is not None
    assert tried > 1000
    assert found <= 0.005 * tried


def _paraphrases(quote: str) -> Iterator[str]:
    """Say the contrary, or another number."""
    verb = re.search(r"\b(?:is|are|was|were|has|had|will|would|may|could|did|does|do)\b", quote)
    if verb:
        yield f"{quote[: verb.end()]} not{quote[verb.end() :]}"
    elif len(words := quote.split(" ", 3)) == 4:
        yield f"{' '.join(words[:3])} did not {words[3]}"
    for negation in re.finditer(r"\b(?:not|no|never) ", quote):
        if negation.start() > 0:
            yield quote[: negation.start()] + quote[negation.end() :]
    for digit in re.finditer(r"\d", quote):
        other = str((int(digit[0]) + 1) % 10)
        yield quote[: digit.start()] + other + quote[digit.end() :]


def test_the_contrary_or_another_number_is_never_found(quoted: list[tuple[str, str]]) -> None:
    tried = 0
    for quote, paper in quoted:
        finder = QuoteFinder(paper)
        for paraphrase in _paraphrases(quote):
            tried += 1
            assert finder.find(paraphrase) is None, paraphrase
    assert tried > 200
