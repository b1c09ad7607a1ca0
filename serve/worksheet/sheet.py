"""Motions that a person codes, and what has been coded of them so far.

The coder sees the papers alone: no outcome, no coding by anyone else, and neither caption, court,
docket number, judge nor date, by which the case could be recognized or looked up. What else the
docket has of a motion, its outcome included, goes to the output unseen.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.checks import reveals_outcome
from data.codings import CODED_FIELDS
from data.io.atomic import atomic_write
from data.io.load import check_rows, load, read_raw_rows
from data.io.problems import Reject
from data.io.rows import UnreadableInput
from data.schema import POST_RULING_FIELDS, Motion, Ruling
from features.coder.quotes import find_quote
from features.coder.uncoded import UncodedMotion
from serve.coding.journal import CodedRow, Journal, row_digest

CODED = tuple(name for name in CODED_FIELDS if name in Motion.model_fields)
"""Fields that a person codes: those that are known before the ruling."""
PAPERS = ("motion", "opposition")
KEPT = ("id", "case_id", "caption", "court", "docket_number", "decided", "judge", *PAPERS)
"""Fields taken from the docket. Its codings are left out, so that two people code apart."""
FINGERPRINT = {"coded": "by hand"}


class InvalidCoding(ValueError):
    """A coding that does not fit the schema or the papers; the message names the field."""


@dataclass
class Entry:
    """A motion on the worksheet.

    Attributes
    ----------
    row
        Its number in the docket, from 1.
    digest
        SHA-256 of the row as given.
    kept
        Fields from the docket that are known before the ruling, without codings.
    labels
        Its outcome and what else exists only after the ruling; never shown.
    coded, quotes
        Values by field, and the words of the papers that bear them out.
    done
        Whether the coder is done with it.
    """

    row: int
    digest: str
    kept: dict[str, Any]
    labels: dict[str, Any]
    coded: dict[str, Any] = field(default_factory=dict)
    quotes: dict[str, list[str]] = field(default_factory=dict)
    done: bool = False


@dataclass(frozen=True)
class Docket:
    """The motions of a docket to be coded, and the rows that are not.

    Attributes
    ----------
    entries
        The motions.
    rejects
        Rows that do not fit the schema.
    telling
        Ids of motions left out because their papers tell how the court ruled.
    files
        The local files that were read.
    """

    entries: list[Entry]
    rejects: list[Reject]
    telling: list[str]
    files: tuple[Path, ...]


def read_docket(source: str) -> Docket:
    """Read the motions of a docket.

    Raises
    ------
    UnreadableInput
        If the source cannot be read, or holds no motion to code.
    """
    loaded, raw_rows = load(source, UncodedMotion), read_raw_rows(source)
    docket = Docket([], loaded.rejects, [], loaded.files)
    for motion, row in zip(loaded.rows, loaded.row_numbers, strict=True):
        raw = raw_rows[row - 1]
        kept = {name: value for name in KEPT if (value := getattr(motion, name)) is not None}
        kept.setdefault("id", f"row-{row}")
        if reveals_outcome(motion):
            docket.telling.append(kept["id"])
            continue
        labels = {name: raw[name] for name in POST_RULING_FIELDS if raw.get(name) is not None}
        docket.entries.append(Entry(row, row_digest(raw), kept, labels))
    if not docket.entries:
        raise UnreadableInput(f"{source} has no motion to code; expected rows with a `motion`")
    return docket


def check_output(output: Path, journal: Path, docket: Docket) -> None:
    """Check where codings go, before anyone codes.

    Raises
    ------
    ValueError
        If the name does not end in .jsonl, or the file is not of a worksheet with this journal.
    """
    if output.suffix != ".jsonl":
        raise UnreadableInput(f"{output}: expected a name ending in .jsonl")
    if output.exists() and any(output.samefile(file) for file in docket.files):
        raise UnreadableInput(f"{output} is the docket itself; name another file for the codings")
    if output.exists() and not journal.exists():
        raise UnreadableInput(
            f"{output} exists, and {journal}, which a worksheet keeps beside it, does not; name "
            "another file"
        )


class Worksheet:
    """Codings by one person, each on disk as soon as it is made.

    Parameters
    ----------
    entries
        The motions.
    journal
        Where codings are kept, and are taken up from.
    output
        Where motions that are done go, as JSON Lines.
    """

    def __init__(self, entries: Sequence[Entry], journal: Journal, output: Path) -> None:
        self.entries, self._journal, self._output = entries, journal, output
        for entry in entries:
            if kept := journal.find(entry.row, entry.digest):
                try:
                    self._change(entry, kept.motion, kept.details["quotes"], kept.details["done"])
                except InvalidCoding:  # coded by another version of the schema
                    continue

    @property
    def n_done(self) -> int:
        """How many motions are done."""
        return sum(entry.done for entry in self.entries)

    def save(
        self,
        entry: Entry,
        coded: Mapping[str, Any],
        quotes: Mapping[str, Sequence[str]],
        done: bool,
    ) -> None:
        """Check and keep the coding of a motion, in place of its earlier one.

        Raises
        ------
        InvalidCoding
            If a value does not fit the schema, words quoted are in neither paper, or a motion that
            is done has no motion type.
        """
        was_done = entry.done
        self._change(entry, coded, quotes, done)
        details = {"quotes": entry.quotes, "done": done}
        self._journal.add(CodedRow(entry.row, entry.digest, entry.coded, details, {}))
        if done or was_done:
            self.write()

    def write(self) -> None:
        """Write the motions that are done; only their owner may read the file."""
        with (
            atomic_write(self._output) as temporary,
            temporary.open("w", encoding="utf-8") as file,
        ):
            for entry in self.entries:
                if entry.done:
                    file.write(json.dumps(_output_row(entry), default=str) + "\n")

    def _change(
        self,
        entry: Entry,
        coded: Mapping[str, Any],
        quotes: Mapping[str, Sequence[str]],
        done: bool,
    ) -> None:
        if unknown := next((name for name in (*coded, *quotes) if name not in CODED), None):
            raise InvalidCoding(f"{unknown}: not a field that is coded")
        checked = check_rows([entry.kept | dict(coded)], Motion if done else UncodedMotion)
        if checked.rejects:
            raise InvalidCoding("; ".join(map(str, checked.rejects[0].problems)))
        values = checked.rows[0].model_dump(mode="json", include=set(coded))
        found = {
            name: [_as_printed(entry, name, words) for words in quotes[name]] for name in quotes
        }
        entry.coded = {name: value for name, value in values.items() if value is not None}
        entry.quotes = {name: words for name, words in found.items() if words}
        entry.done = done


def _as_printed(entry: Entry, name: str, words: str) -> str:
    """Return quoted words as they stand in a paper."""
    for paper in PAPERS:
        text = entry.kept.get(paper)
        if text and (span := find_quote(words, text)):
            return str(text[slice(*span)])
    raise InvalidCoding(
        f"{name}: the words quoted are in neither paper, or leave out a negation right before them"
    )


def _output_row(entry: Entry) -> dict[str, Any]:
    """Return a motion with its codings, in the order of the schema."""
    quotes = {name: words for name, words in entry.quotes.items() if name in entry.coded}
    row = entry.kept | entry.coded | entry.labels | ({"quotes": quotes} if quotes else {})
    return dict(_in_order(row))


def _in_order(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, row[name]) for name in Ruling.model_fields if name in row)
