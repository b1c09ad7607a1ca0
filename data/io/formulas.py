"""Cells that a spreadsheet would run as formulas, and the quote that makes them text.

A caption such as `=HYPERLINK(...)` is a formula to Excel when it opens a `.csv` file. What this
program writes begins with a single quote there (OWASP, "CSV injection"), and what it reads loses
it again, so that every text comes back as it was.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import pandas as pd


_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
"""What a spreadsheet runs, or what was quoted already and must keep its own quotes."""
_QUOTED = re.compile(r"'+[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?")


def quote_formula(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; numbers, also as text, stay as is.

    >>> quote_formula("=1+1"), quote_formula("-0.5"), quote_formula(-0.5), quote_formula("Doe")
    ("'=1+1", '-0.5', -0.5, 'Doe')
    """
    if not isinstance(value, str) or not _FORMULA.match(value) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def quote_quoted(text: str) -> str:
    """Return a text for a cell that cannot be a formula, so that reading it gives it back.

    >>> quote_quoted("=1+1"), quote_quoted("'=1+1")
    ('=1+1', "''=1+1")
    """
    return f"'{text}" if _QUOTED.match(text) else text


def unquote_formula(value: Any) -> Any:
    """Return what `quote_formula` was given.

    >>> unquote_formula("'=1+1"), unquote_formula("'t Hooft v. Roe")
    ('=1+1', "'t Hooft v. Roe")
    """
    return value[1:] if isinstance(value, str) and _QUOTED.match(value) else value


def safe_row(cells: Iterable[Any]) -> list[Any]:
    """Return the cells of a row with every formula quoted."""
    return [quote_formula(cell) for cell in cells]


class LineFeeds:
    """Takes the rows of a `csv.writer`, and ends them with a line feed alone.

    Given that as its line terminator, the writer would leave a carriage return within a cell
    unquoted, and readers would take what follows for a row.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, row: str) -> int:
        """Write one row, as `csv.writer` ends it by default."""
        return self.stream.write(row.removesuffix("\r\n") + "\n")


def table_as_csv(table: "pd.DataFrame") -> str:
    """Return a table as CSV, without its index, with every formula quoted."""
    texts = table.select_dtypes(exclude="number").columns
    quoted = {str(name): table[name].map(quote_formula) for name in texts}
    return str(table.assign(**quoted).to_csv(index=False))
