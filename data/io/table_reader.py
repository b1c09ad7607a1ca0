"""Read a row of a table as people keep them: headers and values by synonyms, dates, courts.

What is not understood is left as it is, and the schema rejects it with the allowed values; nothing
is guessed, and what was understood is kept in `Understood`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from data.io.cell_readings import NotUnderstood, Told, reader_of
from data.io.columns import match_columns
from data.io.problems import Problem
from data.io.rows import UnreadableInput
from data.io.understood import NOT_READ, Understood
from data.schema import allowed_values, is_list
from data.synonyms import find_value, is_empty_list, is_not_shown

_EXCEL_ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
)
_SEPARATORS = re.compile(r"[;\n|]")


@dataclass
class TableReader:
    """Reads the rows of one table.

    Attributes
    ----------
    column_map
        The field of columns that the user names (see `data.io.columns.read_column_map`).
    understood
        What was understood so far.
    keeps_unknown_courts
        Whether a court that is not understood stays as it is; its answer then says that it is
        ignored. Of a table, its row is rejected.
    """

    column_map: Mapping[str, str] = field(default_factory=dict)
    understood: Understood = field(default_factory=Understood)
    keeps_unknown_courts: bool = False

    def read(self, raw: Mapping[Any, Any]) -> "ReadRow":
        """Return a row by field, with the problems of cells that cannot be read."""
        row = ReadRow()
        try:
            matches = match_columns(map(str, raw), self.column_map)
        except UnreadableInput as error:
            row.problems.append(Problem("row", list(map(str, raw)), f"one column a field: {error}"))
            return row
        for (column, value), (name, match) in zip(raw.items(), matches.items(), strict=True):
            if match is None:
                row.unknown.append(str(column))
                if (other := _not_chosen(name, self.column_map)) is not None:
                    self.understood.columns.setdefault(name, (NOT_READ, other))
                    row.unknown.pop()
                continue
            self.understood.columns[name] = (match.field, match.how)
            self._read_cell(row, match.field, value, name)
        return row

    def _read_cell(self, row: "ReadRow", name: str, value: Any, column: str) -> None:
        row.written[name] = value
        if value is None or (isinstance(value, str) and not value.strip()):
            row.fields[name] = None
            return
        self.understood.rows[column] += 1
        if isinstance(value, str) and value.strip() in _EXCEL_ERRORS:
            row.problems.append(Problem(name, value, "a value, not an error of Excel"))
            return
        try:
            row.fields[name] = self._value(row, name, value)
        except NotUnderstood as error:
            if name == "court" and self.keeps_unknown_courts:
                row.fields[name] = value
                return
            row.problems.append(Problem(name, value, str(error)))

    def _value(self, row: "ReadRow", name: str, value: Any) -> Any:
        if is_list(name):
            return self._list(row, name, value)
        if allowed_values(name):
            return self._coded(name, value)
        reader = reader_of(name)
        return value if reader is None else reader(value, self._told(name))

    def _told(self, name: str) -> Told:
        return lambda written, meaning: self.understood.read_as(name, written, meaning)

    def _coded(self, name: str, value: Any) -> Any:
        if not isinstance(value, str) or _free_spelling(value) in allowed_values(name):
            return value
        if found := find_value(name, value):
            self.understood.read_as(name, value.strip(), found)
            return found
        if is_not_shown(value):
            self.understood.read_as(name, value.strip(), "not shown")
            return None
        return value

    def _list(self, row: "ReadRow", name: str, value: Any) -> Any:
        items = _split_list(name, value) if isinstance(value, str) else value
        if isinstance(items, str):  # one that says none, or that nothing is known
            self.understood.read_as(name, str(value).strip(), items)
            return [] if items == "none" else None
        if not isinstance(items, list | tuple):
            return items
        row.written[name] = items
        if isinstance(value, str) and _comma_separated(name, value):
            self.understood.read_as(name, "commas between items", "a list")
        return [self._coded(name, item) for item in items]


@dataclass
class ReadRow:
    """A row of a table by field.

    Attributes
    ----------
    fields
        The values as the schema is to check them.
    written
        The values as they stand in the row, for messages.
    unknown
        Columns that are not fields.
    problems
        Cells that could not be read.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    written: dict[str, Any] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _not_chosen(column: str, column_map: Mapping[str, str]) -> str | None:
    """Return the field that a column would be, were no other; None for no field at all."""
    if column_map.get(column) == "":
        return None
    match = next(iter(match_columns([column], column_map).values()))
    return match.field if match else None


def _free_spelling(value: str) -> str:
    return re.sub(r"[\s-]+", "_", value.strip().lower())


def _split_list(name: str, value: str) -> Any:
    """Return the items of a list written as text; `none` or `not shown` for what says that."""
    plain = value.strip()
    if plain.startswith("[") and plain != "[]":
        try:
            items = json.loads(plain)
        except (ValueError, RecursionError):
            items = None
        if isinstance(items, list):
            return [item for item in items if item is not None]
    if plain == "[]":
        return []
    if is_empty_list(plain):
        return "none"
    if is_not_shown(plain):
        return "not shown"
    pattern = re.compile(",") if _comma_separated(name, plain) else _SEPARATORS
    return [part.strip() for part in pattern.split(plain) if part.strip()]


@cache
def _comma_separated(name: str, value: str) -> bool:
    """Tell whether commas separate the items of a list: each of several parts is a known value."""
    parts = [part.strip() for part in value.split(",") if part.strip()]
    return (
        len(parts) > 1
        and not _SEPARATORS.search(value)
        and find_value(name, value) is None
        and all(find_value(name, part) for part in parts)
    )
