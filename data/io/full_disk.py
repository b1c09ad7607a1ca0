"""Say which file could not be written when a disk is full, and what to do about it.

The system says only that there is no space: neither for what nor where.
"""

import errno
import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DiskFull(OSError):
    """A file for which there is no space; the message names it."""


@contextmanager
def name_full_disk(path: Path) -> Iterator[None]:
    """Name a file in the error if there is no space to write it.

    Raises
    ------
    DiskFull
        If there is none, on its disk or among the temporary files that it is made from.
    """
    try:
        yield
    except DiskFull:
        raise  # of a file that is written meanwhile
    except OSError as error:
        if not is_full(error):
            raise
        raise DiskFull(full_message(error, path)) from None


def is_full(error: OSError) -> bool:
    """Return whether an error says that there is no space, or that a file may grow no larger."""
    return error.errno in _FULL


def full_message(error: OSError, path: Path | None = None) -> str:
    """Say what could not be written, and what to do."""
    reason = error.strerror or os.strerror(error.errno or errno.ENOSPC)
    folder = Path.cwd() if path is None else path.absolute().parent
    folders = " ".join(shlex.quote(str(each)) for each in (folder, tempfile.gettempdir()))
    what = "the output, or a temporary file" if path is None else str(path)
    return (
        f"cannot write {what}: {reason}; make room (df -h {folders}) or write to another disk, "
        "then run it again"
    )
