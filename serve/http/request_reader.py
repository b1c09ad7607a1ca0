"""How requests are read from a connection: in pieces, within limits, and one after another.

uvicorn's reader puts no limit on headers and trailers, reads requests ahead while no answer is
taken, and drops the body of a request that offers another protocol (`Upgrade`), which is then read
as the next request. None of this is left to it here.

References
----------
Fielding, Nottingham and Reschke (2022), RFC 9110: HTTP Semantics, sections 6.5 (trailers) and 7.8
(Upgrade); RFC 6585, section 5, for status 431.
"""

import json
from asyncio import Transport
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

PIECE_BYTES = 4096
"""Bytes read at a time. Between pieces, limits are checked, and reading may pause."""
MAX_HEAD_BYTES = 65_536
"""Bytes of a request's line and headers, of its trailers, or between two parts of its body."""
MAX_HEADERS = 200
"""Number of a request's headers."""
LINGER_SECONDS = 2.0
"""How long the rest of a refused request is still taken, so that its sender can read the answer."""
MAX_DROPPED_BYTES = 1_000_000
"""Bytes of that rest."""
_OFFERS = {b"upgrade", b"http2-settings"}
"""Headers that offer another protocol, and options of `Connection` that name them."""


class RequestReader(HttpToolsProtocol):
    """An HTTP connection whose requests are limited, and answered one after another.

    Attributes
    ----------
    receiving
        Whether a request has begun and not arrived whole.
    """

    receiving = False
    _in_head = False
    _is_offer = False
    _is_refused = False
    _framing_bytes = 0
    """Bytes read since the last of a body, or since the end of a request."""
    _dropped_bytes = 0
    _refusal: tuple[int, str] | None = None
    _running: RequestResponseCycle | None = None
    """The request that is answered, or was last."""

    @property
    def has_cycle(self) -> bool:
        """Whether the last request has got as far as to be answered."""
        return self.cycle is not None and not self._in_head and not self._is_offer

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Start reading requests."""
        super().connection_made(transport)
        self._unread = bytearray()
        self.flow = _Flow(transport, self._may_read, self._read_on_soon)

    def data_received(self, data: bytes) -> None:
        """Read requests, as far as they may be read now."""
        self._unset_keepalive_if_required()
        if self._is_refused:
            self._dropped_bytes += len(data)
            if self._dropped_bytes > MAX_DROPPED_BYTES:
                self.transport.abort()
            return
        self._unread += data
        self._read_on()

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        super().on_message_begin()
        self.receiving = self._in_head = True
        self._is_offer = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. A trailer is dropped: it must not pass for a header."""
        if not self._in_head:
            return
        if len(self.headers) >= MAX_HEADERS:
            self._refusal = 431, f"a request may have {MAX_HEADERS} headers"
            raise ValueError("too many headers")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start to answer, unless the request is to be read again without its offer."""
        self._in_head = False
        if self.parser.should_upgrade():
            self._is_offer = True
            self.scope["method"] = self.parser.get_method().decode()
            self.scope["http_version"] = self.parser.get_http_version()
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._framing_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request has arrived whole."""
        self._framing_bytes = 0
        if not self._is_offer:
            self.receiving = False
            super().on_message_complete()

    def resume_writing(self) -> None:
        """Go on with what waited for the client to read."""
        super().resume_writing()
        if self.transport.is_closing():
            return
        if self.pipeline and (self._running is None or self._running.response_complete):
            self._start_asgi_task(*self.pipeline.pop())
        self.flow.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all requests under way, not only the last one, that their client has gone."""
        self._unread.clear()
        for cycle in (self._running, *(cycle for cycle, _ in self.pipeline)):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        self._refuse(400, msg)

    def _should_upgrade(self) -> bool:
        return False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self.flow.write_paused:  # the client has yet to read the answers before
            self.pipeline.append((cycle, app))
            return
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _may_read(self) -> bool:
        return not self.pipeline and not self.flow.write_paused

    def _read_on_soon(self) -> None:
        if self._unread:
            self.loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        while self._unread and not self.flow.read_paused and not self.transport.is_closing():
            piece = bytes(self._unread[:PIECE_BYTES])
            del self._unread[:PIECE_BYTES]
            self._framing_bytes += len(piece)
            try:
                self.parser.feed_data(piece)
            except httptools.HttpParserUpgrade as offer:
                if self.scope["method"] == "CONNECT":
                    self._refuse(400, "CONNECT is for proxies; this is none")
                    return
                self._read_without_offer(piece[offer.args[0] :])
            except httptools.HttpParserError:
                self._refuse(*(self._refusal or (400, "this is no HTTP request")))
                return
            if self._framing_bytes > MAX_HEAD_BYTES:
                self._refuse(431, f"line and headers of a request may have {MAX_HEAD_BYTES} bytes")
                return

    def _read_without_offer(self, rest: bytes) -> None:
        """Read a request again as if it offered no other protocol, as RFC 9110 allows."""
        version = self.scope["http_version"].encode()
        head = [b"%s %s HTTP/%s" % (self.scope["method"].encode(), self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                options = [each.strip() for each in value.split(b",")]
                value = b", ".join(each for each in options if each.lower() not in _OFFERS)
            if name not in _OFFERS and (value or name != b"connection"):
                head.append(b"%s: %s" % (name, value))
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._framing_bytes = 0
        self._unread[:0] = b"\r\n".join([*head, b"", rest])

    def _refuse(self, status: int, detail: str) -> None:
        """Answer that a request is refused, and close once the requests before are answered."""
        self._is_refused = True
        self._unread.clear()
        self.flow.pause_reading()
        has_cycle = self.receiving and self.has_cycle
        cycles = [cycle for cycle, _ in self.pipeline]
        if self._running is not None and not self._running.response_complete:
            cycles.append(self._running)
        if not has_cycle and not cycles:
            self._answer_and_close(status, detail)
        elif not has_cycle:
            cycles[0].keep_alive = False
        elif len(cycles) == 1 and not cycles[0].response_started:
            cycles[0].disconnected = True
            cycles[0].message_event.set()
            self._answer_and_close(status, detail)
        elif not cycles:  # it is answered already
            self.transport.close()
        else:
            self.transport.abort()

    def _answer_and_close(self, status: int, detail: str) -> None:
        phrase = HTTPStatus(status).phrase
        problem = {"type": "about:blank", "title": phrase.capitalize(), "status": status}
        body = json.dumps({**problem, "detail": detail}).encode()
        own = (
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"connection", b"close"),
        )
        headers = [b"%s: %s\r\n" % each for each in (*self.server_state.default_headers, *own)]
        line = b"HTTP/1.1 %d %s\r\n" % (status, phrase.encode())
        self.transport.write(b"".join([line, *headers, b"\r\n", body]))
        self.transport.write_eof()
        FlowControl.resume_reading(self.flow)  # in any case, and drop what comes
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


class _Flow(FlowControl):
    """uvicorn's flow control, which reads on only if it may.

    Parameters
    ----------
    may_read
        Tells whether more may be read now.
    on_resumed
        Called once reading goes on.
    """

    def __init__(
        self, transport: Transport, may_read: Callable[[], bool], on_resumed: Callable[[], None]
    ) -> None:
        super().__init__(transport)
        self._may_read, self._on_resumed = may_read, on_resumed

    def resume_reading(self) -> None:
        """Read on, if it may be."""
        if self.read_paused and self._may_read():
            super().resume_reading()
            self._on_resumed()
