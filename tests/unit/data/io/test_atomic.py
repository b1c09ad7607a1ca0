"""Files are written whole or not at all."""

from pathlib import Path

import pytest

from data.io.atomic import atomic_write, check_writable


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def fail_halfway() -> None:
        with atomic_write(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_replaces_the_file_and_makes_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.csv"
    for content in ("one", "two"):
        with atomic_write(path) as temporary:
            temporary.write_text(content)
        assert path.read_text() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_no_more_readable_than_its_inputs(tmp_path: Path) -> None:
    private = tmp_path / "in.csv"
    private.touch(mode=0o600)
    with atomic_write(tmp_path / "out.csv", [private]) as temporary:
        temporary.write_text("x")
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "out.csv"):
        with pytest.raises(OSError, match="cannot write"):
            check_writable(path)
    check_writable(tmp_path / "new" / "out.csv")
    assert not list((tmp_path / "new").iterdir())
