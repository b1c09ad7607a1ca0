"""Write scores whole or not at all: to a file, to an address, or into a table of a database."""

import csv
import gzip
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from data.io.atomic import written_whole
from data.io.rows import UnreadableInput, kind_of
from data.io.urls import filesystem, is_local, local_path, telling_drivers_errors

FORMATS = ("csv", "jsonl", "parquet")
REJECTS = ".rejects.jsonl"
ROWS_AT_ONCE, BYTES_AT_ONCE = 2**16, 2**26
"""Rows and bytes of a row group of Parquet: chunks make groups too small to read fast."""


class Sink(Protocol):
    """Where scores go."""

    @property
    def name(self) -> str:
        """What it is called to the user."""

    def check(self) -> None:
        """Raise where it cannot be written to: now, and not after an hour's scoring."""

    def write(self, tables: Iterable[pa.Table]) -> None:
        """Write tables of the same columns one after the other, all of them or nothing."""

    @property
    def rejects(self) -> str:
        """Where rows that cannot be scored go: of its name, since many inputs have one name."""


@dataclass(frozen=True)
class FileSink:
    """A `.csv`, `.jsonl` or `.parquet` file (`.gz`, `.zst`) of this machine or at an address."""

    name: str

    def check(self) -> None:
        """Check the format, and that the folder can be written to.

        Raises
        ------
        UnreadableInput
            If the format is unknown.
        OSError
            If the folder cannot be made or written to.
        """
        kind, packed = kind_of(self.name)
        if kind not in FORMATS or (packed and kind == "parquet"):
            raise UnreadableInput(
                f"{self.name}: unknown output format; expected one of "
                + ", ".join(f".{known}" for known in FORMATS)
                + " (.csv and .jsonl with .gz or .zst after it or without)"
            )
        if not is_local(self.name):
            filesystem(self.name)
            return
        folder = Path(local_path(self.name)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise OSError(
                f"cannot write {self.name}: {error.strerror}; choose another folder"
            ) from None

    def write(self, tables: Iterable[pa.Table]) -> None:
        """Write tables of the same columns one after the other, all of them or nothing."""
        kind, packed = kind_of(self.name)
        with whole(self.name) as stream, _packing(stream, packed) as plain:
            _WRITERS[kind](tables, plain)

    @property
    def rejects(self) -> str:
        """The path or address of a file beside it."""
        return f"{self.name}{REJECTS}"


@dataclass(frozen=True)
class TableSink:
    """A new table of a database; lists in it are text, as in a `.csv` file."""

    url: str
    into: str
    replace: bool

    @property
    def name(self) -> str:
        """The database's address without its password, and the table."""
        from data.io.database import shown

        return f"{shown(self.url)} table {self.into}"

    def check(self) -> None:
        """Check that the table can be written; see `data.io.database.check_table`."""
        from data.io.database import check_table

        check_table(self.url, self.into, self.replace)

    def write(self, tables: Iterable[pa.Table]) -> None:
        """Write tables of the same columns in one transaction."""
        from data.io.database import write_table

        tables = iter(tables)
        first = next(tables)
        kinds = {field.name: _KINDS.get(field.type, "text") for field in first.schema}
        batches = (_database_rows(table) for table in chain([first], tables))
        write_table(self.url, self.into, self.replace, kinds, batches)

    @property
    def rejects(self) -> str:
        """The path of a file in the working folder, since none lies beside a table."""
        return f"{self.into}{REJECTS}"


_KINDS = {pa.bool_(): "flag", pa.float64(): "number", pa.int64(): "whole"}


def _database_rows(table: pa.Table) -> list[dict[str, Any]]:
    return [{key: _database_cell(value) for key, value in row.items()} for row in table.to_pylist()]


def _database_cell(value: Any) -> Any:
    value = plain_cell(value)
    # PostgreSQL has no such character in a text.
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value


@contextmanager
def whole(name: str) -> Iterator[BinaryIO]:
    """Give a stream to write a file with, which appears once the block succeeds."""
    if is_local(name):
        with written_whole(Path(local_path(name))) as temporary, temporary.open("wb") as stream:
            yield stream
        return
    system, path = filesystem(name)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "whole"
        with kept.open("wb") as stream:
            yield stream
        with kept.open("rb") as read, telling_drivers_errors(name):
            # Names in buckets need no folders; made for them, a misspelt bucket would be a new one.
            if path.startswith("/"):
                system.makedirs(system._parent(path), exist_ok=True)
            # A transaction shows a file only once all of it was sent.
            with system.transaction, system.open(path, "wb") as sent:
                shutil.copyfileobj(read, sent, 2**20)


def remove(name: str) -> None:
    """Remove a file of this machine or at an address, where there is one."""
    if is_local(name):
        Path(local_path(name)).unlink(missing_ok=True)
        return
    system, path = filesystem(name)
    with telling_drivers_errors(name):
        if system.exists(path):
            system.rm_file(path)


def is_same_file(one: str, other: str) -> bool:
    """Tell whether two paths or addresses are of one file."""
    if is_local(one) and is_local(other):
        return os.path.realpath(local_path(one)) == os.path.realpath(local_path(other))
    return one == other


@contextmanager
def _packing(stream: BinaryIO, packed: str) -> Iterator[Any]:
    if packed == ".gz":
        # Without name and time, so that the same scores are the same bytes.
        with gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as plain:
            yield plain
    elif packed == ".zst":
        with pa.CompressedOutputStream(pa.PythonFile(stream, "w"), "zstd") as plain:
            yield plain
    else:
        yield stream


def plain_cell(value: Any) -> Any:
    """Return a value as a cell holds it: a list joined by `;`, a list of objects as JSON."""
    if not isinstance(value, list):
        return value
    if value and isinstance(value[0], dict):
        return json.dumps(value)
    return ";".join(value) or "[]"


def _write_csv(tables: Iterable[pa.Table], stream: BinaryIO) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for place, table in enumerate(tables):
        if place == 0:
            writer.writerow(table.column_names)
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        writer.writerows([plain_cell(value) for value in row] for row in rows)
        stream.write(text.getvalue().encode("utf-8"))
        text.seek(0)
        text.truncate()


def _write_jsonl(tables: Iterable[pa.Table], stream: BinaryIO) -> None:
    for table in tables:
        lines = "".join(json.dumps(row) + "\n" for row in table.to_pylist())
        stream.write(lines.encode("utf-8"))


def _write_parquet(tables: Iterable[pa.Table], stream: BinaryIO) -> None:
    writer: pq.ParquetWriter | None = None
    held: list[pa.Table] = []
    for table in tables:
        writer = writer or pq.ParquetWriter(stream, table.schema)
        held.append(table)
        rows, size = sum(map(len, held)), sum(each.nbytes for each in held)
        if rows >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
            writer.write_table(pa.concat_tables(held))
            held = []
    if writer:
        if held:
            writer.write_table(pa.concat_tables(held))
        writer.close()


_WRITERS: dict[str, Callable[[Iterable[pa.Table], BinaryIO], None]] = {
    "csv": _write_csv,
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
}
