"""Volumes read on a Dask cluster give what one process gives."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from enjoin import app
from tests.support.bulk_data import cap_case, write_volume

DENIED = "The motion for a preliminary injunction is denied."


def test_volumes_are_read_by_the_workers_as_by_one_process(
    start_workers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for volume in range(6):
        cases = [cap_case(100 * volume + number, f"{number} {DENIED}") for number in range(20)]
        write_volume(tmp_path / "volumes" / f"{volume}.zip", cases)
    arguments = ["fetch", "bulk", str(tmp_path / "volumes")]
    assert CliRunner().invoke(app, [*arguments, str(tmp_path / "local")]).exit_code == 0
    with start_workers(2, tmp_path / "workers") as cluster:
        # Nothing is to be read here.
        monkeypatch.setattr("data.fetch.bulk.caselaw_opinions", None)
        remote = [*arguments, str(tmp_path / "remote"), "--dask", cluster.scheduler_address]
        result = CliRunner().invoke(app, remote)
    assert result.exit_code == 0, result.output + result.stderr
    assert "120 opinions in" in result.stderr
    for path in sorted((tmp_path / "local").glob("*.parquet")):
        assert pq.read_table(path).equals(pq.read_table(tmp_path / "remote" / path.name))
