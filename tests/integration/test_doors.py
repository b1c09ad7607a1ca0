"""The same motion gives the same probability through every door."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from data.embedded import clearview_motion, embedded_rulings
from data.schema import Motion, is_list
from enjoin import app
from train.modes import MODES, masked

MOTIONS = [clearview_motion()] + [
    masked(row.as_motion(), mode) for row in embedded_rulings()[::150] for mode in MODES
]
BRIEF = Motion(
    motion_type="preliminary_injunction",
    motion=" ".join(row.motion for row in embedded_rulings()[:6]),
    opposition="The harm is speculative.",
)
"""A long paper without codings; the last of the motions."""
MOTIONS = [motion.model_copy(update={"id": f"m{i}"}) for i, motion in enumerate([*MOTIONS, BRIEF])]
ROWS = [motion.model_dump(mode="json") for motion in MOTIONS]
NAMES = ["p_grant", "p_low", "p_high"]


@pytest.fixture(scope="module")
def expected(trained: Any) -> Any:
    return trained.predictor.score(MOTIONS)[NAMES].to_numpy()


def _invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_score(trained: Any, expected: Any, tmp_path: Path, kind: str) -> None:
    source, output = tmp_path / f"in.{kind}", tmp_path / f"out.{kind}"
    frame = pd.DataFrame(ROWS)
    if kind == "csv":
        for name in filter(is_list, frame.columns):
            frame[name] = frame[name].map(lambda v: v if v is None else ";".join(v) or "[]")
        frame["quotes"] = frame["quotes"].map(json.dumps, na_action="ignore")
        frame.to_csv(source, index=False)
    elif kind == "jsonl":
        source.write_text("\n".join(map(json.dumps, ROWS)))
    else:
        frame.to_parquet(source)
    result = _invoke("score", str(source), str(output), "--jobs", "1")
    assert result.exit_code == 0, result.output
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet}
    if kind == "jsonl":
        table = pd.DataFrame([json.loads(line) for line in output.read_text().splitlines()])
    else:
        table = read[kind](output)
    assert table["id"].tolist() == [motion.id for motion in MOTIONS]
    assert np.allclose(table[NAMES].to_numpy(dtype=float), expected, atol=1e-9, rtol=0)


def test_predict(trained: Any, expected: Any, tmp_path: Path) -> None:
    path = tmp_path / "motion.json"
    rows = list(zip(ROWS, expected, strict=True))
    for row, values in [*rows[:5], rows[-1]]:
        path.write_text(json.dumps(row))
        result = _invoke("predict", str(path), "--json")
        assert result.exit_code == 0, result.output
        answer = json.loads(result.stdout)
        assert np.allclose([answer[name] for name in NAMES], values, atol=1e-9, rtol=0)
        for phrase in answer["evidence"]:
            assert row[phrase["paper"]][phrase["start"] : phrase["end"]] == phrase["text"]


def test_pyfunc(trained: Any, expected: Any) -> None:
    model = mlflow.pyfunc.load_model("models:/enjoin/1")
    table = model.predict(pd.DataFrame(ROWS))
    assert np.allclose(table[NAMES].to_numpy(dtype=float), expected, atol=1e-9, rtol=0)
    assert set(table["model_version"]) == {"enjoin/1"}
    with pytest.raises(Exception, match='motion_type: found "x"'):
        model.predict(pd.DataFrame([{"motion": "text", "motion_type": "x"}]))


def test_mlflow_project(trained: Any, expected: Any, tmp_path: Path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(map(json.dumps, ROWS)))
    mlflow.projects.run(
        str(Path(__file__).parents[2]),
        entry_point="score",
        parameters={"input": str(source), "output": str(output)},
        env_manager="local",
    )
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    got = [[row[name] for name in NAMES] for row in rows]
    assert np.allclose(got, expected, atol=1e-9, rtol=0)


def test_model_files_hold_no_pickle(trained: Any) -> None:
    found = [path for path in (trained.folder / "mlruns").rglob("*") if path.is_file()]
    assert any(path.name == "model.json" for path in found)
    assert not [p for p in found if p.suffix in {".pkl", ".pickle", ".joblib", ".cloudpickle"}]


def _post(url: str, body: Any) -> tuple[int, Any]:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_mlflow_models_serve(trained: Any, expected: Any) -> None:
    port = _free_port()
    options = ["-m", "models:/enjoin/1", "--env-manager", "local", "--port", str(port)]
    command = [sys.executable, "-m", "mlflow", "models", "serve", *options]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert server.stderr is not None
        if not any("Uvicorn running on" in line for line in server.stderr):
            pytest.fail("the server did not start")
        url = f"http://127.0.0.1:{port}/invocations"
        frame = pd.DataFrame(ROWS)
        split = json.loads(frame.to_json(orient="split"))
        for body in ({"dataframe_records": ROWS}, {"dataframe_split": split}):
            status, answer = _post(url, body)
            assert status == 200
            got = [[row[name] for name in NAMES] for row in answer["predictions"]]
            assert np.allclose(got, expected, atol=1e-9, rtol=0)
            assert {row["model_version"] for row in answer["predictions"]} == {"enjoin/1"}
        wrong = {"motion": "text", "motion_type": "nonsense"}
        status, answer = _post(url, {"dataframe_records": [wrong]})
        assert status == 400
        assert 'motion_type: found "nonsense"; expected one of' in answer["message"]
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # MLflow runs the server in a shell of its own
        server.wait(timeout=30)


def test_http_on_a_real_server(trained: Any, expected: Any) -> None:
    port = _free_port()
    command = [sys.executable, "-m", "enjoin", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if "startup complete" in line:
                break
        else:
            pytest.fail("the server did not start")
        url = f"http://127.0.0.1:{port}"
        rows = list(zip(ROWS, expected, strict=True))
        for row, values in [*rows[:5], rows[-1]]:
            status, answer = _post(f"{url}/v1/predict", row)
            assert status == 200
            assert np.allclose([answer[name] for name in NAMES], values, atol=1e-9, rtol=0)
        status, batch = _post(f"{url}/v1/predict/batch", [*ROWS, {"motion": "x", "outcome": 1}])
        assert status == 200
        got = [[answer[name] for name in NAMES] for answer in batch["answers"]]
        assert np.allclose(got, expected, atol=1e-9, rtol=0)
        assert [reject["row"] for reject in batch["rejects"]] == [len(ROWS) + 1]
        for field, value in (
            ("motion_type", "nonsense"),
            ("delay_months", float("inf")),
            ("motion", float("nan")),
            ("motion", "\ud800"),
            ("id", "\ud800"),
            ("outcome", "granted"),
        ):
            row = {"motion": "x", "motion_type": "tro", field: value}
            status, problem = _post(f"{url}/v1/predict", row)
            assert status == 422
            assert problem["errors"][0]["pointer"] == f"#/{field}"
        for path in ("health/ready", "v1/model", "v1/schema", "openapi.json"):
            with urllib.request.urlopen(f"{url}/{path}", timeout=60) as response:
                assert response.status == 200
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.mark.parametrize(
    "written",
    [
        lambda words: words.replace(" ", "\n"),
        lambda words: words.replace(" ", "_x000D_\r\n"),
        lambda words: words.replace(" ", "\u00a0\u2009 "),
        lambda words: words.replace("fi", "\ufb01").replace("'", "\u2019"),
        lambda words: words.replace(" 872", "\n\n12\n\n872"),
        lambda words: words.replace("injunction", "injunc\xad\ntion").replace("code", "co\u200bde"),
    ],
)
def test_the_same_words_have_the_same_probability(trained: Any, written: Any) -> None:
    words = (
        "Movant asks for a preliminary injunction. Its former engineer copied the source code, and "
        "the loss of confidential files cannot be repaired. The opponent relies on Acme Servs. v. "
        "Bank of Prisons, 872 F.2d 497, 504 (1st Cir. 1989) (the harm was speculative). The "
        "movant's logs show the copying."
    )
    assert written(words) != words
    asked = [
        Motion(motion_type="preliminary_injunction", motion=text, opposition=f"{text} Denied.")
        for text in (words, written(words))
    ]
    first, second = trained.predictor.score(asked)[NAMES].to_numpy()
    assert first.tolist() == second.tolist()
