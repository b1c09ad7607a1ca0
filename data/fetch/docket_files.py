"""Read dockets from files, as juriscraper parses them or CourtListener gives them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.fetch.docket_entries import Entry
from data.fetch.opinion import none_if_blank
from data.io.formats import json_rows, jsonl_rows
from data.io.problems import REJECTS_SUFFIX
from data.io.rows import UnreadableInput


@dataclass(frozen=True)
class Docket:
    """A docket: its case, and its entries in the order of their dates."""

    court: str | None
    docket_number: str | None
    caption: str | None
    assigned_to: str | None
    entries: tuple[Entry, ...]


def docket_files(source: Path, output: Path) -> list[Path]:
    """Return the files of a folder, or the one given, that may hold dockets; never the output.

    Raises
    ------
    UnreadableInput
        If there is none, or the output would replace it.
    """
    if source.is_file():
        files = [source]
    elif source.is_dir():
        found = sorted(each for each in source.rglob("*.json*") if each.is_file())
        files = [each for each in found if not each.name.endswith(REJECTS_SUFFIX)]
        files = [each for each in files if not (output.exists() and each.samefile(output))]
    else:
        raise UnreadableInput(f"no file or folder {source}")
    if not files:
        raise UnreadableInput(f"{source} holds no .json or .jsonl file of a docket")
    if output.exists() and any(each.samefile(output) for each in files):
        raise UnreadableInput(f"{output} would replace the input; name another file")
    return files


def raw_dockets(file: Path) -> Iterator[Any]:
    """Yield the JSON values of a file: one of `.json`, a line each of `.jsonl`.

    Raises
    ------
    UnreadableInput
        If it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            is_lines = file.suffix == ".jsonl"
            yield from jsonl_rows(stream) if is_lines else json_rows(stream, file.name)
    except OSError as error:
        raise UnreadableInput(f"cannot read {file.name}: {error.strerror}") from None


def read_docket(raw: Any, name: str) -> list[Docket]:
    """Return the dockets of a parse by juriscraper: one, or those that a notice of filing names.

    Parameters
    ----------
    raw
        A docket sheet, history report, or notice of electronic filing, as JSON values; or a docket
        of CourtListener with its `docket_entries`.

    Raises
    ------
    UnreadableInput
        If it is none.
    """
    if isinstance(raw, dict) and isinstance(raw.get("dockets"), list):
        shared = {"court_id": raw.get("court_id")}
        return [
            docket
            for each in raw["dockets"]
            for docket in read_docket({**shared, **each} if isinstance(each, dict) else each, name)
        ]
    if not isinstance(raw, dict) or not isinstance(raw.get("docket_entries"), list):
        raise UnreadableInput(
            f"{name} is not a docket: expected the field docket_entries, as juriscraper writes it"
        )
    entries = [_entry(each, name) for each in raw["docket_entries"]]
    # Stable, so that entries of one day stay in their order.
    entries.sort(key=lambda entry: entry.filed or "")
    # CourtListener's API gives the address of the court.
    court = none_if_blank(
        str(raw.get("court_id") or raw.get("court") or "").rstrip("/").split("/")[-1]
    )
    return [
        Docket(
            court,
            none_if_blank(raw.get("docket_number")),
            none_if_blank(raw.get("case_name")),
            none_if_blank(raw.get("assigned_to_str")),
            tuple(entries),
        )
    ]


def _entry(raw: Any, name: str) -> Entry:
    if not isinstance(raw, dict):
        raise UnreadableInput(f"{name}: an entry is not an object; expected those of juriscraper")
    number = raw.get("document_number", raw.get("entry_number"))
    documents = raw.get("recap_documents")
    first = documents[0] if isinstance(documents, list) and documents else {}
    short = raw.get("short_description") or (
        first.get("description") if isinstance(first, dict) else None
    )
    long = none_if_blank(raw.get("description"))
    text = long or none_if_blank(short) or ""
    filed = none_if_blank(raw.get("date_filed") or raw.get("date_entered"))
    return Entry(none_if_blank(number), filed and filed[:10], text, long is None)
