"""Write scores whole or not at all: to a local or remote file, or to a table of a database."""

import csv
import gzip
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from data.io.atomic import atomic_write, try_folder_of
from data.io.formulas import LineFeeds, safe_row
from data.io.full_disk import DiskFull
from data.io.problems import REJECTS_SUFFIX
from data.io.rows import UnreadableInput, split_suffixes
from data.io.urls import driver_errors_as_oserror, filesystem, is_local, local_path
from data.io.workbook_writer import write_workbook

if TYPE_CHECKING:
    from data.io.table_reads import TableRead

FORMATS = ("csv", "jsonl", "xlsx", "parquet")
ROW_GROUP_ROWS, ROW_GROUP_BYTES = 2**16, 2**26
"""Rows or bytes after which a row group of Parquet ends; one per chunk would be slow to read."""
_DATABASE_TYPES = {pa.bool_(): "boolean", pa.float64(): "float", pa.int64(): "integer"}


class Sink(Protocol):
    """Where scores are written."""

    @property
    def name(self) -> str:
        """The name shown to the user."""

    @property
    def rejects(self) -> str:
        """Path or address for rejected rows, named after the output."""

    def check(self) -> None:
        """Raise if it cannot be written to, before the scoring rather than after it."""

    def write(self, tables: Iterable[pa.Table], readable_like: Sequence[Path] = ()) -> None:
        """Write tables with the same columns one after the other, all of them or none.

        Parameters
        ----------
        readable_like
            Local files whose permissions limit those of a new file; without any it is private.
        """


@dataclass(frozen=True)
class FileSink:
    """A file in one of `FORMATS` (`.gz`, `.zst`) on this machine or at an address."""

    name: str

    @property
    def rejects(self) -> str:
        """The path or address of a file beside it."""
        return f"{self.name}{REJECTS_SUFFIX}"

    def check(self) -> None:
        """Check the format, and that the folder can be written to.

        Raises
        ------
        UnreadableInput
            If the format is unknown.
        OSError
            If the folder cannot be created or written to.
        """
        file_format, compression = split_suffixes(self.name)
        if file_format not in FORMATS or (compression and file_format in ("parquet", "xlsx")):
            raise UnreadableInput(
                f"{self.name}: unknown output format; expected one of "
                + ", ".join(f".{known}" for known in FORMATS)
                + " (.csv and .jsonl optionally with .gz or .zst)"
            )
        if not is_local(self.name):
            filesystem(self.name)
            return
        try:
            try_folder_of(Path(local_path(self.name)))
        except DiskFull:
            raise
        except OSError as error:
            raise OSError(
                f"cannot write {self.name}: {error.strerror}; choose another folder"
            ) from None

    def write(self, tables: Iterable[pa.Table], readable_like: Sequence[Path] = ()) -> None:
        """Write tables with the same columns one after the other, all of them or none."""
        file_format, compression = split_suffixes(self.name)
        with (
            write_whole(self.name, readable_like) as stream,
            _compressed(stream, compression) as plain,
        ):
            _WRITERS[file_format](tables, plain)


@dataclass(frozen=True)
class TableSink:
    """A table of a database; lists are written as text, as in a `.csv` file.

    Attributes
    ----------
    read
        What the input reads from a database, which is never replaced.
    """

    url: str
    table: str
    replace: bool
    read: "TableRead | None" = None

    @property
    def name(self) -> str:
        """The database's address without its password, and the table."""
        from data.io.database import redacted_url

        return f"{redacted_url(self.url)} table {self.table}"

    @property
    def rejects(self) -> str:
        """The path of a file in the working folder, as there is no file beside a table."""
        return f"{self.table}{REJECTS_SUFFIX}"

    def check(self) -> None:
        """Check that the table can be written; see `data.io.database.check_table`."""
        from data.io.database import check_table

        check_table(self.url, self.table, self.replace, self.read)

    def write(self, tables: Iterable[pa.Table], readable_like: Sequence[Path] = ()) -> None:
        """Write tables with the same columns in one transaction; a new SQLite file is private."""
        from data.io.database import write_table

        tables = iter(tables)
        first = next(tables)
        types = {field.name: _DATABASE_TYPES.get(field.type, "text") for field in first.schema}
        batches = (_database_rows(table) for table in chain([first], tables))
        write_table(self.url, self.table, self.replace, types, batches, self.read)


@contextmanager
def write_whole(name: str, readable_like: Sequence[Path] = ()) -> Iterator[BinaryIO]:
    """Open a local or remote file for writing; it appears only if the block succeeds.

    A local file is no more open than those it is like, and private without any.
    """
    if is_local(name):
        target = Path(local_path(name))
        with atomic_write(target, readable_like) as temporary, temporary.open("wb") as stream:
            yield stream
        return
    system, path = filesystem(name)
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / "output"
        with local.open("wb") as stream:
            yield stream
        with local.open("rb") as content, driver_errors_as_oserror(name):
            # Buckets need no folders; creating one would turn a misspelled bucket into a new one.
            if path.startswith("/"):
                system.makedirs(system._parent(path), exist_ok=True)
            # In a transaction, the file appears only once it was sent completely.
            with system.transaction, system.open(path, "wb") as remote:
                shutil.copyfileobj(content, remote, 2**20)


def remove(name: str) -> None:
    """Remove a local or remote file if it exists."""
    if is_local(name):
        Path(local_path(name)).unlink(missing_ok=True)
        return
    system, path = filesystem(name)
    with driver_errors_as_oserror(name):
        if system.exists(path):
            system.rm_file(path)


def is_same_file(name: str, other: str) -> bool:
    """Return whether two paths or addresses are of the same file."""
    if is_local(name) and is_local(other):
        paths = [os.path.realpath(local_path(each)) for each in (name, other)]
        with suppress(OSError):  # the same by another spelling, where letter case means nothing
            return os.path.samefile(*paths)
        return paths[0] == paths[1]
    return name == other


def as_cell(value: Any) -> Any:
    """Return a value as a cell of a table: a list joined by `;`, a list of objects as JSON.

    >>> as_cell(["a", "b"]), as_cell([]), as_cell(0.5)
    ('a;b', '[]', 0.5)
    """
    if not isinstance(value, list):
        return value
    if value and isinstance(value[0], dict):
        return json.dumps(value)
    return ";".join(value) or "[]"


def _database_rows(table: pa.Table) -> list[dict[str, Any]]:
    return [
        {name: _database_cell(value) for name, value in row.items()} for row in table.to_pylist()
    ]


def _database_cell(value: Any) -> Any:
    cell = as_cell(value)
    # PostgreSQL cannot store the NUL character.
    return cell.replace("\x00", "\ufffd") if isinstance(cell, str) else cell


@contextmanager
def _compressed(stream: BinaryIO, compression: str) -> Iterator[Any]:
    if compression == ".gz":
        # Without a name and time in the header, the same scores give the same bytes.
        with gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as plain:
            yield plain
    elif compression == ".zst":
        with pa.CompressedOutputStream(pa.PythonFile(stream, "w"), "zstd") as plain:
            yield plain
    else:
        yield stream


def _write_csv(tables: Iterable[pa.Table], stream: BinaryIO) -> None:
    for index, table in enumerate(tables):
        text = io.StringIO()
        writer = csv.writer(LineFeeds(text))
        if index == 0:
            writer.writerow(table.column_names)
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        writer.writerows(safe_row(map(as_cell, row)) for row in rows)
        stream.write(text.getvalue().encode("utf-8"))


def _write_jsonl(tables: Iterable[pa.Table], stream: BinaryIO) -> None:
    for table in tables:
        lines = "".join(json.dumps(row) + "\n" for row in table.to_pylist())
        stream.write(lines.encode("utf-8"))


def _write_parquet(tables: Iterable[pa.Table], stream: BinaryIO) -> None:
    writer: pq.ParquetWriter | None = None
    pending: list[pa.Table] = []
    for table in tables:
        writer = writer or pq.ParquetWriter(stream, table.schema)
        pending.append(table)
        rows, size = sum(map(len, pending)), sum(part.nbytes for part in pending)
        if rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
            writer.write_table(pa.concat_tables(pending))
            pending = []
    if writer:
        if pending:
            writer.write_table(pa.concat_tables(pending))
        writer.close()


def _write_xlsx(tables: Iterable[pa.Table], stream: BinaryIO) -> None:
    tables = iter(tables)
    first = next(tables)
    rows = (
        [as_cell(value) for value in row]
        for table in chain([first], tables)
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True)
    )
    write_workbook(stream, first.column_names, rows)


_WRITERS: dict[str, Callable[[Iterable[pa.Table], BinaryIO], None]] = {
    "csv": _write_csv,
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
    "xlsx": _write_xlsx,
}
