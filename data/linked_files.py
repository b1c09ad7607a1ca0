"""Rows of several files, and where each stands, for `data.linkage`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data.io.atomic import atomic_write, files_of_all
from data.io.columns import AS_GIVEN
from data.io.formulas import safe_row
from data.io.load import Loaded, check_map_used, load
from data.io.problems import Reject
from data.linkage import Link, Listed, find_links, large_dockets

EMBEDDED = "embedded"
"""The name of the rulings that come with the program."""
HEAD = (
    *("kind", "first_file", "first_row", "first_id", "second_file", "second_row", "second_id"),
    *("same_docket", "days_apart", "caption_similarity", "outcomes_differ"),
)


@dataclass(frozen=True)
class Place:
    """Where a row stands: its file, its number there from 1, and its id if it has one."""

    file: str
    row: int
    id: str | None

    def __str__(self) -> str:
        return f"{self.id or f'row {self.row:,}'} in {self.file}"


@dataclass(frozen=True)
class LinkedFiles:
    """What several files have in common.

    Attributes
    ----------
    places
        Where each row stands, in the order in which the links number the rows.
    links
        Pairs of rows that are one ruling or of one case.
    n_without_court
        Rows that could not be compared, as they name no court.
    large_dockets
        Docket numbers with too many rows to compare each with each, and how many they have.
    rejects
        Rows that do not fit the schema, by file.
    files
        The local files that were read.
    tables, paths
        Each file as it was loaded, and where it is, by its name.
    """

    places: tuple[Place, ...]
    links: tuple[Link, ...]
    n_without_court: int
    large_dockets: Mapping[str, int]
    rejects: dict[str, list[Reject]]
    files: tuple[Path, ...]
    tables: dict[str, Loaded[Listed]]
    paths: Mapping[str, str]

    @property
    def readable_like(self) -> tuple[Path, ...]:
        """The files that were read; none if one of the sources is no local file."""
        return files_of_all(table.files for table in self.tables.values())


def link_files(sources: Mapping[str, str], column_map: Mapping[str, str] = AS_GIVEN) -> LinkedFiles:
    """Find the rulings and cases that appear more than once in one or several files.

    Parameters
    ----------
    sources
        Files, as `data.io.load.load` takes them, by the names that are shown. The cases of
        `embedded`, the rulings that come with the program, are known: beside other files, pairs
        among them are left out.
    column_map
        The field of columns that the user names; each must be in one of the files.

    Raises
    ------
    UnreadableInput
        If a file cannot be read, or no file has a column that the user names.
    """
    rows: list[Listed] = []
    places: list[Place] = []
    files: list[Path] = []
    rejects: dict[str, list[Reject]] = {}
    tables: dict[str, Loaded[Listed]] = {}
    for source, path in sources.items():
        loaded = tables[source] = load(path, Listed, column_map, shared_map=True)
        numbered = zip(loaded.rows, loaded.row_numbers, strict=True)
        places += [Place(source, number, row.id) for row, number in numbered]
        rows += loaded.rows
        files += loaded.files
        rejects[source] = loaded.rejects
    check_map_used(column_map, tables.values())
    n_without_court = sum(row.court is None for row in rows)
    links = find_links(rows)
    if set(sources) != {EMBEDDED}:
        links = [link for link in links if _files(link, places) != {EMBEDDED}]
    return LinkedFiles(
        tuple(places),
        tuple(links),
        n_without_court,
        large_dockets(rows),
        rejects,
        tuple(files),
        tables,
        sources,
    )


def _files(link: Link, places: list[Place]) -> set[str]:
    return {places[link.first].file, places[link.second].file}


def write_links(linked: LinkedFiles, path: Path) -> None:
    """Write the pairs as CSV, readable to no more users than the files that they come from."""
    with (
        atomic_write(path, linked.readable_like) as temporary,
        temporary.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for link in linked.links:
            first, second = linked.places[link.first], linked.places[link.second]
            similarity = None if link.caption is None else f"{link.caption:.0f}"
            places = (first.file, first.row, first.id, second.file, second.row, second.id)
            found = (link.docket, link.days, similarity, link.outcomes_differ)
            writer.writerow(safe_row((link.kind, *places, *found)))
