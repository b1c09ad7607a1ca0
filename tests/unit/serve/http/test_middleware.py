"""Request ids, security headers, and the limits on request bodies."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from serve.http.errors import add_error_handlers
from serve.http.middleware import UPLOAD_BYTES, add_request_guards


def make_app(**limits: Any) -> FastAPI:
    app = FastAPI()
    add_error_handlers(app)
    add_request_guards(app, **limits)

    @app.post("/length")
    @app.post("/v1/papers")
    async def length(request: Request) -> int:
        return len(await request.body())

    @app.get("/id")
    async def request_id(request: Request) -> str:
        return str(request.state.request_id)

    return app


def test_a_request_has_an_id_and_security_headers() -> None:
    client = TestClient(make_app())
    response = client.get("/id", headers={"X-Request-ID": "docket-7"})
    assert response.json() == response.headers["x-request-id"] == "docket-7"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    for invalid in ("", "a b", "x" * 65):
        response = client.get("/id", headers={"X-Request-ID": invalid})
        assert response.json() == response.headers["x-request-id"] != invalid


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_is_limited_in_size(announced: bool) -> None:
    client = TestClient(make_app(max_bytes=1000))

    def parts() -> Iterator[bytes]:
        yield from [b"x" * 100] * 11

    assert client.post("/length", content=b"x" * 1000).json() == 1000
    response = client.post("/length", content=b"x" * 1001 if announced else parts())
    assert response.status_code == response.json()["status"] == 413
    assert "1,000 bytes" in response.json()["detail"]
    assert response.headers["x-request-id"] == response.json()["request_id"]


def test_a_file_may_be_larger() -> None:
    client = TestClient(make_app(max_bytes=1000))
    assert client.post("/v1/papers", content=b"x" * 1001).json() == 1001
    too_large = b"x" * (UPLOAD_BYTES["/v1/papers"] + 1)
    assert client.post("/v1/papers", content=too_large).status_code == 413


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZip, identity"])
def test_a_compressed_body_is_refused(coding: str) -> None:
    client = TestClient(make_app())
    response = client.post("/length", content=b"x", headers={"Content-Encoding": coding})
    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "identity"
    assert "uncompressed" in response.json()["detail"]
    identity = {"Content-Encoding": "identity"}
    assert client.post("/length", content=b"x", headers=identity).json() == 1


def test_a_body_that_stops_is_refused() -> None:
    """The client announces ten bytes and sends five."""
    sent: list[dict[str, Any]] = []
    messages = [{"type": "http.request", "body": b"12345", "more_body": True}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        return await asyncio.Future()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/length",
        "query_string": b"",
        "headers": [(b"content-length", b"10")],
    }
    asyncio.run(make_app(body_seconds=0.01)(scope, receive, send))
    assert sent[0]["status"] == 408
