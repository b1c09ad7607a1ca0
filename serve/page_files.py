"""The page for litigators: a few files that ask the endpoint they come from."""

from importlib.resources import files

from fastapi import FastAPI
from fastapi.responses import FileResponse

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
    folder = files("serve") / "page"
    for path, name in PAGE.items():

        def page(file: str = str(folder / name)) -> FileResponse:
            return FileResponse(file, headers={"content-security-policy": _POLICY})

        app.get(path, include_in_schema=False)(page)
