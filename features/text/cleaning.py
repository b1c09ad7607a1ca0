"""Clean a paper, character for character: what is no argument, and citations, are blanked.

That is page stamps, line numbers, caption, tables and signature (`features.text.matter`).

Offsets in the cleaned text are offsets in the paper as given.
"""

import re

from features.text.citations import without_citations
from features.text.matter import blank_matter
from features.text.normalize import TYPOGRAPHY

MAX_CHARACTERS = 5_000_000
"""Characters of a paper that are read; the answer reports that the rest was ignored."""
# Electronic filing stamps, as trial and appellate courts print them on every page, and page numbers
# on lines of their own.
_STAMP = re.compile(
    r"(?:(?:^|\n|\f)[ \t]*+(?:"
    r"(?:(?:USCA\w{0,4}|Appellate)[ ])?(?:Case|Appeal):?[ ]#?\d[\d:]{0,6}-[^\n]{0,60}"
    r"(?:Doc\w*|Dkt\w*|Filed|Page|Pg)[.:]?[ ]*(?:#|No\.)?[ ]*\d[^\n]{0,120}"
    r"|NYSCEF DOC[^\n]{1,120}|FILED: [a-z ]{3,30} COUNTY CLERK[^\n]{0,80}"
    r")(?=\n|\Z)"
    r"|(?<!,)\n[ \t\f]*+(?:\n[ \t\f]*+)?"  # but not the year of a date
    r"(?:Page )?(?:-[ ]?)?\d{1,4}(?:[ ]?-)?(?: of \d{1,4})?[ \t]*+(?=\n))++\s*",
    re.IGNORECASE,
)
_LINE_NUMBER = re.compile(r"^[ \t]{0,12}(\d{1,2})(?=[ \t]+\S|[ \t]*$)", re.MULTILINE)
_MIN_NUMBERED_LINES = 10
"""Consecutively numbered lines from which a text counts as pleading paper."""


def clean(text: str) -> str:
    """Return the first `MAX_CHARACTERS` of a paper with straight quotes and noise blanked.

    The result has the length of the text read, so that spans in it are spans in the paper.
    """
    lines = text[:MAX_CHARACTERS].replace("\r\n", " \n").translate(TYPOGRAPHY)
    return without_citations(blank_matter(without_page_edges(lines)))


def without_page_edges(text: str) -> str:
    """Blank stamps, page numbers and line numbers, so that sentences run on across pages."""
    if "\n" not in text and "\f" not in text:
        return text
    return _STAMP.sub(lambda match: " " * len(match[0]), _without_line_numbers(text))


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
