"""Request ids and security headers."""

import re
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

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


class RequestIds:
    """ASGI middleware that gives each request an id, and each response security headers."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent_id = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
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

        await self.app(scope, receive, send_with_headers)
