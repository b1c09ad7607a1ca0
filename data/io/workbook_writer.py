"""Write a table to an `.xlsx` workbook (openpyxl), the same bytes for the same rows."""

import errno
import os
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from data.io.formulas import quote_formula, quote_quoted
from data.io.rows import UnreadableInput

MAX_CELL = 32_767
"""Characters that a cell of Excel holds."""
MAX_ROWS = 1_048_576
_CUT = f" [cut: a cell of Excel holds {MAX_CELL:,} characters]"
_WIDTH, _MAX_WIDTH = 12, 60
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EPOCH = datetime(2000, 1, 1)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def write_workbook(
    stream: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Any]], sheet: str = "scores"
) -> None:
    """Write a header and rows to the only sheet of a new workbook.

    Texts are written as texts, also those that begin with `=`, so that none becomes a formula. A
    text that is too long for a cell is cut, and says so at its end.

    Raises
    ------
    UnreadableInput
        If there are more rows than Excel holds.
    OSError
        If there is no space for a temporary file.
    """
    try:
        _write(stream, header, rows, sheet)
    except Exception as error:
        # lxml, which openpyxl writes temporary files with, has an error of its own for these.
        number = getattr(errno, str(error).removeprefix("IO_"), None)
        if type(error).__name__ != "SerialisationError" or number is None:
            raise
        raise OSError(number, os.strerror(number)) from None


def _write(
    stream: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Any]], sheet: str
) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    table = book.create_sheet(sheet)
    table.freeze_panes = "B2"
    for number, name in enumerate(header, start=1):
        width = min(max(_WIDTH, len(name) + 2), _MAX_WIDTH)
        table.column_dimensions[get_column_letter(number)].width = width

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        written = WriteOnlyCell(table, value=excel_text(quote_quoted(value)))
        written.data_type = "s"
        if quote_formula(value) != value:
            written.quotePrefix = True  # so that it stays a text once a person edits it
        return written

    heads = [cell(name) for name in header]
    for head in heads:
        head.font = Font(bold=True)
    table.append(heads)
    for number, row in enumerate(rows, start=2):
        if number > MAX_ROWS:
            table.close()
            raise UnreadableInput(
                f"a sheet of Excel holds {MAX_ROWS:,} rows; write .csv or .parquet instead"
            )
        table.append([cell(value) for value in row])
    save(book, stream)


def excel_text(text: str) -> str:
    """Return a text as a cell can hold it: cut where it is too long, without control characters."""
    plain = _ILLEGAL.sub("\ufffd", text)
    return plain if len(plain) <= MAX_CELL else plain[: MAX_CELL - len(_CUT)] + _CUT


def save(book: Any, stream: BinaryIO) -> None:
    """Write a workbook without the time of writing, so that the same content is the same bytes."""
    import tempfile

    book.properties.created = _EPOCH
    with tempfile.TemporaryFile() as copy:
        book.save(copy)
        copy.seek(0)
        with zipfile.ZipFile(copy) as made, zipfile.ZipFile(stream, "w") as out:
            for name in made.namelist():
                content = made.read(name)
                if name == "docProps/core.xml":
                    content = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", content)
                entry = zipfile.ZipInfo(name, _ZIP_TIME)
                out.writestr(entry, content, zipfile.ZIP_DEFLATED)
