"""Paths as clients and proxies write them: below a prefix, or with a slash at the end.

A proxy may publish the endpoint below a prefix, such as `https://example.com/enjoin/`, and hand on
paths with the prefix or without it. Both are understood. A slash at the end of a path means nothing
here, so nothing is ever redirected.
"""

import re
from typing import Any

from fastapi import FastAPI

from serve.http.middleware import Message, Receive, Send

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")


def check_root_path(root_path: str) -> str:
    """Return the prefix below which a proxy publishes the endpoint, without a slash at its end.

    Raises
    ------
    ValueError
        If it is not a path.
    """
    prefix = root_path.rstrip("/")
    if prefix and (not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/"))):
        raise ValueError(
            f"invalid root path {root_path!r}: expected the path below which the proxy publishes "
            "the endpoint, such as /enjoin"
        )
    return prefix


def add_root_path(app: FastAPI, root_path: str) -> None:
    """Have an application answer below a prefix too, and with or without a slash at the end."""
    app.add_middleware(_RootPath, root_path=root_path)


class _RootPath:
    def __init__(self, app: Any, root_path: str) -> None:
        self.app, self.root_path = app, root_path

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            root, path = self.root_path, scope["path"]
            if path == root or path.startswith(f"{root}/"):  # the proxy did not strip it
                path = path[len(root) :]
            path = path.rstrip("/") or "/"
            scope = {**scope, "root_path": root, "path": root + path}
        await self.app(scope, receive, send)
