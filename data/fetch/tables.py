"""Read the tables of CourtListener's bulk data, of any size, a row at a time.

They are CSV files by PostgreSQL's COPY, compressed with bzip2, one for each table of the database.
Until December 2025 a quote within a cell was escaped by a backslash, since then by another quote.
https://www.courtlistener.com/help/api/bulk-data/ documents them.
"""

import bz2
import csv
import gzip
import io
import lzma
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from data.io.rows import BrokenRow, UnreadableInput
from data.io.separators import QUOTES_BYTES, has_backslash_quotes

MAX_CELL = 2**26
"""Characters of the longest cell that is read. What is longer is a quote that is not closed."""
_BLOCK = 2**20


@contextmanager
def decompressed(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Open a file that may be compressed (.bz2, .gz, .xz, .zst).

    Yields
    ------
    Its content, and the file itself, whose position says how much has been read.

    Raises
    ------
    UnreadableInput
        If it cannot be opened.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise UnreadableInput(f"cannot read {path}: {error.strerror}") from None
    with raw:
        suffix = path.suffix.lower()
        content: Any = raw
        if suffix == ".bz2":
            content = bz2.BZ2File(raw)
        elif suffix == ".gz":
            content = gzip.GzipFile(fileobj=raw)
        elif suffix == ".xz":
            content = lzma.LZMAFile(raw)  # noqa: SIM115
        elif suffix == ".zst":
            content = io.BufferedReader(pa.CompressedInputStream(raw, "zstd"), _BLOCK)
        yield cast(BinaryIO, content), raw


def table_rows(
    path: Path, columns: Sequence[str], optional: Sequence[str] = ()
) -> Iterator[tuple[list[str] | BrokenRow, float]]:
    """Yield the rows of a table, with the fraction of the file read so far.

    Parameters
    ----------
    columns
        Columns to return, in this order; the file may have others.
    optional
        More columns, which older files lack; their cells are "" then.

    Yields
    ------
    The cells, "" for null; a `BrokenRow` without its words for a row that is not valid CSV.

    Raises
    ------
    UnreadableInput
        If the file cannot be read to its end, or lacks a column.
    """
    csv.field_size_limit(MAX_CELL)
    size = max(path.stat().st_size, 1) if path.exists() else 1
    try:
        dialect = _dialect(path)
        with decompressed(path) as (content, raw):
            lines = io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")
            reader = csv.reader(lines, strict=True, **dialect)
            header = next(reader, [])
            indices = _indices(header, columns, optional, path)
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield BrokenRow("", f"a row of valid CSV ({error})"), raw.tell() / size
                    reader = csv.reader(lines, strict=True, **dialect)
                    continue
                if len(cells) == len(header):
                    picked = [cells[index] if index >= 0 else "" for index in indices]
                    yield picked, raw.tell() / size
                elif cells:
                    expected = f"{len(header)} cells, found {len(cells)}"
                    yield BrokenRow("", expected), raw.tell() / size
    except (EOFError, OSError, lzma.LZMAError, pa.ArrowException, csv.Error) as error:
        raise UnreadableInput(
            f"cannot read {path.name} to its end ({error}): is the download complete?"
        ) from None


def _indices(
    header: Sequence[str], columns: Sequence[str], optional: Sequence[str], path: Path
) -> list[int]:
    if missing := [name for name in columns if name not in header]:
        raise UnreadableInput(
            f"{path.name} lacks the column(s) {', '.join(missing)}; found "
            f"{', '.join(header[:12])}{' ...' if len(header) > 12 else ''}. Is it the table that "
            "its name says?"
        )
    wanted = (*columns, *optional)
    return [header.index(name) if name in header else -1 for name in wanted]


def _dialect(path: Path) -> dict[str, Any]:
    """Return how quotes within cells are written, as the first megabytes show it."""
    with decompressed(path) as (content, _):
        start = content.read(QUOTES_BYTES).decode("utf-8", "replace")
    return {"escapechar": "\\", "doublequote": False} if has_backslash_quotes(start) else {}
