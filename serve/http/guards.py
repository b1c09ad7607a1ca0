"""What a request passes before it is read: a valid key, and limits on its body."""

from typing import Any

from fastapi import FastAPI

from serve.http.auth import AccessControl, KeyGate
from serve.http.body_limits import BodyLimits


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
