"""Error responses: problem documents that name the field at fault and what was expected.

References
----------
Nottingham, Wilde and Dalal (2023), RFC 9457: Problem Details for HTTP APIs; RFC 6901 for pointers.
"""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from data.io.problems import Problem, problem_from_error
from data.schema import Motion
from serve.http.middleware import path_in_app
from serve.http.shapes import SHAPES, BodyShape
from serve.what_if.what_if import InvalidChange

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 100
"""Errors that an answer names; further ones are counted."""
_LOG = logging.getLogger("enjoin.http")
_JSON_TYPES: dict[type, str] = {
    type(None): "null, or no body",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
}


class FieldError(BaseModel):
    """An error in one field of a request."""

    pointer: str = Field(description="JSON pointer into the body, such as #/motion_type")
    detail: str = Field(description="what is wrong with the field, and what was expected")


class ProblemDetails(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = Field(default="about:blank", description="always about:blank; see the status")
    title: str = Field(description="the name of the HTTP status, such as Not found")
    status: int
    detail: str | None = Field(default=None, description="what is wrong, and what to do next")
    kind: str | None = Field(
        default=None, description="what went wrong with a reading by a language model"
    )
    request_id: str | None = Field(default=None, description="id of the request in the logs")
    errors: list[FieldError] = Field(
        default=[], description=f"the errors, field by field; at most {MAX_ERRORS}"
    )
    example: Any = Field(
        default=None, description="a short body of the right shape, if that was the error"
    )


def problem_schemas() -> dict[str, Any]:
    """Return the JSON Schemas of problem documents, by name, as OpenAPI has its components."""
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), ProblemDetails.__name__: schema}


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of the given error statuses, for FastAPI's `responses`."""
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {
        status: {"description": _title(status), "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def problem_response(
    request: Request,
    status: int,
    detail: str | None = None,
    errors: Iterable[FieldError] = (),
    headers: dict[str, str] | None = None,
    kind: str | None = None,
    example: Any = None,
    n_more: int = 0,
) -> JSONResponse:
    """Return a response that holds a problem document; see `problem_content`."""
    content = problem_content(request, status, detail, errors, kind, example, n_more)
    return JSONResponse(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def problem_content(
    request: Request,
    status: int,
    detail: str | None = None,
    errors: Iterable[FieldError] = (),
    kind: str | None = None,
    example: Any = None,
    n_more: int = 0,
) -> Any:
    """Return the members of a problem document, as JSON can hold them.

    Parameters
    ----------
    n_more
        Errors that `errors` leaves out.
    """
    named = list(errors)
    if (n_more := n_more + max(0, len(named) - MAX_ERRORS)) > 0:
        counted = f"{n_more:,} more errors are not listed"
        detail = f"{detail}; {counted}" if detail else counted
    problem = ProblemDetails(
        title=_title(status),
        status=status,
        detail=detail,
        kind=kind,
        request_id=getattr(request.state, "request_id", None),
        errors=named[:MAX_ERRORS],
        example=example,
    )
    return _encodable(problem.model_dump(exclude_none=True))


def add_error_handlers(app: FastAPI) -> None:
    """Have an application answer every failed request with a problem document."""

    @app.exception_handler(RequestValidationError)
    async def invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
        details = error.errors()
        if details[0]["type"] == "json_invalid":
            return problem_response(request, 400, "the body is not JSON: " + details[0]["msg"])
        sent = request.headers.get("content-type", "")
        if any(detail["loc"] == ("body",) for detail in details) and "json" not in sent:
            expected = "expected JSON with the header `Content-Type: application/json`"
            reason = f"the content type is {sent[:80] or 'missing'}; {expected}"
            return _wrong_shape(request, 415, reason)
        shape = _shape(request)
        if shape and (mistake := shape.mistake(error.body)):
            errors = [FieldError(pointer="#", detail=mistake)]
            return _wrong_shape(request, 422, errors=errors)
        errors = [
            FieldError(pointer=json_pointer(detail["loc"]), detail=_message(detail, error.body))
            for detail in details[:MAX_ERRORS]  # each takes a while to put into words
        ]
        n_more = len(details) - len(errors)
        if any(_concerns_shape(detail) for detail in details):
            return _wrong_shape(request, 422, errors=errors, n_more=n_more)
        return problem_response(request, 422, errors=errors, n_more=n_more)

    @app.exception_handler(InvalidChange)
    async def invalid_change(request: Request, error: InvalidChange) -> JSONResponse:
        return problem_response(request, 422, errors=field_errors(error.problems, "/changes"))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        if error.status_code in (400, 415):
            return _wrong_shape(request, error.status_code, str(error.detail), headers=headers)
        return problem_response(request, error.status_code, str(error.detail), headers=headers)

    @app.exception_handler(Exception)
    async def unexpected_error(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("request %s failed", getattr(request.state, "request_id", "?"), exc_info=error)
        return problem_response(
            request, 500, "the request is not at fault; the server's log names the cause"
        )


def _shape(request: Request) -> BodyShape | None:
    return SHAPES.get(path_in_app(request.scope))


def _concerns_shape(detail: Any) -> bool:
    """Tell whether an error is about which members the body has, and not about their values."""
    source, *path = detail["loc"]
    return source == "body" and (
        not path or (len(path) <= 2 and detail["type"] in ("missing", "extra_forbidden"))
    )


def _wrong_shape(
    request: Request,
    status: int,
    detail: str | None = None,
    errors: Iterable[FieldError] = (),
    headers: dict[str, str] | None = None,
    n_more: int = 0,
) -> JSONResponse:
    """Return a problem document that shows, where it is known, what the route expects."""
    if (shape := _shape(request)) is None:
        return problem_response(request, status, detail, errors, headers, n_more=n_more)
    expected = f"expected {shape.expected}, as in `example`"
    detail = f"{detail}; {expected}" if detail else expected
    return problem_response(
        request, status, detail, errors, headers, example=shape.example, n_more=n_more
    )


def field_errors(problems: Iterable[Problem], prefix: str = "") -> list[FieldError]:
    """Return the loader's findings on a row as errors of its fields.

    Parameters
    ----------
    prefix
        JSON pointer to the row within the body.
    """
    return [
        FieldError(pointer=f"#{prefix}/{_escape(problem.field)}", detail=problem.detail)
        for problem in problems
    ]


def json_pointer(location: Iterable[str | int]) -> str:
    """Return a pydantic error location as a JSON pointer.

    >>> json_pointer(("body", "harm_types", 0))
    '#/harm_types/0'
    """
    parts = [str(part) for part in location]
    if parts[:1] == ["body"]:
        parts = parts[1:]
    return "#" + "".join(f"/{_escape(part)}" for part in parts)


def _title(status: int) -> str:
    return HTTPStatus(status).phrase.capitalize()


def _message(detail: Any, body: Any) -> str:
    """Return the message; an error in a motion has the same one as in a row of a file."""
    source, *path = detail["loc"]
    if source == "body" and not path:
        return f"found {_JSON_TYPES.get(type(body), 'another type')}"
    if path[:1] == ["motion"] and len(path) > 1:  # the motion of a what-if request
        path, body = path[1:], body["motion"]
    if source != "body" or not path or path[0] not in Motion.model_fields:
        return str(detail["msg"])
    in_motion: Any = {**detail, "loc": tuple(path)}
    return problem_from_error(in_motion, body).detail


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _encodable(value: Any) -> Any:
    """Replace what UTF-8 cannot encode: a request may hold half of a surrogate pair."""
    if isinstance(value, dict):
        return {name: _encodable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
