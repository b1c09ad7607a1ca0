"""The end of the endpoint: soon, whatever its threads and its event loop still do."""

import os
from threading import Timer
from types import FrameType

import uvicorn

LAST_SECONDS = 1.5
"""What may follow the time for requests in progress: closing the audit log, ending processes."""


class Server(uvicorn.Server):
    """uvicorn's server, which also ends where a thread that cannot be stopped goes on."""

    _last: Timer | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, and see to it that this does not take too long."""
        if self._last is None:
            seconds = (self.config.timeout_graceful_shutdown or 0) + LAST_SECONDS
            self._last = Timer(seconds, lambda: os._exit(0))
            self._last.daemon = True
            self._last.start()
        super().handle_exit(sig, frame)
