"""Score dockets of any size: the same rows by any route, whole or not at all, resumed."""

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.special import logit
from typer.testing import CliRunner

from data.codebook import Outcome
from data.embedded import embedded_rulings
from enjoin import app
from serve.model_source import locate_model
from train.modes import MODES, masked

MOTIONS = [
    masked(row.as_motion(), MODES[index % 3]).model_copy(update={"motion": row.motion[:200]})
    for index, row in enumerate(embedded_rulings()[::80])
]
LINES = [motion.model_dump_json(exclude_none=True) for motion in MOTIONS]


def _invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "400"})


@pytest.fixture
def docket(trained: Any, tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "pending.jsonl"
    wrong = ['{"motion_type": "tro"}', '{"id"']
    unnamed = [json.dumps({"motion_type": "tro", "motion": "A rival copied a mark."})] * 2
    named = [json.dumps(json.loads(LINES[3]) | {"id": "row-6"})]  # though it is the third row
    lines = [*LINES[:2], *named, wrong[0], *unnamed, *LINES[2:], wrong[1], LINES[0]]
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def expected(docket: Path, tmp_path: Path) -> bytes:
    output = tmp_path / "expected.jsonl"
    assert _invoke("score", docket, output, "--jobs", 1).exit_code == 3
    return output.read_bytes()


def test_a_killed_worker_is_reported(
    docket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serve.batch.local_pool.MAX_CHUNKS_ALONE", 1)
    monkeypatch.setattr("serve.batch.local_pool.end_with_parent", _kill_self)
    run = ["score", docket, tmp_path / "out.jsonl", "--jobs", 2, "--chunk", 5]
    result = _invoke(*run)
    assert result.exit_code == 2
    assert "killed" in result.output
    assert not (tmp_path / "out.jsonl").exists()


def _kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_processes_and_chunk_sizes_do_not_change_the_output(
    docket: Path, expected: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serve.batch.local_pool.MAX_CHUNKS_ALONE", 1)
    output = tmp_path / "out.jsonl"
    result = _invoke("score", docket, output, "--jobs", 2, "--chunk", 5)
    assert result.exit_code == 3, result.output
    assert output.read_bytes() == expected
    lines = (tmp_path / "out.jsonl.rejects.jsonl").read_text().splitlines()
    assert [json.loads(line)["row"] for line in lines] == [4, len(LINES) + 5]
    ids = [json.loads(line)["id"] for line in expected.splitlines()]
    names = [motion.id for motion in MOTIONS]
    assert ids == [*names[:2], "row-6", "row-5", "row-6-unnamed", *names[2:], names[0]]
    output_words = " ".join(result.output.split())
    assert "duplicate ids (1)" in output_words
    assert names[0] in output_words


def test_every_output_holds_the_same_rows(docket: Path, expected: bytes, tmp_path: Path) -> None:
    (tmp_path / "want.jsonl").write_bytes(expected)
    rows = [json.loads(line) for line in expected.splitlines()]
    common = [docket, "--jobs", 1, "--chunk", 9]
    for name in ("a.csv", "a.csv.gz", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"):
        assert _invoke("score", common[0], tmp_path / name, *common[1:]).exit_code == 3
    frames = [pd.read_csv(tmp_path / name) for name in ("a.csv", "a.csv.gz")]
    frames.append(pd.read_parquet(tmp_path / "a.parquet"))
    for frame in frames:
        got = frame.astype(object).where(frame.notna(), None)
        assert got.to_dict("records") == rows
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == expected
    with pa.input_stream(str(tmp_path / "a.jsonl.zst"), compression="zstd") as stream:
        assert stream.read() == expected
    result = _invoke("score", docket, tmp_path / "a.doc")
    assert "unknown output format" in result.output


def test_an_address_is_written_whole(docket: Path, expected: bytes, tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    try:
        result = _invoke(
            "score", docket, "memory://scored/out.jsonl", "--checkpoint-dir", tmp_path / "w"
        )
        assert result.exit_code == 3, result.output
        assert memory.cat("/scored/out.jsonl") == expected
        assert memory.cat("/scored/out.jsonl.rejects.jsonl").count(b"\n") == 2
        assert not list((tmp_path / "w").iterdir())
    finally:
        memory.rm("/scored", recursive=True)


def test_optional_columns(docket: Path, tmp_path: Path) -> None:
    output = tmp_path / "more.parquet"
    options = ["--keep", "all", "--contributions", "--comparables", 3]
    options += ["--base-rate", 0.3, "--chunk", 9]
    result = _invoke("score", docket, output, *options, "--jobs", 1)
    assert result.exit_code == 3, result.output
    table = pd.read_parquet(output)
    shares = table.filter(like="contribution_")
    assert np.allclose(shares.sum(axis=1), logit(table["p_grant_unadjusted"]))
    assert table["court"].tolist()[:2] == [motion.court for motion in MOTIONS[:2]]
    coded = table.set_index("id").loc[MOTIONS[1].id]
    assert list(coded["harm_types"]) == list(MOTIONS[1].harm_types or ())
    outcomes = [comparable["outcome"] for comparable in coded["comparables"]]
    assert len(outcomes) == 3
    assert set(outcomes) <= {outcome.value for outcome in Outcome}
    again = tmp_path / "again.csv"
    assert _invoke("score", docket, again, *options, "--jobs", 1).exit_code == 3
    kept = pd.read_csv(again)[["id", "motion_type", "motion", "harm_types"]]
    kept.to_csv(tmp_path / "kept.csv", index=False)  # what was kept can be scored again
    result = _invoke("score", tmp_path / "kept.csv", tmp_path / "b.csv")
    assert result.exit_code == 0, result.output
    refused = _invoke("score", docket, output, "--keep", "colour")
    assert refused.exit_code == 2
    assert "--keep colour" in refused.output


def _interrupt(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Make a run fail after some chunks."""
    from serve.batch import local_pool as pool

    done = iter(range(after))
    score = pool.score_chunk

    def failing(*arguments: Any) -> bytes:
        if next(done, None) is None:
            raise OSError("the power went off")
        return score(*arguments)

    monkeypatch.setattr(pool, "score_chunk", failing)


def test_an_interrupted_run_is_resumed(docket: Path, expected: bytes, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    run = ["score", docket, output, "--jobs", 1, "--chunk", 5]
    with pytest.MonkeyPatch.context() as patch:
        _interrupt(patch, 2)
        stopped = _invoke(*run)
    assert stopped.exit_code == 2
    assert "2 finished chunk" in stopped.output
    assert not output.exists()
    checkpoint = tmp_path / "out.jsonl.checkpoint"
    (checkpoint / "mine.txt").write_text("the user's own")
    refused = _invoke(*run, "--resume", "--keep", "court")
    assert refused.exit_code == 2
    assert "--keep" in refused.output
    content = docket.read_bytes()
    docket.write_bytes(content + b"\n")
    assert "size" in _invoke(*run, "--resume").output
    docket.write_bytes(content)  # with another modification time
    assert _invoke(*run, "--resume").exit_code == 2
    with pytest.MonkeyPatch.context() as patch:
        _interrupt(patch, 2)
        begun = _invoke(*run)
        assert "removed 2" in begun.output
    with pytest.MonkeyPatch.context() as patch:
        _interrupt(patch, 3)
        assert _invoke(*run, "--resume").exit_code == 2
    (checkpoint / "000001.arrow").write_bytes(b"half")
    result = _invoke(*run, "--resume")
    assert "resuming after 5" in result.output
    assert output.read_bytes() == expected
    assert [path.name for path in checkpoint.iterdir()] == ["mine.txt"]
    nothing = _invoke(*run, "--resume")
    assert "nothing to resume" in nothing.output
    assert output.read_bytes() == expected


def test_twenty_kills_leave_the_same_bytes(docket: Path, tmp_path: Path) -> None:
    folder = str(locate_model(None).folder)
    script = str(Path(__file__).with_name("killed_scoring.py"))
    command = [sys.executable, script, folder, str(docket), str(tmp_path / "out.jsonl"), "20"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert counts["killed"] == 20
    assert counts["resumed"] > 0
    assert len(set(counts["left"])) > 3  # killed early and late


def test_two_runs_do_not_share_an_output(docket: Path, tmp_path: Path) -> None:
    import fcntl

    folder = tmp_path / "out.jsonl.checkpoint"
    folder.mkdir()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = _invoke("score", docket, tmp_path / "out.jsonl", "--jobs", 1)
    assert result.exit_code == 2
    assert "another run" in result.output
