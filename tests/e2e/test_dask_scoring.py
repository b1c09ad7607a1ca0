"""Score on a Dask cluster: the output of one process, even if a worker is killed midway."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from data.io.chunks import Chunk
from enjoin import app
from serve.batch.checkpoint import Checkpoint
from serve.batch.chunk import OutputOptions
from serve.batch.dask_pool import score_on_cluster
from train import cluster as dask_cluster

MOTIONS = [row.as_motion() for row in embedded_rulings()[::60]]


def _invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def docket(trained: Any, tmp_path: Path) -> Path:
    path = tmp_path / "pending.jsonl"
    lines = [motion.model_dump_json(exclude_none=True) for motion in MOTIONS]
    path.write_text("\n".join([*lines, '{"motion_type": "x", "motion": "A mark."}']))
    return path


def test_a_worker_killed_midway_loses_nothing(
    docket: Path, start_workers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local, remote = tmp_path / "local.csv", tmp_path / "remote.csv"
    assert _invoke("score", docket, local, "--jobs", 1, "--chunk", 2).exit_code == 3
    with start_workers(2, tmp_path / "workers") as cluster:
        address = str(cluster.scheduler_address)
        with Client(address) as client:
            before = client.run(os.getpid)
        keep, killed = Checkpoint.keep, []

        def keep_and_kill(checkpoint: Checkpoint, number: int, scored: bytes) -> None:
            keep(checkpoint, number, scored)
            if number == 5:
                killed.append(before[min(before)])
                os.kill(killed[0], signal.SIGKILL)

        monkeypatch.setattr(Checkpoint, "keep", keep_and_kill)
        # Nothing is to be scored here.
        monkeypatch.setattr("serve.batch.job.score_locally", None)
        result = _invoke("score", docket, remote, "--chunk", 2, "--dask", address)
        assert result.exit_code == 3, result.output
        assert killed
        with Client(address) as client:
            assert killed[0] not in client.run(os.getpid).values()
    assert remote.read_bytes() == local.read_bytes()
    assert not Path(f"{remote}.checkpoint").exists()
    [reject] = (tmp_path / "remote.csv.rejects.jsonl").read_text().splitlines()
    assert json.loads(reject)["row"] == len(MOTIONS) + 1


def test_two_runs_of_one_model_do_not_disturb_each_other(
    trained: Any, start_workers: Any, tmp_path: Path
) -> None:
    predictor = trained.predictor
    chunks = [
        Chunk(number, number + 1, [motion.model_dump(mode="json")], ((0, "", 1),))
        for number, motion in enumerate(MOTIONS)
    ]

    def scored(address: str) -> Iterator[bytes]:
        for _, scores in score_on_cluster(address, iter(chunks), predictor, OutputOptions()):
            yield scores

    with start_workers(1, tmp_path / "workers") as cluster:
        slow = scored(str(cluster.scheduler_address))
        first = next(slow)
        complete = list(scored(str(cluster.scheduler_address)))  # ends while the other one runs
        assert [first, *slow] == complete
    assert len(complete) == len(chunks)


def test_a_scheduler_that_does_not_answer_ends_with_code_2(
    docket: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cluster, "CONNECT_TIMEOUT", 0.2)
    result = _invoke("score", docket, tmp_path / "out.csv", "--dask", "tcp://127.0.0.1:9")
    assert result.exit_code == 2
    assert "tcp://127.0.0.1:9" in result.output
    assert not list(tmp_path.glob("out.csv*"))
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = _invoke("score", docket, tmp_path / "out.csv", "--dask", "tcp://127.0.0.1:8786")
    assert ".[dask]" in result.output
