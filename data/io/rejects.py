"""Write the rows that were not used to a file of their own, with the reasons."""

from pathlib import Path
from typing import Any

from data.io.atomic import atomic_write
from data.io.load import Loaded
from data.io.problems import reject_as_json, rejects_beside
from data.io.urls import is_local, local_path


def rejects_path(loaded: Loaded[Any], folder: Path) -> Path:
    """Return the path of the rejects: `pending.csv.rejects.jsonl` for `pending.csv`."""
    return rejects_beside(folder / loaded.name)


def write_rejects(loaded: Loaded[Any], folder: Path) -> Path | None:
    """Write the rejects (row number, reasons, the row) and return the path.

    Without rejects nothing is written, and a rejects file of an earlier run is removed. Only users
    who may read the input files may read the rejects.
    """
    path = rejects_path(loaded, folder)
    if not loaded.rejects:
        path.unlink(missing_ok=True)
        return None
    with (
        atomic_write(path, loaded.files) as temporary,
        temporary.open("w", encoding="utf-8") as out,
    ):
        for reject in loaded.rejects:
            out.write(reject_as_json(reject, reject.file or None) + "\n")
    return path


def write_rejects_beside(loaded: Loaded[Any], source: str) -> Path | None:
    """Write the rejects beside the source they come from; see `write_rejects`.

    Those of standard input (`-`), of a remote address, and of a glob over several folders go to
    the working folder.
    """
    if not is_local(source) and not loaded.rejects:
        return None  # a local rejects file of that name belongs to another source
    folder = Path(local_path(source)).parent
    use_working_folder = source == "-" or not is_local(source) or not folder.is_dir()
    return write_rejects(loaded, Path.cwd() if use_working_folder else folder)
