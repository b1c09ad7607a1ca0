"""Request ids and security headers."""

from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from serve.http.middleware import RequestIds


def test_a_request_has_an_id_and_security_headers() -> None:
    app = FastAPI()
    app.add_middleware(RequestIds)

    @app.get("/id")
    async def request_id(request: Request) -> str:
        return str(request.state.request_id)

    client = TestClient(app)
    response = client.get("/id", headers={"X-Request-ID": "docket-7"})
    assert response.json() == response.headers["x-request-id"] == "docket-7"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    for invalid in ("", "a b", "x" * 65):
        response = client.get("/id", headers={"X-Request-ID": invalid})
        assert response.json() == response.headers["x-request-id"] != invalid
