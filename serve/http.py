"""The HTTP endpoint: one motion, a batch, health, and what the model is."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Body, FastAPI
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field

from data.embedded import clearview_motion
from data.load import check_rows
from data.schema import Motion
from serve.answer import DISCLAIMER, Answer
from serve.predictor import Predictor

MAX_BATCH = 1000
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


def build_app(predictor: Predictor) -> FastAPI:
    """Return the application answering with one loaded model.

    Request bodies are validated by the same `Motion` schema as files; its errors come back as 422
    naming the field.
    """
    app: FastAPI = FastAPIOffline(title="enjoin", version="1", description=DISCLAIMER)

    @app.post("/predict")
    def predict(
        motion: Annotated[Motion, Body(openapi_examples={"clearview": {"value": _EXAMPLE}})],
    ) -> Answer:
        """Answer about one motion: probability, interval, factors and phrases."""
        return predictor.answer([motion])[0]

    @app.post("/predict/batch", openapi_extra=_batch_body())
    def predict_batch(
        motions: Annotated[list[Any], Body(max_length=MAX_BATCH)],
    ) -> BatchAnswer:
        """Answer about up to 1,000 motions; a wrong one is named and the others go on."""
        checked = check_rows(motions, Motion, strict=True)
        rejects = [
            RejectedMotion(row=reject.row, reasons=[str(problem) for problem in reject.problems])
            for reject in checked.rejects
        ]
        answers = predictor.answer(checked.rows) if checked.rows else []
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
    """Run the endpoint until it is stopped; `ready` is called just before it listens."""
    import uvicorn

    ready()
    uvicorn.run(build_app(predictor), host=host, port=port, log_level="info")
