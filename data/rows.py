"""Read the raw rows of a file: JSONL, JSON, CSV or Parquet, from a path or standard input.

Files may be packed (`.gz`, `.zst`), as `enjoin score` writes them.
"""

import csv
import gzip
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.schema import Ruling, is_list

FORMATS = ("jsonl", "json", "csv", "parquet")
PACKED = (".gz", ".zst")
_NUMBERED = re.compile(r"\d+\.0")
"""A number as an id, as a data frame with gaps writes it into CSV."""


class UnreadableInput(ValueError):
    """Input that cannot be read at all; the message says what was found and what to do."""


@dataclass(frozen=True)
class Broken:
    """A line that could not be read as a row."""

    found: Any
    expected: str


def raw_rows(path: str | Path) -> list[Any]:
    """Read the rows of a file (or `-`) as they stand, unchecked; see `load` for what it takes."""
    name = "stdin" if str(path) == "-" else Path(path).name
    content = _unpacked(path, _read_bytes(path), name)
    if not content.strip():
        raise UnreadableInput(f"{name} is empty; expected at least one row")
    rows = list(_parsed(content, _format_of(path, content), name))
    if not rows:
        raise UnreadableInput(f"{name} has a header but no rows")
    return rows


def _read_bytes(path: str | Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise UnreadableInput(f"no file {path}") from None
    except OSError as error:
        raise UnreadableInput(f"cannot read {path}: {error.strerror}") from None


def kind_of(name: str) -> tuple[str, str]:
    """Return the ending of a file's name, such as `csv`, and that of its packing, or "".

    >>> kind_of("Pending.CSV.gz")
    ('csv', '.gz')
    """
    path = Path(name.lower())
    packed = path.suffix if path.suffix in PACKED else ""
    return Path(path.stem if packed else path.name).suffix.lstrip("."), packed


def known_kind(name: str) -> tuple[str, str]:
    """Return what `kind_of` does of a file that can be read.

    Raises
    ------
    UnreadableInput
        If it is of none of `FORMATS`.
    """
    kind, packed = kind_of(name)
    if kind not in FORMATS:
        raise UnreadableInput(
            f"{name}: unknown format {kind!r}; expected a name ending in "
            + ", ".join(f".{known}" for known in FORMATS)
            + ", with .gz or .zst after it or without"
        )
    return kind, packed


def _unpacked(path: str | Path, content: bytes, name: str) -> bytes:
    packed = kind_of(str(path))[1]
    try:
        if packed == ".gz":
            return gzip.decompress(content)
        if packed == ".zst":
            return bytes(pa.CompressedInputStream(pa.BufferReader(content), "zstd").read())
    except (EOFError, OSError, pa.ArrowException) as error:
        raise UnreadableInput(f"cannot unpack {name}: {error}; get the file again") from None
    return content


def _format_of(path: str | Path, content: bytes) -> str:
    if str(path) != "-":
        return known_kind(str(path))[0]
    if content.startswith(b"PAR1"):
        return "parquet"
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"[":
        return "json"
    if start == b"{":
        try:
            json.loads(content)
            return "json"
        except (ValueError, RecursionError):
            return "jsonl"
    return "csv"


def _parsed(content: bytes, kind: str, name: str) -> Iterable[Any]:
    if kind == "parquet":
        try:
            rows: list[Any] = pq.read_table(io.BytesIO(content)).to_pylist()
            return rows
        except pa.ArrowException as error:
            raise UnreadableInput(f"{name} is not a readable Parquet file: {error}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableInput(
            f"{name} is not UTF-8 (byte {content[error.start]:#04x} on line {line}); save it as "
            "UTF-8 and try again"
        ) from None
    if kind == "csv":
        return _csv_rows(text, name)
    if kind == "jsonl":
        return [json_line(line) for line in text.split("\n") if line.strip()]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableInput(f"{name} is not JSON: {error}") from None
    return value if isinstance(value, list) else [value]


def json_line(line: str) -> Any:
    """Read one line of JSONL; a line that is no JSON is `Broken`."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return Broken(line, f"one JSON object on the line ({error})")


def _csv_rows(text: str, name: str) -> Iterator[Any]:
    csv.field_size_limit(2**31 - 1)  # a brief in one cell is far longer than csv's default limit
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = csv_header(next((cells for cells in reader if not blank(cells)), []), name)
        for cells in reader:
            if not blank(cells):
                yield csv_row(header, cells)
    except csv.Error as error:
        raise UnreadableInput(f"{name}, line {reader.line_num}: not valid CSV: {error}") from None


def blank(cells: list[str]) -> bool:
    """Tell whether a row of CSV is none: spreadsheets write rows of empty cells at the end."""
    return not any(map(str.strip, cells))


def csv_header(cells: list[str], name: str) -> list[str]:
    """Read the first row of a CSV file: the columns' names, "" for an unnamed one.

    Raises
    ------
    UnreadableInput
        If two columns have one name, or something else than commas stands between them.
    """
    header = [column.strip() for column in cells]
    if header and header[0].lower().startswith("sep="):
        raise UnreadableInput(f"{name} begins with a line for Excel ({header[0]}...); remove it")
    alone = header[0] if len(header) == 1 else ""
    for sign, words in {";": "semicolons", "\t": "tabs", "|": "bars"}.items():
        if sign in alone:
            raise UnreadableInput(f"{name} has {words} between its columns; save it with commas")
    named = [column for column in header if column]
    if repeated := {column for column in named if named.count(column) > 1}:
        raise UnreadableInput(f"{name} names column(s) {sorted(repeated)} more than once")
    return header


def csv_row(header: list[str], cells: list[str]) -> Any:
    """Read one row of CSV as spreadsheets write it: unnamed empty columns are none."""
    unnamed = [c for h, c in zip(header, cells, strict=False) if not h and c.strip()]
    if len(cells) != len(header) or unnamed:
        named = [column for column in header if column]
        found = "some under a column without a name" if unnamed else f"found {len(cells)}"
        return Broken(cells, f"{len(named)} cells, one under each column of the header ({found})")
    pairs = zip(header, cells, strict=True)
    return {column: parse_cell(column, cell) for column, cell in pairs if column}


def parse_cell(column: str, cell: str) -> Any:
    """Read one CSV cell: null where empty, a list (`a;b`, or `[]`) where the field is one."""
    if not cell.strip():
        return None
    if column in Ruling.model_fields and is_list(column):
        if cell.strip() == "[]":
            return []
        return [part.strip() for part in cell.split(";") if part.strip()]
    if column in ("id", "case_id") and _NUMBERED.fullmatch(cell.strip()):
        return cell.strip().removesuffix(".0")
    return cell
