"""The HTTP endpoint: predictions, what-if, comparables, and what describes model and schema."""

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from data.embedded import clearview_motion
from data.io.load import check_rows
from data.schema import Motion
from features.coder.settings import CoderFailed
from serve.http.auth import AccessControl
from serve.http.bodies import (
    MAX_MOTIONS,
    BaseRateQuery,
    MotionBody,
    ReadingQuery,
    WhatIfRequest,
    batch_body,
    what_if_body,
)
from serve.http.coding import add_coding_routes, failed_reading
from serve.http.errors import add_error_handlers, error_responses
from serve.http.hosts import add_hosts
from serve.http.json_bodies import JsonRoute
from serve.http.methods import add_methods
from serve.http.metrics import add_metrics
from serve.http.microbatch import MicroBatcher, overall_rate, size_of
from serve.http.middleware import add_request_guards
from serve.http.model_watcher import ModelWatcher
from serve.http.paths import add_root_path
from serve.http.reference import add_reference
from serve.http.static import add_page
from serve.http.uploads import add_papers_route
from serve.labels import Labels, all_labels
from serve.responses import DISCLAIMER, Answer
from serve.similar_rulings import (
    DEFAULT_LIMIT,
    ComparablesAnswer,
    NoComparables,
)
from serve.what_if.what_if import WhatIf, what_if

if TYPE_CHECKING:
    from features.coder.coder import Coder
    from serve.http.audit import AuditLog

MAX_SHORT = 5000
"""Characters up to which a motion is short: predicted in the event loop, without a thread."""
SHORT_THREADS = 2
"""Threads reserved for short motions while others are busy with long ones."""
_LOG = logging.getLogger("enjoin.http")


class RejectedMotion(BaseModel):
    """A motion of a batch that is invalid."""

    row: int = Field(description="its position in the batch, from 1")
    reasons: list[str] = Field(description="for each error: field, value found, value expected")


class BatchAnswer(BaseModel):
    """The answers, in the order of the request, and the motions that were rejected."""

    answers: list[Answer]
    rejects: list[RejectedMotion]
    request_id: str


class Health(BaseModel):
    """Whether the endpoint is ready, and the model in use."""

    status: str
    model_version: str | None = None
    error: str | None = Field(
        default=None,
        description="why the current champion could not be loaded; the model named stays in use",
    )


def build_app(
    watcher: ModelWatcher,
    access: AccessControl | None = None,
    audit_log: "AuditLog | None" = None,
    lifespan: Any = None,
    coder: "Coder | None" = None,
    root_path: str = "",
    hosts: Collection[str] | None = None,
) -> FastAPI:
    """Return the web application that predicts with a model.

    Request bodies are validated by the same `Motion` schema as files. An invalid one is answered
    with a problem document (RFC 9457) that names the field and what was expected.

    Parameters
    ----------
    watcher
        Holds the model in use.
    access
        The API keys and their rate limit; None admits every request.
    audit_log
        Where to record the predictions, if anywhere.
    lifespan
        What to run at startup and shutdown, as FastAPI takes it.
    coder
        The language model that reads papers, if one is configured.
    root_path
        The prefix below which a proxy publishes the endpoint, such as `/enjoin`.
    hosts
        Names of the endpoint, as `serve.http.hosts.allowed_hosts` gives them; None for any.
    """
    access = access or AccessControl({})
    app = FastAPI(
        title="enjoin",
        version="1",
        description=DISCLAIMER,
        servers=[{"url": root_path}] if root_path else None,
        responses=error_responses(400, 422, 500),
        lifespan=lifespan,
        openapi_url=None,  # and no pages that load scripts from elsewhere; see add_reference
        redirect_slashes=False,
    )
    add_error_handlers(app)
    app.add_exception_handler(CoderFailed, failed_reading)  # type: ignore[arg-type]
    # Of the following, a request meets the last one first.
    add_methods(app)
    add_hosts(app, hosts, same_site=not access.keys)
    metrics = add_metrics(app)
    metrics.set_model(watcher.predictor)
    watcher.on_swap = metrics.set_model
    add_request_guards(app)
    add_root_path(app, root_path)
    api = APIRouter(
        prefix="/v1",
        route_class=JsonRoute,
        redirect_slashes=False,
        dependencies=[Depends(access.dependency)],
        responses=error_responses(*((401,) if access.keys else ()), 408, 413, 415, 429),
    )

    batcher = MicroBatcher(watcher)
    audit_limiter = CapacityLimiter(1)  # the log is written by one thread at a time
    short_limiter = CapacityLimiter(SHORT_THREADS)

    def answer_all(
        request: Request,
        motions: list[Motion],
        base_rate: float | None,
        reading: str | None = None,
    ) -> list[Answer]:
        answers = watcher.predictor.answer(motions, overall_rate(base_rate))
        return record(request, motions, answers, reading)

    def record(
        request: Request, motions: list[Motion], answers: list[Answer], reading: str | None
    ) -> list[Answer]:
        request_id = request.state.request_id
        for answer in answers:
            answer.request_id = request_id
            metrics.predictions.labels(answer.mode).inc()
        key_name = request.state.key_name
        if audit_log and not audit_log.write(motions, answers, request_id, key_name, reading):
            metrics.audit_failures.inc()
            _LOG.error("the audit log could not be written; it lacks request %s", request_id)
        return answers

    @api.post("/predict", response_model=Answer)
    async def predict(
        request: Request,
        motion: MotionBody,
        base_rate: BaseRateQuery = None,
        reading: ReadingQuery = None,
    ) -> Response:
        """Predict one motion: probability, interval, factors, and the phrases behind them."""
        # The event loop must wait neither for a long paper nor for the disk, and a short motion
        # must not wait until a thread is done with a long paper.
        if size_of(motion) > MAX_SHORT:
            answers = await run_in_threadpool(answer_all, request, [motion], base_rate, reading)
        elif current_default_thread_limiter().borrowed_tokens:
            answers = await run_sync(
                answer_all, request, [motion], base_rate, reading, limiter=short_limiter
            )
        elif audit_log:
            answer = await batcher.answer(motion, base_rate)
            answers = await run_sync(
                record, request, [motion], [answer], reading, limiter=audit_limiter
            )
        else:
            answer = await batcher.answer(motion, base_rate)
            answers = record(request, [motion], [answer], reading)
        return _json_response(answers[0])

    @api.post("/predict/batch", response_model=BatchAnswer, openapi_extra=batch_body())
    def predict_batch(
        request: Request,
        motions: Annotated[list[Any], Body(max_length=MAX_MOTIONS)],
        base_rate: BaseRateQuery = None,
    ) -> Response:
        """Predict up to 1,000 motions; invalid ones are listed with the reasons."""
        checked = check_rows(motions, Motion, strict=True)
        rejects = [
            RejectedMotion(row=reject.row, reasons=[str(problem) for problem in reject.problems])
            for reject in checked.rejects
        ]
        answers = answer_all(request, checked.rows, base_rate) if checked.rows else []
        request_id = request.state.request_id
        return _json_response(BatchAnswer(answers=answers, rejects=rejects, request_id=request_id))

    @api.post("/what-if", openapi_extra=what_if_body())
    def ask_what_if(body: WhatIfRequest, base_rate: BaseRateQuery = None) -> WhatIf:
        """Change a motion's indicators, or find the changes that would help each party most."""
        rates = overall_rate(base_rate)
        has_coder = coder is not None
        return what_if(watcher.predictor, body.motion, body.changes, rates, has_coder)

    @api.post("/comparables", responses=error_responses(404))
    def comparables(
        motion: MotionBody, limit: Annotated[int, Query(ge=1, le=50)] = DEFAULT_LIMIT
    ) -> ComparablesAnswer:
        """List the training rulings most similar to a motion; never one of its own case."""
        try:
            return watcher.predictor.find_comparables(motion, limit)
        except NoComparables as error:
            raise HTTPException(404, str(error)) from None

    @api.get("/model")
    async def model() -> dict[str, Any]:
        """Describe the model in use: version, digests, facts of its training."""
        return watcher.predictor.card()

    @api.get("/schema")
    async def schema() -> dict[str, Any]:
        """Return the JSON Schema of a motion: every field and its allowed values."""
        return Motion.model_json_schema()

    @api.get("/labels")
    async def labels() -> Labels:
        """Return the words for the feature families and for the values of fields."""
        return all_labels()

    @api.get("/example")
    async def example() -> Motion:
        """Return an example motion, In re Clearview AI, which was denied."""
        return clearview_motion()

    @app.get("/health/live")
    async def live() -> Health:
        """Return that the process responds."""
        return Health(status="live")

    @app.get("/health/ready")
    async def ready() -> Health:
        """Return the model in use, and whether the registry can be followed."""
        version = watcher.predictor.version
        return Health(status="ready", model_version=version, error=watcher.last_error)

    add_papers_route(api)
    add_coding_routes(api, coder, metrics)
    app.include_router(api)
    add_page(app, root_path)
    add_reference(app, root_path)
    return app


def _json_response(model: BaseModel) -> Response:
    """Return a model as JSON; FastAPI would validate it again, though it was made here."""
    return Response(model.model_dump_json(), media_type="application/json")
