"""Request ids, security headers, and limits on the size, speed and coding of request bodies."""

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from serve.papers.extract import MAX_BYTES

MAX_BODY_BYTES = 2_000_000
"""Maximum size of a request body: room for two long briefs."""
UPLOAD_BYTES = {"/v1/papers": MAX_BYTES}
"""Maximum size of a body that is a file, by path."""
BODY_SECONDS = 30.0
"""How long a body may pause between two parts."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def path_in_app(scope: Message) -> str:
    """Return the path of a request without the prefix below which a proxy publishes it."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def add_request_guards(
    app: FastAPI, max_bytes: int = MAX_BODY_BYTES, body_seconds: float = BODY_SECONDS
) -> None:
    """Give each request an id and security headers, and refuse bodies too large or too slow.

    A body that is compressed is refused with 415, before it is read.

    Parameters
    ----------
    max_bytes
        Maximum size of a body, except for the paths in `UPLOAD_BYTES`. A larger one is refused with
        413, as soon as its length is announced or exceeded.
    body_seconds
        How long a body may pause between two parts, in seconds; then it is refused with 408.
    """
    app.add_middleware(_RequestGuards, max_bytes=max_bytes, body_seconds=body_seconds)


class _RequestGuards:
    def __init__(self, app: Any, max_bytes: int, body_seconds: float) -> None:
        self.app, self.max_bytes, self.body_seconds = app, max_bytes, body_seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        sent_id = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", [])
                names = {name.lower() for name, _ in own}
                added = _SECURITY_HEADERS | {"x-request-id": request_id}
                message["headers"] = [
                    *own,
                    *(
                        (name.encode(), value.encode())
                        for name, value in added.items()
                        if name.encode() not in names
                    ),
                ]
            await send(message)

        max_bytes = UPLOAD_BYTES.get(path_in_app(scope), self.max_bytes)
        announced = int(headers.get(b"content-length", b"0"))
        coding = headers.get(b"content-encoding", b"").decode("latin-1").strip().lower()
        limited = self._limited(receive, announced, max_bytes, coding)
        await self.app(scope, limited, send_with_headers)

    def _limited(self, receive: Receive, announced: int, max_bytes: int, coding: str) -> Receive:
        """Return a `receive` that enforces the limits on size, speed and coding of the body."""
        received, complete = 0, False

        async def limited() -> Message:
            nonlocal received, complete
            if coding not in ("", "identity"):
                raise HTTPException(
                    415,
                    f"the content encoding {coding[:40]!r} is not read; send the body without "
                    "Content-Encoding, uncompressed",
                    headers={"Accept-Encoding": "identity"},
                )
            if announced > max_bytes:
                raise _too_large(max_bytes)
            if complete:  # the only message left is that the client has disconnected
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self.body_seconds)
            except TimeoutError:
                raise HTTPException(
                    408, f"no part of the body arrived for {self.body_seconds:g} s"
                ) from None
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > max_bytes:
                raise _too_large(max_bytes)
            return message

        return limited


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(
        413, f"a request body is limited to {max_bytes:,} bytes; send the brief without exhibits"
    )
