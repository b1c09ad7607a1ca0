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
from serve.http.auth import AccessControl, new_key
from serve.http.model_watcher import ModelWatcher

MOTION = clearview_motion()
PLAIN = {"Content-Type": "text/plain"}


def word_file(text: str) -> bytes:
    document, content = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(content)
    return content.getvalue()


def test_a_file_may_be_larger_than_other_bodies(trained: Any) -> None:
    client = TestClient(build_app(ModelWatcher(trained.predictor, None)))
    text = b"Stop the sale. " * 200_000
    assert client.post("/v1/papers", content=text, headers=PLAIN).status_code == 200
    assert client.post("/v1/predict", content=text, headers=PLAIN).status_code == 413


def test_files_need_a_key_too(trained: Any) -> None:
    key, digest = new_key()
    client = TestClient(
        build_app(ModelWatcher(trained.predictor, None), AccessControl({"firm": digest}))
    )
    assert client.post("/v1/papers", content=b"text", headers=PLAIN).status_code == 401
    with_key = PLAIN | {"Authorization": f"Bearer {key}"}
    assert client.post("/v1/papers", content=b"text", headers=with_key).status_code == 200


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    motion, opposition = tmp_path / "brief.docx", tmp_path / "opp.txt"
    motion.write_bytes(word_file(MOTION.motion))
    opposition.write_text(MOTION.opposition or "")
    return ["--motion-file", str(motion), "--opposition-file", str(opposition)]


def test_files_in_the_terminal(trained: Any, files: list[str]) -> None:
    predict = ["predict", "--motion-type", "preliminary_injunction", "--json"]
    from_files = CliRunner().invoke(app, [*predict, *files])
    assert from_files.exit_code == 0, from_files.output
    assert "brief.docx" in from_files.stderr
    texts = ["--text", MOTION.motion, "--opposition", MOTION.opposition or ""]
    from_text = CliRunner().invoke(app, [*predict, *texts])
    assert json.loads(from_files.stdout)["p_grant"] == json.loads(from_text.stdout)["p_grant"]
    both = CliRunner().invoke(app, [*predict, *files, "--text", "x"])
    assert both.exit_code == 2
    assert "--text" in both.output


def test_a_file_that_cannot_be_read_in_the_terminal(trained: Any, files: list[str]) -> None:
    brief = Path(files[1])
    without_option = CliRunner().invoke(app, ["predict", str(brief)])
    assert without_option.exit_code == 2
    assert "--motion-file" in without_option.output
    brief.write_bytes(b"%PDF-1.4")
    predict = ["predict", "--motion-type", "preliminary_injunction"]
    damaged = CliRunner().invoke(app, [*predict, *files])
    assert damaged.exit_code == 2
    assert "brief.docx" in damaged.output
