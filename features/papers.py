"""Papers as they are read: citations blanked, words that a line's end has broken mended."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter

from features.characters import TYPOGRAPHY
from features.citations import without_citations

_BREAK = re.compile(r"(?<=[a-z])-[ \t]*\r?\n[ \t]*(?=[a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper's text, cleaned.

    Attributes
    ----------
    plain
        The text character for character, with plain quotes and blanked citations.
    breaks
        The (start, end) of each hyphen and line end inside a word of `plain`.
    mended
        `plain` without the breaks.
    joins
        Where each break was in `mended`.
    shifts
        How many characters the first 0, 1, 2 ... breaks took out of `plain`.
    """

    plain: str
    breaks: tuple[tuple[int, int], ...]
    mended: str
    joins: tuple[int, ...]
    shifts: tuple[int, ...]

    def origin(self, place: int) -> int:
        """Return where a character of `mended` stands in the text as given."""
        return place + self.shifts[bisect_right(self.joins, place)]

    def has_break_within(self, start: int, end: int) -> bool:
        """Tell whether `plain[start:end]` reaches over a whole break, into the words around it."""
        after = bisect_right(self.breaks, start, key=itemgetter(0))
        return after < len(self.breaks) and self.breaks[after][1] < end

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text as given of `mended[start:end]` (not empty)."""
        return self.origin(start), self.origin(end - 1) + 1


def clean(text: str) -> Paper:
    """Clean one paper; short ones are remembered, since several readers ask for each."""
    return _clean_short(text) if len(text) <= 10_000 else _clean(text)


def _clean(text: str) -> Paper:
    plain = without_citations(text.translate(TYPOGRAPHY))
    breaks = tuple(found.span() for found in _BREAK.finditer(plain))
    shifts = (0, *accumulate(end - start for start, end in breaks))
    joins = tuple(start - before for (start, _), before in zip(breaks, shifts, strict=False))
    return Paper(plain, breaks, _BREAK.sub("", plain), joins, shifts)


_clean_short = lru_cache(maxsize=8192)(_clean)
