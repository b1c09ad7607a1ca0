"""Nothing that another user may have laid in a file's place is written to, and no device changes.

Another user's files are simulated: root gives a file away, others take another user's identity.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from data.io import private_files
from data.io.atomic import atomic_write, check_writable
from data.io.cache import make_cache_folder, read_own_file
from data.io.database import check_table
from data.io.locks import open_locked
from data.io.private_files import PlantedFile, is_stream, make_private, open_private
from features.coder.store import ReadingStore
from serve.batch.checkpoint import open_checkpoint
from serve.http.audit_file import AuditFile
from train.tracking.coding_run import _make_private
from train.tracking.store import store_exists

GiveAway = Callable[[Path], None]


@pytest.fixture
def give_away(monkeypatch: pytest.MonkeyPatch) -> GiveAway:
    def give(path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, 12345, 12345, follow_symlinks=False)
        else:
            monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    return give


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _append(path: Path) -> None:
    with open_locked(path) as file:
        file.write(b"words of a paper")


def _audit(path: Path) -> None:
    log = AuditFile(path, 1000)
    try:
        if not log.write("a line"):
            raise OSError(log.error)
    finally:
        log.close()


def _keep_readings(path: Path) -> None:
    troubles: list[str] = []
    store = ReadingStore(path, troubles.append)
    store.get("key")
    if troubles:
        raise OSError(troubles[0])


WRITERS = [_append, _audit, _keep_readings]


@pytest.fixture(params=WRITERS, ids=lambda writer: writer.__name__)
def write(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    writer: Callable[[Path], None] = request.param
    return writer


def test_a_file_of_ours_that_others_could_read_is_closed_to_them(
    tmp_path: Path, write: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o666)
    write(path)
    assert _mode(path) == 0o600
    assert path.stat().st_size
    assert caplog.text.count("others could read") == 1


def test_a_new_file_is_private(tmp_path: Path, write: Callable[[Path], None]) -> None:
    write(tmp_path / "file")
    assert {_mode(path) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("kind", ["link", "dangling link", "second name", "pipe", "folder"])
def test_what_is_no_file_of_its_own_is_refused(
    tmp_path: Path, write: Callable[[Path], None], kind: str
) -> None:
    (tmp_path / "other").write_text("other")
    (tmp_path / "other").chmod(0o644)
    path = tmp_path / "file"
    make: dict[str, Callable[[], object]] = {
        "link": lambda: path.symlink_to("other"),
        "dangling link": lambda: path.symlink_to("missing"),
        "second name": lambda: os.link(tmp_path / "other", path),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }
    make[kind]()
    words = "link" if "link" in kind or "name" in kind else "regular file|folder|directory"
    if kind == "pipe" and write is _audit:
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        write(path)  # a pipe of one's own gets the lines
        assert os.read(reader, 100) == b"a line\n"
        os.close(reader)
    else:
        with pytest.raises(OSError, match=f"(?i){words}"):
            write(path)
    assert (tmp_path / "other").read_text() == "other"
    assert _mode(tmp_path / "other") == 0o644
    assert not (tmp_path / "missing").exists()


@pytest.mark.parametrize("kind", ["file", "link", "pipe"])
def test_what_another_user_made_is_refused(
    tmp_path: Path, write: Callable[[Path], None], give_away: GiveAway, kind: str
) -> None:
    path = tmp_path / "file"
    if kind == "link":
        (tmp_path / "other").touch()
        path.symlink_to("other")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.touch()
        path.chmod(0o666)
    give_away(path)
    before = _mode(path)
    with pytest.raises(OSError, match=r"another user|symbolic link|regular file"):
        write(path)
    assert _mode(path) == before
    assert kind == "pipe" or not path.read_bytes()


@pytest.mark.parametrize("suffix", ["-journal", "-wal"])
def test_a_journal_of_another_user_is_not_believed(
    tmp_path: Path, give_away: GiveAway, suffix: str
) -> None:
    path = tmp_path / "readings.db"
    planted = path.with_name(path.name + suffix)
    planted.touch()
    if os.geteuid():
        pytest.skip("only root can give a file away")
    give_away(planted)
    with pytest.raises(OSError, match=f"db{suffix} belongs to another user"):
        _keep_readings(path)


def test_forgetting_deletes_nothing_but_a_store(tmp_path: Path) -> None:
    path = tmp_path / "readings.db"
    _keep_readings(path)
    (link := tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "pipe")
    for other in (link, tmp_path / "pipe"):
        with pytest.raises(PlantedFile):
            ReadingStore(other).forget()
        assert os.path.lexists(other)
    ReadingStore(path).forget()
    assert not path.exists()


def test_a_checkpoint_folder_of_another_user_is_refused(
    tmp_path: Path, give_away: GiveAway
) -> None:
    folder = tmp_path / "a.csv.checkpoint"
    folder.mkdir()
    folder.chmod(0o777)
    with open_checkpoint(folder, {}, False, lambda message: None):
        assert _mode(folder) == 0o700
    folder.mkdir(exist_ok=True)
    give_away(folder)
    with (
        pytest.raises(PlantedFile, match="another user"),
        open_checkpoint(folder, {}, False, lambda message: None),
    ):
        pass


def test_a_cache_folder_of_another_user_is_not_used(
    tmp_path: Path, give_away: GiveAway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENJOIN_CACHE_DIR", str(tmp_path / "cache"))
    give_away(make_cache_folder())
    with pytest.raises(PlantedFile, match="another user"):
        make_cache_folder()


def test_a_pipe_in_the_cache_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_own_file(tmp_path / "pipe") is None


@pytest.fixture
def for_all(tmp_path: Path) -> Path:
    """A folder such as /tmp."""
    folder = tmp_path / "for all"
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


def test_a_database_that_anybody_could_have_laid_is_refused(
    for_all: Path, give_away: GiveAway
) -> None:
    own = for_all / "own.db"
    check_table(f"sqlite:///{own}", "t", replace=False)
    assert _mode(own) == 0o600
    own.chmod(0o640)  # a team's
    check_table(f"sqlite:///{own}", "t", replace=False)
    assert _mode(own) == 0o640
    (for_all / "link.db").symlink_to("own.db")
    check_table(f"sqlite:///{for_all}/link.db", "t", replace=False)
    give_away(for_all / "link.db")
    for name in ("link.db", "own.db"):
        if name == "own.db":
            give_away(own)
        with pytest.raises(PlantedFile, match="another user"):
            check_table(f"sqlite:///{for_all}/{name}", "t", replace=False)
    for_all.chmod(0o770)  # a team's folder
    check_table(f"sqlite:///{own}", "t", replace=False)


def test_a_store_that_anybody_could_have_laid_is_refused(
    for_all: Path, give_away: GiveAway
) -> None:
    store = for_all / "mlflow.db"
    store.touch()
    assert store_exists(f"sqlite:///{store}")
    give_away(store)
    with pytest.raises(PlantedFile, match="another user"):
        store_exists(f"sqlite:///{store}")


def test_a_new_database_behind_a_link_is_private(for_all: Path, give_away: GiveAway) -> None:
    for name in ("own", "others"):
        (for_all / name).symlink_to(f"new {name}")
    check_table(f"sqlite:///{for_all}/own", "t", replace=False)
    assert _mode(for_all / "new own") == 0o600
    give_away(for_all / "others")
    with pytest.raises(PlantedFile, match="another user"):
        check_table(f"sqlite:///{for_all}/others", "t", replace=False)
    assert not (for_all / "new others").exists()


def test_only_files_of_ours_are_made_private(tmp_path: Path) -> None:
    """A link beside a database, laid by others, must not take a device from everybody."""
    database = tmp_path / "mlflow.db"
    database.touch()
    database.chmod(0o644)
    (other := tmp_path / "other").touch()
    other.chmod(0o644)
    (tmp_path / "mlflow.db-wal").symlink_to("other")
    assert _make_private(database)
    assert (_mode(database), _mode(other)) == (0o600, 0o644)
    os.mkfifo(tmp_path / "pipe", 0o644)
    assert not make_private(tmp_path / "pipe")
    assert not make_private(tmp_path / "missing")


def _record_changes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what will have been called to change a path, or a file that is not regular."""
    called: list[str] = []
    for name in ("chmod", "chown", "unlink", "rename", "replace", "truncate", "remove"):
        monkeypatch.setattr(os, name, lambda *_, name=name, **__: called.append(name))
    for name in ("fchmod", "fchown", "ftruncate"):

        def change(descriptor: int, *_: object, name: str = name) -> None:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                called.append(name)

        monkeypatch.setattr(os, name, change)
    return called


def _make_device(path: Path) -> None:
    """Make a device like /dev/null, where root may."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        path.open("wb").close()
    except OSError as error:
        pytest.skip(f"no device can be made here: {error.strerror}")
    path.chmod(0o666)


@pytest.mark.parametrize("name", ["device", "pipe", "link"])
def test_a_device_is_written_to_and_never_changed(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run by root, /dev/null once lost its permissions by a `chmod` of the audit log."""
    path = tmp_path / name
    reader = None
    if name == "pipe":
        os.mkfifo(path)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    elif name == "device":
        _make_device(path)
    else:
        _make_device(tmp_path / "device")
        path.symlink_to("device")
    before = path.stat()
    changes = _record_changes(monkeypatch)
    check_writable(path)
    log = AuditFile(path, max_bytes=1, keep=1)
    for _ in range(3):
        assert log.write("a line")
    log.close()
    for writer in (_append, _keep_readings):
        with pytest.raises(OSError, match=r"regular file|symbolic link"):
            writer(path)
    with pytest.raises(PlantedFile):
        ReadingStore(path).forget()
    assert not make_private(path)
    _make_private(path)
    monkeypatch.undo()
    assert changes == []
    if reader is not None:
        os.close(reader)
    after = path.stat()
    assert (before.st_mode, before.st_ino) == (after.st_mode, after.st_ino)
    assert {each.name for each in tmp_path.iterdir()} <= {name, "device"}


def test_standard_output_is_written_to_even_if_it_is_a_file(tmp_path: Path) -> None:
    """`/dev/stdout` is a link, which must not be replaced by a file, nor what it leads to."""
    target = tmp_path / "out.txt"
    with target.open("w") as file:
        file.write("before\n")
        file.flush()
        target.chmod(0o644)
        path = Path(f"/dev/fd/{file.fileno()}")
        assert is_stream(path)
        with atomic_write(path) as temporary:
            temporary.write_text("whole\n")
        log = AuditFile(path, max_bytes=1)
        assert log.write("a line")
        assert log.write("a line")
        log.close()
        assert path.is_symlink()
    assert target.read_text() == "before\nwhole\na line\na line\n"
    assert _mode(target) == 0o644
    assert list(tmp_path.iterdir()) == [target]


def test_a_pipe_of_another_user_gets_no_output(tmp_path: Path, give_away: GiveAway) -> None:
    os.mkfifo(tmp_path / "out.csv")
    give_away(tmp_path / "out.csv")
    reader = os.open(tmp_path / "out.csv", os.O_RDONLY | os.O_NONBLOCK)
    with (
        pytest.raises(PlantedFile, match="another user"),
        atomic_write(tmp_path / "out.csv") as temporary,
    ):
        temporary.write_text("words of a paper")
    assert os.read(reader, 10) == b""
    os.close(reader)


def test_a_descriptor_is_closed_where_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.touch()
    os.link(path, tmp_path / "second")
    closed: list[int] = []
    monkeypatch.setattr(private_files.os, "close", lambda each: closed.append(each))
    with pytest.raises(PlantedFile, match="hard link"):
        open_private(path)
    monkeypatch.undo()
    assert len(closed) == 1
    os.close(closed[0])
