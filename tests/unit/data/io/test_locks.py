"""One run at a time has a file open."""

import fcntl
from pathlib import Path
from typing import Any

import pytest

from data.io.locks import open_locked


def test_another_run_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        open_locked(path),
        pytest.raises(OSError, match=f"another run is using {tmp_path};"),
        open_locked(path, used=tmp_path),
    ):
        pass


def test_a_file_that_a_run_removes_as_another_opens_it_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock = tmp_path / "lock", fcntl.flock
    locked = []

    def removed_at_first(file: Any, flags: int) -> None:
        if not locked:
            path.unlink()
        locked.append(flags)
        lock(file, flags)

    monkeypatch.setattr(fcntl, "flock", removed_at_first)
    with open_locked(path), pytest.raises(OSError, match="another run"), open_locked(path):
        pass
    assert len(locked) == 3
