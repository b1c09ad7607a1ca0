"""API keys: their file, the names they may have, who is admitted and how often."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient

from serve.http.auth import (
    AccessControl,
    KeyFileError,
    check_key_name,
    is_loopback,
    new_key,
    read_keys,
    require_admitted,
)
from serve.http.guards import add_guards
from serve.http.middleware import RequestIds

KEY, DIGEST = new_key()


def make_client(access: AccessControl) -> TestClient:
    app = FastAPI()
    add_guards(app, access)
    app.add_middleware(RequestIds)

    @app.get("/v1/name", dependencies=[Depends(require_admitted)])
    @app.get("/elsewhere/name", dependencies=[Depends(require_admitted)])
    async def name_of(request: Request) -> str:
        return str(request.state.key_name)

    return TestClient(app)


@pytest.mark.parametrize("text", ["", "\n# ann left\n"])
def test_a_file_without_keys_admits_nobody(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(text)
    with pytest.raises(KeyFileError, match="holds no key"):
        read_keys(path, {})
    assert read_keys(None, {}) == {}


def test_keys_from_a_file_or_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(f"# of the first floor, east\nann:{DIGEST}\n")
    assert read_keys(path, {}) == {"ann": DIGEST}
    both = {"ENJOIN_API_KEYS": f"ann:{DIGEST},bob:{DIGEST}"}
    assert list(read_keys(None, both)) == ["ann", "bob"]


@pytest.mark.parametrize(
    "line", ["ann", "ann:abc", f"a b:{'0' * 64}", f"ann:{'0' * 64}"], ids=range(4)
)
def test_an_invalid_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(f"ann:{DIGEST}\n{line}\n")
    with pytest.raises(KeyFileError, match="line 2"):
        read_keys(path, {})
    with pytest.raises(KeyFileError, match=r"missing\.txt"):
        read_keys(tmp_path / "missing.txt", {})


def test_key_names() -> None:
    assert check_key_name("acme-llp") == "acme-llp"
    for name in ("", "a firm", "a:b", "x" * 65):
        with pytest.raises(ValueError, match="name"):
            check_key_name(name)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x.y", False)],
)
def test_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_only_a_valid_key_is_admitted() -> None:
    client = make_client(AccessControl({"bob": new_key()[1], "ann": DIGEST}))
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {KEY}"}):
        assert client.get("/v1/name", headers=headers).status_code == 401
    assert client.get("/v1/name", headers={"Authorization": f"Bearer {KEY}"}).json() == "ann"
    assert make_client(AccessControl({})).get("/v1/name").json() == "anonymous"


def test_the_rate_limit_is_each_keys_own() -> None:
    other_key, other_digest = new_key()
    client = make_client(AccessControl({"ann": DIGEST, "bob": other_digest}, "2/minute"))
    headers = {"Authorization": f"Bearer {KEY}"}
    assert [client.get("/v1/name", headers=headers).status_code for _ in range(3)] == [
        200,
        200,
        429,
    ]
    assert int(client.get("/v1/name", headers=headers).headers["retry-after"]) > 0
    assert (
        client.get("/v1/name", headers={"Authorization": f"Bearer {other_key}"}).status_code == 200
    )
    with pytest.raises(ValueError, match="rate limit"):
        AccessControl({}, "often")


def test_the_key_is_checked_before_the_body_is_read() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was asked for")

    async def send(message: Any) -> None:
        sent.append(message)

    for path in ("/v1/predict", "/v1/nothing"):
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": []}
        app = make_client(AccessControl({"ann": DIGEST})).app
        asyncio.run(app(scope, receive, send))  # type: ignore[arg-type, operator]
        start = sent[-2]
        assert start["status"] == 401
        assert (b"connection", b"close") in start["headers"]


def test_a_route_that_the_gate_does_not_guard_is_refused() -> None:
    client = make_client(AccessControl({"ann": DIGEST}))
    headers = {"Authorization": f"Bearer {KEY}"}
    assert client.get("/elsewhere/name", headers=headers).status_code == 401


def test_each_motion_of_a_batch_counts() -> None:
    access = AccessControl({}, "5/minute")
    access.count("anonymous", 4)
    client = make_client(access)
    assert client.get("/v1/name").status_code == 200
    assert client.get("/v1/name").status_code == 429


def test_a_clock_that_is_set_back_locks_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    client = make_client(AccessControl({}, "1/minute"))
    assert client.get("/v1/name").status_code == 200
    assert client.get("/v1/name").status_code == 429
    real_time = time.time
    monkeypatch.setattr("time.time", lambda: real_time() - 7200)
    monkeypatch.setattr("serve.http.auth.time", lambda: real_time() - 7200)
    assert client.get("/v1/name").status_code == 200
