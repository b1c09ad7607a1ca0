"""HTTP connections that close when a request's headers do not arrive in time.

Without a limit, a client that opens many connections and sends a byte now and then holds them all
open forever (Slowloris). Slow bodies are the concern of `serve.http.middleware`. At shutdown, a
request may still be in transit on an open connection; it is answered before the connection closes.
"""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_SECONDS = 10.0
"""From the connection, or the first byte of a later request, to the end of the headers."""
GRACE_SECONDS = 0.5
"""How long an idle connection is kept open at shutdown."""


class Connection(HttpToolsProtocol):
    """An HTTP connection that limits the time a client may take to send a request's headers.

    Attributes
    ----------
    headers_seconds
        Time limit for the headers of a request, in seconds.
    draining
        Whether the server is shutting down and this connection was idle then.
    """

    headers_seconds = HEADERS_SECONDS
    draining = False
    _timeout: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Start the time limit for the first request."""
        super().connection_made(transport)
        self._start_timeout()

    def on_message_begin(self) -> None:
        """Start the time limit for a later request; that of the first is already running."""
        super().on_message_begin()
        if self._timeout is None:
            self._start_timeout()

    def on_headers_complete(self) -> None:
        """Stop the time limit: the headers are complete."""
        self._stop_timeout()
        super().on_headers_complete()
        if self.draining:
            super().shutdown()  # closes after the answer

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time limit: the client has disconnected."""
        self._stop_timeout()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close after the current request, or after one that arrives within `GRACE_SECONDS`."""
        if self.cycle is not None and not self.cycle.response_complete:
            super().shutdown()
        elif not self.draining:
            self.draining = True
            self.loop.call_later(GRACE_SECONDS, super().shutdown)

    def _start_timeout(self) -> None:
        self._timeout = self.loop.call_later(self.headers_seconds, self.transport.close)

    def _stop_timeout(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None
