"""Read motions from a database, and write tables into one whole or not at all (SQLAlchemy)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from data.io.chunks import Source
from data.io.redact import without_secrets
from data.io.rows import UnreadableInput, check_columns, parse_cell
from data.schema import Motion, Ruling, is_list

ROWS_AT_ONCE = 500
WHOLE = ("postgresql", "sqlite")
"""Databases known to undo the making of a table along with what was written into it."""
KINDS: dict[str, Any] = {"flag": sa.Boolean, "number": sa.Double, "whole": sa.BigInteger}


@contextmanager
def database(url: str) -> Iterator[sa.Engine]:
    """Give the engine of a database address such as `postgresql+psycopg://user@host/name`.

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
            f"{scheme}:// is neither a file system nor a database known here; a database is given "
            "as SQLAlchemy does, such as postgresql+psycopg://user@host/name or sqlite:///file.db"
        ) from None
    except ModuleNotFoundError as error:
        extra = "'enjoin[sql]'" if error.name == "psycopg" else error.name
        raise UnreadableInput(
            f"{shown(url)} needs the package {error.name}: pip install {extra}"
        ) from None
    if engine.dialect.name == "sqlite":
        # Left to itself, Python's driver makes a table outside of the transaction.
        sa.event.listen(engine, "connect", _leave_transactions_to_us)
        sa.event.listen(engine, "begin", lambda it: it.exec_driver_sql("BEGIN"))
    try:
        yield engine
    finally:
        engine.dispose()


def _leave_transactions_to_us(connection: Any, record: object) -> None:
    connection.isolation_level = None


def shown(url: str) -> str:
    """Return a database's address without its password, wherever in it that stands."""
    return without_secrets(sa.make_url(url).render_as_string(hide_password=True))


@dataclass(frozen=True)
class Query:
    """The rows of a query or table, read with a cursor on the server; see `data.io.chunks.Part`."""

    name: str
    url: str
    query: str | None
    table: str | None
    size: int = 0
    address: str = ""

    def identity(self) -> dict[str, Any]:
        """Return address and query; rows that changed are told by their chunks."""
        return {"database": shown(self.url), "--query": self.query, "--table": self.table}

    def rows(self) -> Iterator[tuple[Any, float]]:
        """Yield the rows; the share read is not known."""
        with self._result() as result:
            for row in result.yield_per(ROWS_AT_ONCE).mappings():
                yield _raw(row), 0.0

    def count(self) -> int | None:
        """Return None: only the database could count the rows, by running the query twice."""
        return None

    def check(self) -> None:
        """Check that the query runs and its columns fit a motion.

        Raises
        ------
        UnreadableInput
            If one without which every row would be rejected is missing.
        """
        with self._result() as result:
            check_columns(list(result.keys()), Motion, self.name)

    @contextmanager
    def _result(self) -> Iterator[sa.CursorResult[Any]]:
        with database(self.url) as engine, engine.connect() as connection:
            options = {"stream_results": True, "max_row_buffer": ROWS_AT_ONCE}
            reading = connection.execution_options(postgresql_readonly=True, **options)
            with reading.execute(self._statement()) as result:
                yield result

    def _statement(self) -> sa.Executable:
        if self.query is None:
            return sa.select(sa.text("*")).select_from(_table(str(self.table)))
        # To the letter: a colon in it, as of `::text`, names no parameter.
        return sa.text(self.query.replace(":", "\\:"))


def queried(url: str, query: str | None, table: str | None) -> Source:
    """Return a source of the rows of a query, or of a whole table.

    Parameters
    ----------
    table
        Its name, or `schema.name`.

    Raises
    ------
    UnreadableInput
        Unless one of query and table is given, or if the columns are not those of a motion.
    """
    if (query is None) == (table is None):
        both = ", not both" if query else ""
        raise UnreadableInput(
            f"{shown(url)}: give --query or --table{both}, to say which rows to score"
        )
    part = Query(table or "query", url, query, table)
    part.check()
    return Source(part.name, (part,))


def _raw(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Read a row as a file's is: a list field may be an array, a JSON list, or text with `;`."""
    found: dict[str, Any] = {}
    for column, value in row.items():
        name = str(column)
        if isinstance(value, str) and name in Ruling.model_fields and is_list(name):
            found[name] = _list_in(name, value)
        else:
            found[name] = value
    return found


def _list_in(name: str, text: str) -> Any:
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return parse_cell(name, text)


def _table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    schema, dot, bare = name.rpartition(".")
    return sa.Table(bare, sa.MetaData(), *columns, schema=schema if dot else None)


def check_table(url: str, into: str, replace: bool) -> None:
    """Check that a table can be written whole.

    Raises
    ------
    UnreadableInput
        If the database cannot undo the making of a table, or the table exists and is not to be
        replaced.
    """
    with database(url) as engine:
        if engine.dialect.name not in WHOLE:
            raise UnreadableInput(
                f"{shown(url)}: scores are written whole or not at all, which is known to work "
                f"with {' and '.join(WHOLE)} only; write a file and load it"
            )
        table = _table(into)
        if sa.inspect(engine).has_table(table.name, schema=table.schema) and not replace:
            raise UnreadableInput(
                f"{shown(url)} has a table {into} already; --replace puts the scores in its place "
                "once they are whole"
            )


def write_table(
    url: str, into: str, replace: bool, kinds: Mapping[str, str], batches: Iterable[list[Any]]
) -> None:
    """Write rows into a new table, in one transaction.

    Readers see the old table, or none, until the new one is whole. A table of the same columns is
    emptied and filled, so that its grants, indexes and views stay; one of other columns gives way
    to a new table.

    Parameters
    ----------
    replace
        Whether what a table of that name holds is to be replaced.
    kinds
        The columns, each a `flag`, `number`, `whole` number or `text`.
    batches
        Lists of rows, each a mapping of column to value.
    """
    with database(url) as engine, engine.begin() as connection:
        final = _table(into)
        inspector = sa.inspect(connection)
        exists = inspector.has_table(final.name, schema=final.schema)
        if exists and not replace:
            raise UnreadableInput(f"{shown(url)} has a table {into} by now; --replace replaces it")
        columns = [sa.Column(name, KINDS.get(kind, sa.Text)) for name, kind in kinds.items()]
        mine = {column.name: column.type.compile(engine.dialect) for column in columns}
        fits = exists and _columns_of(inspector, final) == mine
        table = _table(_free_name(inspector, into) if exists and not fits else into, *columns)
        if fits:
            connection.execute(table.delete())
        else:
            table.create(connection)
        for rows in batches:
            connection.execute(table.insert(), rows)
        if exists and not fits:
            final.drop(connection)
            quoted = engine.dialect.identifier_preparer
            old, new = quoted.format_table(table), quoted.quote(final.name)
            connection.exec_driver_sql(f"alter table {old} rename to {new}")


def _columns_of(inspector: sa.Inspector, table: sa.Table) -> dict[str, str]:
    """Return the columns of a table of the database, each with its type in words."""
    found = inspector.get_columns(table.name, schema=table.schema)
    dialect = inspector.engine.dialect
    return {column["name"]: column["type"].compile(dialect) for column in found}


def _free_name(inspector: sa.Inspector, name: str) -> str:
    """Return a name that no table beside the one of this name has."""
    tables = (_table(f"{name}__new{number or ''}") for number in count())
    free = next(it for it in tables if not inspector.has_table(it.name, schema=it.schema))
    return str(free.fullname)
