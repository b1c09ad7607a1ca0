"""The HTTP endpoint: predictions, what-if, comparables, and what describes model and schema."""

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Depends, FastAPI, Request, Response
from fastapi import Query as QueryParameter
from pydantic import BaseModel, Field

from data.embedded import clearview_motion
from data.schema import Motion
from features.coder.settings import CoderFailed
from serve.http.auth import AccessControl, require_admitted, require_key
from serve.http.bodies import (
    MAX_MOTIONS,
    BaseRateQuery,
    MotionBody,
    ReadingQuery,
    WhatIfRequest,
    batch_body,
    what_if_body,
)
from serve.http.body_limits import client_of
from serve.http.coding import add_coding_routes, failed_reading
from serve.http.connections import Connection
from serve.http.errors import add_error_handlers, error_responses
from serve.http.field_lengths import check_motions
from serve.http.guards import AnswerWhenStopped, add_guards
from serve.http.hosts import add_hosts
from serve.http.job_errors import add_job_error_handlers
from serve.http.jobs import Predicted, Query, answer_what_if, list_comparables
from serve.http.json_bodies import JsonRoute
from serve.http.methods import add_methods
from serve.http.metrics import add_metrics
from serve.http.microbatch import Predictions
from serve.http.middleware import RequestIds
from serve.http.model_processes import InThreads, JobRunner
from serve.http.model_watcher import ModelWatcher
from serve.http.paths import add_root_path
from serve.http.reference import add_reference
from serve.http.static import add_page
from serve.http.uploads import add_papers_route
from serve.labels import Labels, all_labels
from serve.responses import DISCLAIMER, Answer
from serve.similar_rulings import DEFAULT_LIMIT, ComparablesAnswer
from serve.what_if.what_if import WhatIf

if TYPE_CHECKING:
    from features.coder.coder import Coder
    from serve.http.audit import AuditLog
    from serve.http.key_file import KeyFile

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
    process_error: str | None = Field(
        default=None,
        description="why a process could not load the model when one was started last; while none "
        "has it loaded, the status is `not ready` (503)",
    )
    cache_error: str | None = Field(
        default=None, description="why the cache cannot be used; every start takes longer"
    )
    audit_error: str | None = Field(
        default=None, description="why the last prediction could not be kept in the audit log"
    )
    keys_error: str | None = Field(
        default=None,
        description="why the file of API keys could not be read again; those before stay in use",
    )


def build_app(
    watcher: ModelWatcher,
    access: AccessControl | None = None,
    audit_log: "AuditLog | None" = None,
    lifespan: Any = None,
    coder: "Coder | None" = None,
    runner: JobRunner | None = None,
    root_path: str = "",
    hosts: Collection[str] | None = None,
    open_metrics: bool = False,
    key_file: "KeyFile | None" = None,
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
    runner
        Where motions are read and predicted; by default in threads of this process.
    root_path
        The prefix below which a proxy publishes the endpoint, such as `/enjoin`.
    hosts
        Names of the endpoint, as `serve.http.hosts.allowed_hosts` gives them; None for any.
    open_metrics
        Whether `/metrics` needs no key.
    key_file
        The file that the keys are read from, if any.
    """
    access = access or AccessControl({})
    job_runner: JobRunner = runner or InThreads()
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
    add_job_error_handlers(app)
    # Of the following, a request meets the last one first.
    add_methods(app)
    add_guards(app, access)
    add_hosts(app, hosts, same_site=not access.keys)
    metrics = add_metrics(app, None if open_metrics else access)
    metrics.set_model(watcher.predictor)
    watcher.on_swap = metrics.set_model
    Connection.on_closed = metrics.connections_closed.inc
    if audit_log:
        audit_log.file.on_rotated = metrics.audit_rotations.inc
        audit_log.file.on_dropped = metrics.audit_dropped.inc
    app.add_middleware(AnswerWhenStopped)
    app.add_middleware(RequestIds)
    add_root_path(app, root_path)
    api = APIRouter(
        prefix="/v1",
        route_class=JsonRoute,
        redirect_slashes=False,
        dependencies=[Depends(require_key if access.keys else require_admitted)],
        responses=error_responses(*((401,) if access.keys else ()), 408, 413, 415, 429),
    )

    predictions = Predictions(watcher, job_runner)
    audit_limiter = CapacityLimiter(1)  # the log is written by one thread at a time

    async def record(
        request: Request, motions: list[Motion], answers: list[Predicted], reading: str | None
    ) -> None:
        for answer in answers:
            metrics.predictions.labels(answer.mode).inc()
        if audit_log is None:
            return
        request_id, key_name = request.state.request_id, request.state.key_name
        lines = [answer.recorded for answer in answers]
        if not await run_sync(
            audit_log.write, motions, lines, request_id, key_name, reading, limiter=audit_limiter
        ):
            metrics.audit_failures.inc()
            _LOG.error("the audit log lacks request %s: %s", request_id, audit_log.error)

    @api.post("/predict", response_model=Answer)
    async def predict(
        request: Request,
        motion: MotionBody,
        base_rate: BaseRateQuery = None,
        reading: ReadingQuery = None,
    ) -> Response:
        """Predict one motion: probability, interval, factors, and the phrases behind them."""
        query = Query(motion, base_rate, request.state.request_id)
        answer = await predictions.predict(client_of(request.scope), query)
        await record(request, [motion], [answer], reading)
        return _json(answer.body)

    @api.post("/predict/batch", response_model=BatchAnswer, openapi_extra=batch_body())
    async def predict_batch(
        request: Request,
        motions: Annotated[list[Any], Body(max_length=MAX_MOTIONS)],
        base_rate: BaseRateQuery = None,
    ) -> Response:
        """Predict up to 1,000 motions; invalid ones are listed with the reasons."""
        access.count(request.state.key_name, len(motions) - 1)
        checked = await run_sync(check_motions, motions)
        request_id = request.state.request_id
        queries = [Query(motion, base_rate, request_id) for motion in checked.rows]
        answers = await predictions.predict_many(client_of(request.scope), queries)
        rejects = [
            RejectedMotion(row=reject.row, reasons=[str(problem) for problem in reject.problems])
            for reject in checked.rejects
        ]
        good: list[tuple[Motion, Predicted]] = []
        for row, motion, answer in zip(checked.row_numbers, checked.rows, answers, strict=True):
            if isinstance(answer, Exception):
                rejects.append(RejectedMotion(row=row, reasons=[str(answer)]))
            else:
                good.append((motion, answer))
        await record(request, [motion for motion, _ in good], [each for _, each in good], None)
        rejects.sort(key=lambda reject: reject.row)
        return _json(_batch_json([each.body for _, each in good], rejects, request_id))

    @api.post("/what-if", response_model=WhatIf, openapi_extra=what_if_body())
    async def ask_what_if(
        request: Request, body: WhatIfRequest, base_rate: BaseRateQuery = None
    ) -> Response:
        """Change a motion's indicators, or find the changes that would help each party most."""
        arguments = body.motion, body.changes, base_rate, coder is not None
        client = client_of(request.scope)
        return _json(await predictions.run_in_turn(client, answer_what_if, *arguments))

    @api.post("/comparables", response_model=ComparablesAnswer, responses=error_responses(404))
    async def comparables(
        request: Request,
        motion: MotionBody,
        limit: Annotated[int, QueryParameter(ge=1, le=50)] = DEFAULT_LIMIT,
    ) -> Response:
        """List the training rulings most similar to a motion; never one of its own case."""
        client = client_of(request.scope)
        return _json(await predictions.run_in_turn(client, list_comparables, motion, limit))

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

    @app.get("/health/ready", responses={503: {"model": Health, "description": "Not ready"}})
    async def ready(response: Response) -> Health:
        """Return the model in use, whether it can be used, and what else is amiss."""
        version, is_ready = watcher.predictor.version, job_runner.is_ready
        response.status_code = 200 if is_ready else 503
        return Health(
            status="ready" if is_ready else "not ready",
            model_version=version,
            error=watcher.last_error,
            process_error=job_runner.load_error,
            cache_error=job_runner.cache_error,
            audit_error=audit_log.error if audit_log else None,
            keys_error=key_file.error if key_file else None,
        )

    add_papers_route(api)
    add_coding_routes(api, coder, metrics)
    app.include_router(api)
    add_page(app, root_path)
    add_reference(app, root_path)
    return app


def _json(content: bytes) -> Response:
    """Return JSON as it is; FastAPI would validate it again, though it was made here."""
    return Response(content, media_type="application/json")


def _batch_json(answers: list[bytes], rejects: list[RejectedMotion], request_id: str) -> bytes:
    """Return a `BatchAnswer` as JSON; its answers are JSON already."""
    empty = BatchAnswer(answers=[], rejects=rejects, request_id=request_id).model_dump_json()
    return empty.encode().replace(b"[]", b"[" + b",".join(answers) + b"]", 1)
