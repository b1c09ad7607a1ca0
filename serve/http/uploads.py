"""The endpoint's door for files: a brief as .txt, .pdf or .docx goes in, its words come out."""

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, HTTPException, Query, Request

from serve.http.errors import described
from serve.papers.extract import MOST_BYTES, Paper, UnreadablePaper, read_paper

KINDS = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/plain",
    "application/octet-stream",
)
"""Content types taken; what the file is its own bytes tell."""
AT_ONCE = 2
"""Files read at a time, so that predictions are not kept waiting by them."""
_BODY = {
    "required": True,
    "description": f"the file itself, at most {MOST_BYTES:,} bytes",
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
}


def papers_router() -> APIRouter:
    """Return the route that reads a brief from a file."""
    router = APIRouter()
    places = CapacityLimiter(AT_ONCE)

    @router.post("/papers", openapi_extra={"requestBody": _BODY}, responses=described(408, 415))
    async def papers(
        request: Request,
        name: Annotated[
            str, Query(max_length=255, description="the file's name, such as brief.pdf")
        ] = "",
    ) -> Paper:
        """Read a motion or opposition from a .txt, .pdf or .docx file; nothing of it is kept."""
        _check_kind(request.headers.get("content-type", ""))
        content = await request.body()
        try:
            return await to_thread.run_sync(read_paper, content, name, limiter=places)
        except UnreadablePaper as error:
            raise HTTPException(400, str(error)) from None

    return router


def _check_kind(content_type: str) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind not in KINDS:
        raise HTTPException(
            415,
            f"a body of {kind!r} is not read here; send the file itself as {', '.join(KINDS)}: "
            "curl -H 'Content-Type: application/pdf' --data-binary @brief.pdf",
        )
