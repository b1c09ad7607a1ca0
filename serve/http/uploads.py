"""Uploads: a brief as .txt, .pdf, .docx or .html is sent, its text is returned."""

import codecs
import re
from email.message import Message
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Query, Request

from serve.http.body_limits import client_of
from serve.http.errors import error_responses
from serve.http.turns import Turns
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
"""Files read at a time, one of each client, so that neither predictions nor others wait long."""
MAX_CONTENT_TYPE = 200
"""Characters of a content type with its parameters."""
MAX_WAITING = 8
"""Files of one client that may wait; further ones are refused with 429."""
_HOW_TO_SEND = (
    f"send the file itself as {', '.join(CONTENT_TYPES)}: "
    "curl -H 'Content-Type: application/pdf' --data-binary @brief.pdf"
)
_CHARSETS = re.compile(r"ascii|cp125\d|iso8859-\d+|mac-roman|utf-(?:8|16|32)(?:-[bl]e)?")
"""Encodings of plain text that are read, by Python's names."""
_BODY = {
    "required": True,
    "description": f"the file itself, at most {MAX_BYTES:,} bytes",
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in CONTENT_TYPES},
}


def add_papers_route(router: APIRouter) -> None:
    """Add the route that extracts the text of a brief from a file."""
    places = Turns(MAX_CONCURRENT, per_client=1, max_waiting=MAX_WAITING)

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
        charset = _check_content_type(request.headers.get("content-type", ""))
        content = await request.body()
        if not content:
            raise HTTPException(400, f"the body is empty; {_HOW_TO_SEND}")
        try:
            async with places.turn(client_of(request.scope)):
                return await to_thread.run_sync(read_paper, content, name, charset)
        except UnreadablePaper as error:
            raise HTTPException(400, str(error)) from None


def _check_content_type(header: str) -> str | None:
    """Return the encoding that a content type names, by Python's name, if it does."""
    content_type = header.partition(";")[0].strip().lower()
    if len(header) > MAX_CONTENT_TYPE:  # parsing takes time with the square of its length
        raise HTTPException(
            415, f"a content type of {len(header):,} characters is not supported; {_HOW_TO_SEND}"
        )
    parsed = Message()
    parsed["content-type"] = header
    if content_type and content_type not in CONTENT_TYPES:
        raise HTTPException(
            415, f"content type {content_type[:80]!r} is not supported; {_HOW_TO_SEND}"
        )
    charset = parsed.get_content_charset()
    if charset is None or content_type != "text/plain":
        return None
    try:
        known = codecs.lookup(charset).name
    except (LookupError, ValueError):
        known = ""
    if not _CHARSETS.fullmatch(known):
        raise HTTPException(415, f"charset {charset[:40]!r} is not supported; send UTF-8")
    return known
