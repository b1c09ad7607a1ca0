"""The file of the audit log: written whole, a new one started in time, older ones kept.

Several endpoints may write one file.
"""

import logging
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path

from concurrent_log_handler import ConcurrentRotatingFileHandler

from data.io.private_files import (
    PlantedFile,
    is_own_file,
    is_stream,
    open_private,
    open_stream,
    private_descriptor,
)

_LOG = logging.getLogger("enjoin.audit")
_STAMP = "%Y%m%dT%H%M%S%fZ"


class AuditFile(ConcurrentRotatingFileHandler):
    """A file of lines that only its owner may read, and the older files beside it.

    Once `max_bytes` are in `audit.jsonl`, it becomes `audit-20261130T225500123456Z.jsonl` (the time
    in UTC), and a new one is started. A device or a pipe, such as `/dev/stdout`, gets the lines and
    nothing else: it is never renamed or cut off, and its permissions stay.

    Parameters
    ----------
    path
        The file. It is opened at once, so a folder that cannot be written fails at startup.
    max_bytes
        Size at which a new file is started.
    keep
        How many older files to keep; None for all.

    Attributes
    ----------
    error
        Why the last write failed; None if it did not.
    on_rotated, on_dropped
        Called once a new file was started, and with the number of lines that were removed for it.

    Raises
    ------
    OSError
        If the file cannot be opened, or another user may have laid it there.
    """

    def __init__(self, path: Path, max_bytes: int, keep: int | None = None) -> None:
        self._is_stream = is_stream(path)
        if self._is_stream:
            os.close(open_stream(path))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(private_descriptor(path))
        super().__init__(path, maxBytes=max_bytes, encoding="utf-8")
        self.path, self.keep = path, keep
        self.error: str | None = None
        self.on_rotated: Callable[[], None] = lambda: None
        self.on_dropped: Callable[[int], None] = lambda lines: None
        self._cannot_rotate = False

    def write(self, lines: str) -> bool:
        """Append lines, all of them or none; return whether they could be written."""
        self.error = None
        self.handle(logging.makeLogRecord({"msg": lines, "levelno": logging.INFO}))
        return self.error is None

    def older_files(self) -> list[Path]:
        """Return the older files, the oldest first."""
        name = rf"{re.escape(self.path.stem)}-\d{{8}}T\d{{12}}Z{re.escape(self.path.suffix)}"
        older = (each for each in self.path.parent.iterdir() if re.fullmatch(name, each.name))
        return sorted(each for each in older if is_own_file(each))

    def emit(self, record: logging.LogRecord) -> None:
        """Write the lines of a record; a device gets no lock and no other file beside it."""
        if not self._is_stream:
            super().emit(record)
            return
        try:
            with open(open_stream(self.path), "w", encoding="utf-8") as stream:
                stream.write(self.format(record) + self.terminator)
        except OSError:
            self.handleError(record)

    def do_open(self, mode: str | None = None) -> TextIOWrapper:
        """Open the file for its owner alone: others may have put something in its place."""
        return TextIOWrapper(open_private(self.path), encoding="utf-8", write_through=False)

    def atomic_open(self, file_path: str) -> TextIOWrapper:
        """Open the file that endpoints lock in turn, in the same way."""
        return TextIOWrapper(open_private(Path(file_path)), encoding="utf-8")

    def do_write(self, msg: str) -> None:
        """Write lines at the end of the file; what a failed write left is taken back."""
        size = self._end_line()
        try:
            super().do_write(msg)
        except OSError:
            stream, self.stream = self.stream, None
            with suppress(OSError):  # closing writes what is buffered, which fails again
                if stream:
                    stream.close()
            with suppress(OSError), open_private(self.path) as file:
                file.truncate(size)
            raise

    def doRollover(self) -> None:  # noqa: N802 (logging's name)
        """Start a new file; the old one gets the time into its name."""
        self._close()
        older = self._older_name()
        while os.path.lexists(older):
            older = self._older_name()
        try:
            self.path.rename(older)
        except OSError as error:
            if not self._cannot_rotate:
                _LOG.error(
                    "no new audit log can be started (%s), so %s goes on growing",
                    error.strerror,
                    self.path,
                )
            self._cannot_rotate = True
            return
        self._cannot_rotate = False
        _LOG.info("a new audit log was started; the lines until now are in %s", older)
        self.on_rotated()
        if self.keep is not None:
            for file in self.older_files()[: -self.keep or None]:
                self._drop(file)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Keep why a write failed, instead of printing it."""
        error = sys.exception()
        is_planted = isinstance(error, PlantedFile)
        reason = str(error) if is_planted else getattr(error, "strerror", type(error).__name__)
        self.error = f"{self.path} cannot be written: {reason}"

    def _older_name(self) -> Path:
        """Return a name that comes after those of all older files, though the clock be set back."""
        now = datetime.now(UTC)
        if older := self.older_files():
            last = older[-1].stem.removeprefix(f"{self.path.stem}-")
            with suppress(ValueError, OverflowError):
                latest = datetime.strptime(last, _STAMP).replace(tzinfo=UTC)
                now = max(now, latest + timedelta(microseconds=1))
        stamp = now.strftime(_STAMP)
        return self.path.with_name(f"{self.path.stem}-{stamp}{self.path.suffix}")

    def _drop(self, file: Path) -> None:
        try:
            with file.open("rb") as stream:
                lines = sum(1 for _ in stream)
            file.unlink()
        except OSError as error:
            _LOG.error("the old audit log %s cannot be removed: %s", file, error.strerror)
            return
        _LOG.warning("the old audit log %s with %d lines was removed (--audit-keep)", file, lines)
        self.on_dropped(lines)

    def _end_line(self) -> int:
        """End a line that a killed process left unfinished; return the size of the file."""
        with open_private(self.path) as file:
            size = file.seek(0, os.SEEK_END)
            if not size:
                return 0
            file.seek(size - 1)
            if file.read(1) == b"\n":
                return size
            file.write(b"\n")
            return size + 1
