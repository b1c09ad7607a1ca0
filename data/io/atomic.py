"""Write files whole or not at all, and no more open than the files that their words come from."""

import os
import shlex
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from data.io.full_disk import DiskFull, name_full_disk
from data.io.private_files import is_stream, open_stream

_PRIVATE = 0o600
_ALL = 0o666


def check_writable(path: Path) -> None:
    """Check that a file can be written, before the minutes of work that it is to hold.

    Raises
    ------
    OSError
        If its folder cannot be made or written, or the path is a folder.
    """
    if is_stream(path):
        return
    if path.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder; name a file in it")
    try:
        try_folder_of(path)
    except DiskFull:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise type(error)(
            f"cannot write {path}: {reason}; name another file, or make its folder writable "
            f"(chmod u+wx {shlex.quote(str(path.parent))})"
        ) from None


def try_folder_of(path: Path) -> None:
    """Make the folder of a file if it is missing, and write to it; OSError if that fails."""
    with name_full_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass


@contextmanager
def atomic_write(
    path: Path, readable_like: Sequence[Path] = (), private: bool = True
) -> Iterator[Path]:
    """Give a temporary path beside `path`, and move it to `path` only if the block succeeds.

    Readers see the old file or the new one, never a part. The temporary file is removed on error.
    A device or a pipe (`/dev/null`, `/dev/stdout`) is written to, never replaced; one in a file's
    place that another user made is refused.

    Parameters
    ----------
    readable_like
        Files whose permissions limit those of the new file: it gets none that one of them lacks.
    private
        Whether only its owner may read the new file where `readable_like` is empty. False is for
        what can hold no words of papers; it gets the user's ordinary permissions.

    Raises
    ------
    OSError
        If it cannot be written; where the disk is full, the message names the file.
    """
    with name_full_disk(path):
        to_stream = is_stream(path)
        if not to_stream:
            path.parent.mkdir(parents=True, exist_ok=True)
        folder = None if to_stream else path.parent
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            if to_stream:
                with temporary.open("rb") as source, open(open_stream(path), "wb") as target:
                    shutil.copyfileobj(source, target)
            else:
                _set_mode(temporary, readable_like, private)
                temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def files_of_all(sources: Iterable[Sequence[Path]]) -> tuple[Path, ...]:
    """Return the files of several sources; none if one of them, such as a database, has none."""
    groups = [tuple(files) for files in sources]
    return tuple(file for files in groups for file in files) if all(groups) else ()


@contextmanager
def created_like(files: Sequence[Path]) -> Iterator[None]:
    """Make what is created in the block no more open than these files; private where none is given.

    This holds for what libraries create too, such as the artifacts of MLflow: the umask of the
    whole process is narrowed. Folders stay open to those who may read the files in them.
    """
    mode = _PRIVATE
    if files:
        mode = _ALL
        for file in files:
            mode &= file.stat().st_mode
    # Who may read a file may enter its folder.
    closed = 0o077 & ~(mode | (mode & 0o444) >> 2)
    before = current_umask()
    os.umask(before | closed)
    try:
        yield
    finally:
        os.umask(before)


def current_umask() -> int:
    """Return the process's umask. Threads that create files meanwhile create private ones."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def make_private_folder(folder: Path) -> None:
    """Create a folder, and those above it that are missing, for their owner alone.

    Folders that exist are left as they are.
    """
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _set_mode(created: Path, files: Sequence[Path], private: bool) -> None:
    """Give a new file its permissions, through its descriptor: a path may lead elsewhere by now."""
    descriptor = os.open(created, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, _mode_like(descriptor, files, private))
    finally:
        os.close(descriptor)


def _mode_like(created: int, files: Sequence[Path], private: bool) -> int:
    """Return the permissions for a new file, which may get the group of the files it is like."""
    if not files:
        return _PRIVATE if private else _ALL & ~current_umask()
    mode, groups = _ALL & ~current_umask(), set[int]()
    for file in files:
        status = file.stat()
        mode &= status.st_mode
        groups.add(status.st_gid)
    # The group's permissions are for that group, not for another that the user is in.
    if len(groups) == 1:
        with suppress(OSError):
            os.fchown(created, -1, next(iter(groups)))
    if groups != {os.fstat(created).st_gid}:
        for_group = (mode & stat.S_IRWXO) << 3
        mode &= ~stat.S_IRWXG | for_group
    return mode
