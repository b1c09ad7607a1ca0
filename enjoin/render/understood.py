"""What is printed of a table that was read as people write them: columns, fields, values."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from data.io.understood import NOT_READ, Understood
from enjoin.terminal import console, info, warn

if TYPE_CHECKING:
    from data.io.load import Loaded

MAX_READINGS_SHOWN = 4
"""Values of a column that are shown, the most frequent first."""
MAX_NOTES_SHOWN = 5
"""Files about whose reading something is said."""


def report_notes(notes: Sequence[str]) -> None:
    """Print how the files are read: encoding, separator, sheet."""
    for note in notes[:MAX_NOTES_SHOWN]:
        info(f"read {note}")
    if len(notes) > MAX_NOTES_SHOWN:
        info(f"read {len(notes) - MAX_NOTES_SHOWN:,} more files alike")


def report_reading(table: "Loaded[Any]", name: str = "") -> None:
    """Print how a table was read: its files, then its columns and values; `name` of several."""
    report_notes(table.notes)
    report_understood(table.understood, name)


def warn_of_unmapped(column_map: Iterable[str], understood: Understood) -> None:
    """Warn of columns named by `--map` that no row has, where no header could be checked before."""
    for column in column_map:
        if column not in understood.columns:
            warn(f"no row has the column {column} (--map)")


def report_understood(understood: Understood, name: str = "") -> None:
    """Print on standard error which field each column is, and which values were read as others.

    A table whose columns and values are the schema's own needs no report. `name` is the table's,
    where there are several.
    """
    if understood.is_literal:
        return
    heads = ("column", "read as", "rows", "values read as others")
    table = Table(*heads, title=f"How {escape(name) or 'the table'} was read", title_justify="left")
    table.columns[2].justify = "right"
    by_field: dict[str, list[tuple[int, str]]] = {}
    for (field, written, value), rows in understood.readings.items():
        by_field.setdefault(field, []).append((rows, f"{written} = {value} ({rows:,})"))
    for column, (field, how) in understood.columns.items():
        if field == NOT_READ:
            table.add_row(escape(column), f"not read: another column is {how}", "", "")
            continue
        readings = sorted(by_field.get(field, ()), key=lambda each: -each[0])
        shown = [words for _, words in readings[:MAX_READINGS_SHOWN]]
        if more := len(readings) - len(shown):
            shown.append(f"and {more:,} more")
        filled = f"{understood.rows[column]:,}"
        read_as = f"{field} (--map)" if how == "--map" else field
        table.add_row(escape(column), read_as, filled, escape("\n".join(shown)))
    console(stderr=True).print(table)
