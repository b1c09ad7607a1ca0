"""The web page: static files, served with a content security policy and checked by digest."""

import hashlib
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import FastAPI, Request, Response

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


def add_page(app: FastAPI, root_path: str = "") -> None:
    """Serve the page at `/`.

    Parameters
    ----------
    root_path
        The prefix below which a proxy publishes the page, if any. The page names its files by it,
        as a browser may ask for the page without the slash at the end of the prefix.
    """
    folder = files("serve") / "http" / "page"
    contents = {path: (folder / name).read_bytes() for path, name in PAGE_FILES.items()}
    for name in _NAMES if root_path else ():
        named = f'="{name}"'.encode(), f'="{root_path}/{name}"'.encode()
        contents["/"] = contents["/"].replace(*named)
    for path, content in contents.items():
        _add_file(app, path, content, PAGE_FILES[path])


def add_files(app: FastAPI, served: Mapping[str, Traversable]) -> None:
    """Serve files of a page, each at its path."""
    for path, file in served.items():
        _add_file(app, path, file.read_bytes(), file.name)


def _add_file(app: FastAPI, path: str, content: bytes, name: str) -> None:
    # From memory: reading a file takes a thread, and long papers may occupy all of them.
    route = _route(content, mimetypes.guess_type(name)[0])
    app.get(path, include_in_schema=False)(route)


def _route(content: bytes, media_type: str | None) -> Callable[[Request], Awaitable[Response]]:
    # A browser may keep the file, but asks each time whether it is still the same.
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"content-security-policy": _POLICY, "cache-control": "no-cache", "etag": tag}

    # Parameters with defaults would be query parameters: a link could replace the page's content.
    async def page(request: Request) -> Response:
        if _names_tag(request.headers.getlist("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=media_type, headers=headers)

    return page


def _names_tag(values: list[str], tag: str) -> bool:
    """Tell whether `If-None-Match` names a tag; a weak one is as good (RFC 9110, 13.1.2)."""
    named = [each.strip().removeprefix("W/") for value in values for each in value.split(",")]
    return tag in named or "*" in named
