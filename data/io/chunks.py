"""The rows of an input of any size, in chunks that fit in memory.

A source yields its chunks and identifies itself, so that interrupted work on it can be resumed.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from data.io.columns import value_of
from data.io.urls import local_path

MAX_CHARACTERS = 500_000
"""Characters of text after which a chunk ends, however few its rows: briefs take as long to read as
a thousand short rows, and memory stays flat."""


class Part(Protocol):
    """One file, or one query, of a source."""

    @property
    def name(self) -> str:
        """The name shown to the user."""

    @property
    def size(self) -> int:
        """Size in bytes, or 0 where it is unknown."""

    @property
    def address(self) -> str:
        """Where it is; "" where nothing could be written to."""

    def identity(self) -> dict[str, Any]:
        """Return what distinguishes it from other parts, and from itself after a change."""

    def rows(self) -> Iterator[tuple[Any, float]]:
        """Yield each raw row with the fraction of the part read so far."""

    def count(self) -> int | None:
        """Return the number of rows if it is known without reading them."""


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows of a source.

    Attributes
    ----------
    number
        Index of the chunk, from 0.
    start
        Number of its first row in the source, from 1.
    rows
        The raw rows.
    file_starts
        Where each file begins: index in `rows`, the file's name ("" if it is the only file), and
        the number of that row in the file.
    reserved_ids
        Ids such as `row-7` that earlier rows carry and that rows of this chunk could be assigned.
    fraction_read
        Fraction of the source read at the end of the chunk, from 0 to 1; None if unknown.
    column_map
        That of the source.
    """

    number: int
    start: int
    rows: list[Any]
    file_starts: tuple[tuple[int, str, int], ...]
    reserved_ids: frozenset[str] = frozenset()
    fraction_read: float | None = None
    column_map: Mapping[str, str] | None = None

    @property
    def end(self) -> int:
        """Number of its last row in the source."""
        return self.start + len(self.rows) - 1

    def locate(self, row: int) -> tuple[str, int]:
        """Return the file of the chunk's row of this number (from 1), and its number there."""
        index, name, row_in_file = [start for start in self.file_starts if start[0] < row][-1]
        return name, row_in_file + row - 1 - index

    def digest(self) -> str:
        """Return a SHA-256 digest of the rows and where they come from."""
        content = repr((self.start, self.file_starts, self.rows))
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Source:
    """Rows to be read.

    Attributes
    ----------
    name
        A name for them.
    parts
        The parts they come from, in order.
    column_map
        The field of columns that the user names, where headers are read as people write them; None
        takes headers as they stand.
    notes
        How the parts are read: encoding, separator, sheet.
    """

    name: str
    parts: tuple[Part, ...]
    column_map: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()

    def identity(self) -> list[dict[str, Any]]:
        """Return what distinguishes this input from others, and from itself after a change."""
        named = [{"--map": dict(self.column_map)}] if self.column_map else []
        return [*(part.identity() for part in self.parts), *named]

    def addresses(self) -> list[str]:
        """Return where its parts are."""
        return [part.address for part in self.parts if part.address]

    def local_files(self) -> tuple[Path, ...]:
        """Return the local files it is read from; none if a part of it is no local file."""
        addresses = [part.address for part in self.parts]
        if not all(address.startswith("file://") for address in addresses):
            return ()
        return tuple(Path(local_path(address)) for address in addresses)

    def count(self) -> int | None:
        """Return the number of rows if every part knows its own."""
        counts = [part.count() for part in self.parts]
        return None if None in counts else sum(count or 0 for count in counts)

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Yield the rows, `size` at a time (fewer if they are very long)."""
        rows: list[Any] = []
        file_starts: list[tuple[int, str, int]] = []
        row_ids = _RowIdsAhead(self.column_map)
        number = rows_before = characters = 0
        bytes_before, total_bytes = 0, sum(part.size for part in self.parts)
        fraction: float | None = None

        def chunk() -> Chunk:
            start = rows_before + 1
            reserved = row_ids.pop(start, len(rows))
            starts = tuple(file_starts)
            return Chunk(number, start, rows, starts, reserved, fraction, self.column_map)

        for part in self.parts:
            name = part.name if len(self.parts) > 1 else ""
            for row_in_part, (row, part_read) in enumerate(part.rows(), start=1):
                if row_in_part == 1 or not rows:
                    file_starts.append((len(rows), name, row_in_part))
                rows.append(row)
                row_ids.add(row, rows_before + len(rows))
                characters += _characters(row)
                if total_bytes:
                    fraction = (bytes_before + part_read * part.size) / total_bytes
                if len(rows) == size or characters >= MAX_CHARACTERS:
                    yield chunk()
                    number, rows_before = number + 1, rows_before + len(rows)
                    rows, file_starts, characters = [], [], 0
            bytes_before += part.size
        if rows:
            yield chunk()


class _RowIdsAhead:
    """Ids such as `row-7` of rows read so far, by the number of the row that may be assigned it."""

    def __init__(self, column_map: Mapping[str, str] | None = None) -> None:
        self.ids_by_row: dict[int, set[str]] = {}
        self.column_map = column_map

    def add(self, raw: Any, row: int) -> None:
        if not isinstance(raw, dict):
            return
        named = self.column_map is not None
        name = value_of(raw, "id", self.column_map or {}) if named else raw.get("id")
        if isinstance(name, str) and (name := name.strip()).startswith("row-"):
            number = name.removeprefix("row-").split("-")[0]
            # Longer numbers than any row has; int() refuses those of thousands of digits.
            if number.isdecimal() and len(number) < 20 and int(number) >= row:
                self.ids_by_row.setdefault(int(number), set()).add(name)

    def pop(self, start: int, n_rows: int) -> frozenset[str]:
        rows = range(start, start + n_rows)
        return frozenset().union(*(self.ids_by_row.pop(row, ()) for row in rows))


def _characters(raw: Any) -> int:
    cells = raw.values() if isinstance(raw, dict) else (raw,)
    return sum(len(cell) for cell in cells if isinstance(cell, str))
