"""Read motions and rulings from JSONL, JSON, CSV or Parquet, and check every row by the schema.

Good rows go on; bad rows are kept with their reasons for a rejects file; nothing is lost. List
fields in CSV are separated by `;`, an empty cell means "not shown", and `[]` means "none".
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from data.io.atomic import written_whole
from data.io.rows import Broken, check_columns
from data.io.urls import is_local, local_path
from data.io.whole import all_rows
from data.schema import LATER_FACTS, Motion, Ruling, allowed_values, is_list

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one row: field, value found, and what was expected."""

    field: str
    found: Any
    expected: str

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"

    @property
    def detail(self) -> str:
        """What was found and what was expected."""
        shown = json.dumps(self.found, ensure_ascii=True, default=str)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        found = "missing" if self.found is None else f"found {shown}"
        return f"{found}; expected {self.expected}"


@dataclass(frozen=True)
class Reject:
    """A row that was not used.

    `row` counts data rows from 1, blank lines left out, in `file` where there are several.
    """

    row: int
    problems: tuple[Problem, ...]
    raw: Any
    file: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, " if self.file else ""
        return f"{where}row {self.row}: " + "; ".join(map(str, self.problems))


@dataclass
class Loaded(Generic[M]):
    """What a file held: good rows with their row numbers, rejects, and the columns set aside.

    `repeated_ids` names the ids that several motions share; of rulings with one id only the first
    is kept, since an evaluation tells rulings apart by it.
    """

    rows: list[M] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    later_facts: list[str] = field(default_factory=list)
    repeated_ids: list[str] = field(default_factory=list)
    name: str = "stdin"
    files: tuple[Path, ...] = ()


def load(path: str | Path, kind: type[M]) -> Loaded[M]:
    """Read motions or rulings, all of them.

    Parameters
    ----------
    path
        A file, or what else `data.io.sources.opened` opens, such as a folder or standard input.
    kind
        `Motion`, `Ruling` or another row of a table. Columns that exist only after a ruling are set
        aside when reading motions and named in `later_facts`.

    Raises
    ------
    UnreadableInput
        If the file is missing, empty, of unknown format, broken as a whole, or lacks a required
        column altogether.
    """
    found = all_rows(path)
    rows = found.rows()
    columns = list(dict.fromkeys(key for row in rows if isinstance(row, Mapping) for key in row))
    if columns:
        check_columns(columns, kind, found.name)
    loaded = check_rows(rows, kind)
    loaded.name, loaded.files = found.name, found.files
    places = [found.place_of(reject.row) for reject in loaded.rejects]
    loaded.rejects = [
        replace(reject, file=file, row=row)
        for reject, (file, row) in zip(loaded.rejects, places, strict=True)
    ]
    return loaded


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
    later = LATER_FACTS if kind is Motion else ()
    unknown: dict[str, None] = {}
    later_seen: dict[str, None] = {}
    row_of_id: dict[str, int] = {}
    repeated: dict[str, None] = {}
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
            row = kind.model_validate(known)
        except ValidationError as error:
            problems = tuple(problem_of(item, raw) for item in error.errors(include_url=False))
            loaded.rejects.append(Reject(number, problems, dict(raw)))
            continue
        name = getattr(row, "id", None)
        if name is not None and row_of_id.setdefault(name, number) != number:
            if isinstance(row, Ruling):
                expected = f"an id of its own (row {row_of_id[name]} has this one)"
                problem = Problem("id", name, expected)
                loaded.rejects.append(Reject(number, (problem,), dict(raw)))
                continue
            repeated[name] = None
        loaded.rows.append(row)
        loaded.row_numbers.append(number)
    loaded.unknown_columns = list(unknown)
    loaded.later_facts = list(later_seen)
    loaded.repeated_ids = list(repeated)
    return loaded


def rejects_path(loaded: Loaded[Any], folder: Path) -> Path:
    """Return where rejects go: `pending.csv.rejects.jsonl` for `pending.csv`."""
    return folder / f"{loaded.name}.rejects.jsonl"


def write_rejects(loaded: Loaded[Any], folder: Path) -> Path | None:
    """Write the rejects (row number, reasons, the row) and return the path.

    Without rejects nothing is written, and a rejects file left by an earlier run is removed. Who
    may not read the files that the rows are from is not to read their rejects.
    """
    path = rejects_path(loaded, folder)
    if not loaded.rejects:
        path.unlink(missing_ok=True)
        return None
    with (
        written_whole(path, loaded.files) as temporary,
        temporary.open("w", encoding="utf-8") as out,
    ):
        for reject in loaded.rejects:
            out.write(reject_line(reject, reject.file or None) + "\n")
    return path


def write_rejects_beside(loaded: Loaded[Any], given: str) -> Path | None:
    """Write the rejects beside the input as it was given, for its readers alone; see above.

    Those of standard input (`-`), of what is not on this machine and of a glob over folders go to
    the working folder.
    """
    if not is_local(given) and not loaded.rejects:
        return None  # what lies here under that name is of something else
    folder = Path(local_path(given)).parent
    here = given == "-" or not is_local(given) or not folder.is_dir()
    return write_rejects(loaded, Path.cwd() if here else folder)


def reject_line(reject: Reject, file: str | None = None) -> str:
    """Return a reject as a line of JSON: its file (of several), row, reasons, and the row."""
    record = {
        "row": reject.row,
        "reasons": [str(problem) for problem in reject.problems],
        "raw": _finite(reject.raw),
    }
    return json.dumps(record if file is None else {"file": file, **record}, default=str)


def _finite(value: Any) -> Any:
    """Write NaN and infinities as text, since JSON has no such numbers."""
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def problem_of(error: ErrorDetails, row: Any) -> Problem:
    """Say in words what is wrong with a field of a row; `loc` leads to it.

    What was found is told as the row has it, so that its user can search for it.
    """
    name = str(error["loc"][0]) if error["loc"] else "row"
    found = _at(row, error["loc"], error["input"])
    if error["type"] == "missing":
        return Problem(name, None, "a value: this field is required")
    if error["type"] == "extra_forbidden":
        hint = "no such field before a ruling" if name in LATER_FACTS else "no such field"
        return Problem(name, found, f"{hint} (see `enjoin schema`)")
    if name in Ruling.model_fields and (allowed := allowed_values(name)):
        each = "a list of " if is_list(name) and len(error["loc"]) == 1 else ""
        apart = "; in CSV a ; stands between them" if is_list(name) and "," in str(found) else ""
        return Problem(name, found, f"{each}one of {', '.join(allowed)}{apart}")
    expected = error["msg"].removeprefix("Value error, ").removeprefix("expected ")
    return Problem(name, found, expected.replace("Input should be ", ""))


def _at(row: Any, place: tuple[str | int, ...], otherwise: Any) -> Any:
    """Return what a row has at a place, or something else where there is no such place."""
    try:
        for part in place:
            row = row[part]
    except (KeyError, IndexError, TypeError):
        return otherwise
    return row
