"""The title of a paper: its words in capitals, or a line of its own, near its beginning.

A caption has two columns more often than not, so these are told apart first. A title is looked for
in every run of capitals and in every short line of capitalized words of either column; what it says
is left to `kinds.toml`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEAD = 8_000
"""Characters of a paper in which its title is looked for: attorney blocks come before it."""
_CAPITALS = (
    r"[\[(]?(?:[A-Z]\.)+|[\[(]?[A-Z][A-Z'\u2019&./-]*(?:['\u2019][sS]?)?[\])]?[,;]?|&|\d{1,2}"
)
_GAP = r"(?:[ \t]+|[ \t]*\n[ \t]*)"
_RUN = re.compile(rf"(?<![\w'\u2019.])(?:{_CAPITALS})(?:{_GAP}(?:{_CAPITALS}))*(?![\w'\u2019])")
_SMALL = r"(?:a|an|and|as|at|by|for|from|in|of|on|or|re|the|to|with|its|his|her|their|v\.)"
_WORD = r"[\[(]?[A-Z][\w'\u2019&.-]*[\])]?,?"
_LINE = re.compile(
    rf"^[ \t]*({_WORD}(?:[ \t]+(?:{_WORD}|{_SMALL}|&)){{0,16}})[ \t]*:?[ \t]*$", re.MULTILINE
)
_COLUMNS = re.compile(
    r"^([^\n]*?)((?<![^ \t\n])[)|:\u00a7](?=[ \t\n]|\Z)|(?<=\S)[ \t]{4,}(?=[^\s)|:\u00a7])"
    r"|^[ \t]{30,}(?=[^\s)|:\u00a7]))"
    r"([^\n]*)$",
    re.MULTILINE,
)
"""A line in two columns: with a rule between them, or a wide gap."""
_MIN_LETTERS = 5


def columns(head: str) -> tuple[str, str]:
    """Return the left and the right column of a caption, each with the other one blanked.

    A line of full width is in the left one; the right one is empty where there is none.
    """
    left, right, since = [], [], 0
    for line in _COLUMNS.finditer(head):
        start, end = line.span(2)
        before = head[since : line.start()]
        empty = re.sub(r"[^\n]", " ", before)
        rule, gap = line[2].strip(), " " * (end - start)
        left += [before, line[1], gap, " " * len(line[3]) if line[1].strip() or rule else line[3]]
        right += [empty, " " * len(line[1]), gap, line[3]]
        since = line.end()
    rest = head[since:]
    return "".join(left) + rest, "".join(right) + re.sub(r"[^\n]", " ", rest)


@dataclass(frozen=True, slots=True)
class Heading:
    """A run of capitals or a line of capitalized words; `is_line` if it has a line to itself."""

    start: int
    end: int
    text: str
    is_line: bool


def headings(text: str, within: int = HEAD) -> Iterator[Heading]:
    """Yield what may be the title of a paper, in order.

    Parameters
    ----------
    text
        The paper.
    within
        Characters of it to look at.
    """
    found: dict[tuple[int, int], Heading] = {}
    for column in columns(text[:within]):
        for match in _RUN.finditer(column):
            found[match.span()] = Heading(*match.span(), match[0], False)
        for match in _LINE.finditer(column):
            found[match.span(1)] = Heading(*match.span(1), match[1], True)
    for _, heading in sorted(found.items(), key=lambda item: (item[0][0], -item[0][1])):
        if sum(map(str.isalpha, heading.text)) >= _MIN_LETTERS:
            yield heading
