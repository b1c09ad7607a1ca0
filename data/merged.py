"""Merge files of rulings into one, each ruling once, and report what was left out and why."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from data.codebook import SourceKind
from data.io.atomic import atomic_write
from data.io.columns import AS_GIVEN
from data.io.formulas import safe_row
from data.io.load import load
from data.io.problems import Reject, reject_as_json, rejects_beside
from data.io.rows import UnreadableInput
from data.linkage import Link
from data.linked_files import LinkedFiles, Place
from data.schema import Motion, Ruling
from data.unique_ids import UniqueIds

HEAD = ("what", "file", "row", "id", "kept_file", "kept_row", "kept_id", "why")
"""Columns of the report."""
_FULL_DATE = len("YYYY-MM-DD")


@dataclass(frozen=True)
class Remark:
    """What became of a row: `left out`, `kept` though it may be another's double, or `renamed`."""

    what: str
    place: Place
    kept: Place
    why: str


@dataclass(frozen=True)
class Merged:
    """The rows of several files, each ruling once.

    Attributes
    ----------
    rows
        Those kept, in the order of the files.
    remarks
        What was left out, kept in doubt or renamed.
    rejects
        Rows that do not fit the schema.
    """

    rows: tuple[Motion, ...]
    remarks: tuple[Remark, ...]
    rejects: tuple[Reject, ...]

    @property
    def n_left_out(self) -> int:
        """How many rows were left out."""
        return sum(remark.what == "left out" for remark in self.remarks)


def merge(linked: LinkedFiles, column_map: Mapping[str, str] = AS_GIVEN) -> Merged:
    """Keep one row of each ruling.

    Of rows that are one ruling the one kept has an outcome where another has none; then comes from
    the opinion itself; then has most fields filled; then stands first. It is kept as it is, nothing
    is added from the others. Rows linked as one ruling whose outcomes differ are all kept: they may
    be cross-motions, or one outcome is wrong. So are those of which neither the docket nor both
    dates to the day are known: a year and a caption may be two rulings.

    Parameters
    ----------
    linked
        The files, with the pairs of rows that are one ruling (`data.linked_files.link_files`).
    column_map
        As for `link_files`.
    """
    rows, rejects = _load_rows(linked, column_map)
    left_out: set[Place] = set()
    remarks: list[Remark] = []
    certain: list[Link] = []
    doubtful: list[Link] = []
    for link in linked.links:
        pair = [linked.places[number] for number in (link.first, link.second)]
        if link.kind == "ruling" and all(place in rows for place in pair):
            dated = all(len(rows[place].decided or "") == _FULL_DATE for place in pair)
            (certain if link.docket or dated else doubtful).append(link)
    for group in _groups(certain):
        places = [linked.places[number] for number in group]
        ranked = sorted(places, key=lambda place: _rank(rows[place]), reverse=True)
        kept, others = ranked[0], ranked[1:]
        if len({row.outcome for row in map(rows.get, places) if isinstance(row, Ruling)}) > 1:
            why = "their outcomes differ: two motions, or one outcome is wrong"
            remarks += [Remark("kept", place, kept, why) for place in others]
            continue
        remarks += [
            Remark("left out", place, kept, _why(rows[kept], rows[place])) for place in others
        ]
        left_out.update(others)
    for link in doubtful:
        first, second = linked.places[link.first], linked.places[link.second]
        if not {first, second} & left_out:
            why = "perhaps one ruling, but without a docket number or a day that would show it"
            remarks.append(Remark("kept", second, first, why))
    named, renamed = _with_own_ids({p: row for p, row in rows.items() if p not in left_out})
    return Merged(tuple(named), (*remarks, *renamed), tuple(rejects))


def write_merged(merged: Merged, linked: LinkedFiles, output: Path) -> tuple[Path, Path | None]:
    """Write the rows kept as JSON Lines, and beside them the report and the rejected rows.

    None is readable to more users than the files that the rows come from.

    Returns
    -------
    The paths of the report (`OUTPUT.report.csv`) and of the rejects, None without any.

    Raises
    ------
    UnreadableInput
        If the output's name does not end in .jsonl, or it is one of the files.
    """
    check_output(output, linked.files)
    report, rejects = output.with_name(f"{output.name}.report.csv"), rejects_beside(output)
    _write_lines(output, linked.readable_like, (_as_json(row) for row in merged.rows))
    with (
        atomic_write(report, linked.readable_like) as temporary,
        temporary.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for each in merged.remarks:
            places = (each.place.file, each.place.row, each.place.id)
            kept = (each.kept.file, each.kept.row, each.kept.id)
            writer.writerow(safe_row((each.what, *places, *kept, each.why)))
    if not merged.rejects:
        rejects.unlink(missing_ok=True)
        return report, None
    lines = (reject_as_json(reject, reject.file) for reject in merged.rejects)
    _write_lines(rejects, linked.readable_like, lines)
    return report, rejects


def check_output(output: Path, files: Sequence[Path]) -> None:
    """Check where the merged rows go.

    Raises
    ------
    UnreadableInput
        If the name does not end in .jsonl, or it is one of the files that are merged.
    """
    if output.suffix != ".jsonl":
        raise UnreadableInput(f"{output}: expected a name ending in .jsonl")
    if output.exists() and any(output.samefile(file) for file in files):
        raise UnreadableInput(f"{output} is one of the files that are merged; name another file")


def _load_rows(
    linked: LinkedFiles, column_map: Mapping[str, str]
) -> tuple[dict[Place, Motion], list[Reject]]:
    """Load whole rows, as rulings where a file has outcomes and as motions otherwise."""
    places = {(place.file, place.row): place for place in linked.places}
    rows: dict[Place, Motion] = {}
    rejects: list[Reject] = []
    for name, listed in linked.tables.items():
        is_labelled = any(row.outcome for row in listed.rows)
        row_type: type[Motion] = Ruling if is_labelled else Motion
        loaded = load(linked.paths[name], row_type, column_map, shared_map=True)
        for row, number in zip(loaded.rows, loaded.row_numbers, strict=True):
            place = places.get((name, number)) or Place(name, number, row.id)
            rows[place] = row
        rejects += [replace(reject, file=reject.file or name) for reject in loaded.rejects]
    return rows, rejects


def _groups(links: Sequence[Link]) -> Iterator[list[int]]:
    """Yield the row numbers that links join, each group in order."""
    if not links:
        return
    ends = np.array([(link.first, link.second) for link in links])
    rows, places = np.unique(ends, return_inverse=True)
    firsts, seconds = places.reshape(ends.shape).T
    joined = csr_matrix((np.ones(len(links)), (firsts, seconds)), shape=(len(rows), len(rows)))
    groups: dict[int, list[int]] = {}
    labels = connected_components(joined, directed=False)[1]
    for row, label in zip(rows.tolist(), labels.tolist(), strict=True):
        groups.setdefault(label, []).append(row)
    yield from groups.values()


def _rank(row: Motion) -> tuple[bool, bool, int]:
    is_opinion = isinstance(row, Ruling) and row.source_kind == SourceKind.OPINION
    return isinstance(row, Ruling), is_opinion, _n_filled(row)


def _n_filled(row: Motion) -> int:
    return sum(value is not None for _, value in row)


def _why(kept: Motion, other: Motion) -> str:
    """Say why one row is kept rather than another."""
    names = ("has the outcome", "is from the opinion itself")
    for name, mine, theirs in zip(names, _rank(kept), _rank(other), strict=False):
        if mine != theirs:
            return f"one ruling: the row kept {name}"
    if (mine := _n_filled(kept)) != (theirs := _n_filled(other)):
        return f"one ruling: the row kept has {mine} fields filled, this one {theirs}"
    return "one ruling: the row kept stands first"


def _with_own_ids(rows: Mapping[Place, Motion]) -> tuple[list[Motion], list[Remark]]:
    """Give a row whose id another has, in another file, one of its own."""
    named: list[Motion] = []
    remarks: list[Remark] = []
    first: dict[str, Place] = {}
    ids = UniqueIds(row.id for row in rows.values() if row.id is not None)
    for place, row in rows.items():
        if row.id is None or first.setdefault(row.id, place) == place:
            named.append(row)
            continue
        free = ids.take(row.id)
        remarks.append(Remark("renamed", place, first[row.id], f"its id was taken; now {free}"))
        named.append(row.model_copy(update={"id": free}))
    return named, remarks


def _as_json(row: Motion) -> str:
    return json.dumps(row.model_dump(mode="json", exclude_none=True), ensure_ascii=False)


def _write_lines(path: Path, files: Sequence[Path], lines: Iterator[str]) -> None:
    with (
        atomic_write(path, files) as temporary,
        temporary.open("w", encoding="utf-8") as file,
    ):
        file.writelines(f"{line}\n" for line in lines)
