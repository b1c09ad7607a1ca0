"""The model in use: it follows the champion, unusable versions are refused, MLflow may be down."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any, NamedTuple

import mlflow
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from data.embedded import clearview_motion
from enjoin import app
from serve.http.app import build_app
from serve.http.model_watcher import ModelWatcher
from serve.predictor import Predictor
from serve.pyfunc import log_to_mlflow
from train.model.store import save_model
from train.tracking.registry import (
    CHAMPION,
    REGISTERED_NAME,
    SHORT_TIMEOUTS,
    fetch_model,
    short_timeouts,
)

CLEARVIEW = clearview_motion().model_dump(mode="json")
UNREACHABLE = "http://127.0.0.1:9"  # the port of the discard service, which nobody runs


class Response(NamedTuple):
    """What a test needs of a prediction."""

    status: int
    model_version: str
    p_grant: float


@pytest.fixture(scope="module")
def registry(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A registry that holds the same model twice; version 1 is champion."""
    folder = tmp_path_factory.mktemp("registry")
    save_model(trained.predictor.model, folder / "model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        mlflow.set_tracking_uri(None)
        mlflow.create_experiment("models", artifact_location=(folder / "runs").as_uri())
        with mlflow.start_run(experiment_id="1"):
            log_to_mlflow(folder / "model", "first")
            log_to_mlflow(folder / "model", "second")
        make_champion(1)
        yield folder


def make_champion(version: int) -> None:
    client = mlflow.MlflowClient()
    client.set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(version))


def register_unusable(registry: Path, name: str, change: dict[str, Any] | None) -> None:
    """Register a model that this program cannot use, and make it champion.

    Its `model.json` is changed, or without a change one of its trees is damaged.
    """
    folder = registry / name
    shutil.copytree(registry / "model", folder)
    if change is None:
        sorted(folder.rglob("bag_*.txt"))[0].write_text("tree\n")
    else:
        record = json.loads((folder / "model.json").read_text())
        (folder / "model.json").write_text(json.dumps(record | change))
    with mlflow.start_run(experiment_id="1"):
        address = mlflow.get_artifact_uri()
        mlflow.log_artifacts(str(folder), "data")
        client = mlflow.MlflowClient()
        version = client.create_model_version(REGISTERED_NAME, f"{address}/data")
        make_champion(int(version.version))


def test_the_champion_is_followed_without_losing_a_request(registry: Path) -> None:
    make_champion(1)
    watcher = ModelWatcher(Predictor.load(), None)
    client = TestClient(build_app(watcher))
    responses: list[Response] = []
    first_seen, second_seen, done = Event(), Event(), Event()

    def keep_predicting() -> None:
        while not done.is_set():
            response = client.post("/v1/predict", json=CLEARVIEW)
            answer = response.json()
            version = answer["model_version"]
            responses.append(Response(response.status_code, version, answer["p_grant"]))
            (first_seen if version == "enjoin/1" else second_seen).set()

    thread = Thread(target=keep_predicting, daemon=True)
    thread.start()
    try:
        watcher.poll()
        assert watcher.predictor.version == "enjoin/1"
        assert first_seen.wait(60)
        make_champion(2)
        watcher.follow(0.05)
        assert second_seen.wait(60)
    finally:
        done.set()
        watcher.stop()
        thread.join(60)
    versions = [response.model_version for response in responses]
    assert versions == sorted(versions)
    assert set(versions) == {"enjoin/1", "enjoin/2"}
    assert {(each.status, each.p_grant) for each in responses} == {(200, responses[0].p_grant)}
    metrics = client.get("/metrics").text.splitlines()
    workers = [line.split()[-1] for line in metrics if line.startswith("enjoin_model{")]
    assert workers == ["0.0", "1.0"]
    assert client.get("/v1/model").json()["model_version"] == "enjoin/2"


@pytest.mark.parametrize(
    ("name", "change", "keyword"),
    [
        ("damaged", None, "damaged"),
        ("lexicon", {"lexicon_digest": "0" * 64}, "lexicon"),
        ("schema", {"columns": ["harm.evidence"]}, "features"),
        ("version", {"format": 1}, "format"),
    ],
)
def test_an_unusable_version_is_refused(
    registry: Path, name: str, change: dict[str, Any] | None, keyword: str
) -> None:
    make_champion(1)
    watcher = ModelWatcher(Predictor.load(), None)
    client = TestClient(build_app(watcher))
    register_unusable(registry, name, change)
    for _ in range(2):  # the second time without fetching it again
        watcher.poll()
        assert watcher.predictor.version == "enjoin/1"
        health = client.get("/health/ready").json()
        assert health["status"] == "ready"
        assert keyword in health["error"]
    assert client.post("/v1/predict", json=CLEARVIEW).json()["model_version"] == "enjoin/1"
    started = CliRunner().invoke(app, ["serve"])
    assert started.exit_code == 2
    assert keyword in started.output
    assert "listens" not in started.output
    make_champion(1)
    watcher.poll()
    assert client.get("/health/ready").json()["error"] is None


def test_a_version_whose_files_were_changed_is_refused(registry: Path, tmp_path: Path) -> None:
    make_champion(1)
    watcher = ModelWatcher(Predictor.load(), None)
    changed = fetch_model("models:/enjoin/2") / "scope.json"
    before = changed.read_bytes()
    changed.write_bytes(before + b" ")  # it can be loaded, and answers the same
    make_champion(2)
    try:
        watcher.poll()
        assert watcher.predictor.version == "enjoin/1"
        assert "not those that were registered" in str(watcher.last_error)
        motion = ["--text", "x", "--motion-type", "tro"]
        (tmp_path / "in.csv").write_text("motion_type,motion\ntro,x\n")
        score = ["score", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]
        for command in (["predict", *motion], ["what-if", *motion], score, ["serve"]):
            refused = CliRunner().invoke(app, command)
            assert refused.exit_code == 2
            assert "not those that were registered" in " ".join(refused.output.split())
    finally:
        changed.write_bytes(before)
        make_champion(1)


def test_predictions_go_on_while_mlflow_is_down(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_champion(1)
    watcher = ModelWatcher(Predictor.load(), None)
    client = TestClient(build_app(watcher))
    for name in SHORT_TIMEOUTS:
        monkeypatch.setenv(name, "0" if name.endswith("RETRIES") else "2")
    with monkeypatch.context() as down:
        down.setenv("MLFLOW_TRACKING_URI", UNREACHABLE)
        watcher.poll()
        health = client.get("/health/ready").json()
        assert health["status"] == "ready"
        assert "registry" in health["error"]
        assert client.post("/v1/predict", json=CLEARVIEW).status_code == 200
        started = CliRunner().invoke(app, ["serve"])
        assert started.exit_code == 2
        assert "127.0.0.1" in started.output
    watcher.poll()
    assert client.get("/health/ready").json()["error"] is None


def test_the_users_timeouts_of_mlflow_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    retries, timeout = SHORT_TIMEOUTS
    monkeypatch.delenv(retries, raising=False)
    monkeypatch.setenv(timeout, "77")
    with short_timeouts():
        assert (os.environ[retries], os.environ[timeout]) == (SHORT_TIMEOUTS[retries], "77")
    assert retries not in os.environ  # a training run that follows may wait longer
    assert os.environ[timeout] == "77"
    seen: list[str | None] = []
    monkeypatch.setenv("MLFLOW_TRACKING_URI", UNREACHABLE)
    monkeypatch.setattr(
        "mlflow.MlflowClient", lambda: seen.append(os.environ.get(retries)) or 1 / 0
    )
    motion = ["--text", "x", "--motion-type", "tro"]
    for command in (["predict", *motion], ["promote"], ["rollback"], ["report"], ["train"]):
        assert CliRunner().invoke(app, command).exit_code
    assert seen == [SHORT_TIMEOUTS[retries]] * 5


def test_only_an_alias_is_followed(
    registry: Path, trained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_champion(2)
    followed: list[str] = []
    with monkeypatch.context() as patch:
        for source in (str(registry / "model"), "models:/enjoin/1", "models:/enjoin@champion"):
            thread = SimpleNamespace(start=lambda source=source: followed.append(source))
            patch.setattr(
                "serve.http.model_watcher.Thread", lambda thread=thread, **options: thread
            )
            ModelWatcher(trained.predictor, source).follow(0.01)
    assert followed == ["models:/enjoin@champion"]
    watcher = ModelWatcher(Predictor.load("models:/enjoin/1"), "models:/enjoin@champion")
    watcher.poll()
    assert watcher.predictor.version == "enjoin/2"


def test_a_folder_must_hold_one_model(registry: Path) -> None:
    missing = CliRunner().invoke(app, ["serve", "--model", str(registry / "nothing")])
    assert missing.exit_code == 2
    assert "nothing" in missing.output
    for name in ("one", "two"):
        shutil.copytree(registry / "model", registry / "models" / name)
    several = CliRunner().invoke(app, ["serve", "--model", str(registry / "models")])
    assert several.exit_code == 2
    assert "2 models" in " ".join(several.output.split())


def test_predictions_need_no_training_libraries(trained: Any) -> None:
    """Importing them would take most of a second whenever the endpoint or a command starts."""
    script = """
import json, sys
import serve.http.server
from data.embedded import clearview_motion
from serve.predictor import Predictor
Predictor.load().answer([clearview_motion()])
print(json.dumps([name for name in ("sklearn", "lightgbm", "scipy.stats") if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
