"""Write files whole or not at all, and find the cache folder."""

import os
import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def check_writable(path: Path) -> None:
    """Check that a file can be written, before the minutes of work that it is to hold.

    Raises
    ------
    OSError
        If its folder cannot be made or written, or the path is a folder.
    """
    if path.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder; name a file in it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise type(error)(
            f"cannot write {path}: {reason}; name another file, or make its folder writable "
            f"(chmod u+wx {shlex.quote(str(path.parent))})"
        ) from None


@contextmanager
def atomic_write(
    path: Path, readable_like: Sequence[Path] = (), private: bool = False
) -> Iterator[Path]:
    """Give a temporary path beside `path`, and move it to `path` only if the block succeeds.

    Readers see the old file or the new one, never a part. The temporary file is removed on error.

    Parameters
    ----------
    readable_like
        Files whose permissions limit those of the new file: it gets none that one of them lacks.
    private
        Whether only its owner may read the new file, as it holds words of papers.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp gives 0600; a result file should have the user's ordinary permissions.
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o600 if private else 0o666 & ~mask
        for file in readable_like:
            mode &= file.stat().st_mode
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
