"""HEAD is answered as GET without its body, and OPTIONS with what a route allows."""

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from serve.http.errors import add_error_handlers
from serve.http.methods import add_methods
from serve.http.metrics import add_metrics


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    add_error_handlers(app)
    add_methods(app)
    add_metrics(app)

    @app.get("/word")
    async def word() -> str:
        return "injunction"

    @app.get("/refused")
    async def refused() -> str:
        raise HTTPException(409, "not now", headers={"Retry-After": "1"})

    @app.post("/sent")
    async def sent(text: str) -> str:
        return text

    return TestClient(app)


@pytest.mark.parametrize("path", ["/word", "/refused", "/nothing"])
def test_head_is_get_without_its_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert head.status_code == got.status_code
    assert dict(head.headers) == dict(got.headers)
    assert int(head.headers["content-length"]) == len(got.content) > 0


def test_head_of_a_route_without_get(client: TestClient) -> None:
    head = client.head("/sent")
    assert (head.status_code, head.content) == (405, b"")
    assert head.headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("path", "allowed"), [("/word", "GET, HEAD, OPTIONS"), ("/sent", "OPTIONS, POST")]
)
def test_what_a_route_allows(client: TestClient, path: str, allowed: str) -> None:
    options = client.options(path)
    assert (options.status_code, options.content) == (204, b"")
    assert options.headers["allow"] == allowed
    assert "content-type" not in options.headers
    refused = client.delete(path)
    assert refused.status_code == refused.json()["status"] == 405
    assert refused.headers["allow"] == allowed
    assert client.options("/nothing").status_code == 404


def test_head_is_counted_with_its_route(client: TestClient) -> None:
    count = 'enjoin_requests_total{path="/word",status="200"}'

    def counted() -> float:
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(count))

    before = counted()
    client.head("/word")
    assert counted() == before + 1
