"""Uploads: a brief as .txt, .pdf, .docx or .html is sent, its text is returned."""

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, HTTPException, Query, Request

from serve.http.errors import error_responses
from serve.papers.extract import MAX_BYTES, Paper, UnreadablePaper, read_paper

CONTENT_TYPES = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
    "application/vnd.ms-word.document.macroenabled.12",
    "application/vnd.ms-word.template.macroenabled.12",
    "application/vnd.oasis.opendocument.text",
    "text/plain",
    "text/html",
    "application/xhtml+xml",
    "application/octet-stream",
)
"""Accepted content types; the format itself is detected from the content."""
MAX_CONCURRENT = 2
"""Files read at a time, so that predictions are not delayed."""
_BODY = {
    "required": True,
    "description": f"the file itself, at most {MAX_BYTES:,} bytes",
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in CONTENT_TYPES},
}


def add_papers_route(router: APIRouter) -> None:
    """Add the route that extracts the text of a brief from a file."""
    limiter = CapacityLimiter(MAX_CONCURRENT)

    @router.post(
        "/papers", openapi_extra={"requestBody": _BODY}, responses=error_responses(408, 415)
    )
    async def papers(
        request: Request,
        name: Annotated[
            str, Query(max_length=255, description="the file's name, such as brief.pdf")
        ] = "",
    ) -> Paper:
        """Extract the text of a motion or opposition from a text, PDF, Word or HTML file.

        Nothing is kept of the file.
        """
        _check_content_type(request.headers.get("content-type", ""))
        content = await request.body()
        try:
            return await to_thread.run_sync(read_paper, content, name, limiter=limiter)
        except UnreadablePaper as error:
            raise HTTPException(400, str(error)) from None


def _check_content_type(header: str) -> None:
    content_type = header.partition(";")[0].strip().lower()
    if content_type and content_type not in CONTENT_TYPES:
        raise HTTPException(
            415,
            f"content type {content_type!r} is not supported; send the file itself as "
            f"{', '.join(CONTENT_TYPES)}: "
            "curl -H 'Content-Type: application/pdf' --data-binary @brief.pdf",
        )
