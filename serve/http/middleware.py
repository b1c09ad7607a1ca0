"""Requests: each has a name, and a body no larger or slower than allowed."""

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from serve.papers.extract import MOST_BYTES

MAX_BODY = 2_000_000
"""Bytes of a request's body: two long briefs."""
LARGER = {"/v1/papers": MOST_BYTES}
"""Bytes of a body where it is a file, by path."""
BODY_SECONDS = 30.0
"""How long the next part of a body may take to come."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def guard_requests(app: FastAPI, max_body: int = MAX_BODY, seconds: float = BODY_SECONDS) -> None:
    """Name each request, put security headers on answers, and refuse bodies too large or slow.

    Parameters
    ----------
    max_body
        Bytes, where `LARGER` does not say otherwise; refused with 413 as soon as they are announced
        or have come.
    seconds
        How long the next part of a body may take to come; then it is refused with 408.
    """
    app.add_middleware(_Guarded, max_body=max_body, seconds=seconds)


class _Guarded:
    def __init__(self, app: Any, max_body: int, seconds: float) -> None:
        self.app, self.max_body, self.seconds = app, max_body, seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        name = given if _NAME.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = name

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = _HEADERS | {"x-request-id": name}
                message["headers"] = [
                    *message.get("headers", []),
                    *((key.encode(), value.encode()) for key, value in extra.items()),
                ]
            await send(message)

        most = LARGER.get(scope["path"], self.max_body)
        limited = self._limited(receive, int(headers.get(b"content-length", b"0")), most)
        await self.app(scope, limited, named)

    def _limited(self, receive: Receive, announced: int, most: int) -> Receive:
        """Return a way to receive that counts the body's bytes and waits only so long for it."""
        size, whole = announced, False
        come = 0

        async def limited() -> Message:
            nonlocal come, whole
            if size > most:
                raise _too_large(most)
            if whole:  # now it only waits for the client to go away
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self.seconds)
            except TimeoutError:
                raise HTTPException(
                    408, f"the body stopped coming for {self.seconds:g} s"
                ) from None
            come += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if come > most:
                raise _too_large(most)
            return message

        return limited


def _too_large(most: int) -> HTTPException:
    return HTTPException(
        413, f"a body holds at most {most:,} bytes; give the brief without its exhibits"
    )
