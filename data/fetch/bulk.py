"""Turn bulk data into opinions in Parquet: CourtListener's tables, Caselaw Access Project volumes.

Each file of opinions becomes one Parquet file, on its own, so that many can be made at once and an
interrupted run makes only those that are missing.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from data.fetch.case_index import OnRows, Selection, build_case_index, open_case_index
from data.fetch.caselaw import SUFFIXES, case_files, caselaw_opinions
from data.fetch.opinion import (
    HTML_FIELDS,
    TEXT_FIELD,
    Opinion,
    is_the_ruling,
    none_if_blank,
    words_of,
)
from data.fetch.parquet import rows_if_made_from, write_opinions
from data.fetch.tables import table_rows
from data.io.atomic import atomic_write
from data.io.problems import rejects_beside
from data.io.rows import BrokenRow, UnreadableInput

INDEX_NAME = "_cases.sqlite"
_TABLES = ("opinion-clusters", "dockets", "citations")
_TABLE = re.compile(r"(opinions|opinion-clusters|dockets|citations)\b.*\.csv(\.\w+)?", re.I)
_WORDS = (*HTML_FIELDS, TEXT_FIELD)
_OPINION = ("id", "cluster_id", "type")
_SITE = "https://www.courtlistener.com/opinion"
_GAP = r"(?:\s|&nbsp;|&#160;|<[^<>]{1,200}>)+"
MENTIONS = re.compile(
    rf"(?:preliminary|interlocutory|temporary|interim){_GAP}injuncti|restraining{_GAP}order|"
    rf"(?:injunction|stay){_GAP}pending|injuncti\w+{_GAP}pendente",
    re.IGNORECASE,
)
"""Words without which an opinion rules on no motion for interim relief."""


class MapInOrder(Protocol):
    """Applies a function to every item, perhaps on other machines, and yields results in order."""

    def __call__(
        self, function: Callable[..., Any], items: Sequence[Any], *shared: Any
    ) -> Iterator[Any]: ...


@dataclass(frozen=True)
class BulkFile:
    """A file of opinions, and the Parquet file that it becomes."""

    path: Path
    output: Path
    is_table: bool


@dataclass(frozen=True)
class FileSummary:
    """What became of a file.

    Attributes
    ----------
    written, broken
        Opinions written, and rows that were broken.
    kept
        Whether it was there already.
    problem
        Why it could not be read to its end; "" if it could. Nothing is written of it then.
    """

    name: str
    written: int
    broken: int
    kept: bool = False
    problem: str = ""


def find_bulk_files(source: Path, output: Path) -> tuple[list[BulkFile], dict[str, Path]]:
    """Return the files of opinions in a folder (or the one file given), and the other tables.

    Raises
    ------
    UnreadableInput
        If there are none, or a table that opinions need is missing.
    """
    if not source.exists():
        raise UnreadableInput(f"no file or folder {source}")
    paths = sorted(each for each in source.rglob("*") if each.is_file())
    paths = [source] if source.is_file() else [each for each in paths if output not in each.parents]
    base = source.parent if source.is_file() else source
    outputs: dict[Path, BulkFile] = {}
    tables: dict[str, Path] = {}
    for path in paths:
        table = _TABLE.fullmatch(path.name)
        kind = table[1].lower() if table else ""
        if kind in _TABLES:
            tables[kind] = path  # the latest, as names hold the date
        elif kind or (path.name.lower().endswith(SUFFIXES) and not _is_metadata(path)):
            # Of single cases, a whole folder becomes one file.
            whole = path.parent if path.suffix.lower() == ".json" and source.is_dir() else path
            name = "-".join(whole.relative_to(base).parts) or base.name
            outputs[whole] = BulkFile(whole, output / f"{name}.parquet", bool(kind))
    files = list(outputs.values())
    if not files:
        raise UnreadableInput(
            f"{source} holds no bulk data: expected opinions-DATE.csv.bz2 of CourtListener, or "
            f"volumes of the Caselaw Access Project ({', '.join(SUFFIXES)})"
        )
    missing = [name for name in _TABLES[:2] if name not in tables]
    if missing and any(file.is_table for file in files):
        raise UnreadableInput(
            f"{source} lacks {' and '.join(f'{name}-DATE.csv.bz2' for name in missing)}: opinions "
            "have their court, docket number and date there; put all tables of one date in one "
            "folder"
        )
    return files, tables


def _is_metadata(path: Path) -> bool:
    return path.name.endswith("Metadata.json") or ".rejects." in path.name


def fetch_bulk(
    source: Path,
    output: Path,
    selection: Selection,
    map_in_order: MapInOrder | None = None,
    on_rows: OnRows = lambda _what, _rows, _fraction: None,
) -> list[FileSummary]:
    """Write the opinions of bulk data to a folder of Parquet files.

    Parameters
    ----------
    source
        A folder of files, or one file.
    output
        A folder. Files in it that were made from the same source and selection are kept.
    selection
        The opinions wanted.
    map_in_order
        Makes the files elsewhere, such as on a cluster that shares the folders; None for this
        process.
    on_rows
        Called with what is done, the rows so far and the fraction of the file.

    Raises
    ------
    UnreadableInput
        If there is nothing to read, or a table that opinions need cannot be read. A file of
        opinions that cannot be read has a problem in its summary, and the others are read.
    """
    output = output.absolute()
    files, tables = find_bulk_files(source.absolute(), output)
    output.mkdir(parents=True, exist_ok=True)
    index = output / INDEX_NAME
    summaries: list[FileSummary] = []
    if any(file.is_table for file in files):
        identity = [_identity(tables[name], selection) for name in sorted(tables)]
        broken = build_case_index(index, tables, selection, identity, on_rows)
        summaries.append(FileSummary("opinion-clusters and dockets", 0, broken))
    if map_in_order is None:
        made = (make_file(file, selection, index, on_rows) for file in files)
        return summaries + list(made)
    for number, summary in enumerate(map_in_order(make_file, files, selection, index), start=1):
        summaries.append(summary)
        on_rows("files done", number, number / len(files))
    return summaries


def make_file(
    file: BulkFile, selection: Selection, index: Path, on_rows: OnRows | None = None
) -> FileSummary:
    """Write the opinions of one file to its Parquet file, unless that is there already."""
    try:
        return _make(file, selection, index, on_rows)
    except UnreadableInput as error:
        file.output.unlink(missing_ok=True)  # of an earlier selection
        return FileSummary(file.path.name, 0, 0, problem=str(error))


def _make(file: BulkFile, selection: Selection, index: Path, on_rows: OnRows | None) -> FileSummary:
    identity = _identity(file.path, selection)
    rejects = rejects_beside(file.output)
    kept = rows_if_made_from(file.output, identity)
    if kept is not None:
        return FileSummary(file.path.name, kept, _lines(rejects), kept=True)
    rows = _table_opinions(file.path, selection, index) if file.is_table else _volume(file.path)
    broken = 0

    def wanted(reasons: TextIO) -> Iterator[Opinion]:
        nonlocal broken
        told = 0.0
        for number, (row, fraction) in enumerate(rows, start=1):
            if on_rows is not None and fraction >= told + 0.001:
                told = fraction
                on_rows(f"reading {file.path.name}", number, fraction)
            if isinstance(row, BrokenRow):
                broken += 1
                reasons.write(json.dumps({"id": row.found, "reasons": [row.expected]}) + "\n")
            elif selection.takes(row.court, row.date) and (selection.every or mentions(row)):
                yield row

    with (
        atomic_write(rejects) as temporary,
        temporary.open("w", encoding="utf-8") as reasons,
    ):
        written = write_opinions(file.output, wanted(reasons), identity)
    if not broken:
        rejects.unlink()
    return FileSummary(file.path.name, written, broken)


def mentions(opinion: Opinion) -> bool:
    """Tell whether an opinion mentions interim relief at all."""
    return bool(MENTIONS.search(opinion.text or opinion.html or ""))


def _volume(path: Path) -> Iterator[tuple[Opinion | BrokenRow, float]]:
    return caselaw_opinions(path)


def _table_opinions(
    path: Path, selection: Selection, index: Path
) -> Iterator[tuple[Opinion | BrokenRow, float]]:
    """Yield the court's own opinions of CourtListener's table, with what the index says of them."""
    with open_case_index(index) as cases:
        for row, fraction in table_rows(path, _OPINION, _WORDS):
            if isinstance(row, BrokenRow):
                yield BrokenRow("", f"opinion: expected {row.expected}"), fraction
                continue
            opinion_id, cluster_id, kind, *words = row
            case = cases.find(cluster_id) if is_the_ruling(kind) else None
            if case is None:
                continue
            text, html = words_of(dict(zip(_WORDS, words, strict=True)))
            if text is None and html is None:
                yield BrokenRow(f"courtlistener-{cluster_id}", "the words of the opinion"), fraction
                continue
            yield (
                Opinion(
                    id=f"courtlistener-{cluster_id}-{opinion_id}",
                    source="courtlistener",
                    url=f"{_SITE}/{cluster_id}/",
                    court=case.court,
                    court_name=None,
                    docket_number=none_if_blank(case.docket_number),
                    date=none_if_blank(case.date),
                    caption=none_if_blank(case.caption),
                    judge=none_if_blank(case.judges),
                    citation=case.citation,
                    status=none_if_blank(case.status),
                    text=text,
                    html=html,
                ),
                fraction,
            )


def _identity(path: Path, selection: Selection) -> dict[str, Any]:
    parts = case_files(path) if path.is_dir() else [path]
    states = [part.stat() for part in parts]
    wanted = {name: str(value) for name, value in asdict(selection).items()}
    size, changed = sum(each.st_size for each in states), max(each.st_mtime_ns for each in states)
    return {"file": path.name, "parts": len(parts), "size": size, "changed": changed, **wanted}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0
