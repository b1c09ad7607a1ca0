"""Read motions and rulings from JSONL, JSON, CSV or Parquet, and check every row by the schema.

Good rows go on; bad rows are kept with their reasons for a rejects file; nothing is lost. List
fields in CSV are separated by `;`, an empty cell means "not shown", and `[]` means "none".
"""

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from data.files import written_whole
from data.schema import LATER_FACTS, Motion, Ruling, allowed_values, is_list

M = TypeVar("M", bound=Motion)
FORMATS = ("jsonl", "json", "csv", "parquet")


class UnreadableInput(ValueError):
    """Input that cannot be read at all; the message says what was found and what to do."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one row: field, value found, and what was expected."""

    field: str
    found: Any
    expected: str

    def __str__(self) -> str:
        shown = json.dumps(self.found, ensure_ascii=True, default=str)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        found = "missing" if self.found is None else f"found {shown}"
        return f"{self.field}: {found}; expected {self.expected}"


@dataclass(frozen=True)
class Reject:
    """A row that was not used. `row` counts data rows from 1, as a spreadsheet user would."""

    row: int
    problems: tuple[Problem, ...]
    raw: Any

    def __str__(self) -> str:
        return f"row {self.row}: " + "; ".join(map(str, self.problems))


@dataclass
class Loaded(Generic[M]):
    """What a file held: good rows with their row numbers, rejects, and the columns set aside."""

    rows: list[M] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    later_facts: list[str] = field(default_factory=list)
    name: str = "stdin"


def load(path: str | Path, kind: type[M]) -> Loaded[M]:
    """Read a file (or `-` for standard input) of motions or rulings.

    Parameters
    ----------
    path
        `.jsonl`, `.json` (one object or a list), `.csv` or `.parquet`; `-` reads standard input,
        whose format is told from its first bytes.
    kind
        `Motion` or `Ruling`. Columns that exist only after a ruling are set aside when reading
        motions and named in `later_facts`.

    Raises
    ------
    UnreadableInput
        If the file is missing, empty, of unknown format, not UTF-8, broken as a whole, or lacks a
        required column altogether.
    """
    name = "stdin" if str(path) == "-" else Path(path).name
    rows = raw_rows(path)
    columns = list(dict.fromkeys(key for row in rows if isinstance(row, Mapping) for key in row))
    required = [key for key, info in kind.model_fields.items() if info.is_required()]
    if columns and (missing := [key for key in required if key not in columns]):
        raise UnreadableInput(
            f"{name} lacks the required field(s) {', '.join(missing)}; "
            f"it has {', '.join(columns[:12])}{' ...' if len(columns) > 12 else ''}"
        )
    loaded = check_rows(rows, kind)
    loaded.name = name
    return loaded


def raw_rows(path: str | Path) -> list[Any]:
    """Read the rows of a file (or `-`) as they stand, unchecked; see `load` for what it takes."""
    name = "stdin" if str(path) == "-" else Path(path).name
    content = _read_bytes(path)
    if not content.strip():
        raise UnreadableInput(f"{name} is empty; expected at least one row")
    rows = list(_parsed(content, _format_of(path, content), name))
    if not rows:
        raise UnreadableInput(f"{name} has a header but no rows")
    return rows


def check_rows(rows: Sequence[Any], kind: type[M], strict: bool = False) -> Loaded[M]:
    """Check raw rows by the schema of `kind`.

    Parameters
    ----------
    rows
        Mappings of column to value; anything else (such as a `Broken` line) is a reject.
    strict
        Whether an unknown column makes its row a reject, rather than being set aside and named.
    """
    loaded: Loaded[M] = Loaded()
    later = () if kind is Ruling else LATER_FACTS
    unknown: dict[str, None] = {}
    later_seen: dict[str, None] = {}
    for number, raw in enumerate(rows, start=1):
        if isinstance(raw, Broken):
            problem = Problem("row", raw.found, raw.expected)
            loaded.rejects.append(Reject(number, (problem,), raw.found))
            continue
        if not isinstance(raw, Mapping):
            problem = Problem("row", raw, "an object of field names and values")
            loaded.rejects.append(Reject(number, (problem,), raw))
            continue
        known = {}
        for key, value in raw.items():
            if key in kind.model_fields or strict:
                known[key] = value
            elif key in later:
                later_seen[key] = None
            else:
                unknown[str(key)] = None
        try:
            loaded.rows.append(kind.model_validate(known))
            loaded.row_numbers.append(number)
        except ValidationError as error:
            problems = tuple(_problem(item) for item in error.errors(include_url=False))
            loaded.rejects.append(Reject(number, problems, dict(raw)))
    loaded.unknown_columns = list(unknown)
    loaded.later_facts = list(later_seen)
    return loaded


def write_rejects(loaded: Loaded[Any], folder: Path) -> Path | None:
    """Write `<name>.rejects.jsonl` (row number, reasons, the row) and return its path.

    Without rejects nothing is written, and a rejects file left by an earlier run is removed.
    """
    path = folder / f"{Path(loaded.name).stem}.rejects.jsonl"
    if not loaded.rejects:
        path.unlink(missing_ok=True)
        return None
    with written_whole(path) as temporary, temporary.open("w", encoding="utf-8") as out:
        for reject in loaded.rejects:
            record = {
                "row": reject.row,
                "reasons": [str(problem) for problem in reject.problems],
                "raw": reject.raw,
            }
            out.write(json.dumps(record, default=str) + "\n")
    return path


@dataclass(frozen=True)
class Broken:
    """A line that could not be read as a row."""

    found: Any
    expected: str


def _problem(error: ErrorDetails) -> Problem:
    name = str(error["loc"][0]) if error["loc"] else "row"
    if error["type"] == "missing":
        return Problem(name, None, "a value: this field is required")
    if error["type"] == "extra_forbidden":
        hint = "no such field before a ruling" if name in LATER_FACTS else "no such field"
        return Problem(name, error["input"], f"{hint} (see `enjoin schema`)")
    if name in Ruling.model_fields and (allowed := allowed_values(name)):
        each = "a list of " if is_list(name) and len(error["loc"]) == 1 else ""
        return Problem(name, error["input"], f"{each}one of {', '.join(allowed)}")
    expected = error["msg"].removeprefix("Value error, ").removeprefix("expected ")
    return Problem(name, error["input"], expected.replace("Input should be ", ""))


def _read_bytes(path: str | Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise UnreadableInput(f"no file {path}") from None
    except OSError as error:
        raise UnreadableInput(f"cannot read {path}: {error.strerror}") from None


def _format_of(path: str | Path, content: bytes) -> str:
    if str(path) != "-":
        suffix = Path(path).suffix.lower().lstrip(".")
        if suffix not in FORMATS:
            raise UnreadableInput(
                f"{path}: unknown format {suffix!r}; expected a name ending in "
                + ", ".join(f".{name}" for name in FORMATS)
            )
        return suffix
    if content.startswith(b"PAR1"):
        return "parquet"
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"[":
        return "json"
    if start == b"{":
        try:
            json.loads(content)
            return "json"
        except ValueError:
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
        return [_json_line(line) for line in text.split("\n") if line.strip()]
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UnreadableInput(f"{name} is not JSON: {error}") from None
    return value if isinstance(value, list) else [value]


def _json_line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return Broken(line, f"one JSON object on the line ({error})")


def _csv_rows(text: str, name: str) -> Iterator[Any]:
    csv.field_size_limit(2**31 - 1)  # a brief in one cell is far longer than csv's default limit
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = reader.fieldnames or []
        if repeated := {column for column in header if header.count(column) > 1}:
            raise UnreadableInput(f"{name} names column(s) {sorted(repeated)} more than once")
        for row in reader:
            if None in row or None in row.values():
                cells = [cell for cell in row.values() if isinstance(cell, str)]
                yield Broken(cells, f"{len(header)} cells, as in the header")
            else:
                yield {column: parse_cell(column, cell) for column, cell in row.items()}
    except csv.Error as error:
        raise UnreadableInput(f"{name}, line {reader.line_num}: not valid CSV: {error}") from None


def parse_cell(column: str, cell: str) -> Any:
    """Read one CSV cell: null where empty, a list (`a;b`, or `[]`) where the field is one."""
    if not cell.strip():
        return None
    if column in Ruling.model_fields and is_list(column):
        if cell.strip() == "[]":
            return []
        return [part.strip() for part in cell.split(";") if part.strip()]
    return cell
