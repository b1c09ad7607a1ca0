"""The HTTP endpoint: one motion, a batch, health, and what the model is."""

import socket
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Body, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field

from data.embedded import clearview_motion
from data.load import check_rows
from data.schema import Motion
from serve.answer import DISCLAIMER, Answer
from serve.predictor import Predictor
from train.prior import Prior

MAX_BATCH = 1000
PriorQuery = Annotated[
    float | None,
    Query(
        gt=0,
        lt=1,
        description="grant rate of the population asked about, to adjust to; assumes that the "
        "reasons for a grant look the same there and only the mix differs",
    ),
]
_EXAMPLE = clearview_motion().model_dump(mode="json", exclude_none=True)


class RejectedMotion(BaseModel):
    """A motion of a batch that was not answered."""

    row: int = Field(description="its place in the batch, from 1")
    reasons: list[str] = Field(description="field, value found and what was expected")


class BatchAnswer(BaseModel):
    """Answers in the order sent, and the motions that could not be answered."""

    answers: list[Answer]
    rejects: list[RejectedMotion]


class Health(BaseModel):
    """Whether the endpoint can answer."""

    status: str
    model_version: str


class Problem(BaseModel):
    """One thing wrong with a request."""

    loc: list[str | int] = Field(description="where: body, then field, then place in a list")
    msg: str
    type: str


class Problems(BaseModel):
    """What is wrong with a request."""

    detail: list[Problem]


def build_app(predictor: Predictor) -> FastAPI:
    """Return the application answering with one loaded model.

    Request bodies are validated by the same `Motion` schema as files; its errors come back as 422
    naming the field and what was expected.
    """
    app: FastAPI = FastAPIOffline(
        title="enjoin",
        version="1",
        description=DISCLAIMER,
        responses={422: {"model": Problems, "description": "A wrong request, field by field"}},
    )

    @app.exception_handler(RequestValidationError)
    def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
        # The input is not sent back: it may be long, or hold what JSON cannot (NaN, half a
        # surrogate pair).
        problems = [
            Problem(loc=list(problem["loc"]), msg=_printable(problem["msg"]), type=problem["type"])
            for problem in error.errors()
        ]
        return JSONResponse(Problems(detail=problems).model_dump(), status_code=422)

    @app.post("/predict")
    def predict(
        motion: Annotated[Motion, Body(openapi_examples={"clearview": {"value": _EXAMPLE}})],
        prior: PriorQuery = None,
    ) -> Answer:
        """Answer about one motion: probability, interval, factors and phrases."""
        return predictor.answer([motion], _prior(prior))[0]

    @app.post("/predict/batch", openapi_extra=_batch_body())
    def predict_batch(
        motions: Annotated[list[Any], Body(max_length=MAX_BATCH)],
        prior: PriorQuery = None,
    ) -> BatchAnswer:
        """Answer about up to 1,000 motions; a wrong one is named and the others go on."""
        checked = check_rows(motions, Motion, strict=True)
        rejects = [
            RejectedMotion(row=reject.row, reasons=[str(problem) for problem in reject.problems])
            for reject in checked.rejects
        ]
        answers = predictor.answer(checked.rows, _prior(prior)) if checked.rows else []
        return BatchAnswer(answers=answers, rejects=rejects)

    @app.get("/health")
    def health() -> Health:
        """Say that the model is loaded."""
        return Health(status="ok", model_version=predictor.version)

    @app.get("/model")
    def model() -> dict[str, Any]:
        """Say what the model is: version, digests, training facts."""
        return predictor.card()

    return app


def _prior(rate: float | None) -> Prior | None:
    return None if rate is None else Prior(rate)


def _printable(words: str) -> str:
    return words.encode("utf-8", "backslashreplace").decode()


def _batch_body() -> dict[str, Any]:
    """Describe the batch body by the motion's schema, though each row is checked on its own."""
    items = {"$ref": "#/components/schemas/Motion"}
    schema = {"type": "array", "maxItems": MAX_BATCH, "items": items}
    example = {"clearview": {"value": [_EXAMPLE]}}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": example}},
        }
    }


def serve(predictor: Predictor, host: str, port: int, ready: Callable[[], None]) -> None:
    """Run the endpoint until it is stopped; `ready` is called once the port is taken.

    Raises
    ------
    OSError
        If the address cannot be listened on, such as when another program has the port.
    """
    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        ready()
        server = uvicorn.Server(uvicorn.Config(build_app(predictor), log_level="info"))
        server.run(sockets=[listening])
