"""Normalized text: small ASCII letters with one space between words, and where each came from.

Phrases, words and dates are found in normalized text and reported by their offsets in the text as
given, so every step here keeps track of what was taken out.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

BLANK = "\x01"
"""Marks text that is not read, such as a citation: neither a letter nor a space."""
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
"""The characters of words in normalized text."""
TYPOGRAPHY = str.maketrans("\u2018\u2019\u201b\u201c\u201d\u00a0", "'''\"\" ")
"""For `str.translate`: curly quotes and no-break spaces as they are typed."""
_BREAK = re.compile(r"(?<=[a-z])-[ ]*\n[ ]*(?=[a-z])")
_SECOND_SPACE = re.compile(r"(?<=[ \n-])[ \n-]+")
_BREAK_OR_SECOND_SPACE = re.compile(f"(?P<broken>{_BREAK.pattern})|{_SECOND_SPACE.pattern}")
_LETTERS_BEFORE, _LETTERS_AFTER = re.compile(r"[a-z]*\Z"), re.compile(r"[a-z]*")
_LONGEST_WORD = 40
_SPACES = str.maketrans("\n-", "  ")


class _Ascii(dict[int, str]):
    """For `str.translate`: the ASCII character that replaces another."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isspace():  # Python counts some control characters as space
            read = "\n" if character in "\n\r\v\f\x85\u2028\u2029" else " "
        elif code < 128:
            read = character.lower()
        elif 0x2010 <= code <= 0x2014:
            read = "-"
        elif code in TYPOGRAPHY:
            read = chr(TYPOGRAPHY[code])
        else:
            read = "z" if character.isalnum() else "."
        self[code] = read
        return read


_ASCII = _Ascii()


def to_ascii(text: str) -> str:
    """Return the text in small ASCII letters, one character for each.

    Letters beyond ASCII become "z", other signs beyond it a full stop, every dash a hyphen, every
    line end a line feed and every other space a space.
    """
    return text.translate(_ASCII)


@dataclass(frozen=True, slots=True)
class Normalized:
    """A text in normalized form.

    Attributes
    ----------
    text
        Small ASCII letters with one space between words; hyphens are spaces.
    joins
        Offsets in `text` at which something was taken out.
    shifts
        How many characters the first 0, 1, 2 ... of these took out in all.
    """

    text: str
    joins: tuple[int, ...] = ()
    shifts: tuple[int, ...] = (0,)

    def origin(self, offset: int) -> int:
        """Return the offset in the text as given of a character of `text`."""
        return offset + self.shifts[bisect_right(self.joins, offset)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the text as given of `text[start:end]`, which is not empty."""
        if not self.joins:
            return start, end
        return self.origin(start), self.origin(end - 1) + 1

    def with_text(self, text: str) -> "Normalized":
        """Return the same with another text of the same length."""
        return replace(self, text=text)


def normalize(letters: str, is_word: Callable[[str], bool] | None = None) -> Normalized:
    """Normalize a text that `to_ascii` gave.

    Parameters
    ----------
    is_word
        Tells whether a word broken at a line's end is one word when joined: "informa-" and "tion"
        are, "third-" and "party" are two. None keeps every such pair as two words.
    """
    spaced = letters.translate(_SPACES)
    if "  " not in spaced:
        return Normalized(spaced)
    removed = list(_removed(letters, is_word))
    shifts = (0, *accumulate(end - start for start, end in removed))
    joins = tuple(start - shift for (start, _), shift in zip(removed, shifts, strict=False))
    return Normalized(_without(spaced, removed), joins, shifts)


def _removed(letters: str, is_word: Callable[[str], bool] | None) -> Iterable[tuple[int, int]]:
    """Yield the spans to take out: second spaces, and the break inside a joined word."""
    for match in _BREAK_OR_SECOND_SPACE.finditer(letters):
        start, end = match.span()
        if match["broken"] is None or (is_word is not None and is_word(_word_around(letters, start, end))):
            yield start, end
        elif end - start > 1:
            yield start + 1, end


def _word_around(letters: str, start: int, end: int) -> str:
    before = _LETTERS_BEFORE.search(letters, max(0, start - _LONGEST_WORD), start)
    after = _LETTERS_AFTER.match(letters, end)
    return (before[0] if before else "") + (after[0] if after else "")


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts, since = [], 0
    for start, end in spans:
        parts.append(text[since:start])
        since = end
    return "".join(parts) + text[since:]
