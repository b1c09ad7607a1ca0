"""Join the pieces of a paragraph that line breaks, pages and citations have cut apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ENDS = re.compile(r"[.!?:;][\"\u201d\u2019'\)\]*\d]*\s*$")
_PAGE_NUMBER = re.compile(r"^\s*-\d+-\s*|^\s*-?\d{1,3}-?\s+(?=[a-z])")
_MIN_LINE = 6
"""Words from which a piece without a full stop is a line of a paragraph and no heading."""
_MAX_HEADING = 8
_OPENS = ",.;)]"


@dataclass(frozen=True)
class Passage:
    """A whole paragraph: its text and the numbers of the pieces it was joined from."""

    text: str
    pieces: tuple[int, ...]


def join_pieces(pieces: Sequence[str]) -> list[Passage]:
    """Return whole paragraphs, in order; every piece is in exactly one.

    Parameters
    ----------
    pieces
        Paragraphs as a file has them. Those of a PDF end with a line or a page, and publishers set
        each citation on a line of its own.

    Examples
    --------
    >>> [passage.text for passage in join_pieces(["The bakery moved for", "an injunction."])]
    ['The bakery moved for an injunction.']
    """
    groups: list[list[int]] = []
    for number, piece in enumerate(pieces):
        if groups and _continues(pieces[groups[-1][-1]].strip(), piece):
            groups[-1].append(number)
        else:
            groups.append([number])
    return [
        Passage(" ".join(pieces[number].strip() for number in group), tuple(group))
        for group in groups
    ]


def _continues(before: str, piece: str) -> bool:
    """Tell whether a piece goes on where the one before it was cut."""
    after = _PAGE_NUMBER.sub("", piece).strip()
    if not before or not after:
        return False
    goes_on = after[0].islower() or after[0] in _OPENS
    if goes_on:
        return True
    words = before.split()
    is_heading = len(words) <= _MAX_HEADING and before[:1].isupper()
    is_cut = before[-1] in "(," or (not _ENDS.search(before) and len(words) >= _MIN_LINE)
    return is_cut and not is_heading
