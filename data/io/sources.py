"""Open rows of any size for reading: files, folders, globs, addresses or standard input."""

import gzip
import hashlib
import io
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from fsspec.implementations.local import LocalFileSystem
from pydantic import BaseModel

from data.io.chunks import Source
from data.io.encodings import NAMES, UTF8, as_utf8, find_encoding
from data.io.formats import (
    BLOCK_BYTES,
    MAX_LINE_BYTES,
    csv_columns,
    csv_rows,
    json_rows,
    jsonl_rows,
    parquet_file,
    parquet_rows,
)
from data.io.problems import REJECTS_SUFFIX
from data.io.redact import redact_secrets, shorten
from data.io.rows import (
    DELIMITED,
    FORMATS,
    BrokenRow,
    UnreadableInput,
    check_columns,
    json_line,
    require_format,
    split_suffixes,
)
from data.io.separators import (
    QUOTES_BYTES,
    SEPARATORS,
    find_separator,
    has_backslash_quotes,
)
from data.io.urls import driver_errors_as_oserror, filesystem, is_local
from data.io.workbook import WORKBOOKS, find_table, workbook_rows
from data.schema import Motion

STDIN = "stdin"
_MAGIC_BYTES = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}
_DIGEST_BYTES = 2**20
"""Bytes at each end of a file that identify it."""
_LINES_SNIFFED = 5
"""Lines after the first that distinguish JSONL from JSON on standard input."""


@dataclass(frozen=True)
class File:
    """One file of rows; see `data.io.chunks.Part`.

    `from_folder` says that it is one of several files in a folder: an empty one is then reported
    as a row that could not be read, since its absence would go unnoticed. `encoding`, `separator`
    and `backslash_quotes` (see `csv_rows`) are those found in a text, `column_map` the
    fields of columns that the user names.
    """

    name: str
    path: str
    system: Any
    format: str
    compression: str
    size: int
    changed: str
    from_folder: bool = False
    encoding: str = UTF8
    separator: str = ","
    backslash_quotes: bool = False
    column_map: Mapping[str, str] | None = None

    @property
    def address(self) -> str:
        """Where the file is; "" for standard input."""
        return "" if self.name == STDIN else str(self.system.unstrip_protocol(self.path))

    def identity(self) -> dict[str, Any]:
        """Return path, size, time of change, and a digest of the first and last megabyte."""
        with self._raw_bytes() as raw:
            digest = hashlib.sha256(raw.read(_DIGEST_BYTES))
            raw.seek(max(0, self.size - _DIGEST_BYTES))
            digest.update(raw.read(_DIGEST_BYTES))
        return {
            "file": STDIN if self.name == STDIN else redact_secrets(self.path),
            "size": self.size,
            "changed": self.changed,
            "digest": digest.hexdigest(),
        }

    def rows(self) -> Iterator[tuple[Any, float]]:
        """Yield each raw row with the fraction of the file read so far.

        Raises
        ------
        UnreadableInput
            If the file cannot be read to its end.
        """
        if self.from_folder and not self.size:
            yield BrokenRow("", "at least one row: the file is empty"), 1.0
            return
        with self._raw_bytes() as raw, self._content(raw) as stream:
            try:
                if self.format == "parquet":
                    n_rows = parquet_file(stream, self.name).metadata.num_rows
                    for number, row in enumerate(parquet_rows(stream, self.name), start=1):
                        yield row, number / n_rows
                    return
                if self.format in WORKBOOKS:
                    table = find_table(stream, self.format, self.name, self.column_map or {})
                    for row in workbook_rows(stream, self.format, self.name, table):
                        yield row, 0.0
                    return
                if self.format == "jsonl":
                    rows = jsonl_rows(stream)
                elif self.format == "json":
                    rows = json_rows(stream, self.name)
                else:
                    rows = csv_rows(stream, self.name, self.separator, self.backslash_quotes)
                has_position = raw.seekable()  # a pipe has none
                for row in rows:
                    yield row, min(raw.tell() / max(self.size, 1), 1.0) if has_position else 0.0
            except _read_errors() as error:
                damage = shorten(_without_content(error))
                raise UnreadableInput(f"cannot read {self.name} to its end: {damage}") from None

    def count(self) -> int | None:
        """Return the number of rows of a Parquet file, None for other formats."""
        if self.format != "parquet" or self.compression:
            return None
        with self._raw_bytes() as raw:
            return int(parquet_file(raw, self.name).metadata.num_rows)

    def check(self, row_type: type[BaseModel]) -> None:
        """Check the columns of a file whose format names them (CSV, Parquet, workbooks).

        Raises
        ------
        UnreadableInput
            If a required column is missing, so that every row would be rejected.
        """
        if self.format in ("json", "jsonl") or not self.size:
            return
        with self._raw_bytes() as raw, self._content(raw) as stream:
            try:
                if self.format in DELIMITED:
                    columns = csv_columns(stream, self.name, self.separator)
                elif self.format in WORKBOOKS:
                    table = find_table(stream, self.format, self.name, self.column_map or {})
                    columns = [column for column in table.header if column]
                else:
                    columns = list(parquet_file(stream, self.name).schema_arrow.names)
            except _read_errors() as error:
                raise UnreadableInput(f"cannot read {self.name}: {error}") from None
        if columns:
            check_columns(columns, row_type, self.name, self.column_map)

    def sniffed(self) -> tuple["File", str]:
        """Return the file with its encoding and separator, and what of it is unusual.

        A file that cannot be read is returned as it is; reading its rows says why.
        """
        found, notes = self, []
        if not self.size or self.format == "parquet":
            return self, ""
        try:
            if self.format in WORKBOOKS:
                with self._raw_bytes() as raw, self._content(raw) as stream:
                    table = find_table(stream, self.format, self.name, self.column_map or {})
                return self, table.note and f"{self.name}: {table.note}"
            with self._raw_bytes() as raw, self._content(raw) as stream:
                found = replace(found, encoding=find_encoding(stream))
            if found.encoding != UTF8:
                notes.append(f"{NAMES[found.encoding]} text")
            if self.format in DELIMITED:
                with found._raw_bytes() as raw, found._content(raw) as stream:
                    found = replace(found, separator=find_separator(stream))
                if found.separator != ("\t" if self.format == "tsv" else ","):
                    notes.append(f"{SEPARATORS[found.separator]} between columns")
                with found._raw_bytes() as raw, found._content(raw) as stream:
                    head = stream.read(QUOTES_BYTES).decode("utf-8", "replace")
                found = replace(found, backslash_quotes=has_backslash_quotes(head))
                if found.backslash_quotes:
                    notes.append("quotes within cells after backslashes")
        except UnreadableInput:
            return self, ""
        except _read_errors():
            return self, ""
        return found, f"{self.name}: {', '.join(notes)}" if notes else ""

    @contextmanager
    def _raw_bytes(self) -> Iterator[BinaryIO]:
        try:
            # Not fsspec's own readers: its local reader reads lines byte by byte, and its bucket
            # readers do not limit the length of a line.
            if isinstance(self.system, LocalFileSystem):
                stream: Any = open(self.path, "rb")  # noqa: SIM115
            else:
                stream = io.BufferedReader(self.system.open(self.path, "rb"), BLOCK_BYTES)
        except FileNotFoundError:
            raise UnreadableInput(f"no file {self.name}") from None
        except OSError as error:
            raise UnreadableInput(f"cannot read {self.name}: {error}") from None
        with stream:
            yield stream

    @contextmanager
    def _content(self, raw: BinaryIO) -> Iterator[BinaryIO]:
        with _decompressed(raw, self.compression, self.format, self.name) as stream:
            yield as_utf8(stream, self.encoding)


def _without_content(error: Exception) -> str:
    # gzip's message has the first bytes of the file.
    return "it is not gzip" if isinstance(error, gzip.BadGzipFile) else str(error)


def _read_errors() -> tuple[type[Exception], ...]:
    """Return what reading raises: when it did, as pyarrow takes a quarter of a second to import."""
    import pyarrow as pa

    return (EOFError, OSError, pa.ArrowException)


@contextmanager
def _decompressed(
    raw: BinaryIO, compression: str, file_format: str, name: str
) -> Iterator[BinaryIO]:
    if not compression:
        yield raw
        return
    if compression == ".gz":
        stream: Any = gzip.GzipFile(fileobj=raw)
    else:
        import pyarrow as pa

        stream = io.BufferedReader(pa.CompressedInputStream(raw, "zstd"), BLOCK_BYTES)
    if file_format not in ("parquet", *WORKBOOKS):
        yield stream
        return
    with tempfile.TemporaryFile() as copy:  # Parquet and workbooks are read from their end
        try:
            shutil.copyfileobj(stream, copy, BLOCK_BYTES)
        except _read_errors() as error:
            raise UnreadableInput(f"cannot decompress {name}: {error}") from None
        copy.seek(0)
        yield copy


@contextmanager
def open_source(
    address: str,
    exclude: Sequence[str] = (),
    row_type: type[BaseModel] | None = Motion,
    column_map: Mapping[str, str] | None = None,
) -> Iterator[Source]:
    """Open a file, a folder, a glob, an address of any of these, or `-` for standard input.

    Parameters
    ----------
    address
        Files end in one of `data.io.rows.FORMATS`, optionally followed by `.gz` or `.zst`. A folder
        means all such files in it, ordered by name.
    exclude
        Paths that are not inputs, even if they are in the folder: the outputs of this run.
    row_type
        Type of the rows, by which the columns of CSV and Parquet files are checked at once; None
        for no such check.
    column_map
        The field of columns that the user names, for tables whose headers are read as people write
        them (see `data.io.table_reader`); None takes headers as they stand.

    Raises
    ------
    UnreadableInput
        If there is nothing to read, or a file cannot be opened or lacks a required column.
    """
    if address == "-":
        with _stdin_file(sys.stdin.buffer) as file:
            file, note = replace(file, column_map=column_map).sniffed()
            if row_type:
                file.check(row_type)
            yield Source(STDIN, (file,), column_map, (note,) if note else ())
        return
    with driver_errors_as_oserror(address):
        system, path = filesystem(address)
        sniffed = [
            replace(file, column_map=column_map).sniffed()
            for file in _files(system, path, address, exclude)
        ]
        files = tuple(file for file, _ in sniffed)
        if row_type:
            for file in files:
                file.check(row_type)
    name = path.rstrip("/").rpartition("/")[2]
    notes = tuple(note for _, note in sniffed if note)
    yield Source(name.replace("*", "_").replace("?", "_"), files, column_map, notes)


def local_files(address: str) -> tuple[Path, ...]:
    """Return the local files of an address; none for standard input, databases and buckets."""
    if address == "-" or not is_local(address):
        return ()
    try:
        system, path = filesystem(address)
        return tuple(Path(file.path) for file in _files(system, path, address, ()))
    except UnreadableInput:
        return ()


def _files(system: Any, path: str, address: str, exclude: Sequence[str]) -> tuple[File, ...]:
    try:
        if system.isdir(path):
            paths = [each for each in system.ls(path, detail=False) if _is_row_file(each)]
        elif any(wildcard in path for wildcard in "*?[") and not system.exists(path):
            paths = [each for each in system.glob(path) if not system.isdir(each)]
            paths = [each for each in paths if not each.endswith(REJECTS_SUFFIX)]
        elif system.exists(path):
            return (_file(system, path, address),)
        else:
            raise UnreadableInput(f"no file {address}")
        paths = sorted(each for each in paths if each not in exclude)
        if not paths:
            suffixes = ", ".join(f".{name}" for name in FORMATS)
            raise UnreadableInput(f"{address} holds no file that ends in {suffixes} (.gz, .zst)")
        names = [each if is_local(address) else system.unstrip_protocol(each) for each in paths]
        files = (_file(system, each, name) for each, name in zip(paths, names, strict=True))
        return tuple(replace(file, from_folder=len(paths) > 1) for file in files)
    except OSError as error:
        raise UnreadableInput(f"cannot read {address}: {error}") from None


def _is_row_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    if name.startswith((".", "_")) or name.endswith(REJECTS_SUFFIX):
        return False
    return split_suffixes(name)[0] in FORMATS


def _file(system: Any, path: str, name: str) -> File:
    file_format, compression = require_format(name)
    info = system.info(path)
    changes = [str(info[key]) for key in ("mtime", "LastModified", "ETag", "etag") if key in info]
    size = int(info["size"] or 0)
    changed = " ".join(changes)
    return File(redact_secrets(name), path, system, file_format, compression, size, changed)


@contextmanager
def _stdin_file(stream: BinaryIO) -> Iterator[File]:
    """Copy standard input to a temporary file: it can be read only once, and may be large."""
    with tempfile.NamedTemporaryFile(prefix="enjoin-stdin-") as copy:
        shutil.copyfileobj(stream, copy, BLOCK_BYTES)
        copy.flush()
        size = copy.tell()
        copy.seek(0)
        head = copy.read(4)
        compression = next(
            (suffix for suffix, magic in _MAGIC_BYTES.items() if head.startswith(magic)), ""
        )
        copy.seek(0)
        with _decompressed(cast(BinaryIO, copy.file), compression, "", STDIN) as content:
            head = content.read(MAX_LINE_BYTES)
        encoding = find_encoding(io.BytesIO(head))
        file_format = _sniff_format(as_utf8(io.BytesIO(head), encoding))
        system, path = filesystem(copy.name)
        yield File(STDIN, path, system, file_format, compression, size, "")


def _sniff_format(stream: BinaryIO) -> str:
    """Guess a format from the first lines."""
    line = stream.readline(MAX_LINE_BYTES)
    if line.startswith(b"PAR1"):
        return "parquet"
    if line.startswith(b"PK\x03\x04"):
        return "ods" if b"opendocument.spreadsheet" in line else "xlsx"
    if line.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    line = line.lstrip(b"\xef\xbb\xbf \t\r\n")
    while not line and (line := stream.readline(MAX_LINE_BYTES)):
        line = line.lstrip()
    if line.startswith(b"["):
        return "json"
    if line.startswith(b"{"):
        # Several lines, since the first line of JSONL may be cut off.
        more_lines = iter(lambda: stream.readline(MAX_LINE_BYTES), b"")
        lines = (line, *islice(more_lines, _LINES_SNIFFED))
        parsed = [json_line(each.decode("utf-8", "replace")) for each in lines]
        return "jsonl" if any(isinstance(value, dict) for value in parsed) else "json"
    return "csv"
