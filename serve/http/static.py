"""The web page: static files, served with a content security policy."""

import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import FastAPI, Response

_SCRIPTS = (
    "common",
    "form",
    "caption",
    "uploads",
    "quotes",
    "reading",
    "charts",
    "conclusion",
    "result",
    "memo",
    "stale",
    "main",
)
_NAMES = ("page.css", "reading.css", "memo.css", *(f"{script}.js" for script in _SCRIPTS))
PAGE_FILES = {"/": "index.html"} | {f"/{name}": name for name in _NAMES}
"""The file served at each path."""
# Nothing from another site may run in the page, and no other site may frame it.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)


def add_page(app: FastAPI) -> None:
    """Serve the page at `/`."""
    folder = files("serve") / "http" / "page"
    add_files(app, {path: folder / name for path, name in PAGE_FILES.items()})


def add_files(app: FastAPI, served: Mapping[str, Traversable]) -> None:
    """Serve files of a page, each at its path."""
    for path, file in served.items():
        # From memory: reading a file takes a thread, and long papers may occupy all of them.
        route = _route(file.read_bytes(), mimetypes.guess_type(file.name)[0])
        app.get(path, include_in_schema=False)(route)


def _route(content: bytes, media_type: str | None) -> Callable[[], Awaitable[Response]]:
    # Parameters with defaults would be query parameters: a link could replace the page's content.
    async def page() -> Response:
        headers = {"content-security-policy": _POLICY}
        return Response(content, media_type=media_type, headers=headers)

    return page
