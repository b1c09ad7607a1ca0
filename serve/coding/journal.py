"""Keep what is coded of a docket as it is coded, so that an interrupted run can go on.

A reading that was paid for is in the reading store, too; the journal also has what was made of it.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from data.io.appended import append_line, differences
from data.io.locks import open_locked
from train.settings import OnProgress


@dataclass(frozen=True)
class CodedRow:
    """One coded motion.

    Attributes
    ----------
    row
        Number of the row in the input, from 1.
    digest
        SHA-256 of the row as given.
    motion
        The motion with its codings, without quotes, as JSON values.
    details
        Its quotes, reasons and unproven values, as the sidecar has them.
    agreement
        For each field that the input had coded: whether the reading says the same.
    """

    row: int
    digest: str
    motion: dict[str, Any]
    details: dict[str, Any]
    agreement: dict[str, bool]


def row_digest(raw: Any) -> str:
    """Return the SHA-256 of a row as given."""
    return hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()


class Journal:
    """Coded rows, on disk as soon as they are added.

    Parameters
    ----------
    file
        Open for reading and appending.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: dict[int, tuple[str, int]] = {}  # digest and offset of each row

    def __len__(self) -> int:
        return len(self._places)

    def add(self, row: CodedRow) -> None:
        """Keep a row; it is on disk when this returns."""
        self._places[row.row] = (row.digest, append_line(self._file, asdict(row)))

    def find(self, row: int, digest: str) -> CodedRow | None:
        """Return a row; None if it is not there, or had another content."""
        kept, offset = self._places.get(row, ("", 0))
        return self._read(offset) if kept == digest else None

    def rows(self) -> Iterator[CodedRow]:
        """Yield all rows in the order of the input."""
        for _, (_, offset) in sorted(self._places.items()):
            yield self._read(offset)

    def start(self, fingerprint: dict[str, Any]) -> None:
        """Empty the journal."""
        self._file.truncate(0)
        append_line(self._file, fingerprint)

    def take_up(self, fingerprint: dict[str, Any]) -> bool:
        """Find the rows that an earlier run added; return whether there are any.

        Raises
        ------
        ValueError
            If they depend on something else than this run's would.
        """
        self._file.seek(0)
        earlier = _parsed(self._file.readline())
        if not isinstance(earlier, dict):
            return False
        end = offset = self._file.tell()
        while line := self._file.readline():
            row = _parsed(line)
            if not isinstance(row, dict) or {"row", "digest"} - row.keys():
                break  # torn, as the run was killed
            self._places[row["row"]] = (row["digest"], offset)
            end = offset = self._file.tell()
        if self._places and earlier != fingerprint:
            raise ValueError(
                f"cannot resume: another {differences(earlier, fingerprint)} than before. Use the "
                "same, or run without --resume to start over"
            )
        self._file.truncate(end)
        return bool(self._places)

    def _read(self, offset: int) -> CodedRow:
        self._file.seek(offset)
        return CodedRow(**json.loads(self._file.readline()))


@contextmanager
def open_journal(
    path: Path, fingerprint: dict[str, Any], resume: bool, on_progress: OnProgress
) -> Iterator[Journal]:
    """Open a journal: with the rows of an earlier run, or empty. Only its owner may read it.

    Parameters
    ----------
    fingerprint
        What the codings depend on, as JSON values: the language model, protocol and options.
    resume
        Whether to go on after the rows that the journal has; otherwise it is emptied.
    on_progress
        Called with what happens to the rows of an earlier run.

    Raises
    ------
    ValueError
        If the rows to resume from depend on something else.
    OSError
        If the journal cannot be written, or another run uses it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_locked(path) as file:
        journal = Journal(file)
        if resume and journal.take_up(fingerprint):
            on_progress(f"resuming after {len(journal):,} coded row(s) in {path}")
        else:
            if resume:
                on_progress(f"nothing to resume in {path}: starting with the first row")
            journal.start(fingerprint)
        yield journal


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
