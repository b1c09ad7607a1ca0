"""The audit log: its fields, its privacy, its rotation, and writes that fail."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.schema import Motion
from serve.http.audit import AuditLog
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


def test_older_lines_move_to_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serve.http.audit.MAX_BYTES", 1000)
    log = AuditLog(tmp_path / "audit.jsonl")
    for number in range(10):
        assert log.write([MOTION], [answer()], f"r{number}", "ann")
    log.close()
    files = sorted(tmp_path.glob("audit.jsonl*"))
    assert len(files) > 1
    request_ids = {line["request_id"] for file in files for line in read(file)}
    assert request_ids == {f"r{number}" for number in range(10)}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_failed_write_is_returned_not_raised() -> None:
    assert AuditLog(Path("/dev/full")).write([MOTION], [answer()], "r1", "ann") is False


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        AuditLog(tmp_path / "file" / "audit.jsonl")
