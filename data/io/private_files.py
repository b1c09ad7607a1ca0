"""Open files that hold words of papers, though others may write to their folder.

In a folder such as `/tmp` another user can lay a file, a link or a pipe under a name that is about
to be written, and read all that comes. So nothing that another user made is written to, and the
permissions of a file are only ever changed through its descriptor: a path may have become another
file's by then, such as that of a device.
"""

import errno
import logging
import os
import stat
from pathlib import Path
from typing import BinaryIO

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LOG = logging.getLogger("enjoin.files")
SQLITE_SUFFIXES = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a database, and believes when it opens one."""
_OPEN_FILES = ("/dev", "/proc/")
"""Where links to what this process has open are: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`."""


class PlantedFile(OSError):
    """A file that another user may have laid there; the message says what to do."""


def open_private(path: Path) -> BinaryIO:
    """Open a file to read and append to, as `private_descriptor` does."""
    return open(path, "a+b", opener=lambda *_: private_descriptor(path))


def private_descriptor(path: Path) -> int:
    """Open a file to read and append to, which is made if it is missing, for its owner alone.

    Where others may read an older file of ours, they no longer may, and the log says so. Nothing
    waits, whatever is in the file's place.

    Raises
    ------
    PlantedFile
        If it is a link, no regular file, or another user's.
    OSError
        If it cannot be opened.
    """
    flags = os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
    try:
        descriptor = os.open(path, flags, PRIVATE_FILE)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _planted(path, "is a symbolic link") from None
        if error.errno in (errno.ENXIO, errno.EISDIR):
            raise _planted(path, "is no regular file") from None
        if isinstance(error, PermissionError) and (reason := _reason(os.lstat(path))):
            raise _planted(path, reason) from None
        raise
    try:
        status = os.fstat(descriptor)
        if reason := _reason(status):
            raise _planted(path, reason)
        if status.st_mode & _OTHERS:
            _close_to_others(descriptor, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


class NotRegular(OSError):
    """A pipe, a device or a folder in the place of a file."""


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file to read. Nothing is waited for: a pipe may never be written to.

    Raises
    ------
    NotRegular
        If it is none.
    OSError
        If it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegular(f"{path} is no regular file")
    return open(descriptor, "rb")


def is_own_file(path: Path) -> bool:
    """Return whether a path is of a regular file that is ours or the administrator's."""
    status = os.lstat(path)
    return stat.S_ISREG(status.st_mode) and _is_trusted(status)


def make_private(path: Path) -> bool:
    """Take a file of ours from all but its owner; return whether it is ours alone now.

    A link, a device or another user's file is left as it is.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return False
    try:
        if _reason(os.fstat(descriptor)):
            return False
        os.fchmod(descriptor, PRIVATE_FILE)
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)


def check_own_folder(folder: Path) -> None:
    """Check that nobody else made a folder whose files are to be trusted.

    Raises
    ------
    PlantedFile
        If another user did, or laid a link in its place.
    OSError
        If it is no folder.
    """
    if not _is_trusted(os.lstat(folder)) or not _is_trusted(os.stat(folder)):
        raise _planted(folder, "belongs to another user")
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def close_folder(folder: Path) -> None:
    """Take a folder of ours from all but its owner (see `check_own_folder` first)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if os.fstat(descriptor).st_mode & _OTHERS and os.fstat(descriptor).st_uid == os.geteuid():
            os.fchmod(descriptor, PRIVATE_FOLDER)
    finally:
        os.close(descriptor)


def check_database(path: Path, own: bool) -> None:
    """Check an SQLite file and what SQLite keeps beside it, before SQLite opens them by name.

    Parameters
    ----------
    own
        Whether it is a store of this program, which is made if it is missing and is its owner's
        alone. Otherwise it is a database that the user names: it may be shared with a team, so
        another user's is refused only where any user could have laid it, as in `/tmp`.

    Raises
    ------
    PlantedFile
        If another user may have laid one of them there.
    OSError
        If it cannot be opened.
    """
    if own:
        os.close(private_descriptor(path))
    real = Path(os.path.realpath(path))
    for name in (path, real, *(real.with_name(real.name + end) for end in SQLITE_SUFFIXES)):
        if not os.path.lexists(name):
            continue
        is_open_to_all = own or bool(os.stat(name.parent).st_mode & stat.S_IWOTH)
        if is_open_to_all and not _is_trusted(os.lstat(name)):
            raise _planted(name, "belongs to another user")
        if not name.is_symlink() and not name.is_file():
            raise _planted(name, "is no regular file")


def is_stream(path: Path) -> bool:
    """Return whether a path is of a device, a pipe or what this process has open.

    Such are `/dev/null` and `/dev/stdout`. They are written to, never replaced, renamed or removed,
    and their permissions are not ours to change, whatever they lead to.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return True
    folder = os.path.realpath(path.parent)
    return path.is_symlink() and (folder == _OPEN_FILES[0] or folder.startswith(_OPEN_FILES[1]))


def open_stream(path: Path) -> int:
    """Open a device, or a pipe of ours, for writing.

    Raises
    ------
    PlantedFile
        If another user may have laid it there.
    OSError
        If it cannot be opened.
    """
    if not _is_trusted(os.lstat(path)):
        raise _planted(path, "belongs to another user")
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOCTTY)
    status = os.fstat(descriptor)
    if stat.S_ISFIFO(status.st_mode) and not path.is_symlink() and not _is_trusted(status):
        os.close(descriptor)
        raise _planted(path, "belongs to another user")
    return descriptor


def _reason(status: os.stat_result) -> str | None:
    """Return why a file is not to be written to; None if it may be."""
    if stat.S_ISLNK(status.st_mode):
        return "is a symbolic link"
    if not stat.S_ISREG(status.st_mode):
        return "is no regular file"
    if not _is_trusted(status):
        return "belongs to another user"
    return "has a second name (a hard link)" if status.st_nlink > 1 else None


def _is_trusted(status: os.stat_result) -> bool:
    """Return whether a file is ours or the administrator's, who can read everything anyway."""
    return status.st_uid in (0, os.geteuid())


def _planted(path: Path, reason: str) -> PlantedFile:
    return PlantedFile(
        f"{path} {reason}, so it is not used: others might read or change it; remove it, or choose "
        "another path"
    )


def _close_to_others(descriptor: int, path: Path) -> None:
    try:
        os.fchmod(descriptor, PRIVATE_FILE)
    except OSError as error:  # a file system without permissions, or the administrator's file
        _LOG.warning("others may read %s, which cannot be changed: %s", path, error.strerror)
    else:
        _LOG.warning("others could read %s; only its owner can now", path)
