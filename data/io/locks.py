"""Files that one run at a time has open."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from data.io.private_files import open_private


@contextmanager
def open_locked(path: Path, used: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file for reading and appending, for one run at a time; only its owner may read it.

    Parameters
    ----------
    path
        The file, which is made if it is missing.
    used
        What the error names as being in use; by default the file.

    Raises
    ------
    OSError
        If it cannot be written, another run has it open, or another user may have laid it there.
    """
    while True:
        with open_private(path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OSError(
                    f"another run is using {used or path}; wait for it or stop it"
                ) from None
            if _is_still_there(file, path):
                yield file
                return


def _is_still_there(file: BinaryIO, path: Path) -> bool:
    """Return whether a file has not been removed, or replaced, since it was opened.

    A run that ends may remove it after it is opened here and before it is locked. A third run would
    then lock another file of the same name.
    """
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False
