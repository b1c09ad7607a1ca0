"""The audit log: one JSON line per prediction, by default without the text of the motion.

The lines have the columns of a scored docket, so `enjoin backtest` can join them with outcomes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from data.schema import Motion
from serve.http.audit_file import AuditFile

if TYPE_CHECKING:
    from features.coder.store import ReadingStore

MAX_BYTES = 100_000_000
"""Size at which a new file is started."""
MAX_BYTES_WITH_TEXT = 1_000_000_000
"""The same for a log that holds the motions' text, a thousand times as much a line."""


class AuditLog:
    """A log of predictions that several processes may write; a failed write does not raise.

    Parameters
    ----------
    path
        The file. It is opened at once, so a folder that cannot be written fails at startup.
    with_text
        Whether to record the motion itself as well, and the words of readings.
    readings
        Where readings by a language model are kept.
    keep
        How many older files to keep; None for all. See `serve.http.audit_file.AuditFile`.

    Attributes
    ----------
    file
        The file that the lines go to.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """

    def __init__(
        self,
        path: Path,
        with_text: bool = False,
        readings: "ReadingStore | None" = None,
        keep: int | None = None,
    ) -> None:
        self.with_text, self._readings, self._lock = with_text, readings, Lock()
        self.file = AuditFile(path, MAX_BYTES_WITH_TEXT if with_text else MAX_BYTES, keep)

    @property
    def error(self) -> str | None:
        """Why the last request could not be recorded; None if it could."""
        return self.file.error

    def write(
        self,
        motions: Sequence[Motion],
        answers: Sequence[Mapping[str, Any]],
        request_id: str,
        key_name: str,
        reading: str | None = None,
    ) -> bool:
        """Record the answers to one request; return whether all of them could be written.

        Parameters
        ----------
        answers
            What is kept of each answer: `serve.http.jobs.recorded_fields`.
        reading
            The key of the reading that the motions started from, if any.
        """
        lines = []
        for motion, answer in zip(motions, answers, strict=True):
            motion_json = motion.model_dump_json(exclude_none=True)
            line: dict[str, Any] = {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "request_id": request_id,
                "key": key_name,
                "motion_sha256": hashlib.sha256(motion_json.encode()).hexdigest(),
                **answer,
                "court": motion.court,
                "decided": motion.decided,
            }
            if reading:
                # It loads what checks quotes, which an endpoint without a coder never needs.
                from serve.http.audited_reading import audited_reading

                line |= audited_reading(reading, self._readings, motion, self.with_text)
            if self.with_text:
                line["motion"] = json.loads(motion_json)
            lines.append(json.dumps(line))
        with self._lock:  # one request at a time, so that its lines stay together
            return self.file.write("\n".join(lines)) if lines else True

    def close(self) -> None:
        """Close the file."""
        self.file.close()
