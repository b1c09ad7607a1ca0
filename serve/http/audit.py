"""The audit log: one JSON line per prediction, by default without the text of the motion.

The lines have the columns of a scored docket, so `enjoin backtest` can join them with outcomes.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from concurrent_log_handler import ConcurrentRotatingFileHandler

from data.schema import Motion

if TYPE_CHECKING:
    from features.coder.store import ReadingStore

MAX_BYTES = 100_000_000
"""Size at which a new file is started."""
BACKUP_COUNT = 10
"""Older files kept beside the current one."""


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

    Raises
    ------
    OSError
        If the file cannot be opened.
    """

    def __init__(
        self, path: Path, with_text: bool = False, readings: "ReadingStore | None" = None
    ) -> None:
        self.with_text, self._readings, self._lock = with_text, readings, Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        # Readable by its owner only, from the first byte on.
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        self._file = _RotatingFile(
            path, maxBytes=MAX_BYTES, backupCount=BACKUP_COUNT, encoding="utf-8", chmod=0o600
        )

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
        # One request at a time: its lines stay together, and `failed` is about them alone.
        with self._lock:
            self._file.failed = False
            for text in lines:
                self._file.handle(logging.makeLogRecord({"msg": text, "levelno": logging.INFO}))
            return not self._file.failed

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _RotatingFile(ConcurrentRotatingFileHandler):
    """A rotating file that records a failed write instead of printing it."""

    failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        self.failed = True
