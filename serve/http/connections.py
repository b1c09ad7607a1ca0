"""Connections: closed where a request's head does not come whole in time, and never under one.

A client that opens many connections and lets a byte trickle now and then would otherwise hold them
all for ever (Slowloris). Slow bodies are seen to in `serve.http.middleware`. When the endpoint is told to
stop, a request may be on its way over a connection that was let in.
"""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
"""From the connection, or the first byte of a later request, to the end of the request's head."""


LAST_SECONDS = 0.5
"""How long a connection without a request is kept once the endpoint is told to stop."""


class Connection(HttpToolsProtocol):
    """An HTTP connection whose requests must begin in time."""

    head_seconds = HEAD_SECONDS
    _waiting: TimerHandle | None = None
    _stopping = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request's head."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request's head; the first is waited for already."""
        super().on_message_begin()
        if self._waiting is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """Wait no longer: the head is whole."""
        self._wait_no_longer()
        super().on_headers_complete()
        if self._stopping:
            super().shutdown()  # closes after the answer

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer: the client is gone."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close after the request that is under way, or that comes within `LAST_SECONDS`."""
        if self.cycle is not None and not self.cycle.response_complete:
            super().shutdown()
        elif not self._stopping:
            self._stopping = True
            self.loop.call_later(LAST_SECONDS, super().shutdown)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.head_seconds, self.transport.close)

    def _wait_no_longer(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
