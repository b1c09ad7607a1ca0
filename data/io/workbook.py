"""Read the rows of a workbook: `.xlsx` with openpyxl, `.xls` and `.ods` with python-calamine.

The table is the sheet whose header has the most fields of the schema; lines above its header, such
as a title, are passed over. What was taken is reported.
"""

import math
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from data.io.columns import match_column
from data.io.formulas import unquote_formula
from data.io.rows import BrokenRow, UnreadableInput, csv_header

WORKBOOKS = ("xlsx", "xls", "ods")
_HEADER_ROWS = 30
"""Rows among which the header is looked for."""
_FEWEST_FIELDS = 2
"""Fields of the schema that make a line a header."""
_EXACT_DIGITS = 15
"""Digits of a number that Excel keeps."""

MAX_SHEETS = 1_000
_MAX_UNPACKED, _MAX_RATIO = 100_000_000, 200
"""Bytes from which a workbook may not unpack to more than so many times its size: libraries hold
much of it at once, and Excel's own are a tenth of what they unpack to."""
_MAX_INTEGER_DIGITS = 100_000
"""Digits of an integer that is still read, to reject its row; reading one takes milliseconds."""


@dataclass(frozen=True)
class Table:
    """Where the table of a workbook is: its sheet, its header, and the header's row from 0."""

    sheet: str
    header: tuple[str, ...]
    row: int
    note: str


def find_table(
    stream: BinaryIO, file_format: str, name: str, column_map: Mapping[str, str]
) -> Table:
    """Find the table of a workbook.

    Raises
    ------
    UnreadableInput
        If the file is no workbook, has no rows, or names a column twice.
    """
    with _sheets(stream, file_format, name) as sheets:
        found: list[tuple[int, Table]] = []
        for sheet, rows in sheets:
            head = [_texts(cells) for cells in islice(rows, _HEADER_ROWS)]
            filled = [number for number, texts in enumerate(head) if any(texts)]
            if not filled:
                continue
            fits = {number: _fit(head[number], column_map) for number in filled}
            row = next((n for n in filled if fits[n] >= _FEWEST_FIELDS), filled[0])
            found.append((fits[row], Table(sheet, tuple(head[row]), row, _row_note(row, filled))))
    if not found:
        raise UnreadableInput(f"{name} has no rows; expected at least one")
    _, table = max(found, key=lambda each: each[0])
    notes = [f'the sheet "{table.sheet}"'] if len(found) > 1 else []
    note = ", ".join([*notes, table.note] if table.note else notes)
    header = csv_header(list(table.header), name)
    return Table(table.sheet, tuple(header), table.row, note)


def workbook_rows(stream: BinaryIO, file_format: str, name: str, table: Table) -> Iterator[Any]:
    """Yield the rows below the header; blank ones are skipped."""
    with _sheets(stream, file_format, name) as sheets:
        rows = next(rows for sheet, rows in sheets if sheet == table.sheet)
        for cells in islice(rows, table.row + 1, None):
            values = [_value(cell) for cell in cells]
            while len(values) > len(table.header) and values[-1] is None:
                values.pop()
            if all(value is None for value in values):
                continue
            values += [None] * (len(table.header) - len(values))
            unnamed = values[len(table.header) :] + [
                value
                for column, value in zip(table.header, values, strict=False)
                if not column and value is not None
            ]
            if unnamed:
                yield BrokenRow(
                    [None if value is None else str(value) for value in values],
                    "no value under a column without a name",
                )
                continue
            pairs = zip(table.header, values, strict=True)
            yield {column: unquote_formula(value) for column, value in pairs if column}


def _fit(texts: list[str], column_map: Mapping[str, str]) -> int:
    return sum(match_column(text, column_map) is not None for text in texts if text)


def _row_note(row: int, filled: list[int]) -> str:
    return f"its header in row {row + 1}" if row != filled[0] else ""


def _texts(cells: Iterable[Any]) -> list[str]:
    texts = ["" if cell is None else str(cell).strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _value(cell: Any) -> Any:
    """Return a cell's value: None if blank; a number that Excel has rounded as Excel shows it."""
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**_EXACT_DIGITS:
        return int(cell)
    if abs(cell) > sys.float_info.max:  # an integer that no float holds, or infinity
        return math.inf if cell > 0 else -math.inf
    is_rounded = isinstance(cell, int) or cell.is_integer()
    return f"{cell:.14E}" if is_rounded and abs(cell) >= 10**_EXACT_DIGITS else cell


@contextmanager
def _sheets(
    stream: BinaryIO, file_format: str, name: str
) -> Iterator[Iterator[tuple[str, Iterator[Any]]]]:
    """Open the visible sheets: the name of each and its rows of cells."""
    _check_size(stream, name)
    stream.seek(0)
    try:
        opened = _open_xlsx(stream, name) if file_format == "xlsx" else _open_other(stream, name)
        with opened as sheets:
            yield sheets
    except UnreadableInput:
        raise
    except Exception as error:
        # Both libraries raise whatever their parsers of ZIP and XML do.
        raise UnreadableInput(
            f"{name} is not a readable .{file_format} workbook ({type(error).__name__}); save one "
            "with a password without it"
        ) from None


def _check_size(stream: BinaryIO, name: str) -> None:
    """Raise UnreadableInput if a workbook unpacks to far more than it could hold."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            packed = sum(entry.compress_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # an .xls file, or one that the libraries refuse
    if unpacked > _MAX_UNPACKED and unpacked > _MAX_RATIO * packed:
        raise UnreadableInput(
            f"{name} unpacks to {unpacked / 1e6:,.0f} MB, {unpacked // max(packed, 1):,} times its "
            "size; save what is needed of it as .csv"
        )


def _few(sheets: list[Any], name: str) -> list[Any]:
    """Return the sheets, if they are not too many to look through."""
    if len(sheets) > MAX_SHEETS:
        raise UnreadableInput(
            f"{name} has {len(sheets):,} sheets; expected at most {MAX_SHEETS:,}: save the one "
            "with the motions by itself"
        )
    return sheets


@contextmanager
def _open_xlsx(stream: BinaryIO, name: str) -> Iterator[Iterator[tuple[str, Iterator[Any]]]]:
    import warnings

    from openpyxl import load_workbook
    from openpyxl.utils.escape import unescape

    def cells(sheet: Any) -> Iterator[list[Any]]:
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # those that other programs write are often wrong
        for row in sheet.iter_rows(values_only=True):
            yield [unescape(cell) if isinstance(cell, str) else cell for cell in row]

    with warnings.catch_warnings(), _longer_integers():
        warnings.simplefilter("ignore")  # of drop-down lists and dates that openpyxl does not keep
        with closing(load_workbook(stream, read_only=True, data_only=True)) as book:
            visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            yield ((sheet.title, cells(sheet)) for sheet in _few(visible, name))


@contextmanager
def _longer_integers() -> Iterator[None]:
    """Let openpyxl read integers of more digits than Python allows, or it stops at the first."""
    limit = sys.get_int_max_str_digits()
    if limit:  # 0 is no limit
        sys.set_int_max_str_digits(max(limit, _MAX_INTEGER_DIGITS))
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)


@contextmanager
def _open_other(stream: BinaryIO, name: str) -> Iterator[Iterator[tuple[str, Iterator[Any]]]]:
    try:
        from python_calamine import CalamineWorkbook, SheetVisibleEnum
    except ModuleNotFoundError:
        raise UnreadableInput(
            f"{name} needs the package python-calamine: pip install 'enjoin[ods]', or save it as "
            ".xlsx"
        ) from None
    with closing(CalamineWorkbook.from_filelike(stream)) as book:
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible
        ]
        yield (
            (sheet, iter(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)))
            for sheet in _few(visible, name)
        )
