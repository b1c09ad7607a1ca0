"""Sentences of legal prose, by nupunkt's model, which knows "No. 21-cv-135" and "F. Supp. 3d".

References
----------
Bommarito, Katz and Bommarito (2025), "Precise Legal Sentence Boundary Detection for Retrieval at
Scale: NUPunkt and CharBoundary", arXiv:2504.04131.
"""

import re
from collections.abc import Iterator

from features.text.normalize import BLANK

_LINE_END = re.compile(r"(?<!\n)\n(?![^\S\n]*\n)")
_FOOTNOTE_MARK = re.compile(r"(?<=[a-z)][.?!])[\"']?\d{1,2}(?=\s+[A-Z\"])")
_SMALL_WORD = (
    "a|an|and|as|at|by|but|for|from|in|is|are|its|nor|of|on|or|than|that|the|to|with|under"
)
_CAPITALIZED = r"[A-Z][\w',;:()-]*"
_HEADING = re.compile(
    r"^[ \t]*(?:(?:[IVX]{1,5}|[A-Z]|\d{1,2})[.)][ \t]+)?"
    rf"{_CAPITALIZED}(?:[ \t]+(?:{_CAPITALIZED}|{_SMALL_WORD}))*"
    r"[ \t]*\n[ \t]*\n\s*(?=\S)",
    re.MULTILINE,
)
"""A line of capitalized words and the empty line after it."""
_SENTENCE_ENDS = ".:;?!\"')"
_PARAGRAPH = re.compile(r"[.?!][\"')]?[ \t]*\n[ \t]*\n\s*(?=\S)")
"""A full stop and an empty line."""
_CITATION_AFTER = re.compile(rf"(?<=[a-z\d)][.?!])\s+(?={BLANK})")
"""The space between a sentence and the blanked citation after it."""
_LIST_ITEM = re.compile(
    r"(?<! at)(?<!Law)(?<!No\.)(?<!Rule)(?<!\u00a7)\n"  # not "slip op. at\n24. By contrast"
    r"[ \t]*(?=(?:[-*\u2022\u25cf]|\([a-z\d]{1,3}\)|\d{1,2}[.)])[ \t]+\w)"
)
"""The line end before an item of a list."""


def sentence_starts(text: str) -> list[int]:
    """Return the offset where each sentence of a text begins, in order; the first is 0."""
    from nupunkt import sent_spans  # loads its model on import

    if not text:
        return [0]
    # Lines of one paragraph are joined, and footnote marks after a full stop blanked.
    running = _LINE_END.sub(" ", _FOOTNOTE_MARK.sub(lambda mark: " " * len(mark[0]), text))
    starts = [start for start, _ in sent_spans(running)]
    if BLANK in text:
        starts = sorted({*starts, *(space.end() for space in _CITATION_AFTER.finditer(text))})
    if "\n" not in text:
        return starts
    # nupunkt does not end a sentence at a heading or before a list item, which have no full stop,
    # and takes the full stop before the number of a heading for one of an abbreviation.
    items = (item.end() for item in _LIST_ITEM.finditer(text))
    paragraphs = (paragraph.end() for paragraph in _PARAGRAPH.finditer(text))
    return sorted({*starts, *_ends_of_headings(text), *items, *paragraphs})


def _ends_of_headings(text: str) -> Iterator[int]:
    """Yield the offset after each heading that follows the end of a sentence or another heading."""
    last = 0
    for match in _HEADING.finditer(text):
        before = match.start()
        while before > last and text[before - 1].isspace():
            before -= 1
        if before <= last or text[before - 1] in _SENTENCE_ENDS:
            last = match.end()
            yield last
