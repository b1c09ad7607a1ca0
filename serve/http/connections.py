"""HTTP connections, limited in number and in the time for which they wait for their clients.

Without limits, a client holds connections open forever that it opens and never uses, on which it
sends a byte now and then (Slowloris), or whose answers it never reads. Slow bodies are the concern
of `serve.http.body_limits`, except those that nobody reads: they go on after the answer. At
shutdown, a request may still be in transit on an open connection; it is answered before the
connection closes.
"""

import logging
import resource
from asyncio import TimerHandle, Transport
from collections.abc import Callable, Sequence
from itertools import count
from weakref import WeakSet

from uvicorn.server import ServerState

from serve.http.request_reader import RequestReader
from serve.http.unsent_answers import in_system_buffer, too_much_unsent

HEADERS_SECONDS = 10.0
"""From the connection, or the first byte of a later request, to the end of the headers."""
GRACE_SECONDS = 1.0
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
LOOK_SECONDS = 1.0
"""Interval between two looks at who reads what is sent to them."""
UNSENT_SECONDS = 20.0
"""How long a client may take for the next `MIN_TAKEN` bytes of what is sent to it."""
UNSENT_SECONDS_AT_END = 2.0
"""The same at shutdown."""
MIN_TAKEN = 20_000
"""Bytes of an answer that a client must take in time, if there are so many."""
UNREAD_SECONDS = 30.0
"""How long the rest of a request may take to arrive once it is answered."""
LOG_SECONDS = 10.0
"""Interval between two lines in the log about closed connections."""
_NUMBERS = count()
_MAKING_ROOM: WeakSet[ServerState] = WeakSet()
"""The servers that are about to close connections."""
_LOOKING: WeakSet[ServerState] = WeakSet()
"""The servers whose connections are looked at."""
_LOG = logging.getLogger("enjoin.http")


class Connection(RequestReader):
    """An HTTP connection that limits the time for which it waits for its client.

    Attributes
    ----------
    headers_seconds
        Time limit for the headers of a request, in seconds.
    draining
        Whether the server is shutting down and this connection was idle then.
    ending
        Whether the server is shutting down.
    max_connections
        Connections in all; see `limit_connections`.
    number
        Connections are numbered in the order in which they were made.
    is_closed
        Whether it was closed because its client kept it waiting.
    unsent
        Bytes of answers that wait in memory, when looked at last.
    unsent_since
        When the client had last taken `MIN_TAKEN` bytes more, in the event loop's seconds; None if
        nothing waits in memory.
    on_closed
        Called with the number of connections closed because clients kept them waiting.
    """

    headers_seconds = HEADERS_SECONDS
    draining = False
    ending = False
    max_connections = MAX_CONNECTIONS
    is_closed = False
    unsent = 0
    unsent_since: float | None = None
    on_closed: Callable[[int], None] = staticmethod(lambda n: None)
    _request_since: float | None = None
    """When it began to wait for a request; None while one that has arrived whole is answered."""
    _untaken = 0
    """Bytes that the client had not taken at `unsent_since`, with those in the system's buffer."""
    _timeout: TimerHandle | None = None
    _closed_since_logged = 0
    _logged = float("-inf")

    @property
    def waits_since(self) -> float | None:
        """When it began to wait for its client, in the event loop's seconds; None if it does not.

        It waits for a request, or for the client to take an answer.
        """
        times = [each for each in (self._request_since, self.unsent_since) if each is not None]
        return min(times, default=None)

    @property
    def has_waited(self) -> float:
        """Seconds since the connection began to wait for its client."""
        since = self.waits_since
        return 0.0 if since is None else self.loop.time() - since

    @property
    def owner(self) -> str:
        """The client, as requests count: the name of its key or, without one, its address."""
        name = self._running.scope.get("state", {}).get("client") if self._running else None
        return str(name or (self.client or ("",))[0])

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Start the time limit for the first request, and close other connections if too many."""
        super().connection_made(transport)
        self.number = next(_NUMBERS)
        self._request_since = self.loop.time()
        self._start_timeout()
        too_many = len(self.connections) > min(MAX_WAITING_PER_ADDRESS, self.max_connections)
        if too_many and self.server_state not in _MAKING_ROOM:
            _MAKING_ROOM.add(self.server_state)
            self.loop.call_later(ROOM_SECONDS, self._make_room)
        if self.server_state not in _LOOKING:
            _LOOKING.add(self.server_state)
            self.loop.call_later(LOOK_SECONDS, self._look)

    def on_message_begin(self) -> None:
        """Start the time limit for a later request; that of the first is already running."""
        super().on_message_begin()
        if self._timeout is None:
            self._start_timeout()

    def on_headers_complete(self) -> None:
        """Stop the time limit: the headers are complete."""
        self._stop_timeout()
        super().on_headers_complete()
        if self.draining and self.has_cycle:
            super().shutdown()  # closes after the answer

    def on_message_complete(self) -> None:
        """Note that the request has arrived whole; wait for the next if it is answered already."""
        super().on_message_complete()
        if self.has_cycle:
            self._request_since = self.loop.time() if self.cycle.response_complete else None

    def on_response_complete(self) -> None:
        """Note that the connection waits for its client again."""
        super().on_response_complete()
        cycle = self.cycle  # the next one, if the client has sent more
        if cycle.response_complete or cycle.more_body:
            self._request_since = self.loop.time()

    def pause_writing(self) -> None:
        """Note that the client has yet to take an answer."""
        super().pause_writing()
        self._note_unsent()

    def resume_writing(self) -> None:
        """Note that the client has taken some of an answer, and go on."""
        self.unsent_since = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time limit: the client has disconnected."""
        self._stop_timeout()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close after the current request, or after one that arrives within `GRACE_SECONDS`."""
        self.ending = True
        if self.cycle is not None and not self.cycle.response_complete:
            super().shutdown()
        elif not self.draining:
            self.draining = True
            self.loop.call_later(GRACE_SECONDS, super().shutdown)

    def _note_unsent(self) -> None:
        self.unsent = self.transport.get_write_buffer_size()
        if not self.unsent:
            self.unsent_since = None
            return
        untaken = self.unsent + in_system_buffer(self.transport)
        if self.unsent_since is None or untaken <= self._untaken - MIN_TAKEN:
            self.unsent_since, self._untaken = self.loop.time(), untaken
        self._untaken = max(self._untaken, untaken)

    def _look(self) -> None:
        """Close the connections of this server whose clients keep it waiting for too long, and
        some of those whose clients leave too much of their answers untaken.
        """
        _LOOKING.discard(self.server_state)
        everyone = [each for each in self.connections if isinstance(each, Connection)]
        for each in everyone:
            each._note_unsent()
        late = [each for each in everyone if each._is_late()]
        if closed := _close(late):
            self._report(closed, "their clients read no answers, or sent requests without end")
        in_time = [each for each in everyone if each.unsent and each not in late]
        if closed := _close(too_much_unsent(in_time, SHORT_WAIT)):
            self._report(closed, "their clients left too many answers unread")
        if everyone:
            _LOOKING.add(self.server_state)
            self.loop.call_later(LOOK_SECONDS, self._look)

    def _is_late(self) -> bool:
        """Tell whether the client takes too long to read, or to finish what is answered already."""
        now = self.loop.time()
        limit = UNSENT_SECONDS_AT_END if self.ending else UNSENT_SECONDS
        if self.unsent_since is not None and now - self.unsent_since > limit:
            return True
        if self._request_since is None or (self.cycle and not self.cycle.response_complete):
            return False
        if self.receiving:  # the headers have a limit of their own
            return self._timeout is None and now - self._request_since > UNREAD_SECONDS
        # Empty lines between requests stop uvicorn's own clock.
        return now - self._request_since > self.timeout_keep_alive + LOOK_SECONDS

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
            open_still = [each for each in of_address if not each.is_closed]
            closed_here = _close(open_still[: max(0, surplus_in_all)])
            surplus_in_all -= closed_here
            closed += closed_here
        if closed:
            self._report(closed, "they waited for their clients, and too many were open")

    def _report(self, closed: int, reason: str) -> None:
        kind = type(self)
        kind.on_closed(closed)
        kind._closed_since_logged += closed
        now = self.loop.time()
        if now - kind._logged >= LOG_SECONDS:
            _LOG.warning("closed %d connections: %s", kind._closed_since_logged, reason)
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
        each.is_closed = True
        each.transport.abort()
    return len(connections)
