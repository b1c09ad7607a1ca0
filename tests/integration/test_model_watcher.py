"""The model that answers: it follows the champion, refuses what does not fit, outlives MLflow."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

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
from train.tracking.registry import CHAMPION, SHORT_TIMEOUTS, REGISTERED_NAME, short_timeouts

CLEARVIEW = clearview_motion().model_dump(mode="json")
NOWHERE = "http://127.0.0.1:9"  # the port of a service that throws all away, and that nobody runs


@pytest.fixture(scope="module")
def registry(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A registry that holds the trained model twice; version 1 is champion."""
    folder = tmp_path_factory.mktemp("registry")
    save_model(trained.predictor.model, folder / "model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        mlflow.set_tracking_uri(None)
        mlflow.create_experiment("models", artifact_location=(folder / "runs").as_uri())
        with mlflow.start_run(experiment_id="1"):
            log_to_mlflow(folder / "model", "first")
            log_to_mlflow(folder / "model", "second")
        _champion(1)
        yield folder


def _champion(version: int) -> None:
    client = mlflow.MlflowClient()
    client.set_registered_model_alias(REGISTERED_NAME, CHAMPION, str(version))


def _broken(registry: Path, name: str, change: dict[str, Any] | None) -> None:
    """Register a model that this program cannot answer with."""
    folder = registry / name
    shutil.copytree(registry / "model", folder)
    if change is None:
        (folder / "unrated" / "bag_001.txt").write_text("tree\n")
    else:
        record = json.loads((folder / "model.json").read_text())
        (folder / "model.json").write_text(json.dumps(record | change))
    with mlflow.start_run(experiment_id="1"):
        address = mlflow.get_artifact_uri()
        mlflow.log_artifacts(str(folder), "data")
        client = mlflow.MlflowClient()
        found = client.create_model_version(REGISTERED_NAME, f"{address}/data")
        _champion(int(found.version))


def test_the_champion_is_followed_without_losing_a_request(registry: Path) -> None:
    _champion(1)
    watcher = ModelWatcher(Predictor.load(), None)
    client = TestClient(build_app(watcher))
    told: list[tuple[int, str, float]] = []
    done = False

    def keep_asking() -> None:
        while not done:
            answer = client.post("/v1/predict", json=CLEARVIEW)
            body = answer.json()
            told.append((answer.status_code, body["model_version"], body["p_grant"]))

    thread = Thread(target=keep_asking)
    thread.start()
    try:
        watcher.poll()
        assert watcher.predictor.version == "enjoin/1"
        _champion(2)
        watcher.follow(0.05)
        until = time.monotonic() + 30
        while "enjoin/2" not in {version for _, version, _ in told} and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        done = True
        watcher.stop()
        thread.join()
    assert [version for _, version, _ in told] == sorted(version for _, version, _ in told)
    assert {version for _, version, _ in told} == {"enjoin/1", "enjoin/2"}
    assert {(status, p) for status, _, p in told} == {(200, told[0][2])}
    metrics = client.get("/metrics").text.splitlines()
    workers = [line.split()[-1] for line in metrics if line.startswith("enjoin_model{")]
    assert workers == ["0.0", "1.0"]
    assert client.get("/v1/model").json()["model_version"] == "enjoin/2"


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("damaged", None, "is damaged"),
        ("lexicon", {"lexicon_digest": "0" * 64}, "another lexicon"),
        ("schema", {"columns": ["harm.evidence"]}, "other features"),
        ("version", {"format": 1}, "format 1"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(
    registry: Path, name: str, change: dict[str, Any] | None, why: str
) -> None:
    _champion(1)
    watcher = ModelWatcher(Predictor.load(), None)
    client = TestClient(build_app(watcher))
    _broken(registry, name, change)
    for _ in range(2):  # the second time it is not fetched again
        watcher.poll()
        assert watcher.predictor.version == "enjoin/1"
        ready = client.get("/health/ready").json()
        assert ready["status"] == "ready"
        assert why in ready["error"]
    assert client.post("/v1/predict", json=CLEARVIEW).json()["model_version"] == "enjoin/1"
    started = CliRunner().invoke(app, ["serve"])
    assert started.exit_code == 2
    assert why in " ".join(started.output.split())
    assert "listens" not in started.output
    _champion(1)
    watcher.poll()
    assert client.get("/health/ready").json()["error"] is None


def test_it_answers_on_while_mlflow_is_down(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _champion(1)
    watcher = ModelWatcher(Predictor.load(), None)
    client = TestClient(build_app(watcher))
    for name in SHORT_TIMEOUTS:
        monkeypatch.setenv(name, "0" if name.endswith("RETRIES") else "2")
    with monkeypatch.context() as down:
        down.setenv("MLFLOW_TRACKING_URI", NOWHERE)
        watcher.poll()
        ready = client.get("/health/ready").json()
        assert ready["status"] == "ready"
        assert "the registry cannot be followed" in ready["error"]
        assert client.post("/v1/predict", json=CLEARVIEW).status_code == 200
        started = CliRunner().invoke(app, ["serve"])
        assert started.exit_code == 2
        assert NOWHERE.removeprefix("http://").split(":")[0] in started.output
    watcher.poll()
    assert client.get("/health/ready").json()["error"] is None


def test_mlflow_is_waited_for_as_its_user_says(monkeypatch: pytest.MonkeyPatch) -> None:
    retries, timeout = SHORT_TIMEOUTS
    monkeypatch.delenv(retries, raising=False)
    monkeypatch.setenv(timeout, "77")
    with short_timeouts():
        assert (os.environ[retries], os.environ[timeout]) == (SHORT_TIMEOUTS[retries], "77")
    assert retries not in os.environ  # a training that follows may have more patience
    assert os.environ[timeout] == "77"
    seen: list[str | None] = []
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOWHERE)
    monkeypatch.setattr(
        "mlflow.MlflowClient", lambda: seen.append(os.environ.get(retries)) or 1 / 0
    )
    motion = ["--text", "x", "--motion-type", "tro"]
    for command in (["predict", *motion], ["promote"], ["rollback"], ["report"], ["train"]):
        assert CliRunner().invoke(app, command).exit_code
    assert seen == [SHORT_TIMEOUTS[retries]] * 5


def test_what_is_no_alias_is_not_followed(
    registry: Path, trained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _champion(2)
    looking: list[str] = []
    with monkeypatch.context() as patch:
        start = SimpleNamespace(start=lambda: looking.append(source))
        patch.setattr("serve.http.model_watcher.Thread", lambda **given: start)
        for source in (str(registry / "model"), "models:/enjoin/1", "models:/enjoin@champion"):
            ModelWatcher(trained.predictor, source).follow(0.01)
    assert looking == ["models:/enjoin@champion"]
    followed = ModelWatcher(Predictor.load("models:/enjoin/1"), "models:/enjoin@champion")
    followed.poll()
    assert followed.predictor.version == "enjoin/2"
    missing = CliRunner().invoke(app, ["serve", "--model", str(registry / "nothing")])
    assert missing.exit_code == 2
    assert "holds no model" in missing.output
    for name in ("one", "two"):
        shutil.copytree(registry / "model", registry / "models" / name)
    several = CliRunner().invoke(app, ["serve", "--model", str(registry / "models")])
    assert several.exit_code == 2
    assert "holds 2 models; name one of them" in " ".join(several.output.split())


def test_answers_do_without_what_is_for_fitting_alone(trained: Any) -> None:
    """To import it takes most of a second, each time that the endpoint or a command starts."""
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
