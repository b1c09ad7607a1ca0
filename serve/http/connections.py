"""HTTP connections, limited in number and in the time that a request's headers may take.

Without limits, a client that opens many connections and sends a byte now and then holds them all
open forever (Slowloris). Slow bodies are the concern of `serve.http.body_limits`. At shutdown, a
request may still be in transit on an open connection; it is answered before the connection closes.
"""

import logging
import resource
from asyncio import TimerHandle, Transport
from collections.abc import Callable, Sequence
from itertools import count
from weakref import WeakSet

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

HEADERS_SECONDS = 10.0
"""From the connection, or the first byte of a later request, to the end of the headers."""
GRACE_SECONDS = 0.5
"""How long an idle connection is kept open at shutdown."""
MAX_CONNECTIONS = 3000
"""Connections in all, if the process may have as many descriptors; see `limit_connections`."""
BACKLOG = 2048
"""Connections that may wait to be accepted. All may be accepted before the first is counted."""
OWN_DESCRIPTORS = 128
"""Descriptors that the program needs for itself: files, processes, the store."""
MAX_WAITING_PER_ADDRESS = 100
"""Connections of one address that wait for their client, once these have waited `SHORT_WAIT`."""
SHORT_WAIT = 5.0
"""Seconds that any connection may wait for its client, unless there are too many in all: a thousand
may arrive at once, and a busy client may take a while to send its request."""
ROOM_SECONDS = 0.02
"""From a connection too many to the closing of others: it takes time with their number, and during
a flood it should not be done for each."""
LOG_SECONDS = 10.0
"""Interval between two lines in the log about closed connections."""
_NUMBERS = count()
_MAKING_ROOM: WeakSet[ServerState] = WeakSet()
"""The servers that are about to close connections."""
_LOG = logging.getLogger("enjoin.http")


class Connection(HttpToolsProtocol):
    """An HTTP connection that limits the time a client may take to send a request's headers.

    Attributes
    ----------
    headers_seconds
        Time limit for the headers of a request, in seconds.
    draining
        Whether the server is shutting down and this connection was idle then.
    waits_since
        When the connection began to wait for its client, in the event loop's seconds; None while a
        request that has arrived whole is answered.
    max_connections
        Connections in all; see `limit_connections`.
    number
        Connections are numbered in the order in which they were made.
    on_closed
        Called with the number of connections closed to make room.
    """

    headers_seconds = HEADERS_SECONDS
    draining = False
    waits_since: float | None = None
    max_connections = MAX_CONNECTIONS
    on_closed: Callable[[int], None] = staticmethod(lambda n: None)
    _timeout: TimerHandle | None = None
    _closed_since_logged = 0
    _logged = float("-inf")

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Start the time limit for the first request, and close other connections if too many."""
        super().connection_made(transport)
        self.number = next(_NUMBERS)
        self.waits_since = self.loop.time()
        self._start_timeout()
        too_many = len(self.connections) > min(MAX_WAITING_PER_ADDRESS, self.max_connections)
        if too_many and self.server_state not in _MAKING_ROOM:
            _MAKING_ROOM.add(self.server_state)
            self.loop.call_later(ROOM_SECONDS, self._make_room)

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

    def on_message_complete(self) -> None:
        """Note that the request has arrived whole."""
        super().on_message_complete()
        self.waits_since = None

    def on_response_complete(self) -> None:
        """Note that the connection waits for its client again."""
        super().on_response_complete()
        cycle = self.cycle  # the next one, if the client has sent more
        if cycle.response_complete or cycle.more_body:
            self.waits_since = self.loop.time()

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

    def _make_room(self) -> None:
        """Close the connections that have waited longest for their clients, where there are too
        many: of any address, and then in all, first of the address that has most.
        """
        _MAKING_ROOM.discard(self.server_state)
        everyone = [each for each in self.connections if isinstance(each, Connection)]
        waiting: dict[str | None, list[Connection]] = {}
        for each in everyone:
            if each.waits_since is not None:
                waiting.setdefault(each.client and each.client[0], []).append(each)
        closed = 0
        for of_address in waiting.values():
            of_address.sort(key=lambda each: (each.waits_since, each.number))
            surplus = of_address[: max(0, len(of_address) - MAX_WAITING_PER_ADDRESS)]
            closed += _close([each for each in surplus if each.has_waited >= SHORT_WAIT])
        surplus_in_all = len(everyone) - closed - self.max_connections
        for of_address in sorted(waiting.values(), key=len)[::-1]:
            open_still = [each for each in of_address if each.waits_since is not None]
            closed_here = _close(open_still[: max(0, surplus_in_all)])
            surplus_in_all -= closed_here
            closed += closed_here
        if closed:
            self._report(closed)

    @property
    def has_waited(self) -> float:
        """Seconds since the connection began to wait for its client."""
        return 0.0 if self.waits_since is None else self.loop.time() - self.waits_since

    def _report(self, closed: int) -> None:
        kind = type(self)
        kind.on_closed(closed)
        kind._closed_since_logged += closed
        now = self.loop.time()
        if now - kind._logged >= LOG_SECONDS:
            _LOG.warning(
                "closed %d of the connections that waited for their clients: too many were open",
                kind._closed_since_logged,
            )
            kind._closed_since_logged, kind._logged = 0, now

    def _start_timeout(self) -> None:
        self._timeout = self.loop.call_later(self.headers_seconds, self.transport.close)

    def _stop_timeout(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None


def limit_connections() -> int:
    """Ask for the descriptors that the connections need; return how many may wait for acceptance.

    Once a process has no descriptor left, libuv closes new connections without a word. So where
    the operating system grants fewer, fewer connections are kept: they are closed while there are
    still descriptors, which is logged and counted.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + BACKLOG + OWN_DESCRIPTORS
    granted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < granted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
    usable = max(granted - OWN_DESCRIPTORS, 2)
    backlog = usable * BACKLOG // (MAX_CONNECTIONS + BACKLOG)
    Connection.max_connections = usable - backlog
    if granted < wanted:
        _LOG.warning(
            "at most %d connections are kept, since the process may have %d open files: raise "
            "the limit (ulimit -n) to %d for %d connections",
            Connection.max_connections,
            granted,
            wanted,
            MAX_CONNECTIONS,
        )
    return max(backlog, 1)


def _close(connections: Sequence[Connection]) -> int:
    """Close connections; return how many."""
    for each in connections:
        each.waits_since = None
        each.transport.abort()
    return len(connections)
