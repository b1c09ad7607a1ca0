"""Methods that every route understands: HEAD as GET without its body, and OPTIONS.

References
----------
Fielding, Nottingham and Reschke (2022), RFC 9110: HTTP Semantics, sections 9.3.2 and 9.3.7.
"""

from typing import Any

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders

from serve.http.middleware import Message, Receive, Send


def add_methods(app: FastAPI) -> None:
    """Have an application answer HEAD where it answers GET, and OPTIONS with what it allows."""
    app.add_middleware(_Methods)


class _Methods:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"]
        without_body = method == "HEAD"

        async def send_adapted(message: Message) -> None:
            nonlocal without_body
            if message["type"] == "http.response.start" and message["status"] == 405:
                headers = MutableHeaders(raw=message["headers"])
                headers["allow"] = _complete(headers.get("allow", ""))
                if method == "OPTIONS":
                    message["status"], without_body = 204, True
                    del headers["content-length"], headers["content-type"]
            elif message["type"] == "http.response.body" and without_body:
                message = {**message, "body": b""}
            await send(message)

        inner = {**scope, "method": "GET"} if method == "HEAD" else scope
        try:
            await self.app(inner, receive, send_adapted)
        finally:
            if "route" in inner:  # for the metrics
                scope["route"] = inner["route"]


def _complete(allowed: str) -> str:
    """Return an `Allow` header with the methods that are answered everywhere."""
    methods = {method.strip() for method in allowed.split(",") if method.strip()}
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods | {"OPTIONS"}))
