"""Papers as they are read: citations blanked, broken words mended, one space between words."""

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter

from features.phrases.remembering import remembered_by_thread
from features.text.citations import without_citations
from features.text.normalize import TYPOGRAPHY, reading_letters
from features.text.ocr import mend_spelling

LONGEST = 5_000_000
"""Characters of a paper that are read; what comes after is left out, and the answer says so."""
SHORT = 10_000
"""Characters up to which a paper is short enough to be remembered among many."""
_BREAK = re.compile(r"(?<=[a-z])-[ ]*\n[ ]*(?=[a-z])")
_SECOND_SPACE = re.compile(r"(?<=[ \n-])[ \n-]+")
_BREAK_OR_SECOND_SPACE = re.compile(f"{_BREAK.pattern}|{_SECOND_SPACE.pattern}")
# The stamp of electronic filing on every page, as trial and appeals courts word it, and page
# numbers and line numbers on lines of their own.
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
_NUMBERED_LINES = 10
"""Lines that count up, one after the other, on pleading paper at least."""
_NUMBER_SIGN = re.compile(r"\bnos?\.(?=\s*\d)")
_SPACES = str.maketrans("\n-", "  ")


@dataclass(frozen=True, slots=True)
class Reading:
    """A paper in reading form, and where each character of it came from.

    Attributes
    ----------
    text
        Small ASCII letters with one space between words (hyphens are spaces).
    joins
        Where in `text` something was taken out.
    shifts
        How many characters the first 0, 1, 2 ... of these took out.
    """

    text: str
    joins: tuple[int, ...]
    shifts: tuple[int, ...]

    def origin(self, place: int) -> int:
        """Return where a character of `text` stands in the text as given."""
        return place + self.shifts[bisect_right(self.joins, place)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text as given of `text[start:end]` (not empty)."""
        if not self.joins:
            return start, end
        return self.origin(start), self.origin(end - 1) + 1


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper's text, cleaned.

    Attributes
    ----------
    plain
        The text character for character, with plain quotes and blanked citations.
    mended
        Its reading form, words broken at a line's end put together.
    parted
        Its reading form with such words as two, where there are any: "third-" at a line's end and
        "party" may be two words.
    breaks
        The (start, end) in `plain` of each hyphen and line end inside a word.
    """

    plain: str
    mended: Reading
    parted: Reading | None
    breaks: tuple[tuple[int, int], ...]

    def has_break_within(self, start: int, end: int) -> bool:
        """Tell whether `plain[start:end]` reaches over a whole break, into the words around it."""
        after = bisect_right(self.breaks, start, key=itemgetter(0))
        return after < len(self.breaks) and self.breaks[after][1] < end


def clean(text: str) -> Paper:
    """Clean one paper.

    Papers are remembered, since several readers ask for each: many short ones and each thread's
    last two long ones, so that memory stays flat.
    """
    return _clean_short(text) if len(text) <= SHORT else _clean_long(text)


def _clean(text: str) -> Paper:
    lines = text[:LONGEST].replace("\r\n", " \n").translate(TYPOGRAPHY)
    plain = without_citations(_without_stamps(lines))
    # "No. 21-cv-135" denies nothing.
    letters = _NUMBER_SIGN.sub(lambda sign: " " * len(sign[0]), reading_letters(plain))
    # Most short papers are one line, and most lines hold no second space: seen at a glance.
    breaks = tuple(found.span() for found in _BREAK.finditer(letters)) if "\n" in letters else ()
    if breaks:
        mended = _reading(letters, _BREAK_OR_SECOND_SPACE)
        return Paper(plain, _spelt(mended, plain), _reading(letters, _SECOND_SPACE), breaks)
    return Paper(plain, _spelt(_reading(letters, _SECOND_SPACE), plain), None, ())


def _spelt(reading: Reading, plain: str) -> Reading:
    """Put misread words right; a capital inside running text marks a name, which is left alone."""
    capitals = plain.isupper()
    text = mend_spelling(
        reading.text, lambda start: plain[reading.origin(start)].isupper() and not capitals
    )
    return replace(reading, text=text)


def _without_stamps(text: str) -> str:
    """Blank what stands at the edges of pages, so that sentences run on: stamps, numbers."""
    if "\n" not in text and "\f" not in text:
        return text
    return _STAMP.sub(lambda found: " " * len(found[0]), _without_line_numbers(text))


def _without_line_numbers(text: str) -> str:
    """Blank the numbers that pleading paper has before its lines."""
    runs: list[list[re.Match[str]]] = [[]]
    for found in _LINE_NUMBER.finditer(text):
        last = runs[-1][-1] if runs[-1] else None
        if last is None or int(found[1]) != int(last[1]) + 1:
            runs.append([])
        runs[-1].append(found)
    numbers = [found for run in runs if len(run) >= _NUMBERED_LINES for found in run]
    parts, since = [], 0
    for found in numbers:
        parts += [text[since : found.start(1)], " " * (found.end() - found.start(1))]
        since = found.end()
    return "".join(parts) + text[since:]


def reading_of(text: str) -> Reading:
    """Return the reading form of a text with its citations left in and nothing mended."""
    return _reading(reading_letters(text), _SECOND_SPACE)


def _reading(letters: str, extra: re.Pattern[str]) -> Reading:
    """Take out what `extra` finds and turn line ends and hyphens into spaces."""
    spaced = letters.translate(_SPACES)
    if "  " not in spaced:
        return Reading(spaced, (), (0,))
    spans = [found.span() for found in extra.finditer(letters)]
    shifts = (0, *accumulate(end - start for start, end in spans))
    joins = tuple(start - before for (start, _), before in zip(spans, shifts, strict=False))
    text = extra.sub("", letters) if spans else letters
    return Reading(text.translate(_SPACES), joins, shifts)


_clean_short = lru_cache(maxsize=4096)(_clean)
_clean_long = remembered_by_thread(2)(_clean)
