"""Load motions and rulings from JSONL, JSON, CSV or Parquet, and check every row by the schema.

Valid rows are kept; invalid rows become rejects with their reasons; no row is lost. List fields in
CSV are separated by `;`, an empty cell means "not shown", and `[]` means "none".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from data.io.cells import plain_value
from data.io.chunks import Chunk
from data.io.problems import Problem, Reject, problem_from_error
from data.io.rows import BrokenRow, UnreadableInput, check_columns
from data.io.sources import open_source
from data.io.table_reader import ReadRow, TableReader
from data.io.understood import Understood
from data.schema import POST_RULING_FIELDS, Motion, Ruling

MAX_PROBLEMS = 50
"""Problems of one row that are told: more than it has fields, unless its lists are long."""
M = TypeVar("M", bound=BaseModel)
_CHUNK_ROWS = 10_000


@dataclass
class Loaded(Generic[M]):
    """The content of a file: valid rows and their row numbers, rejects, and ignored columns.

    Attributes
    ----------
    rows, row_numbers
        The valid rows, and the number of each in the input, from 1.
    rejects
        The other rows.
    unknown_columns
        Columns that the schema does not have.
    post_ruling_columns
        Columns that exist only after a ruling, ignored when motions are read.
    duplicate_ids
        Ids that several motions share. Of rulings with one id only the first is valid, since an
        evaluation identifies rulings by id.
    name
        The name of the source.
    files
        The local files that were read; none if a part of the source is no local file.
    understood
        Columns and values of a table that were read as something else than they say.
    notes
        How the files were read: encoding, separator, sheet.
    """

    rows: list[M] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    post_ruling_columns: list[str] = field(default_factory=list)
    duplicate_ids: list[str] = field(default_factory=list)
    name: str = "stdin"
    files: tuple[Path, ...] = ()
    understood: Understood = field(default_factory=Understood)
    notes: tuple[str, ...] = ()


def load(
    path: str | Path,
    row_type: type[M],
    column_map: Mapping[str, str] | None = None,
    shared_map: bool = False,
) -> Loaded[M]:
    """Read all motions or rulings of a source.

    Parameters
    ----------
    path
        A file, or anything else that `data.io.sources.open_source` opens, such as a folder.
    row_type
        `Motion`, `Ruling` or another type of row. Columns that exist only after a ruling are
        ignored when motions are read, and listed in `post_ruling_columns`.
    column_map
        The field of columns that the user names. Motions and rulings are always read as people
        write them (see `data.io.table_reader`), other rows only with a map, which may be empty.
    shared_map
        Whether the map names columns of other tables, too, so that this one may lack some (see
        `check_map_used`).

    Raises
    ------
    UnreadableInput
        If the source is missing, empty, of unknown format, corrupt, or lacks a required column.
    """
    is_motion = issubclass(row_type, Motion)
    reader = None
    if is_motion or column_map is not None:
        reader = TableReader(column_map or {}, keeps_unknown_courts=not is_motion)
    name, chunks, files, notes = _read(path, reader.column_map if reader else {})
    rows = [row for chunk in chunks for row in chunk.rows]
    columns = list(dict.fromkeys(key for row in rows if isinstance(row, Mapping) for key in row))
    if columns:
        named = reader.column_map if reader else None
        if named and shared_map:
            named = {column: field for column, field in named.items() if column in columns}
        check_columns(columns, row_type, name, named)
    loaded = check_rows(rows, row_type, reader=reader)
    loaded.name, loaded.files, loaded.notes = name, files, notes
    loaded.rejects = [_located(reject, chunks) for reject in loaded.rejects]
    return loaded


def check_map_used(column_map: Mapping[str, str], tables: Iterable[Loaded[Any]]) -> None:
    """Check that each column that the user names is in one of several tables.

    Raises
    ------
    UnreadableInput
        If one is in none.
    """
    columns = {
        column for table in tables for column in (*table.understood.columns, *table.unknown_columns)
    }
    if absent := [column for column in column_map if column not in columns]:
        raise UnreadableInput(f"no table has the column {absent[0]} (--map)")


def read_raw_rows(path: str | Path) -> list[Any]:
    """Read all rows of a source, unchecked; a line that cannot be read is a `BrokenRow`.

    Raises
    ------
    UnreadableInput
        If there is no row to read.
    """
    chunks = _read(path)[1]
    return [row for chunk in chunks for row in chunk.rows]


def _read(
    path: str | Path, column_map: Mapping[str, str] | None = None
) -> tuple[str, list[Chunk], tuple[Path, ...], tuple[str, ...]]:
    """Return the name of a source, its chunks, the local files that were read, and how."""
    with open_source(str(path), row_type=None, column_map=column_map) as source:
        chunks = list(source.chunks(_CHUNK_ROWS))
    if not chunks:
        raise UnreadableInput(f"{source.name} has no rows; expected at least one")
    return source.name, chunks, source.local_files(), source.notes


def _located(reject: Reject, chunks: Sequence[Chunk]) -> Reject:
    """Number a reject by its row in its own file, where the source has several."""
    chunk = next(chunk for chunk in chunks if reject.row <= chunk.end)
    file, row = chunk.locate(reject.row - chunk.start + 1)
    return replace(reject, file=file, row=row)


def check_rows(
    rows: Sequence[Any],
    row_type: type[M],
    strict: bool = False,
    reader: TableReader | None = None,
) -> Loaded[M]:
    """Check raw rows by the schema of `row_type`.

    Parameters
    ----------
    rows
        Mappings of column to value; anything else (such as a `BrokenRow`) is rejected.
    strict
        Whether a row with an unknown column is rejected; otherwise the column is ignored.
    reader
        Reads headers and values as people write them; None takes them as they stand.
    """
    loaded: Loaded[M] = Loaded()
    if reader:
        loaded.understood = reader.understood
    has_labels = issubclass(row_type, Ruling) or not issubclass(row_type, Motion)
    later_fields = () if has_labels else POST_RULING_FIELDS
    ignored: dict[str, None] = {}
    first_row_of_id: dict[str, int] = {}
    duplicates: dict[str, None] = {}
    for number, raw in enumerate(rows, start=1):
        if isinstance(raw, BrokenRow):
            problem = Problem("row", raw.found, raw.expected)
            loaded.rejects.append(Reject(number, (problem,), raw.found))
            continue
        if not isinstance(raw, Mapping):
            problem = Problem("row", raw, "an object of field names and values")
            loaded.rejects.append(Reject(number, (problem,), raw))
            continue
        # What is strict is JSON: its lists have no nulls to drop, nor structs to unpack.
        plain = raw if strict else {key: plain_value(value) for key, value in raw.items()}
        read = reader.read(plain) if reader else ReadRow(dict(plain), dict(plain))
        known = {
            key: value
            for key, value in read.fields.items()
            if strict or key in row_type.model_fields
        }
        ignored |= dict.fromkeys(read.unknown)
        ignored |= {str(key): None for key in read.fields if key not in known}
        problems = tuple(each for each in read.problems if each.field not in later_fields)
        try:
            row = row_type.model_validate(known)
        except ValidationError as error:
            details = error.errors(include_url=False)[:MAX_PROBLEMS]
            unread = {problem.field for problem in problems}
            problems += tuple(
                problem
                for problem in (problem_from_error(detail, read.written) for detail in details)
                if problem.field not in unread and "row" not in unread
            )
        if problems:
            loaded.rejects.append(Reject(number, problems, dict(raw)))
            continue
        name = getattr(row, "id", None)
        if name is not None and first_row_of_id.setdefault(name, number) != number:
            if isinstance(row, Ruling):
                expected = f"a unique id (row {first_row_of_id[name]} has the same)"
                reject = Reject(number, (Problem("id", name, expected),), dict(raw))
                loaded.rejects.append(reject)
                continue
            duplicates[name] = None
        loaded.rows.append(row)
        loaded.row_numbers.append(number)
    loaded.unknown_columns = [name for name in ignored if name not in later_fields]
    loaded.post_ruling_columns = [name for name in ignored if name in later_fields]
    loaded.duplicate_ids = list(duplicates)
    return loaded
