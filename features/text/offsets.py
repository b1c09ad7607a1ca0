"""Where in a paper as given the characters of a cleaned text come from."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

Edit = tuple[int, int, str]
"""A span of a text, and what replaces it."""


@dataclass(frozen=True, slots=True)
class Offsets:
    """The offset in an original of each character of a text made from it.

    Attributes
    ----------
    joins
        The k offsets in the text from which on the difference to the original changes, in order.
    shifts
        k + 1 numbers: the difference before the first join, after it, and so on.
    """

    joins: tuple[int, ...] = ()
    shifts: tuple[int, ...] = (0,)

    def origin(self, offset: int) -> int:
        """Return the offset in the original of the character at an offset of the text."""
        return offset + self.shifts[bisect_right(self.joins, offset)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original of a part of the text, which must not be empty."""
        return (
            (self.origin(start), self.origin(end - 1) + 1)
            if self.joins or self.shifts[0]
            else (start, end)
        )

    def over(self, first: "Offsets") -> "Offsets":
        """Return the offsets in what the original was made from, given those of the original."""
        if not first.joins:
            return self
        if not self.joins:
            return first
        starts, joins = [0, *self.joins], set(self.joins)
        origins = [start + shift for start, shift in zip(starts, self.shifts, strict=True)]
        for join in first.joins:
            part = max(0, bisect_right(origins, join) - 1)
            offset = max(join - self.shifts[part], starts[part])
            joins.add(offset if part + 1 == len(starts) else min(offset, starts[part + 1]))
        ordered = sorted(joins)
        shifts = [first.origin(self.origin(offset)) - offset for offset in (0, *ordered)]
        return Offsets(tuple(ordered), tuple(shifts))


UNCHANGED = Offsets()


def apply_edits(text: str, edits: Iterable[Edit]) -> tuple[str, Offsets]:
    """Replace parts of a text.

    Parameters
    ----------
    text
        The text.
    edits
        What to replace, in order and without overlaps. A replacement's characters stand for those
        they replace one by one, the last for all that are left; what is put in has the offset of
        what precedes it.
    """
    parts: list[str] = []
    joins: list[int] = []
    shifts = [0]
    since = length = 0

    def shift_from(offset: int, shift: int) -> None:
        if joins and joins[-1] == offset:
            shifts[-1] = shift
        elif shift != shifts[-1]:
            joins.append(offset)
            shifts.append(shift)

    for start, end, replacement in edits:
        parts += [text[since:start], replacement]
        length += start - since
        for index in range(len(replacement)):
            origin = min(start + index, max(end - 1, 0))
            shift_from(length + index, origin - length - index)
        length += len(replacement)
        shift_from(length, end - length)
        since = end
    if not parts:
        return text, UNCHANGED
    return "".join([*parts, text[since:]]), Offsets(tuple(joins), tuple(shifts))
