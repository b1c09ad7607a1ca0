"""The journal of a docket that is being coded: what survives a kill, and what it refuses."""

import stat
from pathlib import Path

import pytest

from serve.coding.journal import CodedRow, open_journal, row_digest

FINGERPRINT = {"model": "openai:a", "samples": 1}


def _row(number: int, digest: str = "d") -> CodedRow:
    return CodedRow(number, digest, {"motion_type": "tro"}, {"quotes": {}}, {"notice": True})


def _write(path: Path, *rows: CodedRow, resume: bool = False) -> list[str]:
    told: list[str] = []
    with open_journal(path, FINGERPRINT, resume, told.append) as journal:
        for row in rows:
            journal.add(row)
    return told


def test_rows_come_back_in_the_order_of_the_input(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    _write(path, _row(3), _row(1))
    with open_journal(path, FINGERPRINT, True, print) as journal:
        journal.add(_row(2))
        assert [row.row for row in journal.rows()] == [1, 2, 3]
        assert journal.find(1, "d") == _row(1)
        assert journal.find(1, "changed") is None
        assert journal.find(4, "d") is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_torn_line_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    _write(path, _row(1), _row(2))
    path.write_bytes(path.read_bytes()[:-20])
    assert "1 coded row" in _write(path, _row(2, "new"), resume=True)[0]
    with open_journal(path, FINGERPRINT, True, print) as journal:
        assert [row.digest for row in journal.rows()] == ["d", "new"]


@pytest.mark.parametrize("content", [b"", b"\xff\xff", b"[]\n"])
def test_a_journal_of_nothing_starts_over(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal"
    path.write_bytes(content)
    assert "nothing to resume" in _write(path, _row(1), resume=True)[0]
    assert "1 coded row" in _write(path, resume=True)[0]


def test_without_resume_it_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    _write(path, _row(1))
    _write(path, _row(2))
    with open_journal(path, FINGERPRINT, True, print) as journal:
        assert [row.row for row in journal.rows()] == [2]


def test_codings_of_another_model_are_not_resumed(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    _write(path, _row(1))
    other = FINGERPRINT | {"model": "openai:b"}
    with pytest.raises(ValueError, match="another model"), open_journal(path, other, True, print):
        pass
    assert "1 coded row" in _write(path, resume=True)[0]


def test_two_runs_do_not_share_a_journal(tmp_path: Path) -> None:
    with (
        open_journal(tmp_path / "journal", FINGERPRINT, False, print),
        pytest.raises(OSError, match="another run"),
        open_journal(tmp_path / "journal", FINGERPRINT, True, print),
    ):
        pass


def test_the_digest_is_of_the_content() -> None:
    assert row_digest({"a": 1, "b": 2}) == row_digest({"b": 2, "a": 1})
    assert row_digest({"a": 1}) != row_digest({"a": 2})
