"""Limits on request bodies: their size, their speed, and how many a client may have under way.

A body that has arrived whole is not limited in number. One that is still arriving takes one of a
few places, so that unfinished bodies can fill neither the memory nor the line; the others wait,
unread, in the system's buffers.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from starlette.exceptions import HTTPException

from serve.http.middleware import Message, Receive, Send, path_in_app
from serve.http.turns import TooManyWaiting, Turns
from serve.papers.extract import MAX_BYTES

MAX_BODY_BYTES = 2_000_000
"""Maximum size of a request body: room for two long briefs."""
UPLOAD_BYTES = {"/v1/papers": MAX_BYTES}
"""Maximum size of a body that is a file, by path."""
GRACE_SECONDS = 5.0
"""How long a body may take before its speed matters."""
MIN_BYTES_PER_SECOND = 10_000
"""Least average speed of a body afterwards."""
MAX_SECONDS = 120.0
"""How long a body may take in all, and wait for its place."""
PLACES = 32
"""Bodies that may be arriving at a time."""
PLACES_PER_CLIENT = 4
"""Bodies of one client, by key or address, that may be arriving at a time."""
MAX_WAITING = 500
"""Bodies of one client that may wait for their place."""
_CLOSE = {"Connection": "close"}
"""The rest of such a body is not read, so the connection is of no further use."""


class BodyLimits:
    """ASGI middleware that refuses bodies too large (413), too slow (408) or compressed (415).

    A larger body is refused as soon as its length is announced or exceeded.

    Parameters
    ----------
    max_bytes
        Maximum size of a body, except for the paths in `UPLOAD_BYTES`.
    grace_seconds, max_seconds
        See `GRACE_SECONDS` and `MAX_SECONDS`.
    """

    def __init__(
        self,
        app: Any,
        max_bytes: int = MAX_BODY_BYTES,
        grace_seconds: float = GRACE_SECONDS,
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        self.app, self.max_bytes = app, max_bytes
        self.grace_seconds, self.max_seconds = grace_seconds, max_seconds
        self.places = Turns(PLACES, PLACES_PER_CLIENT, max_waiting=MAX_WAITING)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on, with its body limited."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        async with AsyncExitStack() as place:
            await self.app(scope, _Body(self, scope, receive, place).receive, send)


class _Body:
    def __init__(
        self, limits: BodyLimits, scope: Message, receive: Receive, place: AsyncExitStack
    ) -> None:
        self.limits, self.client = limits, client_of(scope)
        self._receive, self._place = receive, place
        self.max_bytes = UPLOAD_BYTES.get(path_in_app(scope), limits.max_bytes)
        headers = dict(scope["headers"])
        self.announced = int(headers.get(b"content-length", b"0"))
        self.coding = headers.get(b"content-encoding", b"").decode("latin-1").strip().lower()
        self.received = self.n_parts = 0
        self.started = asyncio.get_running_loop().time()
        self.is_complete = False

    async def receive(self) -> Message:
        if self.coding not in ("", "identity"):
            raise HTTPException(
                415,
                f"the content encoding {self.coding[:40]!r} is not read; send the body without "
                "Content-Encoding, uncompressed",
                {"Accept-Encoding": "identity", **_CLOSE},
            )
        if self.announced > self.max_bytes:
            raise _too_large(self.max_bytes)
        if self.is_complete:  # the only message left is that the client has disconnected
            return await self._receive()
        if self.n_parts == 1:
            await self._take_place()
        message = await self._next_part()
        self.n_parts += 1
        self.received += len(message.get("body", b""))
        self.is_complete = not message.get("more_body", False)
        if self.received > self.max_bytes:
            raise _too_large(self.max_bytes)
        if self.is_complete:
            await self._place.aclose()
        return message

    async def _next_part(self) -> Message:
        allowed = self.limits.grace_seconds + self.received / MIN_BYTES_PER_SECOND
        deadline = self.started + min(allowed, self.limits.max_seconds)
        try:
            async with asyncio.timeout_at(deadline):
                return await self._receive()
        except TimeoutError:
            raise HTTPException(
                408,
                f"the body arrives too slowly: expected {MIN_BYTES_PER_SECOND:,} bytes a second, "
                f"and all of it within {self.limits.max_seconds:g} s",
                _CLOSE,
            ) from None

    async def _take_place(self) -> None:
        """Wait until the client may send the rest of its body."""
        try:
            async with asyncio.timeout(self.limits.max_seconds):
                await self._place.enter_async_context(self.limits.places.turn(self.client))
        except (TimeoutError, TooManyWaiting):
            raise HTTPException(
                429, "too many unfinished bodies; send them one after another", _CLOSE
            ) from None
        self.started = asyncio.get_running_loop().time()


def client_of(scope: Message) -> str:
    """Return whose turn a request counts as: the name of its key or, without one, its address."""
    name = scope.get("state", {}).get("client")
    return str(name or (scope.get("client") or ("",))[0])


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(
        413,
        f"a request body is limited to {max_bytes:,} bytes; send the brief without exhibits",
        _CLOSE,
    )
