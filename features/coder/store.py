"""Keep readings on this machine: none is paid for twice, and a batch goes on where it stopped.

The store holds summaries and quotes of papers: only its owner may read it.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from data.io.atomic import make_private_folder
from data.io.cache import cache_dir
from data.io.private_files import SQLITE_SUFFIXES, PlantedFile, check_database
from features.coder.reading import Reading

_TABLE = """
create table if not exists readings (
    key text primary key, answer text not null, tokens_in integer, tokens_out integer, cost real
) without rowid"""
_BUSY_SECONDS = 10.0


@dataclass(frozen=True)
class Kept:
    """A reading and what it took when it was made."""

    reading: Reading
    tokens_in: int
    tokens_out: int
    cost: float | None


def default_store() -> Path:
    """Return where readings are kept: `ENJOIN_CODER_STORE`, or a file in the cache folder."""
    return Path(os.environ.get("ENJOIN_CODER_STORE") or cache_dir() / "readings.db")


def reading_key(papers: Sequence[str], protocol_digest: str, model_digest: str, sample: int) -> str:
    """Return the key of a reading: SHA-256 of what it depends on.

    Parameters
    ----------
    papers
        The texts as they are sent.
    sample
        Number of the reading, from 0, where several are asked for.
    """
    parts = json.dumps([list(papers), protocol_digest, model_digest, sample])
    return hashlib.sha256(parts.encode()).hexdigest()


def combined_key(keys: Sequence[str]) -> str:
    """Return the key of what several readings were combined into."""
    return hashlib.sha256(json.dumps(list(keys)).encode()).hexdigest()


class ReadingStore:
    """Readings by their key, in an SQLite file; several threads and processes may use it.

    A store that is damaged or cannot be written costs money, not the answer: it is reported once,
    and then done without.

    Parameters
    ----------
    path
        The file.
    on_trouble
        Called once with what is wrong with the store.
    """

    def __init__(
        self, path: Path, on_trouble: Callable[[str], None] = lambda message: None
    ) -> None:
        self.path = path
        self._on_trouble = on_trouble
        self._is_usable = True
        self._lock = Lock()

    def get(self, key: str) -> Kept | None:
        """Return a reading; None if it is not kept."""
        query = "select answer, tokens_in, tokens_out, cost from readings where key = ?"
        row = self._run(lambda rows: rows.execute(query, (key,)).fetchone())
        if row is None:
            return None
        try:
            return Kept(Reading.model_validate_json(row[0]), *row[1:])
        except ValueError:  # of an earlier version of the program
            return None

    def put(self, key: str, kept: Kept) -> None:
        """Keep a reading; it is on disk when this returns."""
        row = (key, kept.reading.model_dump_json(), kept.tokens_in, kept.tokens_out, kept.cost)
        insert = "insert or replace into readings values (?, ?, ?, ?, ?)"
        self._run(lambda rows: rows.execute(insert, row))

    def forget(self) -> int:
        """Delete the store, and return the number of readings that it held (0 if damaged).

        Raises
        ------
        OSError
            If something else is in its place, such as a link or a device.
        """
        count = self._run(
            lambda rows: (
                rows.execute("select count(*) from readings").fetchone()[0]
                if self.path.exists()
                else 0
            )
        )
        if os.path.lexists(self.path):
            check_database(self.path, own=True)  # nothing else than a store is to be deleted
            for suffix in ("", *SQLITE_SUFFIXES):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        return int(count or 0)

    def _run(self, work: Callable[[sqlite3.Connection], object]) -> Any:
        """Do something with the readings; None if that fails."""
        if not self._is_usable:
            return None
        try:
            with self._lock, closing(self._connect()) as rows, rows:
                return work(rows)
        except (sqlite3.Error, OSError) as error:
            self._is_usable = False
            mend = "" if isinstance(error, PlantedFile) else "; `enjoin coder forget` starts anew"
            self._on_trouble(
                f"readings cannot be kept in {self.path} ({error}), so papers read again are paid "
                f"for again{mend}"
            )
            return None

    def _connect(self) -> sqlite3.Connection:
        make_private_folder(self.path.parent)
        # Made before SQLite opens it, which would give it the user's ordinary permissions.
        check_database(self.path, own=True)
        rows = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
        rows.execute(_TABLE)
        return rows
