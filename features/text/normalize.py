"""Normalized text: lower-case ASCII with single spaces, and a map back to the original offsets.

Phrases and words are found in normalized text and reported by their offsets in the text as given,
so every step here records which characters it removed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from features.text.offsets import Offsets

BLANK = "\x01"
"""Replaces text that is not to be read, such as a citation: neither a letter nor a space."""
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
"""The word characters of normalized text."""
TYPOGRAPHY = str.maketrans("\u2018\u2019\u201b\u201c\u201d\u00a0", "'''\"\" ")
"""For `str.translate`: straight quotes and plain spaces for typographic ones."""
_BREAK = re.compile(r"(?<=[a-z])-[ ]*\n[ ]*(?=[a-z])")
_EXTRA_SPACE = re.compile(r"(?<=[ \n-])[ \n-]+")
_BREAK_OR_EXTRA_SPACE = re.compile(f"(?P<hyphenated>{_BREAK.pattern})|{_EXTRA_SPACE.pattern}")
_LETTERS_BEFORE, _LETTERS_AFTER = re.compile(r"[a-z]*\Z"), re.compile(r"[a-z]*")
_MAX_WORD = 40
"""Letters of a word looked at before a line break."""
_SPACES = str.maketrans("\n-", "  ")


class _Ascii(dict[int, str]):
    """For `str.translate`: the ASCII character that replaces each character, computed once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isspace():  # includes some control characters
            ascii_character = "\n" if character in "\n\r\v\f\x85\u2028\u2029" else " "
        elif code < 128:
            ascii_character = character.lower()
        elif 0x2010 <= code <= 0x2014:
            ascii_character = "-"
        elif code in TYPOGRAPHY:
            ascii_character = chr(TYPOGRAPHY[code])
        else:
            ascii_character = "z" if character.isalnum() else "."
        self[code] = ascii_character
        return ascii_character


_ASCII = _Ascii()


def to_ascii(text: str) -> str:
    """Return the text in lower-case ASCII, character for character.

    Letters beyond ASCII become "z", other signs beyond it a full stop, every dash a hyphen, every
    line end a line feed and every other space a space.
    """
    return text.translate(_ASCII)


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalized text and the map from its offsets to those of the original.

    Attributes
    ----------
    text
        Lower-case ASCII with single spaces between words; hyphens are spaces.
    joins
        The k offsets in `text` at which characters were removed, in order.
    shifts
        k + 1 numbers: characters removed up to the first 0, 1, 2 ... joins, in all.
    """

    text: str
    joins: tuple[int, ...] = ()
    shifts: tuple[int, ...] = (0,)

    def origin(self, offset: int) -> int:
        """Return the original offset of the character at an offset of `text`."""
        return offset + self.shifts[bisect_right(self.joins, offset)]

    def offsets(self, origins: Sequence[int]) -> list[int]:
        """Return for each original offset the first offset of `text` at or after it."""
        starts = (0, *self.joins)
        ends = (*self.joins, len(self.text))
        last_origins = [end - 1 + shift for end, shift in zip(ends, self.shifts, strict=True)]
        places = (bisect_left(last_origins, origin) for origin in origins)
        return [
            max(origin - self.shifts[place], starts[place]) if place < len(starts) else ends[-1]
            for origin, place in zip(origins, places, strict=True)
        ]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original span of `text[start:end]`, which must not be empty."""
        if not self.joins:
            return start, end
        return self.origin(start), self.origin(end - 1) + 1

    def over(self, offsets: Offsets) -> "Normalized":
        """Return a copy whose original is what its own original was made from."""
        own = Offsets(self.joins, self.shifts).over(offsets)
        return replace(self, joins=own.joins, shifts=own.shifts)

    def with_text(self, text: str) -> "Normalized":
        """Return a copy with another text of the same length."""
        return replace(self, text=text)


def normalize(letters: str, is_word: Callable[[str], bool] | None = None) -> Normalized:
    """Normalize a text returned by `to_ascii`.

    Parameters
    ----------
    letters
        The text in lower-case ASCII.
    is_word
        Tells whether a word hyphenated at a line end is one word when joined: "informa-" and
        "tion" are, "third-" and "party" are not. None keeps all such words apart.

    Examples
    --------
    >>> normalize("a data-\\nbase of third-\\nparty  files", {"database"}.__contains__).text
    'a database of third party files'
    """
    spaced = letters.translate(_SPACES)
    if "  " not in spaced:
        return Normalized(spaced)
    removed = list(_removed_spans(letters, is_word))
    shifts = (0, *accumulate(end - start for start, end in removed))
    joins = tuple(start - shift for (start, _), shift in zip(removed, shifts, strict=False))
    return Normalized(_without(spaced, removed), joins, shifts)


def _removed_spans(
    letters: str, is_word: Callable[[str], bool] | None
) -> Iterable[tuple[int, int]]:
    """Yield the spans to remove: extra spaces, and the line break inside a joined word."""
    for match in _BREAK_OR_EXTRA_SPACE.finditer(letters):
        start, end = match.span()
        known = is_word is not None and is_word(_joined_word(letters, start, end))
        if match["hyphenated"] is None or known:
            yield start, end
        elif end - start > 1:
            yield start + 1, end


def _joined_word(letters: str, start: int, end: int) -> str:
    """Return the word whose halves end at `start` and begin at `end`."""
    before = _LETTERS_BEFORE.search(letters, max(0, start - _MAX_WORD), start)
    after = _LETTERS_AFTER.match(letters, end)
    return (before[0] if before else "") + (after[0] if after else "")


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts, since = [], 0
    for start, end in spans:
        parts.append(text[since:start])
        since = end
    return "".join(parts) + text[since:]
