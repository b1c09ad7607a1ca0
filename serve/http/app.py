"""The HTTP endpoint: predictions, what-if, comparables, and what the model and the schema are."""

import logging
from typing import TYPE_CHECKING, Annotated, Any

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from data.embedded import clearview_motion
from data.io.load import check_rows
from data.schema import Motion
from serve.http.auth import Gate
from serve.http.errors import answer_problems, described
from serve.http.metrics import measure
from serve.http.microbatch import Together, prior_of, size_of
from serve.http.middleware import guard_requests
from serve.http.model_watcher import Answering
from serve.http.static import add_page
from serve.http.uploads import papers_router
from serve.responses import DISCLAIMER, Answer
from serve.similar_rulings import SHOWN, ComparablesAnswer, NoComparables
from serve.what_if.what_if import WhatIf, what_if
from train.model.prior_shift import LEAST_RATE

if TYPE_CHECKING:
    from serve.http.audit import AuditLog

MAX_BATCH = 1000
AT_ONCE = 5000
"""Characters of a motion up to which it may be answered about without a thread."""
QUICK = 2
"""Threads for short motions while others are at work on long ones."""
_LOG = logging.getLogger("enjoin.http")
PriorQuery = Annotated[
    float | None,
    Query(
        ge=LEAST_RATE,
        le=1 - LEAST_RATE,
        description="grant rate of the population asked about, to adjust to; assumes that the "
        "reasons for a grant look the same there and only the mix differs",
    ),
]
_EXAMPLE = clearview_motion().model_dump(mode="json", exclude_none=True)
MotionBody = Annotated[Motion, Body(openapi_examples={"clearview": {"value": _EXAMPLE}})]


def _fields_of_a_motion(schema: dict[str, Any]) -> None:
    """Describe changes: any fields of a motion, with values that the motion may have there."""
    field = "#/components/schemas/Motion/properties/{}"
    changes = next(part for part in schema["anyOf"] if part.get("type") == "object")
    changes["properties"] = {name: {"$ref": field.format(name)} for name in Motion.model_fields}
    changes["additionalProperties"] = False


class RejectedMotion(BaseModel):
    """A motion of a batch that was not answered."""

    row: int = Field(description="its place in the batch, from 1")
    reasons: list[str] = Field(description="field, value found and what was expected")


class BatchAnswer(BaseModel):
    """Answers in the order sent, and the motions that could not be answered."""

    answers: list[Answer]
    rejects: list[RejectedMotion]
    request_id: str


class Question(BaseModel):
    """A motion, and the fields to change in it."""

    model_config = ConfigDict(extra="forbid")

    motion: Motion
    changes: dict[str, Any] | None = Field(
        default=None,
        description="fields of the motion with their new values; without any, the changes that "
        "would help each party most are found",
        min_length=1,
        json_schema_extra=_fields_of_a_motion,
    )


class Health(BaseModel):
    """Whether the endpoint can answer, and with which model."""

    status: str
    model_version: str | None = None
    trouble: str | None = Field(
        default=None, description="why a newer champion could not take over; the old one answers"
    )


def build_app(
    answering: Answering,
    gate: Gate | None = None,
    audit: "AuditLog | None" = None,
    lifespan: Any = None,
) -> FastAPI:
    """Return the application that answers with a model.

    Request bodies are validated by the same `Motion` schema as files; what is wrong comes back as a
    problem document (RFC 9457) that names the field and what was expected.

    Parameters
    ----------
    gate
        Which keys to let in and how often; None lets anyone in.
    audit
        Where to keep the answers given, if anywhere.
    lifespan
        What to do at start and at the end, as FastAPI takes it.
    """
    app: FastAPI = FastAPIOffline(
        title="enjoin",
        version="1",
        description=DISCLAIMER,
        responses=described(400, 422, 500),
        lifespan=lifespan,
    )
    answer_problems(app)
    measures = measure(app)
    measures.answers_with(answering.predictor)
    answering.swapped = measures.answers_with
    guard_requests(app)
    gate = gate or Gate({})
    asked = APIRouter(
        prefix="/v1",
        dependencies=[Depends(gate.dependency)],
        responses=described(*((401,) if gate.keys else ()), 408, 413, 415, 429),
    )

    together = Together(answering)
    writers = CapacityLimiter(1)  # of the audit log, which is written line after line
    quick = CapacityLimiter(QUICK)

    def answered(request: Request, motions: list[Motion], prior: float | None) -> list[Answer]:
        answers = answering.predictor.answer(motions, prior_of(prior))
        return noted(request, motions, answers)

    def noted(request: Request, motions: list[Motion], answers: list[Answer]) -> list[Answer]:
        name = request.state.request_id
        for answer in answers:
            answer.request_id = name
            measures.answers.labels(answer.mode).inc()
        if audit and not audit.write(motions, answers, name, request.state.key_name):
            measures.unwritten.inc()
            _LOG.error("the audit log could not be written; request %s is not in it", name)
        return answers

    @asked.post("/predict", response_model=Answer)
    async def predict(request: Request, motion: MotionBody, prior: PriorQuery = None) -> Response:
        """Answer about one motion: probability, interval, factors and phrases."""
        short = size_of(motion) <= AT_ONCE
        # Nobody is to be kept waiting by a thread that is at work on a long paper, nor by a disk;
        # nor are short motions to wait until such a thread is free.
        if not short:
            answers = await run_in_threadpool(answered, request, [motion], prior)
        elif current_default_thread_limiter().borrowed_tokens:
            answers = await run_sync(answered, request, [motion], prior, limiter=quick)
        elif audit:
            found = await together.answer(motion, prior)
            answers = await run_sync(noted, request, [motion], [found], limiter=writers)
        else:
            answers = noted(request, [motion], [await together.answer(motion, prior)])
        return _as_json(answers[0])

    @asked.post("/predict/batch", response_model=BatchAnswer, openapi_extra=_batch_body())
    def predict_batch(
        request: Request,
        motions: Annotated[list[Any], Body(max_length=MAX_BATCH)],
        prior: PriorQuery = None,
    ) -> Response:
        """Answer about up to 1,000 motions; a wrong one is named and the others go on."""
        checked = check_rows(motions, Motion, strict=True)
        rejects = [
            RejectedMotion(row=reject.row, reasons=[str(problem) for problem in reject.problems])
            for reject in checked.rejects
        ]
        answers = answered(request, checked.rows, prior) if checked.rows else []
        name = request.state.request_id
        return _as_json(BatchAnswer(answers=answers, rejects=rejects, request_id=name))

    @asked.post("/what-if", openapi_extra=_examples(_questions()))
    def ask_what_if(question: Question, prior: PriorQuery = None) -> WhatIf:
        """Change a motion's indicators, or find the changes that would help each party most."""
        return what_if(answering.predictor, question.motion, question.changes, prior_of(prior))

    @asked.post("/comparables", responses=described(404))
    def comparables(
        motion: MotionBody, most: Annotated[int, Query(ge=1, le=50)] = SHOWN
    ) -> ComparablesAnswer:
        """Name the training rulings most like a motion, never one of its own case."""
        try:
            return answering.predictor.compare(motion, most)
        except NoComparables as error:
            raise HTTPException(404, str(error)) from None

    @asked.get("/model")
    async def model() -> dict[str, Any]:
        """Say what the model is: version, digests, training facts."""
        return answering.predictor.card()

    @asked.get("/schema")
    async def schema() -> dict[str, Any]:
        """Give the JSON Schema of a motion: every field and its allowed values."""
        return Motion.model_json_schema()

    @asked.get("/example")
    async def example() -> Motion:
        """Give a motion to try the others with: In re Clearview AI, which was denied."""
        return clearview_motion()

    @app.get("/health/live")
    async def live() -> Health:
        """Say that the process answers."""
        return Health(status="live")

    @app.get("/health/ready")
    async def ready() -> Health:
        """Say that a model is loaded, and whether the registry can be followed."""
        version = answering.predictor.version
        return Health(status="ready", model_version=version, trouble=answering.trouble)

    asked.include_router(papers_router())
    app.include_router(asked)
    add_page(app)
    return app


def _as_json(answer: BaseModel) -> Response:
    """Return an answer as it is; FastAPI would check again what was made here."""
    return Response(answer.model_dump_json(), media_type="application/json")


def _questions() -> dict[str, Any]:
    no_steps = {"motion": _EXAMPLE, "changes": {"remedial_steps": [], "remedial_scope": "none"}}
    return {
        "no remedial steps": {"value": no_steps},
        "what would help": {"value": {"motion": _EXAMPLE}},
    }


def _examples(examples: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"examples": examples}}}}


def _batch_body() -> dict[str, Any]:
    """Describe the batch body; a row that is no motion is told of, and the others go on."""
    items = {"anyOf": [{"$ref": "#/components/schemas/Motion"}, {}]}
    schema = {"type": "array", "maxItems": MAX_BATCH, "items": items}
    example = {"clearview": {"value": [_EXAMPLE]}}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": example}},
        }
    }
