"""Read all rows of a source at once, with the files and places that they are from."""

from pathlib import Path
from typing import Any, NamedTuple

from data.addresses import local_path
from data.rows import UnreadableInput
from data.sources import opened


class AllRows(NamedTuple):
    """All rows of a source as they stand, unchecked.

    Attributes
    ----------
    name
        What the source is called.
    rows
        The rows; a line that is none is `Broken`.
    places
        Of each, the file it stands in ("" where that is the only one), and its row there.
    files
        The files of this machine that were read.
    """

    name: str
    rows: list[Any]
    places: list[tuple[str, int]]
    files: tuple[Path, ...]


def all_rows(given: str | Path) -> AllRows:
    """Read all rows of what `opened` opens.

    Raises
    ------
    UnreadableInput
        If there is no row to read there.
    """
    rows: list[Any] = []
    places: list[tuple[str, int]] = []
    with opened(str(given), fit=None) as source:
        for part in source.parts:
            name = part.name if len(source.parts) > 1 else ""
            for number, (row, _) in enumerate(part.rows(), start=1):
                rows.append(row)
                places.append((name, number))
        local = [part for part in source.parts if part.address.startswith("file://")]
    if not rows:
        raise UnreadableInput(f"{source.name} has no rows; expected at least one")
    files = tuple(Path(local_path(part.address)) for part in local)
    return AllRows(source.name, rows, places, files)
