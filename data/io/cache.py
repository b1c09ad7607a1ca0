"""The user's cache folder: compiled automata, readings, checkpoints.

A cache that cannot be used costs time, never the answer. It is reported once.
"""

import logging
import os
import stat
import tempfile
from pathlib import Path

import platformdirs

from data.io.atomic import make_private_folder
from data.io.private_files import check_own_folder, open_regular

_LOG = logging.getLogger("enjoin.cache")
_reported: list[str] = []


def cache_dir() -> Path:
    """Return this user's cache folder: `ENJOIN_CACHE_DIR`, or the system's default.

    For a user without a home it is a folder among the system's temporary files.
    """
    if named := os.environ.get("ENJOIN_CACHE_DIR"):
        return Path(named)
    folder = Path(platformdirs.user_cache_dir("enjoin"))
    if folder.is_absolute():
        return folder
    return Path(tempfile.gettempdir()) / f"enjoin-{os.getuid() if hasattr(os, 'getuid') else ''}"


def make_cache_folder(name: str = "") -> Path:
    """Create the cache folder, or one in it, for this user alone; return it.

    Raises
    ------
    OSError
        If it cannot be made, or another user made it.
    """
    folder = cache_dir() / name
    make_private_folder(folder)
    check_own_folder(folder)
    return folder


def read_own_file(path: Path) -> bytes | None:
    """Return the content of a file that only this user, or the machine's administrator, can write.

    None if there is no such file: what others may have written is not to be trusted. A pipe in its
    place is not waited for.
    """
    try:
        with open_regular(path) as stream:
            status = os.fstat(stream.fileno())
            own = status.st_uid in (0, os.geteuid()) and not status.st_mode & stat.S_IWOTH
            return stream.read() if own else None
    except OSError:
        return None


def report_unusable_cache(error: OSError) -> None:
    """Report, once in this process, that the cache cannot be used."""
    if not _reported:
        _reported.append(
            f"the cache folder {cache_dir()} cannot be used ({error.strerror or error}), so every "
            "start takes seconds longer; make it writable, or name another in ENJOIN_CACHE_DIR"
        )
        _LOG.warning("%s", _reported[0])


def cache_error() -> str | None:
    """Return why the cache cannot be used, as reported in this process; None if it can."""
    return _reported[0] if _reported else None
