"""A download that can be interrupted: rows on disk as they come, a journal of where it stands.

Rows go to `OUTPUT.part`, and only a complete download becomes OUTPUT. Only its owner may read it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from data.io.appended import append_line, differences
from data.io.atomic import atomic_write
from data.io.locks import open_locked
from data.io.private_files import open_private
from data.io.problems import rejects_beside


class Download:
    """Rows of an output, each on disk when it is added, and the rows that were rejected.

    Attributes
    ----------
    ids
        Ids of the rows and rejects that are there.
    rows, rejected
        How many there are of each.
    position
        Where an earlier run stopped, as it was given to `turn_page`; None for the beginning.
    """

    def __init__(self, output: Path, part: BinaryIO, rejects: BinaryIO) -> None:
        self.output = output
        self._part, self._rejects = part, rejects
        self._fingerprint: dict[str, Any] = {}
        self.ids: set[str] = set()
        self.rows = self.rejected = 0
        self.position: Any = None

    def add(self, row: dict[str, Any]) -> None:
        """Keep a row; it is on disk when this returns."""
        append_line(self._part, row)
        self.ids.add(row["id"])
        self.rows += 1

    def reject(self, row_id: str, reason: str, url: str | None) -> None:
        """Keep the reason why a row is not used. Nothing of its words is kept."""
        append_line(self._rejects, {"id": row_id, "reasons": [reason], "url": url})
        self.ids.add(row_id)
        self.rejected += 1

    def turn_page(self, position: Any) -> None:
        """Note where the next page is: a later run goes on there."""
        self.position = position
        with atomic_write(journal_path(self.output)) as temporary:
            record = {"fingerprint": self._fingerprint, "position": position}
            temporary.write_text(json.dumps(record), encoding="utf-8")

    def start(self, fingerprint: dict[str, Any]) -> None:
        """Begin anew."""
        self._fingerprint = fingerprint
        for file in (self._part, self._rejects):
            file.truncate(0)
        self.turn_page(None)

    def take_up(self, fingerprint: dict[str, Any]) -> bool:
        """Find what an earlier run fetched; return whether there is anything.

        Raises
        ------
        ValueError
            If it was fetched by another search.
        """
        try:
            journal = json.loads(journal_path(self.output).read_text(encoding="utf-8"))
            earlier, position = journal["fingerprint"], journal["position"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            if self._part.seek(0, os.SEEK_END):
                raise ValueError(
                    f"{journal_path(self.output)} is missing or damaged, so it is not known what "
                    f"{part_path(self.output)} holds; delete that to start over"
                ) from None
            return False
        if earlier != fingerprint:
            raise ValueError(
                f"cannot resume {self.output}: another {differences(earlier, fingerprint)} than "
                f"before. Use the same, or delete {part_path(self.output)} to start over"
            )
        self._fingerprint, self.position = fingerprint, position
        self.rows = self._take_up_ids(self._part)
        self.rejected = self._take_up_ids(self._rejects)
        return True

    def _take_up_ids(self, file: BinaryIO) -> int:
        """Note the ids in a file; cut off a last line that was torn as the run was killed."""
        file.seek(0)
        count = end = 0
        while line := file.readline():
            row = _parsed(line)
            if row is None or not line.endswith(b"\n"):
                break
            self.ids.add(row["id"])
            count, end = count + 1, file.tell()
        file.truncate(end)
        return count

    def finish(self) -> None:
        """Give rows and rejects their names; without rows, OUTPUT stays as it was."""
        if self.rows:
            part_path(self.output).replace(self.output)
        else:
            part_path(self.output).unlink()
        rejects, kept = rejects_beside(self.output), rejects_part_path(self.output)
        if self.rejected:
            kept.replace(rejects)
        else:
            kept.unlink(missing_ok=True)
            rejects.unlink(missing_ok=True)
        journal_path(self.output).unlink(missing_ok=True)


@contextmanager
def open_download(output: Path, fingerprint: dict[str, Any], resume: bool) -> Iterator[Download]:
    """Open a download: with what an earlier run fetched, or empty.

    Parameters
    ----------
    fingerprint
        What is fetched, as JSON values by the names that the user knows.
    resume
        Whether to go on where an earlier run stopped.

    Raises
    ------
    ValueError
        If an earlier run was interrupted and is not resumed, or was another search.
    OSError
        If the files cannot be written, or another run uses them.
    """
    if output.suffix != ".jsonl":
        raise ValueError(f"{output}: expected a name ending in .jsonl")
    output.parent.mkdir(parents=True, exist_ok=True)
    part = part_path(output)
    if not resume and part.exists() and part.stat().st_size:
        raise ValueError(
            f"{part} holds what an interrupted run has fetched: add --resume to go on, or delete "
            "it to start over"
        )
    with open_locked(part) as rows, open_private(rejects_part_path(output)) as rejects:
        download = Download(output, rows, rejects)
        if not (resume and download.take_up(fingerprint)):
            download.start(fingerprint)
        yield download


def part_path(output: Path) -> Path:
    """Return where rows are kept until the output is complete."""
    return output.with_name(f"{output.name}.part")


def journal_path(output: Path) -> Path:
    """Return where a download notes how far it is."""
    return output.with_name(f"{output.name}.journal")


def rejects_part_path(output: Path) -> Path:
    """Return where the reasons are kept until the output is complete."""
    return output.with_name(f"{output.name}.rejects.part")


def _parsed(line: bytes) -> Any:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and isinstance(row.get("id"), str) else None
