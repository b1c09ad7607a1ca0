"""The rows of an input of any size, in chunks of a size that memory holds.

A source gives its chunks and says what it is, so that work on it can be taken up again.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

CHARACTERS = 2**24
"""Characters of text after which a chunk ends, however few its rows, so that memory stays flat."""


class Part(Protocol):
    """One file, or one query, of a source."""

    @property
    def name(self) -> str:
        """What it is called to the user."""

    @property
    def size(self) -> int:
        """Bytes, or 0 where that is not known."""

    @property
    def address(self) -> str:
        """Where it is; "" where that is nowhere that could be written to."""

    def identity(self) -> dict[str, Any]:
        """Return what tells it from another, or from itself changed."""

    def rows(self) -> Iterator[tuple[Any, float]]:
        """Yield each raw row, and the share of the part read by then."""

    def count(self) -> int | None:
        """Return the number of rows where it is known without reading them."""


@dataclass(frozen=True)
class Chunk:
    """Some rows of a source that follow one another.

    Attributes
    ----------
    number
        Its place among the chunks, from 0.
    start
        The number of its first row in the source, from 1.
    rows
        The raw rows.
    places
        Where a new file begins: the place in `rows`, the file's name ("" where it is the only
        one), and the row in that file.
    taken
        Names like `row-7` that earlier rows have as their own and its rows might be given.
    share
        How much of the source was read at its end, from 0 to 1; None where that is not known.
    """

    number: int
    start: int
    rows: list[Any]
    places: tuple[tuple[int, str, int], ...]
    taken: frozenset[str] = frozenset()
    share: float | None = None

    @property
    def end(self) -> int:
        """The number of its last row in the source."""
        return self.start + len(self.rows) - 1

    def place_of(self, row: int) -> tuple[str, int]:
        """Return the file, and the row in that file, of the chunk's row of that number (from 1)."""
        begun = [place for place in self.places if place[0] < row]
        first, name, row_in_file = begun[-1]
        return name, row_in_file + row - 1 - first

    def digest(self) -> str:
        """Return a digest of the rows, the same for the same rows."""
        return hashlib.sha256(repr((self.start, self.places, self.rows)).encode()).hexdigest()


@dataclass(frozen=True)
class Source:
    """What is to be scored: a name for it, and its parts in order."""

    name: str
    parts: tuple[Part, ...]

    def identity(self) -> list[dict[str, Any]]:
        """Return what tells this input from another, or from itself changed."""
        return [part.identity() for part in self.parts]

    def addresses(self) -> list[str]:
        """Return where its parts are."""
        return [part.address for part in self.parts if part.address]

    def count(self) -> int | None:
        """Return the number of rows where all parts know it."""
        counts = [part.count() for part in self.parts]
        return None if None in counts else sum(count or 0 for count in counts)

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield the rows, `size` at a time (fewer of very long ones)."""
        rows: list[Any] = []
        places: list[tuple[int, str, int]] = []
        names = _NamesAhead()
        number = start = held = 0
        before, total = 0, sum(part.size for part in self.parts)
        share: float | None = None
        for part in self.parts:
            name = part.name if len(self.parts) > 1 else ""
            for row_in_part, (raw, read) in enumerate(part.rows(), start=1):
                if row_in_part == 1 or not rows:
                    places.append((len(rows), name, row_in_part))
                rows.append(raw)
                names.see(raw, start + len(rows))
                held += _characters(raw)
                share = (before + read * part.size) / total if total else None
                if len(rows) == size or held >= CHARACTERS:
                    taken = names.of_rows(start + 1, len(rows))
                    yield Chunk(number, start + 1, rows, tuple(places), taken, share)
                    number, start = number + 1, start + len(rows)
                    rows, places, held = [], [], 0
            before += part.size
        if rows:
            yield Chunk(
                number, start + 1, rows, tuple(places), names.of_rows(start + 1, len(rows)), share
            )


class _NamesAhead:
    """The ids like `row-7` that rows read so far have, and the seventh row might be given."""

    def __init__(self) -> None:
        self.numbers: dict[int, set[str]] = {}

    def see(self, raw: Any, row: int) -> None:
        name = raw.get("id") if isinstance(raw, dict) else None
        if isinstance(name, str) and (name := name.strip()).startswith("row-"):
            number = name.removeprefix("row-").split("-")[0]
            if number.isdecimal() and len(number) < 20 and int(number) >= row:
                self.numbers.setdefault(int(number), set()).add(name)

    def of_rows(self, start: int, rows: int) -> frozenset[str]:
        found = (self.numbers.pop(number, set()) for number in range(start, start + rows))
        return frozenset(name for names in found for name in names)


def _characters(raw: Any) -> int:
    cells = raw.values() if isinstance(raw, dict) else (raw,)
    return sum(len(cell) for cell in cells if isinstance(cell, str))
