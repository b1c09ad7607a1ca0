"""Read the rows of a file of any size one after the other: JSONL, JSON, CSV or Parquet.

A wrong line does not stop the others: it is `Broken`.
"""

import csv
import io
import json
from collections import deque
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from data.io.rows import Broken, UnreadableInput, blank, csv_header, csv_row, json_line

LONGEST_LINE = 2**25
"""Bytes of a line (of a cell, in CSV) that are read; a longer one is no row. Some seven times the
longest paper of which anything is read."""
BLOCK = 2**20
_NO_UTF8 = "UTF-8 text; save the file as UTF-8"
_ROWS_AT_ONCE = 256


def jsonl_rows(stream: BinaryIO) -> Iterator[Any]:
    """Yield the rows of JSONL; blank lines are no rows."""
    first = True
    while line := stream.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            yield Broken(
                line[:80].decode("utf-8", "replace") + "...",
                f"a line of less than {LONGEST_LINE >> 20} MB",
            )
            while (rest := stream.readline(BLOCK)) and not rest.endswith(b"\n"):
                pass
            continue
        if first:
            line, first = line.removeprefix(b"\xef\xbb\xbf"), False
        if not line.strip():
            continue
        try:
            yield json_line(line.decode("utf-8").rstrip("\n"))
        except UnicodeDecodeError:
            yield Broken(line.decode("utf-8", "replace").rstrip("\n"), _NO_UTF8)


def json_rows(stream: BinaryIO, name: str) -> Iterator[Any]:
    """Yield the items of a JSON list, or the one value that is no list.

    Raises
    ------
    UnreadableInput
        Where the text is no JSON: what follows cannot be told apart from there.
    """
    text = _Decoded(stream, name)
    if text.next_sign() != "[":
        yield text.value()
        text.expect("")
        return
    text.place += 1
    if text.next_sign() == "]":
        text.place += 1
    else:
        while True:
            yield text.value()
            if text.expect(",]") == "]":
                break
    text.expect("")


class _Decoded:
    """JSON text, of which no more is held than the value being read."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.text = io.TextIOWrapper(stream, encoding="utf-8-sig")
        self.name = name
        self.held, self.place, self.ended = "", 0, False
        self.decoder = json.JSONDecoder()

    def more(self) -> None:
        try:
            block = self.text.read(max(BLOCK, len(self.held) - self.place))
        except UnicodeDecodeError:
            raise UnreadableInput(f"{self.name} is not UTF-8; save it as UTF-8") from None
        self.held, self.place = self.held[self.place :] + block, 0
        self.ended = not block

    def next_sign(self) -> str:
        while True:
            while self.place < len(self.held) and self.held[self.place] in " \t\r\n":
                self.place += 1
            if self.place < len(self.held):
                return self.held[self.place]
            if self.ended:
                return ""
            self.more()

    def expect(self, signs: str) -> str:
        sign = self.next_sign()
        if sign not in signs or (not sign and signs):
            what = " or ".join(signs) or "the end"
            raise UnreadableInput(f"{self.name} is not JSON: expected {what}, found {sign!r}")
        self.place += 1
        return sign

    def value(self) -> Any:
        self.next_sign()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.held, self.place)
                # A number at the end of what is held may go on.
                if end < len(self.held) or self.ended:
                    self.place = end
                    return value
            except (ValueError, RecursionError) as error:
                if self.ended or _is_wrong(error, len(self.held)):
                    raise UnreadableInput(f"{self.name} is not JSON: {error}") from None
            self.more()


def _is_wrong(error: Exception, held: int) -> bool:
    """Tell an error in the text from one of its being cut off where what is held ends."""
    if not isinstance(error, json.JSONDecodeError):
        return True
    return not error.msg.startswith("Unterminated") and error.pos < held - len("-Infinity")


def csv_columns(stream: BinaryIO, name: str) -> list[str]:
    """Return the columns that a CSV file names."""
    lines = _Lines(stream)
    return [column for column in _header(lines, csv.reader(lines, strict=True), name) if column]


def csv_rows(stream: BinaryIO, name: str) -> Iterator[Any]:
    """Yield the rows of CSV; blank rows are none.

    A row that is no CSV, such as one whose quotes are not closed, is `Broken` in its first line,
    and reading goes on with the next line.

    Raises
    ------
    UnreadableInput
        If the header cannot be read.
    """
    lines = _Lines(stream)
    reader = csv.reader(lines, strict=True)
    header = _header(lines, reader, name)
    while True:
        lines.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first, *others = lines.taken
            lines.again.extendleft(reversed(others))
            reader = csv.reader(lines, strict=True)
            yield Broken(_shown(first.rstrip("\r\n")), f"a row of valid CSV ({error})")
            continue
        if blank(cells):
            continue
        if all(map(_is_utf8, cells)):
            yield csv_row(header, cells)
        else:
            yield Broken([_shown(cell) for cell in cells], _NO_UTF8)


def _header(lines: "_Lines", reader: Iterator[list[str]], name: str) -> list[str]:
    csv.field_size_limit(LONGEST_LINE)  # a brief in one cell is longer than csv's default limit
    try:
        cells = next((cells for cells in reader if not blank(cells)), [])
    except csv.Error as error:
        raise UnreadableInput(f"{name}: its header is not valid CSV: {error}") from None
    if not all(map(_is_utf8, cells)):
        raise UnreadableInput(f"{name} is not UTF-8; save it as UTF-8 and try again")
    return csv_header(cells, name)


class _Lines(Iterator[str]):
    """The lines of a text, those `taken` for the row being read, and those to read `again`."""

    def __init__(self, stream: BinaryIO) -> None:
        self.text: TextIO = io.TextIOWrapper(
            stream, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        self.taken: list[str] = []
        self.again: deque[str] = deque()

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else self.text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.taken.append(line)
        return line


def _is_utf8(cell: str) -> bool:
    if cell.isascii():
        return True
    try:
        cell.encode("utf-8")
    except UnicodeEncodeError:  # a byte that `surrogateescape` let through
        return False
    return True


def _shown(cell: str) -> str:
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def parquet_file(stream: BinaryIO, name: str) -> pq.ParquetFile:
    """Open a Parquet file.

    Raises
    ------
    UnreadableInput
        If it is none.
    """
    try:
        return pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableInput(f"{name} is not a readable Parquet file: {error}") from None


def parquet_rows(stream: BinaryIO, name: str) -> Iterator[Any]:
    """Yield the rows of a Parquet file."""
    try:
        for batch in parquet_file(stream, name).iter_batches(batch_size=_ROWS_AT_ONCE):
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UnreadableInput(f"{name} is not a readable Parquet file: {error}") from None
