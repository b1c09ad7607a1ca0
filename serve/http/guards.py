"""What a request passes before it is read: a valid key, and limits on its body."""

import asyncio
from typing import Any

from fastapi import FastAPI, Request

from serve.http.auth import AccessControl, KeyGate
from serve.http.body_limits import BodyLimits
from serve.http.errors import problem_response
from serve.http.middleware import Message, Receive, Send


def add_guards(app: FastAPI, access: AccessControl, **limits: Any) -> None:
    """Guard an application, the outermost guard last.

    Parameters
    ----------
    access
        Who may use what is under `/v1/`.
    limits
        See `serve.http.body_limits.BodyLimits`.
    """
    app.add_middleware(BodyLimits, **limits)
    app.add_middleware(KeyGate, access=access)


class AnswerWhenStopped:
    """ASGI middleware that answers 503 to a request that is cut off as the endpoint stops."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except asyncio.CancelledError:  # uvicorn cancels what takes longer than it may at the end
            if scope["type"] != "http" or started:
                raise
            detail = "the endpoint is stopping; try again"
            await problem_response(Request(scope), 503, detail)(scope, receive, send)
