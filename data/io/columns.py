"""Which field each column of a table is: by its name, a synonym, or as the user says."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from data.io.rows import UnreadableInput
from data.schema import Ruling
from data.synonyms import columns as known_columns
from data.synonyms import key

AS_GIVEN: Mapping[str, str] = MappingProxyType({})
"""No columns named by the user."""


class Match(NamedTuple):
    """The field that a column is taken for, and why; lower ranks are better."""

    field: str
    how: str
    rank: int


def read_column_map(settings: Iterable[str]) -> dict[str, str]:
    """Read settings such as `Our column=motion_type`; an empty field means that it is not read.

    Raises
    ------
    ValueError
        If one has no equals sign, or names no field.
    """
    mapping: dict[str, str] = {}
    for setting in settings:
        column, equals, field = setting.rpartition("=")
        column, field = column.strip(), field.strip()
        if not equals or not column:
            raise ValueError(f'--map {setting!r}: expected "Your column=field"')
        if field and field not in Ruling.model_fields:
            known = known_columns().get(key(field))
            hint = f"; did you mean {known[0]}?" if known else "; see `enjoin schema`"
            raise ValueError(f"--map {setting!r}: {field} is not a field{hint}")
        if column in mapping:
            raise ValueError(f"--map names the column {column} more than once")
        mapping[column] = field
    if repeated := [field for field in mapping.values() if field and _count(mapping, field) > 1]:
        raise ValueError(f"--map gives {repeated[0]} more than one column")
    return mapping


def _count(mapping: Mapping[str, str], field: str) -> int:
    return list(mapping.values()).count(field)


def match_column(column: str, column_map: Mapping[str, str] = AS_GIVEN) -> Match | None:
    """Return the field of one column; None if it is none of the schema's."""
    if column in column_map:
        field = column_map[column]
        return Match(field, "--map", 0) if field else None
    if column in Ruling.model_fields:
        return Match(column, "name", 1)
    if (stripped := column.strip()) in column_map:
        return match_column(stripped, column_map)
    known = _known(column)
    if known is None:
        return None
    field, rank = known
    return Match(field, "synonym" if rank else "name", 2 + rank)


@lru_cache(maxsize=4096)
def _known(column: str) -> tuple[str, int] | None:
    return known_columns().get(key(column))


def match_columns(
    columns: Iterable[str], column_map: Mapping[str, str] = AS_GIVEN
) -> dict[str, Match | None]:
    """Return the field of each column, None for one that is not read.

    Of several columns for one field the best is read: the one that `--map` names, the field's own
    name, then the synonyms in their order.

    Raises
    ------
    UnreadableInput
        If two are equally good.
    """
    matches = {column: match_column(column, column_map) for column in columns}
    best: dict[str, str] = {}
    for column, match in matches.items():
        if match is None:
            continue
        rival = best.setdefault(match.field, column)
        if rival == column:
            continue
        other = matches[rival]
        assert other is not None
        if other.rank == match.rank:
            raise UnreadableInput(
                f"the columns {rival} and {column} could both be {match.field}; choose one with "
                f'--map "{column}={match.field}"'
            )
        if match.rank < other.rank:
            best[match.field] = column
    return {
        column: match if match is not None and best[match.field] == column else None
        for column, match in matches.items()
    }


def value_of(row: Mapping[Any, Any], field: str, column_map: Mapping[str, str]) -> Any:
    """Return what a row has in the column of a field; None if it has no such column."""
    if field in row and field not in column_map:
        return row[field]
    found = [
        (match.rank, value)
        for column, value in row.items()
        if (match := match_column(str(column), column_map)) and match.field == field
    ]
    return min(found, key=lambda each: each[0])[1] if found else None
