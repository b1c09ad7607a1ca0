"""Where a disk is full, the message names the file and says what to do; nothing is half written."""

import errno
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
import typer

from data.io.appended import append_line
from data.io.atomic import atomic_write
from data.io.full_disk import DiskFull
from data.io.locks import open_locked
from enjoin.terminal import exit_on_user_error
from serve.batch.sinks import FORMATS, FileSink, TableSink

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
LIMIT = 20_000
WORDS = pa.table({"id": [os.urandom(20).hex() for _ in range(5000)]})


@pytest.fixture
def full() -> Iterator[None]:
    """No file of this process may be larger than `LIMIT`: the kernel says so in the same way."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("suffix", [*FORMATS, "csv.gz", "csv.zst"])
def test_scores(tmp_path: Path, suffix: str) -> None:
    sink = FileSink(str(tmp_path / f"a.{suffix}"))
    with pytest.raises(DiskFull, match=rf"cannot write .*/a\.{suffix}: .*make room"):
        sink.write([WORDS])
    assert not list(tmp_path.iterdir())


def test_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def limit(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None
        connection.execute("pragma max_page_count = 9")

    monkeypatch.setattr("data.io.database._disable_driver_transactions", limit)
    sink = TableSink(f"sqlite:///{tmp_path}/a.db", "t", False)
    sink.check()
    with pytest.raises(DiskFull, match=r"cannot write .*/a\.db: No space .*make room"):
        sink.write([WORDS])


@pytest.mark.usefixtures("full")
def test_a_line_of_a_journal_is_there_or_not(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    record = {"words": "x" * 3000}
    with open_locked(path) as file:
        for _ in range(LIMIT // 3020):
            append_line(file, record)
        with pytest.raises(DiskFull, match=r"cannot write .*/a\.journal: .*make room"):
            append_line(file, record)
        kept = path.read_bytes()
        assert kept.endswith(b"\n")
        assert [json.loads(line) for line in kept.splitlines()] == [record] * (LIMIT // 3020)
        file.seek(0)
        assert file.readline() == kept.splitlines(keepends=True)[0]
        file.truncate(0)
        assert append_line(file, record) == 0
    assert len(path.read_bytes().splitlines()) == 1


def test_the_inner_file_is_named_and_other_errors_stay(tmp_path: Path) -> None:
    def write(error: OSError) -> None:
        with atomic_write(tmp_path / "outer"), atomic_write(tmp_path / "inner"):
            raise error

    with pytest.raises(DiskFull, match=r"cannot write .*/inner: No space left on device"):
        write(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    with pytest.raises(PermissionError, match=r"^\[Errno 13\] no$"):
        write(PermissionError(13, "no"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "cannot write the output, or a temp"),
        (OSError(errno.ENOSPC, "No space left on device", "/a/b"), "cannot write /a/b: No space"),
        (OSError(errno.EDQUOT, "Quota exceeded"), "Quota exceeded; make room"),
    ],
)
def test_a_command_says_what_to_do(
    error: OSError, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit), exit_on_user_error():
        raise error
    assert words in " ".join(capsys.readouterr().err.split())
