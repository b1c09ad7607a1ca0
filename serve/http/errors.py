"""Problems: what is wrong with a request, as problem documents that name the field.

References
----------
Nottingham, Wilde and Dalal (2023), RFC 9457: Problem Details for HTTP APIs; RFC 6901 for pointers.
"""

import logging
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from data.io.load import Problem as RowProblem
from data.io.load import problem_of
from data.schema import Motion
from serve.what_if.what_if import WrongChange

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger("enjoin.http")
_TITLES = {
    400: "The request cannot be read",
    401: "No valid key",
    404: "Nothing is here",
    405: "Not with this method",
    408: "The request came too slowly",
    413: "The request is too large",
    415: "Not a kind of file that is read here",
    422: "The request does not fit the schema",
    429: "Too many requests",
    500: "The answer failed",
    503: "No model is ready",
}


class FieldProblem(BaseModel):
    """One thing wrong with one part of a request."""

    pointer: str = Field(description="where in the body, as a JSON pointer: #/motion_type")
    detail: str = Field(description="what is wrong there, and what was expected")


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = Field(default="about:blank", description="the kind of problem: its status alone")
    title: str
    status: int
    detail: str | None = Field(default=None, description="what is wrong, and what to do next")
    request_id: str | None = Field(default=None, description="names the request in the logs")
    errors: list[FieldProblem] = Field(default=[], description="what is wrong, field by field")


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return these problems' part of an OpenAPI description, to be given as `responses`."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": _TITLES[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def problem_response(
    request: Request,
    status: int,
    detail: str | None = None,
    errors: Iterable[FieldProblem] = (),
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document as an answer."""
    problem = Problem(
        title=_TITLES.get(status, "The request failed"),
        status=status,
        detail=detail,
        request_id=getattr(request.state, "request_id", None),
        errors=list(errors),
    )
    # What was sent may hold what JSON cannot (half a surrogate pair).
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(
        _printable(content), status_code=status, media_type=MEDIA_TYPE, headers=headers
    )


def answer_problems(app: FastAPI) -> None:
    """Have an application answer every failure with a problem document."""

    @app.exception_handler(RequestValidationError)
    async def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = error.errors()
        if any(problem["type"] == "json_invalid" for problem in problems):
            return problem_response(request, 400, "the body is not JSON: " + problems[0]["msg"])
        sent = request.headers.get("content-type", "")
        if any(problem["loc"] == ("body",) for problem in problems) and "json" not in sent:
            expected = "expected JSON with the header `Content-Type: application/json`"
            return problem_response(request, 415, f"found {sent or 'no content type'}; {expected}")
        errors = [
            FieldProblem(pointer=pointer(problem["loc"]), detail=_detail(problem, error.body))
            for problem in problems
        ]
        return problem_response(request, 422, errors=errors)

    @app.exception_handler(WrongChange)
    async def refuse_change(request: Request, error: WrongChange) -> JSONResponse:
        return problem_response(request, 422, errors=row_errors(error.problems, "/changes"))

    @app.exception_handler(HTTPException)
    async def refuse_plainly(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        return problem_response(request, error.status_code, str(error.detail), headers=headers)

    @app.exception_handler(Exception)
    async def fail(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("request %s failed", getattr(request.state, "request_id", "?"), exc_info=error)
        return problem_response(
            request, 500, "nothing in the request is at fault; the log names the cause"
        )


def _detail(problem: Any, body: Any) -> str:
    """Say of a motion's field what the loader says of a row's."""
    where, *place = problem["loc"]
    if place[:1] == ["motion"] and len(place) > 1:  # in the motion that a question is about
        place, body = place[1:], body["motion"]
    if where != "body" or not place or place[0] not in Motion.model_fields:
        return str(problem["msg"])
    of_the_motion: Any = {**problem, "loc": tuple(place)}
    return problem_of(of_the_motion, body).told


def row_errors(problems: Iterable[RowProblem], under: str = "") -> list[FieldProblem]:
    """Return what the loader found wrong with a row as problems of its fields."""
    return [
        FieldProblem(pointer=f"#{under}/{_escaped(problem.field)}", detail=problem.told)
        for problem in problems
    ]


def pointer(place: Iterable[str | int]) -> str:
    """Return a place in a request as a JSON pointer.

    >>> pointer(("body", "harm_types", 0))
    '#/harm_types/0'
    """
    parts = [str(part) for part in place]
    if parts[:1] == ["body"]:
        parts = parts[1:]
    return "#" + "".join(f"/{_escaped(part)}" for part in parts)


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _printable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _printable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_printable(item) for item in value]
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
