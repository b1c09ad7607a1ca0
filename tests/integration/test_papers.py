"""Briefs from files, through the endpoint and the command."""

import io
import json
from pathlib import Path
from typing import Any

import docx
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from data.embedded import clearview_motion
from enjoin import app
from serve.http.app import build_app
from serve.http.auth import Gate, new_key
from serve.http.errors import MEDIA_TYPE
from serve.http.model_watcher import Answering

MOTION = clearview_motion()
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def word_file(words: str) -> bytes:
    document, written = docx.Document(), io.BytesIO()
    document.add_paragraph(words)
    document.save(written)
    return written.getvalue()


@pytest.fixture(scope="module")
def client(trained: Any) -> TestClient:
    return TestClient(build_app(Answering(trained.predictor)), raise_server_exceptions=False)


def test_a_file_over_http(client: TestClient) -> None:
    for content, kind in (
        (word_file(MOTION.motion), WORD),
        (MOTION.motion.encode(), "text/plain; charset=utf-8"),
        (MOTION.motion.encode(), "application/octet-stream"),
    ):
        headers = {"Content-Type": kind}
        response = client.post("/v1/papers", params={"name": ""}, content=content, headers=headers)
        assert response.status_code == 200, response.text
        assert response.json() == {"text": MOTION.motion, "pages": None, "notes": []}


@pytest.mark.parametrize(
    ("content", "kind", "status", "told"),
    [
        (b"%PDF-1.4", "application/pdf", 400, "b.pdf is damaged"),
        (b"", "application/pdf", 400, "b.pdf is empty"),
        (b"\xd0\xcf\x11\xe0", "application/octet-stream", 400, "save it as .docx"),
        (b"{}", "application/json", 415, "--data-binary"),
        (b"x" * 20_000_001, "text/plain", 413, "20,000,000 bytes"),
    ],
)
def test_a_file_that_is_refused(
    client: TestClient, content: bytes, kind: str, status: int, told: str
) -> None:
    headers = {"Content-Type": kind}
    response = client.post("/v1/papers?name=b.pdf", content=content, headers=headers)
    assert response.status_code == response.json()["status"] == status
    assert response.headers["content-type"] == MEDIA_TYPE
    assert told in response.json()["detail"]
    assert response.json()["request_id"] == response.headers["x-request-id"]


def test_a_file_is_larger_than_other_bodies_may_be(client: TestClient) -> None:
    words = b"Stop the sale. " * 200_000
    headers = {"Content-Type": "text/plain"}
    assert client.post("/v1/papers", content=words, headers=headers).status_code == 200
    assert client.post("/v1/predict", content=words, headers=headers).status_code == 413


def test_files_need_a_key_too(trained: Any) -> None:
    key, digest = new_key()
    client = TestClient(build_app(Answering(trained.predictor), Gate({"firm": digest})))
    headers = {"Content-Type": "text/plain"}
    assert client.post("/v1/papers", content=b"words", headers=headers).status_code == 401
    headers["Authorization"] = f"Bearer {key}"
    assert client.post("/v1/papers", content=b"words", headers=headers).status_code == 200


def test_the_body_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/v1/papers"]["post"]
    assert described["requestBody"]["required"]
    kinds = described["requestBody"]["content"]
    assert set(kinds) == {"application/pdf", WORD, "text/plain", "application/octet-stream"}
    assert all(kind["schema"]["format"] == "binary" for kind in kinds.values())
    assert {"400", "413", "415", "429"} <= set(described["responses"])


def test_files_in_the_terminal(trained: Any, tmp_path: Path) -> None:
    motion, opposition = tmp_path / "brief.docx", tmp_path / "opp.txt"
    motion.write_bytes(word_file(MOTION.motion))
    opposition.write_text(MOTION.opposition or "")
    files = ["--motion-file", str(motion), "--opposition-file", str(opposition)]
    asked = ["predict", "--motion-type", "preliminary_injunction", "--json"]
    read = CliRunner().invoke(app, [*asked, *files])
    assert read.exit_code == 0, read.output
    assert f"brief.docx: {len(MOTION.motion)} characters read" in read.stderr
    words = ["--text", MOTION.motion, "--opposition", MOTION.opposition or ""]
    given = CliRunner().invoke(app, [*asked, *words])
    assert json.loads(read.stdout)["p_grant"] == json.loads(given.stdout)["p_grant"]
    bare = CliRunner().invoke(app, ["predict", str(motion)])
    assert bare.exit_code == 2
    assert "--motion-file" in bare.output
    twice = CliRunner().invoke(app, [*asked, *files, "--text", "x"])
    assert twice.exit_code == 2
    assert "given twice" in twice.output
    motion.write_bytes(b"%PDF-1.4")
    wrong = CliRunner().invoke(app, [*asked, *files])
    assert wrong.exit_code == 2
    assert "brief.docx is damaged" in wrong.output
