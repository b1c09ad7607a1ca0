"""Find what separates the columns of a CSV file, and how quotes within its cells are written."""

import csv
import re
from typing import BinaryIO

from data.io.columns import match_column

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
"""Separators, the usual one first, in words."""
_HEAD_BYTES = 2**16
QUOTES_BYTES = 2**22
"""Bytes of a file that show how quotes within cells are written."""
_BETWEEN = r",;|\t\r\n"
_BACKSLASH = re.compile(rf'[^{_BETWEEN}\\]\\"[^{_BETWEEN}"]')
_DOUBLED = re.compile(rf'[^{_BETWEEN}"]""[^{_BETWEEN}"]')
EXCEL_LINE = "sep="
"""What Excel's own first line begins with."""


def find_separator(stream: BinaryIO) -> str:
    """Return what separates the columns of a CSV text in UTF-8; reads its head.

    A first line for Excel (`sep=;`) decides. Otherwise the header does: the separator by which it
    has the most fields of the schema, then the most columns.
    """
    head = stream.read(_HEAD_BYTES).decode("utf-8-sig", "replace").lstrip("\r\n ")
    if head[: len(EXCEL_LINE)].lower() == EXCEL_LINE:
        named = head[len(EXCEL_LINE) : len(EXCEL_LINE) + 1]
        return named if named in SEPARATORS else ","
    return max(SEPARATORS, key=lambda separator: _fit(head, separator))


def has_backslash_quotes(head: str) -> bool:
    r"""Tell whether quotes within cells are escaped by backslashes, as bulk exports have them.

    >>> has_backslash_quotes('id,motion\n1,"He said \\"stop\\", and left"')
    True
    >>> has_backslash_quotes('id,motion\n1,"He said ""stop"", and left"')
    False
    """
    escaped = sum(1 for _ in _BACKSLASH.finditer(head))
    return escaped > 0 and escaped > sum(1 for _ in _DOUBLED.finditer(head))


def _fit(head: str, separator: str) -> tuple[int, int]:
    """Return how many fields and how many columns a header has by a separator."""
    lines = head.splitlines(keepends=True)
    try:
        header = next((row for row in csv.reader(lines, delimiter=separator) if any(row)), [])
    except csv.Error:
        return 0, 0
    return sum(match_column(column) is not None for column in header), len(header)
