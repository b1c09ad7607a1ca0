"""Rows of a file: known formats, required columns, and how lines and cells are parsed."""

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from data.schema import Ruling, is_list

FORMATS = ("jsonl", "json", "csv", "tsv", "xlsx", "xls", "ods", "parquet")
DELIMITED = ("csv", "tsv")
COMPRESSIONS = (".gz", ".zst")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
MAX_COLUMNS = 16_384
"""Columns of a table at most: those of a sheet of Excel."""
_MAX_COLUMN = 60
"""Characters of a column's name that a message quotes."""
_MAX_COLUMNS_SHOWN = 12
_FLOAT_ID = re.compile(r"\d+\.0")
"""A numeric id as a data frame with missing values writes it to CSV."""


class UnreadableInput(ValueError):
    """Input that cannot be read at all; the message says what was found and what to do."""


@dataclass(frozen=True)
class BrokenRow:
    """A line that could not be read as a row."""

    found: Any
    expected: str


def split_suffixes(name: str) -> tuple[str, str]:
    """Return the format that a file's name ends in, such as `csv`, and the compression, or "".

    >>> split_suffixes("Pending.CSV.gz")
    ('csv', '.gz')
    """
    path = Path(name.lower())
    compression = path.suffix if path.suffix in COMPRESSIONS else ""
    return Path(path.stem if compression else path.name).suffix.lstrip("."), compression


def require_format(name: str) -> tuple[str, str]:
    """Return the format and compression of a file whose format is known.

    Raises
    ------
    UnreadableInput
        If the format is none of `FORMATS`.
    """
    file_format, compression = split_suffixes(name)
    if file_format not in FORMATS:
        raise UnreadableInput(
            f"{name}: unknown format {file_format!r}; expected a name ending in "
            + ", ".join(f".{known}" for known in FORMATS)
            + ", optionally followed by .gz or .zst"
        )
    return file_format, compression


def shown_column(name: str) -> str:
    """Return a column's name as a message may quote it.

    The first row of a table without a header holds papers, and is taken for names.

    >>> shown_column("Motion Type"), shown_column("The plaintiff says " * 9)
    ('Motion Type', '(a name of 171 characters)')
    """
    return name if len(name) <= _MAX_COLUMN else f"(a name of {len(name):,} characters)"


def check_columns(
    columns: Sequence[str],
    row_type: type[BaseModel],
    name: str,
    column_map: Mapping[str, str] | None = None,
) -> None:
    """Check that a file has the columns without which every row would be rejected.

    Parameters
    ----------
    column_map
        Columns that the user names: headers are then read as people write them, and each column
        that is named must exist. None takes headers as they stand.

    Raises
    ------
    UnreadableInput
        If a required field has no column.
    """
    shown = ", ".join(map(shown_column, columns[:_MAX_COLUMNS_SHOWN]))
    shown += " ..." if len(columns) > _MAX_COLUMNS_SHOWN else ""
    fields: Collection[str] = columns
    advice = ""
    if column_map is not None:
        from data.io.columns import match_columns

        fields = {match.field for match in match_columns(columns, column_map).values() if match}
        if absent := [each for each in column_map if each not in columns]:
            raise UnreadableInput(f"{name} has no column {absent[0]} (--map); it has {shown}")
        advice = '; name its column with --map "Your column=field"'
    required = [key for key, info in row_type.model_fields.items() if info.is_required()]
    if missing := [key for key in required if key not in fields]:
        raise UnreadableInput(
            f"{name} lacks the required field(s) {', '.join(missing)}; it has {shown}{advice}"
        )


def json_line(line: str) -> Any:
    """Parse one line of JSONL; a line that is not JSON is a `BrokenRow`."""
    try:
        return json.loads(line, parse_int=whole_number)
    except (ValueError, RecursionError) as error:
        return BrokenRow(line, f"one JSON object on the line ({error})")


def whole_number(digits: str) -> int | float:
    """Parse an integer of JSON; one of too many digits for Python is infinite, as a float is."""
    try:
        return int(digits)
    except ValueError:
        return -math.inf if digits.startswith("-") else math.inf


def is_blank(cells: list[str]) -> bool:
    """Tell whether a CSV row has only empty cells, as spreadsheets write at the end of a file."""
    return not any(map(str.strip, cells))


def csv_header(cells: list[str], name: str) -> list[str]:
    """Return the column names of a CSV file, "" for a column without one.

    Raises
    ------
    UnreadableInput
        If two columns have the same name, there are too many, or the separator is not a comma.
    """
    if len(cells) > MAX_COLUMNS:
        raise UnreadableInput(
            f"{name} has {len(cells):,} columns; expected at most {MAX_COLUMNS:,}: check that each "
            "row is on a line of its own"
        )
    header = [column.strip() for column in cells]
    if header and header[0].lower().startswith("sep="):
        raise UnreadableInput(f"{name} begins with a line for Excel ({header[0]}...); remove it")
    only_column = header[0] if len(header) == 1 else ""
    for separator, words in _SEPARATORS.items():
        if separator in only_column:
            raise UnreadableInput(f"{name} has {words} between its columns; save it with commas")
    names = [column for column in header if column]
    if repeated := sorted(column for column, n in Counter(names).items() if n > 1):
        shown = ", ".join(map(shown_column, repeated[:_MAX_COLUMNS_SHOWN]))
        raise UnreadableInput(f"{name} has more than one column named {shown}")
    return header


def csv_row(header: list[str], cells: list[str]) -> Any:
    """Parse one CSV row; empty cells of columns without a name are ignored."""
    unnamed = [cell for name, cell in zip(header, cells, strict=False) if not name and cell.strip()]
    if len(cells) != len(header) or unnamed:
        n_columns = sum(map(bool, header))
        found = "some under a column without a name" if unnamed else f"found {len(cells)}"
        return BrokenRow(cells, f"{n_columns} cells, one under each column of the header ({found})")
    pairs = zip(header, cells, strict=True)
    return {column: parse_cell(column, cell) for column, cell in pairs if column}


def parse_cell(column: str, cell: str) -> Any:
    """Parse one CSV cell: None if empty, a list (`a;b`, or `[]`) if the field holds one."""
    if not cell.strip():
        return None
    if column in Ruling.model_fields and is_list(column):
        if cell.strip() == "[]":
            return []
        return [part.strip() for part in cell.split(";") if part.strip()]
    if column in ("id", "case_id") and _FLOAT_ID.fullmatch(cell.strip()):
        return cell.strip().removesuffix(".0")
    return cell
