"""Paragraphs out of lines: a PDF has no paragraphs, only lines and pages.

Running heads and feet, page numbers, the line numbers of pleading paper and the stamps of courts
are dropped. A paragraph ends with a short line that ends a sentence, at a heading or an indent.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from data.opinions.cues import part_opened_by

_NUMBER_ONLY = re.compile(r"\W*(?:page\s*)?\d{1,4}(?:\s+of\s+\d{1,4})?\W*", re.IGNORECASE)
_STAMP = re.compile(
    r"\bCase:?\s.{0,60}\b(?:Document|DktEntry|Doc)\b.{0,80}|\bPage\s*ID\b|\bFILED:.{0,40}INDEX NO"
    r"|^\W*(?:\w+\s)?(?:Page \d+ of \d+|Filed \d\d/\d\d/\d{2,4})\W*$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.?!:;][\"\u201d\u2019')\]*\d]*$")
_HYPHENATED = re.compile(r"[a-z]{2,}-$")
_DIGITS = re.compile(r"\d+")
_SHORT, _SHORT_HEADING = 0.82, 0.7
"""Shares of a full line below which a line ends a paragraph, or may be a heading."""
_EDGE, _MIN_REPEATS = 3, 3
"""Lines at the top and foot of a page that may repeat, and how often they must."""
_MIN_INDENT = 2


def paragraphs_of_lines(text: str) -> list[str]:
    """Return the paragraphs of text whose lines end where those of a page did.

    Parameters
    ----------
    text
        Lines; blank lines or form feeds are between pages.

    Examples
    --------
    >>> paragraphs_of_lines("The bakery sued the mill for its\\nflour.\\nThe mill owed it none.")
    ['The bakery sued the mill for its flour.', 'The mill owed it none.']
    """
    lines = _body_lines(text.replace("\f", "\n\n"))
    lengths = sorted(len(line) for line in lines if line.strip())
    if not lengths:
        return []
    width = lengths[int(0.9 * (len(lengths) - 1))]
    paragraphs: list[list[str]] = []
    before, is_blank_between = "", False
    for line in lines:
        if not line.strip():
            is_blank_between = True
            continue
        if not before or _is_break(before, line, is_blank_between, width):
            paragraphs.append([line.strip()])
        elif _HYPHENATED.search("".join(paragraphs[-1][-2:])[-3:]) and line.strip()[0].islower():
            paragraphs[-1][-1] = paragraphs[-1][-1][:-1]
            paragraphs[-1].append(line.strip())
        else:
            paragraphs[-1].append(f" {line.strip()}")
        before, is_blank_between = line, False
    return list(map("".join, paragraphs))


def is_set_in_lines(blocks: Sequence[str]) -> bool:
    """Tell whether blocks of text are lines or pages rather than paragraphs.

    Parameters
    ----------
    blocks
        What stands between blank lines.
    """
    lines = [line.strip() for block in blocks for line in block.split("\n") if line.strip()]
    pages = sum(block.count("\n") >= 8 for block in blocks)
    cut = sum(not _ENDS.search(a) and b[:1].islower() for a, b in pairwise(lines))
    return bool(lines) and cut > 0.2 * len(lines) and pages > 0.3 * len(blocks)


def _body_lines(text: str) -> list[str]:
    """Return the lines without what repeats on every page; blank lines stay."""
    pages = re.split(r"\n[ \t]*\n", text)
    edges: Counter[str] = Counter()
    for page in pages:
        lines = [line.strip() for line in page.split("\n") if line.strip()]
        edges.update({_masked(line) for line in (*lines[:_EDGE], *lines[-_EDGE:])})
    kept = []
    for page in pages:
        for line in page.split("\n"):
            plain = line.strip()
            is_head = edges[_masked(plain)] >= _MIN_REPEATS and not _ENDS.search(plain)
            if plain and not is_head and not _NUMBER_ONLY.fullmatch(plain) and not _is_stamp(plain):
                kept.append(line.rstrip())
        kept.append("")
    return kept


def _masked(line: str) -> str:
    return _DIGITS.sub("#", line)


def _is_stamp(line: str) -> bool:
    return bool(_STAMP.search(line))


def _is_break(before: str, line: str, is_blank_between: bool, width: int) -> bool:
    """Tell whether a line begins a paragraph."""
    is_end = bool(_ENDS.search(before.rstrip()))
    is_short = len(before) < _SHORT * width
    is_indented = len(line) - len(line.lstrip()) >= _MIN_INDENT + len(before) - len(before.lstrip())
    if _is_heading(before, width) or (_is_heading(line, width) and (is_end or is_short)):
        return True
    if is_end:
        return is_blank_between or is_short or is_indented
    return is_blank_between and len(before) < _SHORT_HEADING * width


def _is_heading(line: str, width: int) -> bool:
    plain = line.strip()
    if len(plain) >= _SHORT_HEADING * width:
        return False
    return part_opened_by(plain) is not None or (plain.isupper() and len(plain.split()) > 1)
