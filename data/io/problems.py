"""What is wrong with a row, in words its author can act on."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from data.schema import POST_RULING_FIELDS, Ruling, allowed_values, is_list

REJECTS_SUFFIX = ".rejects.jsonl"
"""Added to the name of a file for the rows of it that are not used."""
_MAX_VALUE = 80
"""Characters of a value that a message quotes."""
_WORDS = frozenset(
    ("motion", "opposition", "quotes", "summary", "opposition_summary", "outcome_quote", "row")
)
"""Fields that hold words of papers, which no message quotes; `row` is a whole one."""


def rejects_beside(path: Path) -> Path:
    """Return the file for the rejected rows of a file: `a.csv.rejects.jsonl` for `a.csv`."""
    return path.with_name(f"{path.name}{REJECTS_SUFFIX}")


def _shown(field: str, value: Any) -> str:
    """Return a value as a message may quote it: of words of papers, only how much there is."""
    if field in _WORDS:
        if isinstance(value, str):
            return f"text of {len(value):,} characters"
        if isinstance(value, list | tuple):
            return f"a list of {len(value):,}"
        if isinstance(value, Mapping):
            return f"an object of {len(value):,}"
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 3] + "..."


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one row: the field, the value found, and what was expected."""

    field: str
    found: Any
    expected: str

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"

    @property
    def detail(self) -> str:
        """What was found and what was expected."""
        if self.found is None:
            return f"missing; expected {self.expected}"
        return f"found {_shown(self.field, self.found)}; expected {self.expected}"


@dataclass(frozen=True)
class Reject:
    """A row that was not used.

    `row` counts data rows from 1, without blank lines, in `file` ("" if there is only one file).
    """

    row: int
    problems: tuple[Problem, ...]
    raw: Any
    file: str = ""

    def __str__(self) -> str:
        file = f"{self.file}, " if self.file else ""
        return f"{file}row {self.row}: " + "; ".join(map(str, self.problems))


def problem_from_error(error: ErrorDetails, row: Any) -> Problem:
    """Describe a validation error of one field of a row.

    The value is quoted as the row has it, not as validation changed it, so that the user can
    search for it.
    """
    name = str(error["loc"][0]) if error["loc"] else "row"
    value = _value_at(row, error["loc"], error["input"])
    if error["type"] == "missing":
        return Problem(name, None, "a value: this field is required")
    if error["type"] == "extra_forbidden":
        hint = "no such field before a ruling" if name in POST_RULING_FIELDS else "no such field"
        return Problem(name, value, f"{hint} (see `enjoin schema`)")
    if name in Ruling.model_fields and (allowed := allowed_values(name)):
        whole_list = is_list(name) and len(error["loc"]) == 1
        separator = (
            "; in CSV, separate values with ;" if is_list(name) and "," in str(value) else ""
        )
        values = f"{'a list of ' if whole_list else ''}one of {', '.join(allowed)}"
        return Problem(name, value, values + separator)
    expected = error["msg"].removeprefix("Value error, ").removeprefix("expected ")
    return Problem(name, value, expected.replace("Input should be ", ""))


def _value_at(row: Any, path: tuple[str | int, ...], default: Any) -> Any:
    try:
        for key in path:
            row = row[key]
    except (KeyError, IndexError, TypeError):
        return default
    return row


def reject_as_json(reject: Reject, file: str | None = None) -> str:
    """Return a reject as one line of JSON: its file (of several), row number, reasons and row."""
    record = {
        "row": reject.row,
        "reasons": [str(problem) for problem in reject.problems],
        "raw": _finite(reject.raw),
    }
    return json.dumps(record if file is None else {"file": file, **record}, default=str)


def _finite(value: Any) -> Any:
    """Write NaN and infinities as text: JSON has no such numbers."""
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
