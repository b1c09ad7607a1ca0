"""The file of API keys is followed; a broken one changes nothing, and is told."""

import os
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serve.http.app import build_app
from serve.http.auth import AccessControl, new_key, read_keys
from serve.http.key_file import KeyFile
from serve.http.model_watcher import ModelWatcher

KEYS = {name: new_key() for name in ("ann", "bob")}


def lines(*names: str) -> str:
    return "".join(f"{name}:{KEYS[name][1]}\n" for name in names)


@pytest.fixture
def key_file(tmp_path: Path) -> KeyFile:
    path = tmp_path / "keys.txt"
    path.write_text(lines("ann"))
    return KeyFile(path, AccessControl(read_keys(path, {})))


@pytest.fixture
def client(key_file: KeyFile) -> TestClient:
    predictor: Any = type("Predictor", (), {"version": "v", "digest": "d", "card": dict})()
    watcher = ModelWatcher(predictor, "folder")
    return TestClient(build_app(watcher, key_file.access, key_file=key_file))


def status(client: TestClient, name: str, path: str = "/v1/model") -> int:
    return client.get(path, headers={"Authorization": f"Bearer {KEYS[name][0]}"}).status_code


def test_keys_come_and_go(
    key_file: KeyFile, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "enjoin.http")
    assert (status(client, "ann"), status(client, "bob")) == (200, 401)
    key_file.path.write_text(lines("bob"))
    key_file.poll()
    assert (status(client, "ann"), status(client, "bob")) == (401, 200)
    assert (status(client, "ann", "/metrics"), status(client, "bob", "/metrics")) == (401, 200)
    assert "new bob; gone ann" in caplog.text
    key_file.poll()
    assert caplog.text.count("read again") == 1
    assert KEYS["bob"][1] not in caplog.text


@pytest.mark.parametrize("text", ["", "# nobody\n", "bob\n", "bob:123\n", b"\xff\xfe", None])
def test_a_broken_file_changes_nothing(
    key_file: KeyFile,
    client: TestClient,
    text: str | bytes | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if text is None:
        key_file.path.unlink()
    else:
        key_file.path.write_bytes(text if isinstance(text, bytes) else text.encode())
    for _ in range(2):
        key_file.poll()
    assert status(client, "ann") == 200
    error = client.get("/health/ready").json()["keys_error"]
    assert "keys.txt" in error
    assert caplog.text.count("stay in use") == 1
    key_file.path.write_text(lines("ann", "bob"))
    key_file.poll()
    assert status(client, "bob") == 200
    assert client.get("/health/ready").json()["keys_error"] is None


def test_a_pipe_or_folder_in_its_place_holds_nothing_up(
    key_file: KeyFile, client: TestClient
) -> None:
    for make in (os.mkfifo, os.mkdir):
        key_file.path.unlink()
        make(key_file.path)
        key_file.poll()  # no one writes to the pipe
        assert status(client, "ann") == 200
        assert "regular file" in client.get("/health/ready").json()["keys_error"]
        key_file.path.rmdir() if key_file.path.is_dir() else key_file.path.unlink()
        key_file.path.write_text(lines("ann", "bob"))
        key_file.poll()
        assert status(client, "bob") == 200
        assert client.get("/health/ready").json()["keys_error"] is None


def test_the_file_is_looked_at_in_the_background(
    key_file: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Event()
    monkeypatch.setattr(key_file, "poll", looked.set)
    key_file.follow(0.001)
    assert looked.wait(30)
    key_file.stop()
