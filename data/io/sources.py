"""Open rows to be read, of any size: files, folders, globs, addresses or standard input."""

import gzip
import hashlib
import io
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO, cast

import pyarrow as pa
from fsspec.implementations.local import LocalFileSystem
from pydantic import BaseModel

from data.io.chunks import Source
from data.io.formats import (
    BLOCK,
    LONGEST_LINE,
    csv_columns,
    csv_rows,
    json_rows,
    jsonl_rows,
    parquet_file,
    parquet_rows,
)
from data.io.redact import without_secrets
from data.io.rows import (
    FORMATS,
    Broken,
    UnreadableInput,
    check_columns,
    json_line,
    kind_of,
    known_kind,
)
from data.io.urls import filesystem, is_local, telling_drivers_errors
from data.schema import Motion

STDIN = "stdin"
_STARTS = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}
"""The bytes that a packed file begins with, by its ending."""
_ENDS = 2**20
_LOOKED_AT = 5
"""Lines after the first that tell JSONL from JSON on standard input."""


@dataclass(frozen=True)
class File:
    """One file of rows; see `data.io.chunks.Part`.

    `among_others` says that it was found in a folder: if it is empty, nobody would miss it.
    """

    name: str
    path: str
    system: Any
    kind: str
    packed: str
    size: int
    changed: str
    among_others: bool = False

    @property
    def address(self) -> str:
        """Where the file is; "" for standard input."""
        return "" if self.name == STDIN else str(self.system.unstrip_protocol(self.path))

    def identity(self) -> dict[str, Any]:
        """Return path, size, time of change, and a digest of the first and last megabyte."""
        with self._raw() as raw:
            digest = hashlib.sha256(raw.read(_ENDS))
            raw.seek(max(0, self.size - _ENDS))
            digest.update(raw.read(_ENDS))
        return {
            "file": STDIN if self.name == STDIN else without_secrets(self.path),
            "size": self.size,
            "changed": self.changed,
            "digest": digest.hexdigest(),
        }

    def rows(self) -> Iterator[tuple[Any, float]]:
        """Yield each raw row, and the share of the file read by then.

        Raises
        ------
        UnreadableInput
            If the file cannot be read on.
        """
        if self.among_others and not self.size:
            yield Broken("", "at least one row: the file is empty"), 1.0
            return
        with self._raw() as raw, _unpacked(raw, self.packed, self.kind, self.name) as stream:
            try:
                if self.kind == "parquet":
                    total = parquet_file(stream, self.name).metadata.num_rows
                    for done, row in enumerate(parquet_rows(stream, self.name), start=1):
                        yield row, done / total
                    return
                if self.kind == "jsonl":
                    rows = jsonl_rows(stream)
                else:
                    rows = (csv_rows if self.kind == "csv" else json_rows)(stream, self.name)
                tells = raw.seekable()  # a pipe tells no place
                for row in rows:
                    yield row, min(raw.tell() / max(self.size, 1), 1.0) if tells else 0.0
            except (EOFError, OSError, pa.ArrowException) as error:
                raise UnreadableInput(f"cannot read {self.name} to its end: {error}") from None

    def count(self) -> int | None:
        """Return the number of rows of a Parquet file."""
        if self.kind != "parquet" or self.packed:
            return None
        with self._raw() as raw:
            return int(parquet_file(raw, self.name).metadata.num_rows)

    def check(self, kind: type[BaseModel]) -> None:
        """Check that the columns fit a kind of row, where the file names them.

        Raises
        ------
        UnreadableInput
            If one without which every row would be rejected is missing.
        """
        if self.kind not in ("csv", "parquet") or not self.size:
            return
        with self._raw() as raw, _unpacked(raw, self.packed, self.kind, self.name) as stream:
            try:
                if self.kind == "csv":
                    columns = csv_columns(stream, self.name)
                else:
                    columns = list(parquet_file(stream, self.name).schema_arrow.names)
            except (EOFError, OSError, pa.ArrowException) as error:
                raise UnreadableInput(f"cannot read {self.name}: {error}") from None
        if columns:
            check_columns(columns, kind, self.name)

    @contextmanager
    def _raw(self) -> Iterator[BinaryIO]:
        try:
            # Not fsspec's own readers: that of local files reads lines byte by byte, those of
            # buckets know no longest line.
            local = isinstance(self.system, LocalFileSystem)
            raw = (open if local else self.system.open)(self.path, "rb")
            stream = raw if local else io.BufferedReader(raw, BLOCK)
        except FileNotFoundError:
            raise UnreadableInput(f"no file {self.name}") from None
        except OSError as error:
            raise UnreadableInput(f"cannot read {self.name}: {error}") from None
        with stream:
            yield stream


@contextmanager
def _unpacked(raw: BinaryIO, packed: str, kind: str, name: str) -> Iterator[BinaryIO]:
    if not packed:
        yield raw
        return
    if packed == ".gz":
        stream: Any = gzip.GzipFile(fileobj=raw)
    else:
        stream = io.BufferedReader(pa.CompressedInputStream(raw, "zstd"), BLOCK)
    if kind != "parquet":
        yield stream
        return
    with tempfile.TemporaryFile() as whole:  # Parquet is read from its end
        try:
            shutil.copyfileobj(stream, whole, BLOCK)
        except (EOFError, OSError, pa.ArrowException) as error:
            raise UnreadableInput(f"cannot unpack {name}: {error}") from None
        whole.seek(0)
        yield whole


@contextmanager
def opened(
    given: str, but: Sequence[str] = (), fit: type[BaseModel] | None = Motion
) -> Iterator[Source]:
    """Open a file, a folder, a glob, an address of any of these, or `-` for standard input.

    Parameters
    ----------
    given
        Files end in `.jsonl`, `.json`, `.csv` or `.parquet`, and may have `.gz` or `.zst` after
        it. A folder stands for all of them in it, in the order of their names.
    but
        Paths that are never inputs, though they lie in the folder: what this run writes.
    fit
        What the rows are to be; None where that is not known from the columns that a file names.

    Raises
    ------
    UnreadableInput
        If there is nothing to read there, or a file cannot be opened or lacks a required column.
    """
    if given == "-":
        with _spooled(sys.stdin.buffer) as part:
            if fit:
                part.check(fit)
            yield Source(STDIN, (part,))
        return
    with telling_drivers_errors(given):
        system, path = filesystem(given)
        files = _files(system, path, given, but)
        if fit:
            for file in files:
                file.check(fit)
    yield Source(path.rstrip("/").rpartition("/")[2].replace("*", "_").replace("?", "_"), files)


def _files(system: Any, path: str, given: str, but: Sequence[str]) -> tuple[File, ...]:
    try:
        if system.isdir(path):
            found = [name for name in system.ls(path, detail=False) if _is_row_file(name)]
        elif any(sign in path for sign in "*?[") and not system.exists(path):
            found = [name for name in system.glob(path) if not system.isdir(name)]
            found = [name for name in found if not name.endswith(".rejects.jsonl")]
        elif system.exists(path):
            return (_file(system, path, given),)
        else:
            raise UnreadableInput(f"no file {given}")
        found = sorted(name for name in found if name not in but)
        if not found:
            ending = ", ".join(f".{name}" for name in FORMATS)
            raise UnreadableInput(f"{given} holds no file that ends in {ending} (.gz, .zst)")
        named = [name if is_local(given) else system.unstrip_protocol(name) for name in found]
        files = (_file(system, *pair) for pair in zip(found, named, strict=True))
        return tuple(replace(file, among_others=len(found) > 1) for file in files)
    except OSError as error:
        raise UnreadableInput(f"cannot read {given}: {error}") from None


def _is_row_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    if name.startswith((".", "_")) or name.endswith(".rejects.jsonl"):
        return False
    return kind_of(name)[0] in FORMATS


def _file(system: Any, path: str, name: str) -> File:
    kind, packed = known_kind(name)
    told = system.info(path)
    changes = [str(told[key]) for key in ("mtime", "LastModified", "ETag", "etag") if key in told]
    shown, size = without_secrets(name), int(told["size"] or 0)
    return File(shown, path, system, kind, packed, size, " ".join(changes))


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[File]:
    """Keep standard input in a temporary file: it can be read but once, and may be large."""
    with tempfile.NamedTemporaryFile(prefix="enjoin-stdin-") as kept:
        shutil.copyfileobj(stream, kept, BLOCK)
        kept.flush()
        size = kept.tell()
        kept.seek(0)
        head = kept.read(4)
        packed = next((end for end, start in _STARTS.items() if head.startswith(start)), "")
        kept.seek(0)
        with _unpacked(cast(BinaryIO, kept.file), packed, "", STDIN) as plain:
            kind = _kind_from(plain)
        system, path = filesystem(kept.name)
        yield File(STDIN, path, system, kind, packed, size, "")


def _kind_from(stream: BinaryIO) -> str:
    """Tell the format of what has no name, from how it begins."""
    line = stream.readline(LONGEST_LINE)
    if line.startswith(b"PAR1"):
        return "parquet"
    line = line.lstrip(b"\xef\xbb\xbf \t\r\n")
    while not line and (line := stream.readline(LONGEST_LINE)):
        line = line.lstrip()
    if line.startswith(b"["):
        return "json"
    if line.startswith(b"{"):
        # Of lines that are objects the first may be cut short.
        lines = (line, *islice(iter(lambda: stream.readline(LONGEST_LINE), b""), _LOOKED_AT))
        whole = [isinstance(json_line(one.decode("utf-8", "replace")), dict) for one in lines]
        return "jsonl" if any(whole) else "json"
    return "csv"
