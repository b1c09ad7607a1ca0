"""Sentences of legal prose, with nupunkt's model, which knows "No. 21-cv-135" and "F. Supp. 3d".

References
----------
Bommarito, Katz and Bommarito (2025), "Precise Legal Sentence Boundary Detection for Retrieval at
Scale: NUPunkt and CharBoundary", arXiv:2504.04131.
"""

import re
from collections.abc import Iterator

_LINE_END = re.compile(r"(?<!\n)\n(?![^\S\n]*\n)")
_FOOTNOTE_MARK = re.compile(r"(?<=[a-z)][.?!])[\"']?\d{1,2}(?=\s+[A-Z\"])")
_SMALL = "a|an|and|as|at|by|but|for|from|in|is|are|its|nor|of|on|or|than|that|the|to|with|under"
_CAPITAL = r"[A-Z][\w',;:()-]*"
_HEADING = re.compile(
    r"^[ \t]*(?:(?:[IVX]{1,5}|[A-Z]|\d{1,2})[.)][ \t]+)?"
    rf"{_CAPITAL}(?:[ \t]+(?:{_CAPITAL}|{_SMALL}))*"
    r"[ \t]*\n[ \t]*\n\s*(?=\S)",
    re.MULTILINE,
)
"""A line of words that begin with capitals, and the empty line after it."""
_ENDS = ".:;?!\"')"
_ITEM = re.compile(
    r"(?<! at)(?<!Law)(?<!No\.)(?<!Rule)(?<!\u00a7)\n"  # "slip op. at 24. By contrast"
    r"[ \t]*(?=(?:[-*\u2022\u25cf]|\([a-z\d]{1,3}\)|\d{1,2}[.)])[ \t]+\w)"
)
"""The line end before an item of a list."""


def sentence_starts(text: str) -> list[int]:
    """Return the offset where each sentence of the text begins, in order; the first is 0."""
    from nupunkt import sent_spans  # loads its model when it is first needed

    if not text:
        return [0]
    # A line that goes on in the next is one sentence.
    running = _LINE_END.sub(" ", _FOOTNOTE_MARK.sub(lambda mark: " " * len(mark[0]), text))
    starts = [start for start, _ in sent_spans(running)]
    if "\n" not in text:
        return starts
    # nupunkt goes on where no full stop ends a line: at a heading, or an item of a list.
    return sorted({*starts, *_after_headings(text), *(item.end() for item in _ITEM.finditer(text))})


def _after_headings(text: str) -> Iterator[int]:
    """Give the place after each heading: such a line after the end of a sentence, or another."""
    last = 0
    for found in _HEADING.finditer(text):
        place = found.start()
        while place > last and text[place - 1].isspace():
            place -= 1
        if place <= last or text[place - 1] in _ENDS:
            last = found.end()
            yield last
