"""Files are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from data.io.atomic import (
    atomic_write,
    check_writable,
    created_like,
    current_umask,
    files_of_all,
    make_private_folder,
)


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


def test_a_file_is_private_unless_it_is_like_others(tmp_path: Path) -> None:
    for name, options in {"a": {}, "b": {"private": False}}.items():
        with atomic_write(tmp_path / name, **options) as temporary:
            temporary.touch()
    assert _mode(tmp_path / "a") == 0o600
    assert _mode(tmp_path / "b") == 0o666 & ~current_umask()


@pytest.mark.parametrize(
    ("mode", "file", "folder"),
    [
        (0o600, 0o600, 0o700),
        (0o640, 0o640, 0o750),
        (0o644, 0o644, 0o755),
        (0o444, 0o644, 0o755),
    ],
)
def test_what_libraries_create_is_like_the_input(
    tmp_path: Path, mode: int, file: int, folder: int
) -> None:
    (source := tmp_path / "in").touch()
    source.chmod(mode)
    before = os.umask(0o022)
    try:
        with created_like([source]):
            (tmp_path / "made").mkdir()
            (tmp_path / "made" / "report.html").write_text("x")
        with created_like([]):
            (tmp_path / "private").write_text("x")
        assert current_umask() == 0o022
    finally:
        os.umask(before)
    assert _mode(tmp_path / "made") == folder
    assert _mode(tmp_path / "made" / "report.html") == file
    assert _mode(tmp_path / "private") == 0o600


def test_files_of_several_sources_count_only_if_all_are_files(tmp_path: Path) -> None:
    assert files_of_all([[tmp_path], [tmp_path / "b"]]) == (tmp_path, tmp_path / "b")
    assert files_of_all([[tmp_path], []]) == ()


def test_missing_folders_are_made_private(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "b")
    assert {_mode(tmp_path / "a"), _mode(tmp_path / "a" / "b")} == {0o700}


def test_a_group_that_the_input_is_not_of_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source := tmp_path / "in").touch()
    source.chmod(0o640)
    if os.getuid() != 0:
        pytest.skip("only root can give a file to another group")
    os.chown(source, -1, 12345)
    with atomic_write(tmp_path / "out", [source]) as temporary:
        temporary.touch()
    assert (_mode(tmp_path / "out"), (tmp_path / "out").stat().st_gid) == (0o640, 12345)
    monkeypatch.setattr("os.fchown", _refuse)
    with atomic_write(tmp_path / "out", [source]) as temporary:
        temporary.touch()
    assert _mode(tmp_path / "out") == 0o600


def _refuse(*_: object) -> None:
    raise PermissionError


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with atomic_write(pipe) as temporary:
            temporary.write_text("scores")
        assert os.read(reader, 100) == b"scores"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]
