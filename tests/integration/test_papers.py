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
CAPTIONS = Path(__file__).parents[1] / "support" / "captions"
BRIEF = CAPTIONS / "federal_two_columns.txt"
RULING = (
    "ORDER GRANTING PRELIMINARY INJUNCTION\nThe bakery moves to enjoin the use of its name. "
    f"{MOTION.motion}"
)


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
    assert "motion_type: missing" in without_option.output
    brief.write_bytes(b"%PDF-1.4")
    predict = ["predict", "--motion-type", "preliminary_injunction"]
    damaged = CliRunner().invoke(app, [*predict, *files])
    assert damaged.exit_code == 2
    assert "brief.docx" in damaged.output


def test_what_the_caption_of_a_file_says_is_used_and_told(trained: Any) -> None:
    read = CliRunner().invoke(app, ["predict", "--motion-file", str(BRIEF), "--json"])
    assert read.exit_code == 0, read.output
    assert "read from the caption: motion_type tro, court ilnd" in read.stderr
    assert "correct with --set" in read.stderr
    given = ["--motion-type", "tro", "--court", "ilnd", "--set", "decided=2021-05-10"]
    options = CliRunner().invoke(app, ["predict", "--motion-file", str(BRIEF), "--json", *given])
    assert "court ilnd" not in options.stderr
    assert json.loads(read.stdout)["p_grant"] == json.loads(options.stdout)["p_grant"]
    corrected = ["predict", "--motion-file", str(BRIEF), "--set", "court=nyeb"]
    other = CliRunner().invoke(app, corrected)
    assert "court ilnd" not in other.stderr
    assert "bankruptcy" in other.output


def test_the_caption_yields_to_the_motions_own_fields(trained: Any, tmp_path: Path) -> None:
    fields = tmp_path / "fields.json"
    fields.write_text(json.dumps({"motion_type": "stay", "court": "cand"}))
    read = CliRunner().invoke(app, ["predict", str(fields), "--motion-file", str(BRIEF)])
    assert read.exit_code == 0, read.output
    assert "docket_number 1:21-cv-00135" in read.stderr
    assert "motion_type" not in read.stderr
    assert "ilnd" not in read.stderr


def test_the_endpoint_returns_what_the_caption_says(trained: Any) -> None:
    client = TestClient(build_app(ModelWatcher(trained.predictor, None)))
    paper = client.post("/v1/papers", content=BRIEF.read_bytes(), headers=PLAIN).json()
    assert paper["caption"]["court"] == "ilnd"
    assert paper["caption"]["motion_type"] == "tro"
    assert paper["caption"]["filed"] == "2021-05-10"
    plain = client.post("/v1/papers", content=b"Stop the sale.", headers=PLAIN).json()
    assert plain["caption"] is None


def test_a_ruling_in_the_place_of_a_motion_is_told_in_every_door(
    trained: Any, tmp_path: Path
) -> None:
    motion = {
        "id": "m",
        "motion_type": "preliminary_injunction",
        "motion": RULING,
        "summary": MOTION.motion,
    }
    client = TestClient(build_app(ModelWatcher(trained.predictor, None)))
    answer = client.post("/v1/predict", json=motion).json()
    assert not answer["in_scope"]
    assert "no motion but a ruling of a court" in answer["out_of_scope"][0]
    source, scored = tmp_path / "motions.jsonl", tmp_path / "scored.csv"
    source.write_text(json.dumps(motion))
    in_terminal = CliRunner().invoke(app, ["predict", str(source)])
    assert "ruling of a court" in " ".join(in_terminal.output.split())
    done = CliRunner().invoke(app, ["score", str(source), str(scored)])
    assert done.exit_code == 0, done.output
    assert "no motion but a ruling of a court" in scored.read_text()
    page = tmp_path / "docket.html"
    shown = CliRunner().invoke(app, ["docket", str(scored), str(page)])
    assert shown.exit_code == 0, shown.output
    assert "no motion but a ruling of a court" in page.read_text()
