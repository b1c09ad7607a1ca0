"""API keys: their file, the names they may have, who is admitted and how often."""

from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from serve.http.auth import (
    AccessControl,
    KeyFileError,
    check_key_name,
    is_loopback,
    new_key,
    read_keys,
)

KEY, DIGEST = new_key()


def make_client(access: AccessControl) -> TestClient:
    app = FastAPI()

    @app.get("/")
    async def name_of(name: Annotated[str, Depends(access.dependency)]) -> str:
        return name

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
        assert client.get("/", headers=headers).status_code == 401
    assert client.get("/", headers={"Authorization": f"Bearer {KEY}"}).json() == "ann"
    assert make_client(AccessControl({})).get("/").json() == "anonymous"


def test_the_rate_limit_is_each_keys_own() -> None:
    other_key, other_digest = new_key()
    client = make_client(AccessControl({"ann": DIGEST, "bob": other_digest}, "2/minute"))
    headers = {"Authorization": f"Bearer {KEY}"}
    assert [client.get("/", headers=headers).status_code for _ in range(3)] == [200, 200, 429]
    assert int(client.get("/", headers=headers).headers["retry-after"]) > 0
    assert client.get("/", headers={"Authorization": f"Bearer {other_key}"}).status_code == 200
    with pytest.raises(ValueError, match="rate limit"):
        AccessControl({}, "often")
