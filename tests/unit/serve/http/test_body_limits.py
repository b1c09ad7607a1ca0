"""The limits on request bodies: size, speed, and how many may be under way."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from serve.http import body_limits
from serve.http.auth import AccessControl
from serve.http.body_limits import UPLOAD_BYTES
from serve.http.errors import add_error_handlers
from serve.http.guards import add_guards
from serve.http.middleware import RequestIds


def make_app(**limits: Any) -> FastAPI:
    app = FastAPI()
    add_error_handlers(app)
    add_guards(app, AccessControl({}), **limits)
    app.add_middleware(RequestIds)

    @app.post("/length")
    @app.post("/v1/papers")
    async def length(request: Request) -> int:
        return len(await request.body())

    return app


class SlowClient:
    """Sends parts of a body, each when it is released."""

    def __init__(self, parts: list[bytes], address: str = "203.0.113.7") -> None:
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": "/length",
            "query_string": b"",
            "headers": [(b"content-length", b"%d" % sum(map(len, parts)))],
            "client": (address, 1),
        }
        self.parts, self.released = parts, asyncio.Semaphore(0)
        self.n_asked = 0
        self.sent: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        self.n_asked += 1
        await self.released.acquire()
        part = self.parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(self.parts)}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def talk(self, app: FastAPI) -> int:
        """Send the request; return the status of the response."""
        await app(self.scope, self.receive, self.send)
        return int(self.sent[0]["status"])


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
    assert response.headers["connection"] == "close"


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
    client = SlowClient([b"12345", b"67890"])
    client.released.release()
    assert asyncio.run(client.talk(make_app(grace_seconds=0.05))) == 408


def test_a_body_that_trickles_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limits, "MIN_BYTES_PER_SECOND", 1000)

    async def run() -> None:
        client = SlowClient([b"x"] * 1000)  # a byte every 10 ms; each pause alone is short enough
        talk = asyncio.create_task(client.talk(make_app(grace_seconds=0.2)))
        while not talk.done():
            client.released.release()
            await asyncio.sleep(0.01)
        assert await talk == 408
        assert client.parts

    asyncio.run(run())


def test_a_body_has_a_deadline_in_all() -> None:
    async def run() -> None:
        client = SlowClient([b"x" * 1000] * 1000)  # fast enough, but for too long
        talk = asyncio.create_task(client.talk(make_app(grace_seconds=60, max_seconds=0.2)))
        while not talk.done():
            client.released.release()
            await asyncio.sleep(0.01)
        assert await talk == 408

    asyncio.run(run())


def test_unfinished_bodies_of_one_client_wait_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limits, "PLACES", 3)
    monkeypatch.setattr(body_limits, "PLACES_PER_CLIENT", 2)

    async def run() -> None:
        app = make_app()
        slow = [SlowClient([b"x", b"y"]) for _ in range(4)]
        talks = [asyncio.create_task(client.talk(app)) for client in slow]
        for client in slow:
            client.released.release()
        for _ in range(50):
            await asyncio.sleep(0)
        assert [client.n_asked for client in slow] == [2, 2, 1, 1]
        other = SlowClient([b"x", b"y"], "203.0.113.8")
        other.released.release()
        other.released.release()
        assert await asyncio.wait_for(other.talk(app), 10) == 200
        whole = SlowClient([b"xy"])  # takes no place
        whole.released.release()
        assert await asyncio.wait_for(whole.talk(app), 10) == 200
        for client in slow:
            client.released.release()
        assert await asyncio.wait_for(asyncio.gather(*talks), 10) == [200] * 4

    asyncio.run(run())
