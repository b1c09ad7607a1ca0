"""Readings over HTTP: a language model codes the papers of a motion, and says how far it is."""

import asyncio
import logging
from collections.abc import AsyncIterator
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from data.embedded import clearview_motion
from features.coder.settings import HOW_TO_SET, CoderFailed
from features.coder.uncoded import UncodedMotion
from serve.http.coded_papers import CodedPapers, coded_papers
from serve.http.errors import (
    ProblemDetails,
    error_responses,
    problem_content,
    problem_response,
)
from serve.http.metrics import Metrics

if TYPE_CHECKING:
    from features.coder.coder import Coder, Coding

MAX_READINGS = 4
"""Papers read at a time, by each worker."""
MAX_WAITING = 16
"""Papers that may wait for their turn; further ones are refused."""
PROGRESS_SECONDS = 1.0
"""Interval between two events that report progress."""
STATUS_OF = {
    "not_configured": 409,
    "too_long": 413,
    "rate_limited": 503,
    "timeout": 504,
}
"""The HTTP status of each failure of a reading; of the others, 502: the language model's fault."""
_CLIENT_LEFT = 499
"""What nginx logs for a client that has gone; nobody receives it."""
_EVENTS = "text/event-stream"
_LOG = logging.getLogger("enjoin.http")
_PAPERS = clearview_motion().model_dump(
    mode="json", include={"caption", "docket_number", "motion", "opposition"}
)


class CoderStatus(BaseModel):
    """Which language model reads papers here, and where they would go."""

    configured: bool
    model: str | None = Field(default=None, description="provider and name of the language model")
    destination: str | None = Field(default=None, description="where the papers go")
    local: bool | None = Field(default=None, description="whether that is this machine")
    blind: bool | None = Field(
        default=None,
        description="whether caption, docket number, judge, dates and court are blanked first",
    )
    how_to_set: str | None = Field(default=None, description="how to configure one, if none is")


class ReadingProgress(BaseModel):
    """How far a reading is."""

    message: str
    seconds: float


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The reading; or, as server-sent events, `progress` (a ReadingProgress) "
        "every second and then `result` (a CodedPapers) or `problem` (a ProblemDetails)",
        "content": {_EVENTS: {"schema": {"type": "string"}}},
    },
    **error_responses(409, 502, 503, 504),
}


class ReadingQueue:
    """Has papers read, a few at a time, and stops where nobody waits for them any more.

    Parameters
    ----------
    coder
        The language model; it works in a thread of its own, not in the event loop.
    metrics
        Where readings, failures and tokens are counted.
    """

    def __init__(self, coder: "Coder", metrics: Metrics) -> None:
        self.coder, self._metrics = coder, metrics
        self._turns = asyncio.Semaphore(MAX_READINGS)
        self._n_waiting = 0
        self._counted = 0, 0

    def require_room(self) -> None:
        """Refuse a request with 503 if too many wait already."""
        if self._n_waiting >= MAX_WAITING:
            raise HTTPException(
                503, "too many papers wait to be read; try again", headers={"Retry-After": "30"}
            )

    async def read(
        self, request: Request, motion: UncodedMotion
    ) -> AsyncIterator[ReadingProgress | CodedPapers]:
        """Yield the progress of a reading every second, and its result at the end.

        Raises
        ------
        CoderFailed
            If the language model gives no usable answer.
        ClientDisconnect
            If the client has gone.
        """
        start, messages = monotonic(), ["waiting for other readings"]
        task = asyncio.create_task(self._read_in_turn(motion, messages))
        try:
            while not (await asyncio.wait([task], timeout=PROGRESS_SECONDS))[0]:
                if await request.is_disconnected():
                    raise ClientDisconnect
                yield ReadingProgress(message=messages[-1], seconds=monotonic() - start)
            coding = task.result()
        except CoderFailed as error:
            self._metrics.reading_failures.labels(error.kind).inc()
            _LOG.warning("request %s: reading failed: %s", request.state.request_id, error.kind)
            raise
        finally:
            task.cancel()  # what was read so far is in the store
            self._count_tokens()
        self._metrics.readings.labels("store" if coding.from_store else "model").inc()
        yield coded_papers(coding, motion, monotonic() - start)

    async def _read_in_turn(self, motion: UncodedMotion, messages: list[str]) -> "Coding":
        self._n_waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._n_waiting -= 1
        try:
            messages.append("reading the papers")
            return await self.coder.aread(motion, messages.append)
        finally:
            self._turns.release()

    def _count_tokens(self) -> None:
        """Count what was spent since the last time, by failed readings too."""
        spent = self.coder.spent.tokens_in, self.coder.spent.tokens_out
        for direction, now, before in zip(("in", "out"), spent, self._counted, strict=True):
            self._metrics.reading_tokens.labels(direction).inc(now - before)
        self._counted = spent


def add_coding_routes(router: APIRouter, coder: "Coder | None", metrics: Metrics) -> None:
    """Add the routes that have papers read by a language model, and say where they go."""
    queue = ReadingQueue(coder, metrics) if coder else None

    @router.get("/coder")
    async def coder_status() -> CoderStatus:
        """Say which language model reads papers here, and where they would go."""
        if coder is None:
            return CoderStatus(configured=False, how_to_set=HOW_TO_SET)
        return CoderStatus(
            configured=True,
            model=coder.settings.model,
            destination=coder.destination,
            local=coder.settings.is_local,
            blind=coder.blind,
        )

    @router.post("/code", response_model=CodedPapers, responses=_RESPONSES)
    async def code(
        request: Request,
        motion: Annotated[UncodedMotion, Body(openapi_examples={"papers": {"value": _PAPERS}})],
    ) -> Response:
        """Have a language model code the papers, rate the factors and forecast the ruling.

        The papers go to where `/v1/coder` says. It takes a minute or more; with
        `Accept: text/event-stream`, progress is sent meanwhile. Values that the request gives are
        kept, and a value whose quotes do not appear in the papers is left out.
        """
        if queue is None:
            raise CoderFailed("not_configured", f"no language model is set: {HOW_TO_SET}")
        queue.require_room()
        if _EVENTS in request.headers.get("accept", ""):
            # Otherwise nginx would hold the events back.
            headers = {"X-Accel-Buffering": "no"}
            events = _events(request, queue.read(request, motion))
            return StreamingResponse(events, media_type=_EVENTS, headers=headers)
        try:
            *_, answer = [step async for step in queue.read(request, motion)]
        except ClientDisconnect:
            return Response(status_code=_CLIENT_LEFT)
        return Response(answer.model_dump_json(), media_type="application/json")


def failed_reading(request: Request, error: CoderFailed) -> Response:
    """Answer a reading that failed with a problem document."""
    return problem_response(request, _status(error), str(error), kind=error.kind)


def _status(error: CoderFailed) -> int:
    return STATUS_OF.get(error.kind, 502)


async def _events(
    request: Request, steps: AsyncIterator[ReadingProgress | CodedPapers]
) -> AsyncIterator[str]:
    """Yield a reading as server-sent events; whatever fails is an event too."""
    try:
        async for step in steps:
            name = "progress" if isinstance(step, ReadingProgress) else "result"
            yield _event(name, step)
    except ClientDisconnect:
        return
    except CoderFailed as error:
        content = problem_content(request, _status(error), str(error), kind=error.kind)
        yield _event("problem", ProblemDetails(**content))
    except Exception as error:
        _LOG.error("request %s failed", request.state.request_id, exc_info=error)
        content = problem_content(request, 500, "the server's log names the cause")
        yield _event("problem", ProblemDetails(**content))


def _event(name: str, data: BaseModel) -> str:
    # A problem is the same here as in a response, where it lacks what it has no value for.
    content = data.model_dump_json(exclude_none=isinstance(data, ProblemDetails))
    return f"event: {name}\ndata: {content}\n\n"
