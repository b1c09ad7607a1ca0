"""The audit log: its fields, its privacy, its rotation, and writes that fail."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.schema import Motion
from serve.http.audit import MAX_BYTES, MAX_BYTES_WITH_TEXT, AuditLog
from serve.http.jobs import recorded_fields
from serve.responses import Answer, BaseRateAdjustment

MOTION = Motion(id="m1", motion_type="tro", motion="Stop the sale.", court="ilnd")  # type: ignore[arg-type]
ADJUSTMENT = BaseRateAdjustment(
    grant_rate=0.1, base_rate=0.5, court=None, p_unadjusted=0.5, log_odds=-2.2, points=-40.0
)


def answer(**fields: Any) -> dict[str, Any]:
    basics = {"id": "m1", "p_grant": 0.1, "mode": "text", "base_rate_adjustment": None}
    basics |= {"out_of_scope": []}
    return recorded_fields(Answer.model_construct(**(basics | fields)))


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_per_motion_without_its_text(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "audit.jsonl"
    log = AuditLog(path)
    reasons = ["unusual words", "long paper read by phrases only (912 words)"]
    answers = [answer(), answer(base_rate_adjustment=ADJUSTMENT, out_of_scope=reasons)]
    assert log.write([MOTION, MOTION], answers, "r1", "ann")
    log.close()
    first, second = read(path)
    names = ("id", "request_id", "key", "court")
    assert [first[name] for name in names] == ["m1", "r1", "ann", "ilnd"]
    assert (first["p_grant"], first["base_rate"], first["p_grant_unadjusted"]) == (0.1, None, None)
    assert (second["base_rate"], second["p_grant_unadjusted"]) == (0.1, 0.5)
    assert (first["why_out_of_scope"], second["why_out_of_scope"]) == (None, "; ".join(reasons))
    assert first["motion_sha256"] == second["motion_sha256"]
    assert "Stop the sale" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_text_is_kept_on_request(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", with_text=True)
    log.write([MOTION], [answer()], "r1", "ann")
    log.close()
    [line] = read(tmp_path / "audit.jsonl")
    assert Motion(**line["motion"]) == MOTION


def many(log: AuditLog, n: int) -> None:
    for number in range(n):
        assert log.write([MOTION], [answer()], f"r{number}", "ann")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serve.http.audit.MAX_BYTES", 400)


@pytest.mark.usefixtures("small")
def test_nothing_is_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "enjoin.audit")
    log = AuditLog(tmp_path / "audit.jsonl")
    rotations: list[int] = []
    log.file.on_rotated = lambda: rotations.append(1)
    many(log, 40)
    log.close()
    files = sorted(tmp_path.glob("audit*.jsonl"))
    assert len(files) > 15
    assert len(rotations) == len(files) - 1 == caplog.text.count("a new audit log was started")
    request_ids = [line["request_id"] for file in files for line in read(file)]
    assert request_ids == [f"r{number}" for number in range(40)]  # the older files in order
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@pytest.mark.usefixtures("small")
def test_what_is_dropped_on_request_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("audit-notes.jsonl", "audit-20261130.jsonl", "other-20261130T225500123456Z.jsonl"):
        (tmp_path / name).write_text("not ours")
    log = AuditLog(tmp_path / "audit.jsonl", keep=2)
    dropped: list[int] = []
    log.file.on_dropped = dropped.append
    many(log, 30)
    log.close()
    assert len(log.file.older_files()) == 2
    kept = [line for file in [*log.file.older_files(), log.file.path] for line in read(file)]
    assert len(kept) + sum(dropped) == 30
    assert kept[-1]["request_id"] == "r29"
    assert caplog.text.count("was removed (--audit-keep)") == len(dropped) > 1
    assert len(list(tmp_path.glob("*.jsonl"))) == 2 + 1 + 3


@pytest.mark.usefixtures("small")
def test_a_clock_that_is_set_back_drops_no_newer_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was started last is kept, by whatever time; pipes count for nothing."""

    class Clock(datetime):
        now_ = datetime(2026, 11, 30, 12, tzinfo=UTC)

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            cls.now_ -= timedelta(hours=1)
            return cls.now_

    monkeypatch.setattr("serve.http.audit_file.datetime", Clock)
    os.mkfifo(tmp_path / "audit-99991231T235959999999Z.jsonl")
    log = AuditLog(tmp_path / "audit.jsonl", keep=2)
    many(log, 30)
    log.close()
    kept = [line for file in [*log.file.older_files(), log.file.path] for line in read(file)]
    last = [f"r{number}" for number in range(30)][-len(kept) :]
    assert [line["request_id"] for line in kept] == last
    assert len(log.file.older_files()) == 2


def test_a_log_with_text_has_its_own_size(tmp_path: Path) -> None:
    sizes = [AuditLog(tmp_path / "audit.jsonl", text).file.maxBytes for text in (False, True)]
    assert sizes == [MAX_BYTES, MAX_BYTES_WITH_TEXT]
    assert sizes[0] < sizes[1]


@pytest.mark.usefixtures("small")
def test_a_log_that_cannot_be_rotated_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*paths: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    log = AuditLog(tmp_path / "audit.jsonl")
    many(log, 9)
    assert len(read(tmp_path / "audit.jsonl")) == 9
    assert caplog.text.count("no new audit log can be started") == 1


def test_lines_are_whole_again_once_the_disk_has_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails in the middle leaves nothing; what a killed process left ends there."""
    path = tmp_path / "audit.jsonl"
    path.write_text('{"request_id": "killed')
    log = AuditLog(path)
    many(log, 1)
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, limits[1]))
    try:
        assert not log.write([MOTION, MOTION], [answer(), answer()], "lost", "ann")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "audit.jsonl cannot be written" in str(log.error)
    many(log, 2)
    assert log.error is None
    log.close()
    first, *lines = path.read_text().splitlines()
    assert first == '{"request_id": "killed'
    assert [json.loads(line)["request_id"] for line in lines] == ["r0", "r0", "r1"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_failed_write_is_returned_not_raised() -> None:
    mode = Path("/dev/full").stat().st_mode
    log = AuditLog(Path("/dev/full"))
    assert log.write([MOTION], [answer()], "r1", "ann") is False
    assert "No space left" in str(log.error)
    assert Path("/dev/full").stat().st_mode == mode


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        AuditLog(tmp_path / "file" / "audit.jsonl")
