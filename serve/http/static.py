"""The page for litigators: a few files that ask the endpoint they come from."""

import mimetypes
from importlib.resources import files

from fastapi import FastAPI, Response

PAGE = {"/": "index.html"} | {
    f"/{name}": name for name in ("page.css", "memo.css", "page.js", "papers.js", "memo.js")
}
# Nothing from elsewhere may run in the page, and no other page may frame it.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)


def add_page(app: FastAPI) -> None:
    """Serve the page at `/`."""
    folder = files("serve") / "http" / "page"
    for path, name in PAGE.items():
        media_type = mimetypes.guess_type(name)[0]

        # From memory: to read a file takes a thread, and all may be at work on long papers.
        async def page(
            content: bytes = (folder / name).read_bytes(), kind: str | None = media_type
        ) -> Response:
            return Response(content, media_type=kind, headers={"content-security-policy": _POLICY})

        app.get(path, include_in_schema=False)(page)
