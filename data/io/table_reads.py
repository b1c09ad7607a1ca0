"""Whether a table that is to be replaced is one that the input reads: the database is asked.

A name proves nothing: `pending`, `"Pending"` and `main.pending` may be one table, a view or a query
may read it, and two addresses may lead to one database. SQLite's authorizer names every table that
a statement reads; PostgreSQL records what a view depends on, so a temporary one is made of the
query. Where a database cannot tell, the table counts as read.

References
----------
SQLite: Compile-Time Authorization Callbacks (sqlite.org/c3ref/set_authorizer.html). PostgreSQL:
Dependency Tracking, pg_depend (postgresql.org/docs/current/ddl-depend.html).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from data.io.rows import UnreadableInput

_WRITES = (sqlite3.SQLITE_DELETE, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_INSERT)
_PROBE = "enjoin_reads"
_DATABASE = (
    "select d.oid, (select system_identifier from pg_control_system()) "
    "from pg_database d where d.datname = current_database()"
)
# Whatever deleting the rows of a table deletes or changes: its partitions, and by foreign keys.
_CHANGED = """
with recursive changed(oid) as (
  select cast(:target as oid)
  union
  select below.oid from changed join (
    select inhparent as above, inhrelid as oid from pg_inherits
    union all
    select confrelid, conrelid from pg_constraint where contype = 'f' and confdeltype in
      ('c', 'n', 'd')
  ) below on below.above = changed.oid
)
select oid from changed
"""
# What a view reads: through other views, and the partitions of each table.
_READ = """
with recursive reads(oid) as (
  select cast(:view as oid)
  union
  select below.oid from reads join (
    select rule.ev_class as above, depend.refobjid as oid from pg_depend depend
    join pg_rewrite rule on depend.classid = cast('pg_rewrite' as regclass)
      and depend.objid = rule.oid
    where depend.refclassid = cast('pg_class' as regclass)
    union all
    select inhparent, inhrelid from pg_inherits
  ) below on below.above = reads.oid
)
select reads.oid, kind.relkind = 'f' or exists (
  select from pg_depend depend
  join pg_rewrite rule on depend.classid = cast('pg_rewrite' as regclass)
    and depend.objid = rule.oid
  join pg_proc routine on depend.refclassid = cast('pg_proc' as regclass)
    and depend.refobjid = routine.oid
  join pg_language written on written.oid = routine.prolang
  where rule.ev_class = reads.oid
    and (written.lanname not in ('internal', 'c') or routine.proname like 'dblink%')
) as untold
from reads join pg_class kind on kind.oid = reads.oid
"""


@dataclass(frozen=True)
class TableRead:
    """What an input reads from a database: the rows of a query or of a table."""

    url: str
    query: str | None
    table: str | None

    @property
    def statement(self) -> "sa.Select[Any] | sa.TextClause":
        """The statement that selects the rows."""
        if self.query is None:
            return sa.select(sa.text("*")).select_from(named_table(str(self.table)))
        # Escaped, so that a colon (as in `::text`) does not start a parameter.
        return sa.text(self.query.replace(":", "\\:"))


def named_table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    """Return the table of a name such as `pending` or `court.pending`."""
    schema, dot, bare = name.rpartition(".")
    return sa.Table(bare, sa.MetaData(), *columns, schema=schema if dot else None)


def check_replaceable(
    connection: sa.Connection, table: sa.Table, read: TableRead | None, lock: bool
) -> None:
    """Check that replacing a table does not destroy what the input reads.

    Parameters
    ----------
    connection
        Of the output's database, in a transaction.
    table
        The table to replace, which exists.
    read
        What the input reads; None if it is no database.
    lock
        Whether to lock the table against changes until the transaction ends, as it is about to be
        replaced.

    Raises
    ------
    UnreadableInput
        If the table is a view, or the input reads it, or the database cannot tell.
    """
    name = table.fullname
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        _refuse_sqlite_view(connection, table)
    target = None if is_sqlite else _oid(connection, table, lock)
    if read is None or sa.make_url(read.url).get_backend_name() != connection.dialect.name:
        return
    try:
        if is_sqlite:
            is_read = _is_same_file(connection, read) and _sqlite_reads(connection, table, read)
        else:
            is_read = _postgres_reads(connection, int(target or 0), read)
    except (DBAPIError, sqlite3.Error, _Untold) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0][:120]
        raise UnreadableInput(
            f"the database cannot tell whether the input reads {name}, which --replace would "
            f"destroy ({reason}); choose another --output-table"
        ) from None
    if is_read:
        raise UnreadableInput(
            f"the input reads the table {name}, which --replace would destroy; choose another "
            "--output-table"
        )


class _Untold(Exception):
    """What a database cannot tell; the message says why."""


def _refuse_sqlite_view(connection: sa.Connection, table: sa.Table) -> None:
    catalog = sa.text(
        f"select type from {_schema(connection, table)}.sqlite_master "
        "where lower(name) = lower(:name) and type in ('table', 'view')"
    )
    if connection.execute(catalog, {"name": table.name}).scalar() == "view":
        raise UnreadableInput(f"{table.fullname} is a view; choose another --output-table")


def _schema(connection: sa.Connection, table: sa.Table) -> str:
    return connection.dialect.identifier_preparer.quote(table.schema or "main")


def _is_same_file(connection: sa.Connection, read: TableRead) -> bool:
    """Return whether an input is the SQLite file that is written, by whatever path."""
    from data.io.database import database

    with database(read.url) as engine, engine.connect() as source:
        files = [_main_file(each) for each in (connection, source)]
    if not all(files):
        return False  # in memory, each connection has its own
    try:
        return os.path.samefile(*files)
    except OSError as error:
        raise _Untold(error.strerror or "its file cannot be found") from None


def _main_file(connection: sa.Connection) -> str:
    rows = connection.exec_driver_sql("pragma database_list").all()
    return next((str(row[2] or "") for row in rows if row[1] == "main"), "")


def _sqlite_reads(connection: sa.Connection, table: sa.Table, read: TableRead) -> bool:
    """Return whether an input reads one of the tables that replacing a table changes."""
    raw: Any = connection.connection.driver_connection
    quoted = connection.dialect.identifier_preparer.format_table(table)
    with _authorized(raw) as changes:
        raw.execute(f"explain delete from {quoted}").close()
    statement = read.statement.compile(dialect=connection.dialect)
    with _authorized(raw) as reads:
        raw.execute(f"explain {statement}").close()
    changed = {name for action, name in changes if action in _WRITES}
    changed.add(((table.schema or "main").lower(), table.name.lower()))
    read_tables = {name for action, name in reads if action == sqlite3.SQLITE_READ}
    for schema, name in read_tables:
        catalog = f"select sql from {schema}.sqlite_master where lower(name) = ?"
        sql = raw.execute(catalog, (name,)).fetchone()
        if sql and str(sql[0]).lower().startswith("create virtual table"):
            raise _Untold(f"{name} is a virtual table")
    return not changed.isdisjoint(read_tables)


@contextmanager
def _authorized(raw: Any) -> "Iterator[set[tuple[int, tuple[str, str]]]]":
    """Collect what a connection's statements do: the action, and the schema and table."""
    done: set[tuple[int, tuple[str, str]]] = set()

    def note(action: int, first: str | None, _: Any, schema: str | None, __: Any) -> int:
        if first and not first.lower().startswith("sqlite_"):
            done.add((action, ((schema or "main").lower(), first.lower())))
        return sqlite3.SQLITE_OK

    raw.set_authorizer(note)
    try:
        yield done
    finally:
        raw.set_authorizer(None)


def _oid(connection: sa.Connection, table: sa.Table, lock: bool) -> int:
    """Return the oid of a table of PostgreSQL, and lock it against changes if so asked."""
    quoted = connection.dialect.identifier_preparer.format_table(table)
    found = connection.execute(
        sa.text("select oid, relkind from pg_class where oid = to_regclass(:name)"),
        {"name": quoted.replace("%%", "%")},  # doubled for the driver
    ).one()
    if found.relkind not in ("r", "p"):
        raise UnreadableInput(f"{table.fullname} is no table; choose another --output-table")
    if lock:
        connection.exec_driver_sql(f"lock table {quoted} in share row exclusive mode")
    return int(found.oid)


def _postgres_reads(connection: sa.Connection, target: int, read: TableRead) -> bool:
    """Return whether an input reads one of the tables that replacing a table changes."""
    from data.io.database import database

    # On a connection of its own: the address decides whose search_path finds the tables.
    with database(read.url) as engine, engine.connect() as source:
        source.exec_driver_sql("set transaction read write")  # a role may be one that only reads
        if _database_of(source) != _database_of(connection):
            return False
        inner = str(read.statement.compile(dialect=source.dialect))
        inner = inner.replace("%%", "%").strip().rstrip(";")
        view = f"create temporary view {_PROBE} as select 1 as one from (\n{inner}\n) as input"
        source.execute(sa.text(view.replace(":", "\\:")))
        found = source.execute(sa.text(f"select cast(to_regclass('pg_temp.{_PROBE}') as oid)"))
        rows = source.execute(sa.text(_READ), {"view": found.scalar_one()}).all()
        source.rollback()
    if any(row.untold for row in rows):
        raise _Untold("it calls a function or reads a foreign table")
    changed = connection.execute(sa.text(_CHANGED), {"target": target}).scalars()
    return not {row.oid for row in rows}.isdisjoint(changed)


def _database_of(connection: sa.Connection) -> tuple[Any, ...]:
    return tuple(connection.execute(sa.text(_DATABASE)).one())
