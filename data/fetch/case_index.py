"""Cases of CourtListener's bulk data on disk, to be looked up by the opinions that belong to them.

An opinion has a cluster, and a cluster a docket: three tables of many millions of rows. The two
smaller ones go to an SQLite file, so that memory stays flat however many there are.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from data.fetch.tables import table_rows
from data.io.atomic import atomic_write
from data.io.rows import BrokenRow

CACHE_KB = 64 * 1024
"""Memory for the pages of the file."""
_BATCH = 10_000
_CLUSTER = ("id", "docket_id", "date_filed", "case_name", "judges", "precedential_status")
_DOCKET = ("id", "court_id", "docket_number", "case_name")
_CITATION = ("cluster_id", "volume", "reporter", "page")
OnRows = Callable[[str, int, float], None]
"""Called with what is read, the rows so far, and the fraction of the file."""


@dataclass(frozen=True)
class Selection:
    """The opinions wanted.

    Attributes
    ----------
    courts
        CourtListener ids; none for all courts.
    after, before
        First and last day of the decision; None for no limit.
    every
        Whether to keep opinions that mention no interim relief.
    """

    courts: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    every: bool = False

    def takes(self, court: str | None, decided: str | None) -> bool:
        """Tell whether court and date fit."""
        return (not self.courts or court in self.courts) and self.in_dates(decided)

    def in_dates(self, decided: str | None) -> bool:
        """Tell whether a date fits; one that is not known fits no limit."""
        if self.after is None and self.before is None:
            return True
        first = self.after.isoformat() if self.after else ""
        last = self.before.isoformat() if self.before else "9999"
        # Of a year alone, any day may be meant.
        return bool(decided) and first[: len(decided or "")] <= str(decided) <= last


@dataclass(frozen=True)
class Case:
    """What the tables say of an opinion's case."""

    court: str
    docket_number: str
    date: str
    caption: str
    judges: str
    status: str
    citation: str | None


def build_case_index(
    path: Path,
    tables: dict[str, Path],
    selection: Selection,
    identity: Any,
    on_rows: OnRows = lambda _what, _rows, _fraction: None,
) -> int:
    """Write the cases that are selected to an SQLite file; return how many rows were broken.

    Parameters
    ----------
    tables
        Paths of `opinion-clusters`, `dockets` and, optionally, `citations`.
    identity
        What the index depends on, as JSON values; one that exists with the same is kept.

    Raises
    ------
    UnreadableInput
        If a table cannot be read.
    """
    if path.exists() and (kept := _broken_if_same(path, identity)) is not None:
        return kept
    try:
        return _build(path, tables, selection, identity, on_rows)
    except sqlite3.Error as error:
        raise OSError(f"cannot write {path}: {error}") from None


def _build(
    path: Path, tables: dict[str, Path], selection: Selection, identity: Any, on_rows: OnRows
) -> int:
    broken = _Broken()
    with (
        atomic_write(path) as temporary,
        closing(sqlite3.connect(temporary)) as database,
    ):
        database.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;"
            f"PRAGMA cache_size = -{CACHE_KB};"
            "CREATE TABLE clusters (id INTEGER PRIMARY KEY, docket INTEGER, date TEXT, "
            "caption TEXT, judges TEXT, status TEXT, citation TEXT);"
            "CREATE TABLE dockets (id INTEGER PRIMARY KEY, court TEXT, number TEXT);"
            "CREATE TABLE meta (identity TEXT, broken INTEGER)"
        )
        _fill(
            database,
            "INSERT OR IGNORE INTO clusters VALUES (?, ?, ?, ?, ?, ?, NULL)",
            broken.drop(_rows(tables, "opinion-clusters", _CLUSTER, on_rows)),
            lambda row: selection.in_dates(row[2]),
        )
        database.execute("CREATE INDEX by_docket ON clusters (docket)")
        # Most dockets have no opinion.
        _fill(
            database,
            "INSERT OR IGNORE INTO dockets SELECT ?1, ?2, ?3 "
            "WHERE EXISTS (SELECT 1 FROM clusters WHERE docket = CAST(?1 AS INTEGER))",
            (row[:3] for row in broken.drop(_rows(tables, "dockets", _DOCKET, on_rows))),
            lambda row: not selection.courts or row[1] in selection.courts,
        )
        if "citations" in tables:
            _fill(
                database,
                "UPDATE clusters SET citation = coalesce(citation || '; ', '') || ?2 "
                "WHERE id = CAST(?1 AS INTEGER)",
                (
                    [row[0], " ".join(row[1:])]
                    for row in broken.drop(_rows(tables, "citations", _CITATION, on_rows))
                ),
            )
        database.execute("INSERT INTO meta VALUES (?, ?)", (json.dumps(identity), broken.count))
        database.commit()
    return broken.count


def _connect(path: Path) -> sqlite3.Connection:
    """Open an index that is there; its name may hold any character."""
    return sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro", uri=True)


@contextmanager
def open_case_index(path: Path) -> Iterator["CaseIndex"]:
    """Open an index for look-ups."""
    with closing(_connect(path)) as database:
        database.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        yield CaseIndex(database)


class CaseIndex:
    """Cases by the id of a cluster."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def find(self, cluster_id: str) -> Case | None:
        """Return the case of a cluster; None if it was not selected."""
        found = self._database.execute(
            "SELECT court, number, date, caption, judges, status, citation FROM clusters "
            "JOIN dockets ON dockets.id = docket WHERE clusters.id = CAST(? AS INTEGER)",
            (cluster_id,),
        ).fetchone()
        return Case(*found) if found else None


class _Broken:
    """Leaves out broken rows, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def drop(self, rows: Iterable[list[str] | BrokenRow]) -> Iterator[list[str]]:
        for row in rows:
            if isinstance(row, BrokenRow):
                self.count += 1
            else:
                yield row


def _rows(
    tables: dict[str, Path], name: str, columns: Sequence[str], on_rows: OnRows
) -> Iterator[list[str] | BrokenRow]:
    for number, (row, fraction) in enumerate(table_rows(tables[name], columns), start=1):
        if number % _BATCH == 0:
            on_rows(f"reading {name}", number, fraction)
        is_row = isinstance(row, BrokenRow) or row[0].isdecimal()
        yield row if is_row else BrokenRow("", f"a number as {columns[0]}")


def _fill(
    database: sqlite3.Connection,
    statement: str,
    rows: Iterable[list[str]],
    wanted: Callable[[list[str]], bool] = lambda _row: True,
) -> None:
    database.executemany(statement, (row for row in rows if wanted(row)))
    database.commit()


def _broken_if_same(path: Path, identity: Any) -> int | None:
    """Return the number of broken rows of an index that exists; None if it is of other tables."""
    try:
        with closing(_connect(path)) as database:
            kept, broken = database.execute("SELECT identity, broken FROM meta").fetchone()
    except (sqlite3.Error, TypeError):
        return None
    return int(broken) if kept == json.dumps(identity) else None
