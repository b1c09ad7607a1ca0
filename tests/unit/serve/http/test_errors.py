"""Problem documents: their status, title, request id, and the fields they name."""

import logging
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from data.io.problems import Problem
from data.schema import Motion
from serve.http import errors
from serve.http.errors import (
    MAX_ERRORS,
    MEDIA_TYPE,
    add_error_handlers,
    error_responses,
    field_errors,
    json_pointer,
)

WORDED = Problem("harm_types", 0, "a kind of harm")


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    add_error_handlers(app)

    @app.post("/motion")
    async def motion(motion: Motion) -> None: ...

    @app.get("/teapot")
    async def teapot() -> None:
        raise HTTPException(418, "short and stout", headers={"X-Spout": "1"})

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("secret")

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nothing", 404, "Not found"),
        ("DELETE", "/motion", 405, "Method not allowed"),
        ("GET", "/teapot", 418, "I'm a teapot"),
        ("GET", "/bug", 500, "Internal server error"),
    ],
)
def test_status_and_title(
    client: TestClient, method: str, path: str, status: int, title: str
) -> None:
    response = client.request(method, path)
    assert response.status_code == response.json()["status"] == status
    assert response.json()["title"] == title
    assert response.headers["content-type"] == MEDIA_TYPE
    assert "secret" not in response.text


def test_headers_of_an_error_are_kept(client: TestClient) -> None:
    assert client.get("/teapot").headers["x-spout"] == "1"
    assert client.get("/motion").headers["allow"] == "POST"


def test_an_unexpected_error_is_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "enjoin.http"):
        client.get("/bug")
    assert "secret" in caplog.text


@pytest.mark.parametrize(
    ("content", "content_type", "status", "pointer"),
    [
        (b'{"motion": "x", ', "application/json", 400, None),
        (b'{"motion": "x"}', "text/csv", 415, None),
        (b'{"motion": "x"}', "application/json", 422, "#/motion_type"),
        (b'{"motion_type": "writ", "motion": "x"}', "application/json", 422, "#/motion_type"),
        (b'{"motion_type": "tro", "motion": "x", "a/b": 1}', "application/json", 422, "#/a~1b"),
    ],
)
def test_an_invalid_body(
    client: TestClient, content: bytes, content_type: str, status: int, pointer: str | None
) -> None:
    response = client.post("/motion", content=content, headers={"Content-Type": content_type})
    assert response.status_code == status
    pointers = [error["pointer"] for error in response.json().get("errors", [])]
    assert pointers == ([pointer] if pointer else [])


def test_half_a_surrogate_pair_can_be_reported(client: TestClient) -> None:
    content = rb'{"motion_type": "\ud800", "motion": "x"}'
    headers = {"Content-Type": "application/json"}
    assert client.post("/motion", content=content, headers=headers).status_code == 422


def test_the_errors_named_are_limited(client: TestClient) -> None:
    body = {f"field {n}": n for n in range(MAX_ERRORS + 28)}
    problem = client.post("/motion", json=body).json()
    assert len(problem["errors"]) == MAX_ERRORS
    assert problem["detail"] == "30 more errors are not listed"  # motion and its type are missing


def test_field_errors_point_below_a_prefix() -> None:
    [error] = field_errors([Problem("harm_types", "x", "a list")], "/changes")
    assert error.pointer == "#/changes/harm_types"
    assert "expected a list" in error.detail


def test_json_pointers() -> None:
    assert json_pointer(("body", "harm_types", 0)) == "#/harm_types/0"
    assert json_pointer(("query", "limit")) == "#/query/limit"
    assert json_pointer(("body",)) == "#"


def test_error_responses_describe_each_status() -> None:
    described = error_responses(404, 500)
    assert [described[status]["description"] for status in (404, 500)] == [
        "Not found",
        "Internal server error",
    ]


def test_errors_beyond_those_named_are_counted_and_cost_no_words(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    worded: list[Any] = []
    monkeypatch.setattr(errors, "problem_from_error", lambda *args: worded.append(args) or WORDED)
    body = {"motion_type": "tro", "motion": "x", "harm_types": [0] * 900}
    problem = client.post("/motion", json=body).json()
    assert problem["detail"] == "800 more errors are not listed"
    assert len(problem["errors"]) == len(worded) == MAX_ERRORS
