"""Read the rows of a file of any size one at a time: JSONL, JSON, CSV or Parquet.

A line that cannot be read becomes a `BrokenRow`, and the lines after it are still read.
"""

import csv
import io
import json
import re
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from data.io.formulas import unquote_formula
from data.io.rows import (
    BrokenRow,
    UnreadableInput,
    csv_header,
    csv_row,
    is_blank,
    json_line,
    whole_number,
)
from data.io.separators import EXCEL_LINE

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAX_LINE_BYTES = 2**25
"""Length from which a line (in CSV, a cell) is not read: about seven times the longest paper whose
text the model uses."""
BLOCK_BYTES = 2**20
_PARQUET_BATCH_ROWS = 256
_PREVIEW_BYTES = 80
_NOT_UTF8 = "UTF-8 text; save the file as UTF-8"
_ESCAPED = '\\"'
_BACKSLASHED = re.compile(r'\\(["\\])')
_BOM = b"\xef\xbb\xbf"


def jsonl_rows(stream: BinaryIO) -> Iterator[Any]:
    """Yield the rows of JSONL; blank lines are skipped."""
    is_first = True
    while line := stream.readline(MAX_LINE_BYTES):
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            preview = line[:_PREVIEW_BYTES].decode("utf-8", "replace")
            yield BrokenRow(f"{preview}...", f"a line of less than {MAX_LINE_BYTES >> 20} MB")
            while (rest := stream.readline(BLOCK_BYTES)) and not rest.endswith(b"\n"):
                pass
            continue
        if is_first:
            line, is_first = line.removeprefix(_BOM), False
        if not line.strip():
            continue
        try:
            yield json_line(line.decode("utf-8").rstrip("\n"))
        except UnicodeDecodeError:
            yield BrokenRow(line.decode("utf-8", "replace").rstrip("\n"), _NOT_UTF8)


def json_rows(stream: BinaryIO, name: str) -> Iterator[Any]:
    """Yield the items of a JSON array, or the single value of a file that holds no array.

    Raises
    ------
    UnreadableInput
        If the text is not JSON: what follows an error cannot be split into rows.
    """
    text = _JsonText(stream, name)
    if text.peek() != "[":
        yield text.value()
    else:
        text.expect("[")
        if text.peek() == "]":
            text.expect("]")
        else:
            yield text.value()
            while text.expect(",]") == ",":
                yield text.value()
    text.expect_end()


class _JsonText:
    """JSON text decoded value by value; only the value being decoded is held in memory.

    The standard decoder, unlike streaming ones such as ijson, reads the `NaN` that data frames
    write, keeps unpaired surrogates and large numbers as they are, and refuses deep nesting
    before memory runs out.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.stream = io.TextIOWrapper(stream, encoding="utf-8-sig")
        self.name = name
        self.buffer, self.position, self.at_end = "", 0, False
        self.decoder = json.JSONDecoder(parse_int=whole_number)

    def read_more(self) -> None:
        """Drop the text before the position, and read at least as much again as is left."""
        rest = self.buffer[self.position :]
        try:
            block = self.stream.read(max(BLOCK_BYTES, len(rest)))
        except UnicodeDecodeError:
            raise UnreadableInput(f"{self.name} is not UTF-8; save it as UTF-8") from None
        self.buffer, self.position, self.at_end = rest + block, 0, not block

    def peek(self) -> str:
        """Skip white space and return the next character, "" at the end."""
        while True:
            while self.position < len(self.buffer) and self.buffer[self.position] in " \t\r\n":
                self.position += 1
            if self.position < len(self.buffer):
                return self.buffer[self.position]
            if self.at_end:
                return ""
            self.read_more()

    def expect(self, characters: str) -> str:
        """Skip white space, and take the next character, which must be one of these."""
        character = self.peek()
        if not character or character not in characters:
            expected = " or ".join(characters)
            raise UnreadableInput(
                f"{self.name} is not JSON: expected {expected}, found {character!r}"
            )
        self.position += 1
        return character

    def expect_end(self) -> None:
        """Check that only white space is left."""
        if character := self.peek():
            raise UnreadableInput(f"{self.name} is not JSON: expected the end, found {character!r}")

    def value(self) -> Any:
        """Skip white space, and decode the next value."""
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.buffer, self.position)
                # A number cut off by the buffer's end, after `1`, `1.` or `1e+`, continues.
                if self.at_end or end + len("e+") < len(self.buffer):
                    self.position = end
                    return value
            except (ValueError, RecursionError) as error:
                if self.at_end or not _may_be_cut_off(error, len(self.buffer)):
                    raise UnreadableInput(f"{self.name} is not JSON: {error}") from None
            self.read_more()


def _may_be_cut_off(error: Exception, length: int) -> bool:
    """Tell whether an error may come from the buffer's end rather than from the text itself."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    # The longest token that is not a string is -Infinity.
    return error.msg.startswith("Unterminated") or error.pos >= length - len("-Infinity")


def csv_columns(stream: BinaryIO, name: str, separator: str = ",") -> list[str]:
    """Return the columns that a CSV file names."""
    reader = csv.reader(_Lines(stream), strict=True, delimiter=separator)
    return [column for column in _header(reader, name) if column]


def csv_rows(
    stream: BinaryIO, name: str, separator: str = ",", backslash_quotes: bool = False
) -> Iterator[Any]:
    """Yield the rows of CSV; blank rows are skipped.

    Parameters
    ----------
    backslash_quotes
        Whether quotes within cells are escaped by backslashes; only these and backslashes are.

    If a row is not valid CSV (a quote is not closed, say), its first line is a `BrokenRow`, and
    reading continues with the next line.

    Raises
    ------
    UnreadableInput
        If the header cannot be read.
    """
    lines = _Lines(stream, backslash_quotes)
    reader = csv.reader(lines, strict=True, delimiter=separator)
    header = _header(reader, name)
    while True:
        lines.of_row.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first, *others = lines.of_row
            lines.to_reread.extendleft(reversed(others))
            reader = csv.reader(lines, strict=True, delimiter=separator)
            hint = "; a quote within a cell is doubled, not after a backslash"
            expected = f"a row of valid CSV ({error}){hint if _ESCAPED in first else ''}"
            yield BrokenRow(_readable(first.rstrip("\r\n")), expected)
            continue
        if is_blank(cells):
            continue
        if all(map(_is_utf8, cells)):
            yield csv_row(header, [unquote_formula(cell) for cell in cells])
        else:
            yield BrokenRow([_readable(cell) for cell in cells], _NOT_UTF8)


def _header(reader: Iterator[list[str]], name: str) -> list[str]:
    csv.field_size_limit(MAX_LINE_BYTES)  # a brief in one cell exceeds csv's default limit
    try:
        filled = (cells for cells in reader if not is_blank(cells))
        cells = next(filled, [])
        if cells and cells[0].strip().lower().startswith(EXCEL_LINE) and len(cells) <= 2:
            cells = next(filled, [])
    except csv.Error as error:
        raise UnreadableInput(f"{name}: its header is not valid CSV: {error}") from None
    if not all(map(_is_utf8, cells)):
        raise UnreadableInput(f"{name} is not UTF-8; save it as UTF-8 and try again")
    return csv_header(cells, name)


class _Lines(Iterator[str]):
    """The lines of a text, with those of the current row, and those to read a second time."""

    def __init__(self, stream: BinaryIO, backslash_quotes: bool = False) -> None:
        self.stream: TextIO = io.TextIOWrapper(
            stream, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        self.backslash_quotes = backslash_quotes
        self.of_row: list[str] = []
        self.to_reread: deque[str] = deque()

    def __next__(self) -> str:
        line = self.to_reread.popleft() if self.to_reread else self._next_line()
        if not line:
            raise StopIteration
        self.of_row.append(line)
        return line

    def _next_line(self) -> str:
        """Return the next line, its quotes doubled where it has them after backslashes."""
        line = self.stream.readline(MAX_LINE_BYTES)
        if self.backslash_quotes and "\\" in line:
            return _BACKSLASHED.sub(lambda match: '""' if match[1] == '"' else "\\", line)
        return line


def _is_utf8(cell: str) -> bool:
    if cell.isascii():
        return True
    try:
        cell.encode("utf-8")
    except UnicodeEncodeError:  # an undecodable byte that `surrogateescape` kept
        return False
    return True


def _readable(cell: str) -> str:
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def parquet_file(stream: BinaryIO, name: str) -> "pq.ParquetFile":
    """Open a Parquet file.

    Raises
    ------
    UnreadableInput
        If it is not one.
    """
    import pyarrow as pa  # a quarter of a second to import
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableInput(f"{name} is not a readable Parquet file: {error}") from None


def parquet_rows(stream: BinaryIO, name: str) -> Iterator[Any]:
    """Yield the rows of a Parquet file."""
    import pyarrow as pa

    try:
        for batch in parquet_file(stream, name).iter_batches(batch_size=_PARQUET_BATCH_ROWS):
            yield from _rows_of(batch)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableInput(f"{name} is not a readable Parquet file: {error}") from None


def _rows_of(batch: "pa.RecordBatch") -> list[Any]:
    """Return the rows of a batch; a value that Python cannot hold rejects only its own row."""
    try:
        return list(batch.to_pylist())
    except (ArithmeticError, ValueError):  # a date of the year 20210, say
        return [_row_of(batch.slice(number, 1)) for number in range(batch.num_rows)]


def _row_of(batch: "pa.RecordBatch") -> Any:
    row = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            row[name] = column[0].as_py()
        except (ArithmeticError, ValueError):
            row[name] = f"a {column.type} out of range"
    return row
