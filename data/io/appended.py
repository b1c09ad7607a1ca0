"""Files that grow by a line at a time and outlive a killed run: a journal, rows of a download."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from data.io.full_disk import name_full_disk


def append_line(file: BinaryIO, record: Mapping[str, Any]) -> int:
    """Append a record as a line of JSON, and return its offset; it is on disk on return.

    Raises
    ------
    OSError
        If it cannot be written; nothing of the line is left then.
    """
    offset = file.seek(0, os.SEEK_END)
    rest = memoryview(json.dumps(record).encode() + b"\n")
    try:
        with name_full_disk(Path(file.name)):
            while rest:  # not through the buffer: it would fail again when the file is closed
                rest = rest[os.write(file.fileno(), rest) :]
            os.fsync(file.fileno())
    except OSError:
        os.ftruncate(file.fileno(), offset)
        raise
    return offset


def differences(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return the names of what two runs do not have in common, as a message lists them.

    >>> differences({"model": "a", "samples": 1}, {"model": "b", "samples": 1, "--map": {}})
    'model, --map'
    """
    names = dict.fromkeys((*now, *earlier))
    return ", ".join(name for name in names if earlier.get(name) != now.get(name))
