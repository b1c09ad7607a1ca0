"""The audit log: a line of JSON for every motion answered about, without its words.

Lines have the columns of a scored docket, so that `enjoin backtest` can join them with outcomes.
"""

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from concurrent_log_handler import ConcurrentRotatingFileHandler

from data.schema import Motion
from serve.responses import Answer

MAX_BYTES = 100_000_000
"""Bytes after which a new file is begun."""
KEPT = 10
"""Files kept beside the one being written."""


class AuditLog:
    """A log that is written whole lines at a time; a failure to write is told, not raised.

    Several processes may write to the same file.

    Parameters
    ----------
    path
        The file; it is opened at once, so that a folder that cannot be written to shows now.
    with_text
        Whether the motion itself is kept too.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """

    def __init__(self, path: Path, with_text: bool = False) -> None:
        self.with_text, self._writing = with_text, Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(
            os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        )  # for its owner alone
        self._file = _Telling(
            path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", chmod=0o600
        )

    def write(
        self, motions: Sequence[Motion], answers: Sequence[Answer], request_id: str, key_name: str
    ) -> bool:
        """Keep some answers; tell whether all could be written."""
        lines = []
        for motion, answer in zip(motions, answers, strict=True):
            given = motion.model_dump_json(exclude_none=True)
            line: dict[str, Any] = {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "request_id": request_id,
                "key": key_name,
                "motion_sha256": hashlib.sha256(given.encode()).hexdigest(),
                **answer.model_dump(include=_KEPT),
                "prior": answer.prior.grant_rate if answer.prior else None,
                "p_grant_unadjusted": answer.prior.p_unadjusted if answer.prior else None,
                "court": motion.court,
                "decided": motion.decided,
            }
            if self.with_text:
                line["motion"] = json.loads(given)
            lines.append(json.dumps(line))
        with self._writing:  # the lines of one request together, and a failure told of its own
            self._file.failed = False
            for text in lines:
                self._file.handle(logging.makeLogRecord({"msg": text, "levelno": logging.INFO}))
            return not self._file.failed

    def close(self) -> None:
        """Close the file."""
        self._file.close()


_KEPT = {"id", "p_grant", "p_low", "p_high", "in_scope", "mode", "model_version", "model_digest"}


class _Telling(ConcurrentRotatingFileHandler):
    """A rotating file that remembers a failure instead of printing it."""

    failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        self.failed = True
