"""Read motions from a database, and write a table in one transaction (SQLAlchemy)."""

import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from data.io.chunks import Source
from data.io.full_disk import DiskFull, full_message
from data.io.private_files import PRIVATE_FILE, check_database
from data.io.redact import redact_secrets
from data.io.rows import UnreadableInput, check_columns, parse_cell
from data.io.shown import storable
from data.io.table_reads import TableRead, check_replaceable, named_table
from data.schema import Motion, Ruling, is_list

FETCH_ROWS = 500
TRANSACTIONAL_DDL = ("postgresql", "sqlite")
"""Databases known to roll back the creation of a table together with its rows."""
_COLUMN_TYPES: dict[str, Any] = {
    "boolean": sa.Boolean,
    "float": sa.Double,
    "integer": sa.BigInteger,
    "text": sa.Text,
}


@contextmanager
def database(url: str) -> Iterator[sa.Engine]:
    """Open the engine of a database address such as `postgresql+psycopg://user@host/name`.

    Raises
    ------
    UnreadableInput
        If the kind of database is unknown, or its driver is not installed.
    """
    try:
        engine = sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError):
        scheme = url.split("://")[0]
        raise UnreadableInput(
            f"{scheme}:// is not a known file system or database; expected a SQLAlchemy address, "
            "such as postgresql+psycopg://user@host/name or sqlite:///file.db"
        ) from None
    except ModuleNotFoundError as error:
        extra = "'enjoin[sql]'" if error.name == "psycopg" else error.name
        raise UnreadableInput(
            f"{redacted_url(url)} needs the package {error.name}: pip install {extra}"
        ) from None
    if engine.dialect.name == "sqlite":
        # By default Python's driver creates a table outside of the transaction.
        sa.event.listen(engine, "connect", _disable_driver_transactions)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        yield engine
    finally:
        engine.dispose()


def _disable_driver_transactions(connection: Any, record: object) -> None:
    connection.isolation_level = None


def redacted_url(url: str) -> str:
    """Return a database's address without passwords, keys and tokens."""
    return redact_secrets(sa.make_url(storable(url)).render_as_string(hide_password=True))


@dataclass(frozen=True)
class Query:
    """The rows of a query or table, read with a cursor on the server; see `data.io.chunks.Part`."""

    name: str
    url: str
    query: str | None
    table: str | None
    size: int = 0
    address: str = ""
    column_map: Mapping[str, str] | None = None

    def identity(self) -> dict[str, Any]:
        """Return address and query; changed rows are detected by the digests of chunks."""
        return {"database": redacted_url(self.url), "--query": self.query, "--table": self.table}

    def rows(self) -> Iterator[tuple[Any, float]]:
        """Yield the rows; the fraction read is unknown, so it stays 0."""
        with self._result() as result:
            for row in result.yield_per(FETCH_ROWS).mappings():
                yield _raw(row), 0.0

    def count(self) -> int | None:
        """Return None: the database could count the rows only by running the query twice."""
        return None

    def check(self) -> None:
        """Check that the query runs and returns the columns that a motion requires.

        Raises
        ------
        UnreadableInput
            If a required column is missing, so that every row would be rejected.
        """
        with self._result() as result:
            check_columns(list(result.keys()), Motion, self.name, self.column_map)

    @contextmanager
    def _result(self) -> Iterator[sa.CursorResult[Any]]:
        with database(self.url) as engine, engine.connect() as connection:
            options = {"stream_results": True, "max_row_buffer": FETCH_ROWS}
            read_only = connection.execution_options(postgresql_readonly=True, **options)
            statement = TableRead(self.url, self.query, self.table).statement
            with read_only.execute(statement) as result:
                yield result


def open_query(
    url: str,
    query: str | None,
    table: str | None,
    column_map: Mapping[str, str] | None = None,
) -> Source:
    """Return a source of the rows of a query or of a whole table.

    Parameters
    ----------
    table
        Its name, or `schema.name`.
    column_map
        As in `data.io.sources.open_source`.

    Raises
    ------
    UnreadableInput
        Unless one of query and table is given, or if the columns are not those of a motion.
    """
    if (query is None) == (table is None):
        both = ", not both" if query else ""
        raise UnreadableInput(
            f"{redacted_url(url)}: give --query or --table{both}, to select the rows to score"
        )
    part = Query(table or "query", url, query, table, column_map=column_map)
    part.check()
    return Source(part.name, (part,), column_map)


def _raw(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row as a file would have it.

    A list field may be an array, a JSON list, or text separated by `;`.
    """
    return {str(column): _cell(str(column), value) for column, value in row.items()}


def _cell(name: str, value: Any) -> Any:
    if not (isinstance(value, str) and name in Ruling.model_fields and is_list(name)):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return parse_cell(name, value)


def check_table(url: str, table_name: str, replace: bool, read: TableRead | None = None) -> None:
    """Check that a table can be written in one transaction.

    Parameters
    ----------
    read
        What the input reads from a database, which must not be replaced.

    Raises
    ------
    UnreadableInput
        If the database cannot roll back the creation of a table, or the table exists and is not
        to be replaced, or the input reads it.
    OSError
        If another user may have laid the file of an SQLite database there.
    """
    with database(url) as engine:
        if engine.dialect.name not in TRANSACTIONAL_DDL:
            raise UnreadableInput(
                f"{redacted_url(url)}: scores are written all together or not at all, which is "
                f"supported for {' and '.join(TRANSACTIONAL_DDL)} only; write a file and load it"
            )
        _create_private(engine)
        table = named_table(table_name)
        if not sa.inspect(engine).has_table(table.name, schema=table.schema):
            return
        if not replace:
            raise UnreadableInput(
                f"{redacted_url(url)} already has a table {table_name}; --replace replaces it "
                "once all scores are written"
            )
        with engine.connect() as connection:
            check_replaceable(connection, table, read, lock=False)


def _create_private(engine: sa.Engine) -> None:
    """Create a SQLite file that is not there yet for its owner alone: it is to hold motions.

    One that is there keeps its permissions, as its owner may share it.
    """
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name.startswith((":memory:", "file:")):
        return
    with suppress(FileNotFoundError):  # a folder that is missing: opening it reports that
        check_database(Path(name), own=False)
    with suppress(OSError):
        os.close(os.open(os.path.realpath(name), os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE))


def write_table(
    url: str,
    table_name: str,
    replace: bool,
    column_types: Mapping[str, str],
    batches: Iterable[list[Any]],
    read: TableRead | None = None,
) -> None:
    """Write rows to a table in one transaction.

    Readers see the old table, or none, until all rows are written. A table with the same columns
    is emptied and filled, so that its grants, indexes and views remain; a table with other columns
    is dropped, and a new one takes its name.

    Parameters
    ----------
    replace
        Whether an existing table of that name is replaced.
    column_types
        The columns, each `boolean`, `float`, `integer` or `text`.
    batches
        Lists of rows, each a mapping of column to value.
    read
        What the input reads from a database: asked again now that it would be destroyed.
    """
    with database(url) as engine, _naming_full_disk(engine), engine.begin() as connection:
        target = named_table(table_name)
        inspector = sa.inspect(connection)
        exists = inspector.has_table(target.name, schema=target.schema)
        if exists and not replace:
            raise UnreadableInput(
                f"{redacted_url(url)} has a table {table_name} by now; --replace replaces it"
            )
        if exists:
            check_replaceable(connection, target, read, lock=True)
        columns = [sa.Column(name, _COLUMN_TYPES[kind]) for name, kind in column_types.items()]
        sql_types = {column.name: column.type.compile(engine.dialect) for column in columns}
        reuse = exists and _existing_types(inspector, target) == sql_types
        name = _free_name(inspector, table_name) if exists and not reuse else table_name
        table = named_table(name, *columns)
        if reuse:
            connection.execute(table.delete())
        else:
            table.create(connection)
        for rows in batches:
            connection.execute(table.insert(), rows)
        if exists and not reuse:
            target.drop(connection)
            preparer = engine.dialect.identifier_preparer
            old, new = preparer.format_table(table), preparer.quote(target.name)
            connection.exec_driver_sql(f"alter table {old} rename to {new}")


@contextmanager
def _naming_full_disk(engine: sa.Engine) -> Iterator[None]:
    """Name an SQLite database in the error if there is no space to write it."""
    try:
        yield
    except OperationalError as error:
        name = engine.url.database
        if engine.dialect.name != "sqlite" or not name or "is full" not in str(error.orig):
            raise
        no_space = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise DiskFull(full_message(no_space, Path(name))) from None


def _existing_types(inspector: sa.Inspector, table: sa.Table) -> dict[str, str]:
    """Return the SQL type of each column of an existing table."""
    columns = inspector.get_columns(table.name, schema=table.schema)
    dialect = inspector.engine.dialect
    return {column["name"]: column["type"].compile(dialect) for column in columns}


def _free_name(inspector: sa.Inspector, name: str) -> str:
    """Return a name beside this one that no table has."""
    tables = (named_table(f"{name}__new{number or ''}") for number in count())
    free = next(
        table for table in tables if not inspector.has_table(table.name, schema=table.schema)
    )
    return str(free.fullname)
