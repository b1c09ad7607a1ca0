"""What a row of a file is: formats, columns, and lines and cells as rows have them."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

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


def check_columns(columns: Sequence[str], kind: type[BaseModel], name: str) -> None:
    """Check that a file has the columns without which every row of it would be a reject.

    Raises
    ------
    UnreadableInput
        If a required field has no column.
    """
    required = [key for key, info in kind.model_fields.items() if info.is_required()]
    if missing := [key for key in required if key not in columns]:
        raise UnreadableInput(
            f"{name} lacks the required field(s) {', '.join(missing)}; "
            f"it has {', '.join(columns[:12])}{' ...' if len(columns) > 12 else ''}"
        )


def json_line(line: str) -> Any:
    """Read one line of JSONL; a line that is no JSON is `Broken`."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return Broken(line, f"one JSON object on the line ({error})")


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
