"""Clean a paper: the same words give the same text, whatever file and layout they came in.

Characters, hyphens and blanks are made uniform; page stamps, line numbers, caption, tables and
signature (`features.text.matter`) and citations are blanked. Every door cleans here: the text of a
PDF file, of a request or of a row of a table goes through `clean_paper` alone.
"""

import re
from dataclasses import dataclass

from data.documents.stamps import is_page_number, is_stamp
from features.text.characters import plain_characters
from features.text.citations import without_citations
from features.text.matter import blank_matter
from features.text.offsets import UNCHANGED, Offsets, apply_edits
from features.text.spacing import IsWord, joined_words, running, separated

MAX_CHARACTERS = 5_000_000
"""Characters of a paper that are read; the answer reports that the rest was ignored."""
_LINE_NUMBER = re.compile(r"^[ \t]{0,12}(\d{1,2})(?=[ \t]+\S|[ \t]*$)", re.MULTILINE)
_MIN_NUMBERED_LINES = 10
"""Consecutively numbered lines from which a text counts as pleading paper."""
_LINE = re.compile(r"[^\n\f]+")
_MAX_STAMP = 240
"""Characters of a line that may be a stamp."""
_FOOTER_END = re.compile(
    r"(?:[ \t]*[-\u2013\u2014|][ \t]*|[ \t]{2,}|[ \t]+(?:Page|Pg\.?)[ \t]+)\(?\d{1,4}\)?"
    r"(?:[ \t]*(?:of|/)[ \t]*\d{1,4})?[ \t]*\Z",
    re.IGNORECASE,
)
"""The number at the end of a footer: "MOTION FOR STAY - 3"."""
_MIN_FOOTERS = 2
"""Lines that differ in their page number alone from which they are footers."""


@dataclass(frozen=True, slots=True)
class CleanPaper:
    """A cleaned paper.

    Attributes
    ----------
    lines
        The paper in plain characters with its lines as they are, page stamps blanked.
    line_offsets
        The offsets of `lines` in the paper as given.
    text
        What is read: without caption, tables, signature and citations, its paragraphs run on.
    offsets
        The offsets of `text` in the paper as given.
    """

    lines: str
    line_offsets: Offsets
    text: str
    offsets: Offsets


def clean_paper(text: str, is_word: IsWord) -> CleanPaper:
    """Clean the first `MAX_CHARACTERS` of a paper.

    Parameters
    ----------
    text
        The paper as given.
    is_word
        Tells of a lower-case word whether it is known, to join those cut at a line end.
    """
    lines, line_offsets = plain_lines(text[:MAX_CHARACTERS], is_word)
    read, offsets = running(blank_matter(lines))
    return CleanPaper(lines, line_offsets, without_citations(read), offsets.over(line_offsets))


def plain_lines(text: str, is_word: IsWord) -> tuple[str, Offsets]:
    """Return a paper in plain characters, line by line, without stamps and cut words."""
    plain, offsets = plain_characters(text)
    bare, made = without_stamps(_without_line_numbers(plain))
    offsets = made.over(offsets)
    joined, made = joined_words(bare, is_word)
    offsets = made.over(offsets)
    spaced, made = separated(joined)
    return spaced, made.over(offsets)


def without_stamps(text: str) -> tuple[str, Offsets]:
    """Take out stamps, footers and page numbers, so that sentences run on across pages."""
    if "\n" not in text:
        return text, UNCHANGED
    edits = []
    for start, end in _edge_spans(text):
        line = text[text.rfind("\n", 0, start) + 1 : start]
        heads = line.isupper() and not text[end : end + 2].isupper()
        edits.append((start, end, "" if not start else "\n\n" if heads else "\n"))
    return apply_edits(text, edits)


def without_page_edges(text: str) -> str:
    """Blank stamps, footers, page numbers and line numbers, at the same length."""
    if "\n" not in text and "\f" not in text:
        return text
    numbered = _without_line_numbers(text)
    parts, since = [], 0
    for start, end in _edge_spans(numbered):
        parts += [numbered[since:start], " " * (end - start)]
        since = end
    return "".join(parts) + numbered[since:]


def _edge_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of the lines that are no text, with the empty lines around each."""
    spans: list[tuple[int, int]] = []
    footers = _footers(text)
    for match in _LINE.finditer(text):
        start, end = match.span()
        line = match[0].strip()
        if not line or len(line) > _MAX_STAMP:
            continue
        if (
            is_stamp(line)
            or (is_page_number(line) and _stands_alone(text, start, end))
            or (footers and _FOOTER_END.sub("", line) in footers)
            or (line.isupper() and _FOOTER_END.search(line) and _is_beside_stamp(text, start, end))
        ):
            while start > 0 and text[start - 1] in " \t\n\f":
                start -= 1
            while end < len(text) and text[end] in " \t\n\f":
                end += 1
            if spans and start <= spans[-1][1]:
                start = spans.pop()[0]
            spans.append((start, end))
    return spans


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a number is that of a page: not the year of a date, nor the last of a text."""
    while start > 0 and text[start - 1] in " \t\n\f":
        start -= 1
    return start > 0 and text[start - 1] != "," and text[end : end + 1] in ("\n", "\f")


def _is_beside_stamp(text: str, start: int, end: int) -> bool:
    """Tell whether the line before or after this one, empty ones aside, is a stamp."""
    before = text[max(0, start - _MAX_STAMP) : start].rstrip().rpartition("\n")[2]
    after = text[end : end + _MAX_STAMP].lstrip().partition("\n")[0]
    return is_stamp(before) or is_stamp(after)


def _footers(text: str) -> frozenset[str]:
    """Return the words of the footers: what comes again and again before the number of a page."""
    counts: dict[str, set[str]] = {}
    for match in _LINE.finditer(text):
        line = match[0].strip()
        number = _FOOTER_END.search(line) if len(line) <= _MAX_STAMP else None
        if number:
            counts.setdefault(line[: number.start()], set()).add(number[0])
    return frozenset(
        words for words, numbers in counts.items() if words and len(numbers) >= _MIN_FOOTERS
    )


def _without_line_numbers(text: str) -> str:
    """Blank the line numbers of pleading paper."""
    runs: list[list[re.Match[str]]] = [[]]
    for match in _LINE_NUMBER.finditer(text):
        last = runs[-1][-1] if runs[-1] else None
        if last is None or int(match[1]) != int(last[1]) + 1:
            runs.append([])
        runs[-1].append(match)
    numbers = [match for run in runs if len(run) >= _MIN_NUMBERED_LINES for match in run]
    parts, since = [], 0
    for match in numbers:
        parts += [text[since : match.start(1)], " " * (match.end() - match.start(1))]
        since = match.end()
    return "".join(parts) + text[since:]
