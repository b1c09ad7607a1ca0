"""Filing stamps and page numbers: what a court's filing system prints on each page.

They are no words of the paper, and may cut a sentence in two. A page that has nothing else is a
scan. `stamps.toml` lists the stamps of each system; reading and the search for scans share it.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

MIN_LETTERS = 5
"""Letters of a page, beside its stamps, below which it counts as a scan."""
_MIN_PAGES = 3
"""Pages on which a line comes again from which it counts as a stamp."""
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = "page"
_BLANK_OR_CLASS = re.compile(r" \??|\[(?:\\.|[^\]\\])*\]")
_BLANKS = r"[ \t]*+"
_LETTER = re.compile(r"[^\W\d_]")


@cache
def systems() -> dict[str, re.Pattern[str]]:
    """Return, by filing system, the pattern of one line of its stamp."""
    content = (files("data") / "documents" / "stamps.toml").read_text(encoding="utf-8")
    return {
        name: re.compile(_expression(table), re.IGNORECASE)
        for name, table in tomllib.loads(content).items()
    }


def _expression(table: dict[str, object]) -> str:
    others = table.get("alternatives", [])
    patterns = [str(table["pattern"]), *(map(str, others) if isinstance(others, list) else ())]
    whole = "|".join(f"(?:{pattern})" for pattern in patterns)
    # A blank stands for any number of blanks: programs that read PDF files add and drop some.
    return _BLANK_OR_CLASS.sub(lambda part: part[0] if part[0][0] == "[" else _BLANKS, whole)


@cache
def _any_stamp() -> re.Pattern[str]:
    patterns = (pattern.pattern for name, pattern in systems().items() if name != _PAGE_NUMBER)
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def is_stamp(line: str) -> bool:
    """Tell whether a line is a filing stamp, or a part of one.

    Examples
    --------
    >>> is_stamp("USCA4 Appeal: 31-7777 Doc: 4 Filed: 05/06/2031 Pg: 1 of 6")
    True
    >>> is_stamp("The appeal was filed on May 6.")
    False
    """
    return _any_stamp().fullmatch(line.strip()) is not None


def is_page_number(line: str) -> bool:
    """Tell whether a line is the number of a page and nothing else."""
    return systems()[_PAGE_NUMBER].fullmatch(line.strip()) is not None


def without_stamps(page: str) -> str:
    """Return the text of a page without its stamps and page numbers."""
    return "\n".join(
        line for line in page.splitlines() if not (is_stamp(line) or is_page_number(line))
    )


def scanned_pages(pages: Sequence[str]) -> list[int]:
    """Return the numbers of the pages, from 1, with hardly a letter beside their stamps.

    A line with numbers that comes again on several pages, but for these, is a stamp as well: of a
    filing system that nobody has listed, or of the firm that scanned the paper.
    """
    kept = [without_stamps(page).splitlines() for page in pages]
    on_pages = Counter(line for lines in kept for line in {_numberless(line) for line in lines})
    scans = []
    for number, lines in enumerate(kept, 1):
        own = [
            line
            for line in lines
            if on_pages[_numberless(line)] < _MIN_PAGES or not _NUMBER.search(line)
        ]
        if sum(1 for _ in _LETTER.finditer("".join(own))) < MIN_LETTERS:
            scans.append(number)
    return scans


def _numberless(line: str) -> str:
    return _NUMBER.sub("#", " ".join(line.split()))
