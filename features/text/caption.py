"""The caption of a paper: where its court, its parties and its docket number stand, and its end.

What precedes the first sentence of the body belongs to the caption or the attorney block, and is no
word of the motion; only the title is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from data.documents.titles import columns

ROLES = (
    r"(?:plaintiff|petitioner|appellant|appellee|movant|relator|complainant|defendant|respondent)s?"
)
ROLE = re.compile(rf"\b{ROLES}\b", re.IGNORECASE)
ROLE_BEFORE_VERSUS = re.compile(
    rf"\b{ROLES}\b(?:\s++|[-,./()]|\b(?:{ROLES}|below|cross|counter|and)\b){{0,40}}\Z",
    re.IGNORECASE,
)
PRINTED_VERSUS = re.compile(r"(?<=[\s,])(?:vs?\.|-?\s?against\s?-)(?=\s)", re.IGNORECASE)
DOCKET_NUMBER = re.compile(
    r"\b\d{1,2}:\d{2}-[a-z]{2,4}-\d{2,6}(?:-[A-Za-z]{1,4}){0,3}\b"
    r"|\b(?:19|20)?\d{2}[ -](?:cv|cr|mc|md|ap|bk|civ|c)\.?[ -]\d{2,6}(?:-[A-Z]{1,4}){0,3}\b"
    r"|\b(?:case|civil(?: action)?|docket|index|cause|action|appeal|file|suit)"
    r"[ \t]{0,3}nos?\.?:?\s*[\w:/.,-]*\d[\w:/-]*"
    r"|^[ \t]*nos?\.\s*[\w:/,-]*\d[\w:/-]*(?:,?[ ](?:[A-Z.]{2,6}[ ])?\d{4})?(?=[ \t.]*$)"
    r"|\bnos?\.\s*(?:[A-Z]{1,4}[ -]?)?\d{2,4}-(?:[A-Z]{1,3}-)?\d{2,7}(?:-?[A-Z]{1,2})?\b",
    re.IGNORECASE | re.MULTILINE,
)
HEAD = 8_000
"""Characters of a paper in which its caption is looked for."""
_SIDE = 700
"""Characters of one side of the parties."""
_COURT = re.compile(
    r"\b(?:SUPERIOR|SUPREME|DISTRICT|CIRCUIT|BANKRUPTCY|CHANCERY|COUNTY|BUSINESS|LAND|FAMILY"
    r"|PROBATE|TRIAL)[ \t]+COURT\b|\bCOURT[ \t]+OF\b|\bCOURTS?[ \t]+FOR\b"
)
_COURT_IN_TITLE_CASE = re.compile(
    r"^[ \t]*(?:In[ \t]+[Tt]he[ \t]+)?(?:United[ \t]+States[ \t]+)?"
    r"(?:Superior|Supreme|District|Circuit|Chancery)?[ \t]*Court\b[^.\n]{0,80}$",
    re.MULTILINE,
)
_MAX_BEFORE_COURT = 60
"""Characters of a line before the word "court": "IN THE UNITED STATES DISTRICT"."""
_LOWER = re.compile(r"[a-z]")
_MIN_WORDS, _MIN_LOWER = 8, 0.5
"""Words of a line, and the share of them in lower case, from which it is prose."""
_LONG_LINE = 30
"""Words from which a single line of prose is a paragraph."""


@dataclass(frozen=True, slots=True)
class CaptionSpans:
    """Where a caption stands in a paper.

    Attributes
    ----------
    court
        Offset of the line that names its court.
    before, after
        The spans of the names on both sides of "v.", up to what each party is.
    end
        Where the body begins.
    """

    court: int
    before: tuple[int, int]
    after: tuple[int, int]
    end: int


def sides_of_caption(head: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the spans of the parties before and after each "v." that stands between two roles."""
    for versus in PRINTED_VERSUS.finditer(head):
        since = max(0, versus.start() - _SIDE)
        first = ROLE_BEFORE_VERSUS.search(head[since : versus.start()])
        second = ROLE.search(head[versus.end() : versus.end() + _SIDE])
        if first and second:
            end = versus.end() + second.start()
            yield (since, since + first.start()), (versus.end(), end)


def find_caption(text: str) -> CaptionSpans | None:
    """Find the caption at the head of a paper; None if there is none.

    A caption names a court, and two parties with "v." between them and what each of them is.
    """
    head = text[:HEAD]
    if "ourt" not in head and "OURT" not in head:
        return None
    left, right = columns(head)
    court = _COURT.search(left) or _COURT.search(right) or _COURT_IN_TITLE_CASE.search(left)
    if court is None:
        return None
    in_left = bool(left[court.start() : court.end()].strip())
    line = max(head.rfind("\n", 0, court.start()) + 1, court.start() - _MAX_BEFORE_COURT)
    line_end = left.find("\n", court.end())
    for (start, end), after in sides_of_caption(left):
        if in_left and end <= court.start():
            continue
        if in_left:
            start = max(start, line_end if 0 < line_end < end else court.end())
        return CaptionSpans(line, (start, end), after, _start_of_body(text, after[1]))
    return None


def _start_of_body(text: str, after: int) -> int:
    """Return where the first sentence after the parties begins."""
    role = ROLE.match(text, after)
    position = role.end() if role else after
    limit = min(len(text), position + HEAD)
    first = None
    for start, end in lines(text, position, limit):
        words = text[start:end].split()
        if not words:
            continue
        if not is_prose(words):
            first = None
            continue
        if len(words) >= _LONG_LINE or first is not None:
            return start if first is None else first
        first = start
    return position if first is None else first


def lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the lines of a part of a text."""
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        yield start, line_end
        start = line_end + 1


def is_prose(words: list[str]) -> bool:
    """Tell whether the words of a line are running text: many, and most in lower case."""
    n_lower = sum(_LOWER.match(word) is not None for word in words)
    return len(words) >= _MIN_WORDS and n_lower >= _MIN_LOWER * len(words)
