"""The record of how the embedded rulings' model does on long papers, for its answers to report.

The papers themselves are not part of the program. `enjoin evaluate --papers DIR --record` measures
anew and writes the record; it holds for models of the same rulings only.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from data.io.atomic import atomic_write

_FILE = "long_papers.json"
DATA_DIGEST = "data_digest"


def record_path() -> Path:
    """Return the path of the packaged record."""
    return Path(str(files("train.evaluate") / _FILE))


def write_record(record: dict[str, Any], data_digest: str) -> Path:
    """Replace the packaged record, and return its path."""
    path = record_path()
    with atomic_write(path, private=False) as temporary:
        content = {DATA_DIGEST: data_digest} | record
        Path(temporary).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def long_paper_record(data_digest: str) -> dict[str, Any] | None:
    """Return the record of models trained on these rulings; None if none was measured.

    Parameters
    ----------
    data_digest
        The digest of the training rulings (`train.tracking.log.rulings_digest`).

    Returns
    -------
    `papers` (their number), `words` (fewest and most of a paper), `base_rate`, `modes` (for each,
    metrics as [value, low, high]; of `text` from the papers alone, of the others with a language
    model's reading and its summary), `by_phrases` (for the modes `text` and `coded`, the metrics
    where phrases are found in the papers themselves, and `spread`, the root mean square distance in
    log-odds of these estimates from those in forecast mode), and `readings` (by field, how many of
    the readings that count were right, and of how many).
    """
    record: dict[str, Any] = json.loads(record_path().read_text(encoding="utf-8"))
    if record.pop(DATA_DIGEST) != data_digest:
        return None
    return record
