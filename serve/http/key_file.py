"""The file of API keys, read again when it changes."""

import logging
from pathlib import Path
from threading import Event, Thread

from data.io.redact import shorten
from serve.http.auth import AccessControl, KeyFileError, read_keys

POLL_SECONDS = 5.0
"""Interval between two looks at the file; network drives announce no changes."""
_LOG = logging.getLogger("enjoin.http")


class KeyFile:
    """Follows a file of keys. One that is broken or empty changes nothing.

    Parameters
    ----------
    path
        The file.
    access
        Who is admitted: its `keys` are replaced.

    Attributes
    ----------
    error
        Why the file could not be read when looked at last; None if it could.
    """

    def __init__(self, path: Path, access: AccessControl) -> None:
        self.path, self.access = path, access
        self.error: str | None = None
        self._stop = Event()

    def poll(self) -> None:
        """Look at the file; use its keys if it is whole."""
        try:
            keys = read_keys(self.path, {})
        except KeyFileError as error:
            message = shorten(str(error))  # /health/ready shows it to anyone
            if message != self.error:
                _LOG.error("%s; the keys read before stay in use", message)
            self.error = message
            return
        if self.error:
            _LOG.info("the file of API keys can be read again")
        self.error = None
        before, self.access.keys = self.access.keys, keys
        if keys != before:
            added = [name for name, digest in keys.items() if before.get(name) != digest]
            removed = [name for name in before if before[name] != keys.get(name)]
            _LOG.info("API keys were read again: new %s; gone %s", _names(added), _names(removed))

    def follow(self, seconds: float = POLL_SECONDS) -> None:
        """Look at the file at an interval in a background thread, until `stop` is called."""

        def poll_until_stopped() -> None:
            while not self._stop.wait(seconds):
                self.poll()

        Thread(target=poll_until_stopped, name="follow the keys", daemon=True).start()

    def stop(self) -> None:
        """Stop looking."""
        self._stop.set()


def _names(names: list[str]) -> str:
    return ", ".join(names) or "none"
