"""`enjoin fetch` as a user runs it: a CourtListener on loopback, killed and resumed."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from enjoin import app
from tests.support.bulk_data import cap_case, write_volume
from tests.support.fake_courtlistener import TOKEN, FakeCourtListener, cluster

ROOT = Path(__file__).parents[2]


def _invoke(*arguments: object, code: int = 0) -> Any:
    result = CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "300"})
    assert result.exit_code == code, result.output + result.stderr
    return result


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCourtListener]:
    monkeypatch.setattr("data.fetch.api.sleep", lambda _seconds: None)
    with FakeCourtListener([cluster(number) for number in range(1, 31)]) as server:
        monkeypatch.setenv("COURTLISTENER_API_BASE_URL", server.url)
        monkeypatch.setenv("COURTLISTENER_API_TOKEN", TOKEN)
        yield server


def _ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_opinions_are_fetched_and_the_token_is_nowhere(
    fake: FakeCourtListener, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    output = tmp_path / "opinions.jsonl"
    fake.faults = {2: ("throttled", "3"), 4: ("status", 500)}
    fake.words = {10_003: {"plain_text": ""}}
    with caplog.at_level(logging.DEBUG):
        result = _invoke("fetch", "courtlistener", "--court", "ilnd", output, code=3)
    assert len(_ids(output)) == 29
    assert "29 opinions in" in result.stderr
    assert "1 row rejected" in result.stderr
    everything = result.output + result.stderr + caplog.text
    everything += "".join(path.read_text() for path in tmp_path.iterdir())
    assert TOKEN not in everything


def test_errors_say_what_to_do(
    fake: FakeCourtListener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def errors(*arguments: object) -> str:
        told = _invoke("fetch", "courtlistener", *arguments, code=2).stderr
        return " ".join(told.split())  # a long path breaks lines anywhere

    output = tmp_path / "opinions.jsonl"
    day = ("--after", "2017-01-01")
    told = errors(*day, "--before", "2016-01-01", output)
    assert "--after 2017-01-01 is later than --before 2016-01-01" in told
    told = errors("--after", "1/1/2015", output)
    assert "%Y-%m-%d" in told
    told = errors(tmp_path / "opinions.csv")
    assert "expected a name ending in .jsonl" in told
    assert not fake.requests
    assert "no opinion was fetched" in errors(*day, output)
    assert not output.exists()
    fake.token = "another"
    assert "COURTLISTENER_API_TOKEN" in errors(output)
    monkeypatch.delenv("COURTLISTENER_API_TOKEN")
    told = errors("--court", "ilnd", output)
    assert "no token" in told


def test_a_killed_fetch_loses_nothing_and_resumes(fake: FakeCourtListener, tmp_path: Path) -> None:
    output = tmp_path / "opinions.jsonl"
    script = [sys.executable, str(ROOT / "tests" / "integration" / "killed_fetch.py"), str(output)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    reached = threading.Event()

    def stop_at_the_tenth(number: int) -> None:
        if number == 10:
            reached.set()
            killed.wait()

    killed = threading.Event()
    fake.on_request = stop_at_the_tenth
    with subprocess.Popen(script, env=environment) as process:
        assert reached.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()
    killed.set()
    assert not output.exists()
    assert _ids(Path(f"{output}.part")) == [
        f"courtlistener-{number}-{10_000 + number}" for number in range(1, 9)
    ]
    fake.requests.clear()
    result = _invoke("fetch", "courtlistener", "--court", "ilnd", "--resume", output)
    assert "resuming after 8 opinion(s)" in result.stderr
    assert len(_ids(output)) == len(set(_ids(output))) == 30
    assert sum("/opinions/" in path for path in fake.requests) == 22


def test_two_runs_do_not_write_one_output(fake: FakeCourtListener, tmp_path: Path) -> None:
    output = tmp_path / "opinions.jsonl"
    told: list[str] = []

    def start_another(number: int) -> None:
        if number == 3:
            told.append(_invoke("fetch", "courtlistener", "--resume", output, code=2).stderr)

    fake.on_request = start_another
    _invoke("fetch", "courtlistener", output)
    assert "another run is using" in told[0]


def test_bulk_data_become_a_folder_of_parquet_files(tmp_path: Path) -> None:
    cases = [cap_case(1, "The preliminary injunction is denied."), cap_case(2, "A tax case.")]
    write_volume(tmp_path / "volumes" / "9.zip", [*cases, {"id": 3}])
    source, output = tmp_path / "volumes", tmp_path / "opinions"
    result = _invoke("fetch", "bulk", source, output, "--court", "ilnd", code=3)
    assert "1 opinion in" in result.stderr
    assert "9.zip: 1 row not usable" in result.stderr
    assert (
        "1 file kept from an earlier run"
        in _invoke("fetch", "bulk", source, output, "--court", "ilnd", code=3).stderr
    )
    assert (
        "try other courts"
        in _invoke("fetch", "bulk", source, output, "--court", "nysd", code=2).stderr
    )
    assert "no file or folder" in _invoke("fetch", "bulk", tmp_path / "x", output, code=2).stderr


def test_dockets_become_motions_with_their_outcomes(tmp_path: Path) -> None:
    entries = [
        {
            "document_number": "5",
            "date_filed": "2020-01-02",
            "description": "MOTION for Preliminary Injunction by Acme",
        },
        {
            "document_number": "9",
            "date_filed": "2020-02-03",
            "description": "ORDER denying 5 Motion for Preliminary Injunction",
        },
    ]
    docket = {"court_id": "ilnd", "docket_number": "1:20-cv-1", "docket_entries": entries}
    folder, output = tmp_path / "dockets", tmp_path / "motions.jsonl"
    folder.mkdir()
    (folder / "one.json").write_text(json.dumps(docket))
    result = _invoke("fetch", "dockets", folder, output)
    assert result.stdout.split() == ["1", "denied"]
    assert "1 motion of 1 docket in" in result.stderr
    (folder / "two.json").write_text('{"case_name": "Secret v. Roe"}')
    result = _invoke("fetch", "dockets", folder, output, code=3)
    assert "two.json is not a docket" in result.stderr
    assert "Secret" not in result.stderr
    _invoke("fetch", "dockets", folder / "two.json", output, code=2)
