"""Read all rows of a source at once, with the files and places that they are from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.io.chunks import Chunk
from data.io.rows import UnreadableInput
from data.io.sources import opened
from data.io.urls import local_path

_ROWS = 10_000
"""Rows of a chunk: how many makes no difference, as all are held."""


@dataclass(frozen=True)
class AllRows:
    """All rows of a source as they stand, unchecked.

    Attributes
    ----------
    name
        What the source is called.
    chunks
        Its rows; a line that is none is `Broken`.
    files
        The files of this machine that were read.
    """

    name: str
    chunks: tuple[Chunk, ...]
    files: tuple[Path, ...]

    def rows(self) -> list[Any]:
        """Return the rows."""
        return [row for chunk in self.chunks for row in chunk.rows]

    def place_of(self, row: int) -> tuple[str, int]:
        """Return the file ("" where it is the only one), and the row there, of a row (from 1)."""
        chunk = next(chunk for chunk in self.chunks if row <= chunk.end)
        return chunk.place_of(row - chunk.start + 1)


def all_rows(given: str | Path) -> AllRows:
    """Read all rows of what `opened` opens.

    Raises
    ------
    UnreadableInput
        If there is no row to read there.
    """
    with opened(str(given), fit=None) as source:
        chunks = tuple(source.chunks(_ROWS))
    if not chunks:
        raise UnreadableInput(f"{source.name} has no rows; expected at least one")
    local = [address for address in source.addresses() if address.startswith("file://")]
    return AllRows(source.name, chunks, tuple(Path(local_path(address)) for address in local))
