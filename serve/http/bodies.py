"""What requests to the endpoint hold, and how OpenAPI describes it."""

from typing import Annotated, Any

from fastapi import Body, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from data.embedded import clearview_motion
from data.schema import Motion
from serve.http.field_lengths import check_lengths, check_values
from train.model.prior_shift import MIN_RATE

MAX_MOTIONS = 1000
"""Motions in one request to `/v1/predict/batch`."""
BaseRateQuery = Annotated[
    float | None,
    Query(
        ge=MIN_RATE,
        le=1 - MIN_RATE,
        description="grant rate of the population in question, to which the probability is "
        "adjusted; assumes that granted motions look alike in both populations, and denied ones",
    ),
]
ReadingQuery = Annotated[
    str | None,
    Query(
        pattern="^[0-9a-f]{64}$",
        description="key of the reading (`/v1/code`) that the motion started from, for the audit "
        "log: it keeps what was read and what was corrected",
    ),
]
_EXAMPLE = clearview_motion().model_dump(mode="json", exclude_none=True, exclude={"quotes"})
BoundedMotion = Annotated[Motion, AfterValidator(check_lengths)]
"""A motion whose names are not too long."""
MotionBody = Annotated[BoundedMotion, Body(openapi_examples={"clearview": {"value": _EXAMPLE}})]


def _describe_changes(schema: dict[str, Any]) -> None:
    """Describe the changes of a what-if request: fields of a motion, with their own schemas."""
    reference = "#/components/schemas/Motion/properties/{}"
    changes = next(part for part in schema["anyOf"] if part.get("type") == "object")
    changes["properties"] = {name: {"$ref": reference.format(name)} for name in Motion.model_fields}
    changes["additionalProperties"] = False


class WhatIfRequest(BaseModel):
    """A motion, and the fields to change in it."""

    model_config = ConfigDict(extra="forbid")

    motion: BoundedMotion
    changes: Annotated[dict[str, Any] | None, AfterValidator(check_values)] = Field(
        default=None,
        description="fields of the motion with their new values; if omitted, the changes that "
        "would help each party most are returned",
        min_length=1,
        json_schema_extra=_describe_changes,
    )


def what_if_body() -> dict[str, Any]:
    """Describe the body of a what-if request by examples."""
    no_steps = {"motion": _EXAMPLE, "changes": {"remedial_steps": [], "remedial_scope": "none"}}
    examples = {
        "no remedial steps": {"value": no_steps},
        "what would help": {"value": {"motion": _EXAMPLE}},
    }
    return {"requestBody": {"content": {"application/json": {"examples": examples}}}}


def batch_body() -> dict[str, Any]:
    """Describe the batch body, which may hold invalid rows too: those are reported, not refused."""
    items = {"anyOf": [{"$ref": "#/components/schemas/Motion"}, {}]}
    schema = {"type": "array", "maxItems": MAX_MOTIONS, "items": items}
    example = {"clearview": {"value": [_EXAMPLE]}}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": example}},
        }
    }
