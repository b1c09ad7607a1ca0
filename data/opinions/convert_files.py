"""Convert files of opinions to a file of labelled rulings, whole or not at all."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.io.atomic import atomic_write
from data.opinions.read import SUFFIXES, Extract, Opinion, UnreadableOpinion, read_opinions
from data.opinions.to_rulings import Converted, ReadOutcome, convert
from data.unique_ids import UniqueIds

OnFile = Callable[[int, int], None]
"""Told how many files are done, and how many there are."""


@dataclass
class Summary:
    """What became of the opinions.

    Attributes
    ----------
    opinions
        How many were read.
    outcomes
        How many rulings of each outcome were written.
    set_aside
        How many opinions or files gave none, by reason.
    rejects
        The file that lists those; None if there are none.
    n_read_otherwise
        How many outcomes were read otherwise than by the rules, or found not to be told.
    readings
        The file that has these beside what the rules say; None if there are none.
    """

    opinions: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    read_by: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    rejects: Path | None = None
    n_read_otherwise: int = 0
    readings: Path | None = None

    @property
    def rulings(self) -> int:
        """How many rulings were written."""
        return sum(self.outcomes.values())


def opinion_files(source: Path) -> list[Path]:
    """Return the files of opinions of a folder and its folders, or the one file.

    Files that nothing can be read from are returned too, so that the reader names them; hidden ones
    are not.

    Raises
    ------
    UnreadableOpinion
        If there is none.
    """
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise UnreadableOpinion(f"{source}: no such file or folder")
    files = sorted(
        path for path in source.rglob("*") if path.is_file() and not path.name.startswith(".")
    )
    if not any(path.suffix.lower() in SUFFIXES for path in files):
        raise UnreadableOpinion(f"{source} has no file that ends in one of {', '.join(SUFFIXES)}")
    return files


def convert_files(
    source: Path,
    output: Path,
    extract: Extract | None = None,
    read_outcome: ReadOutcome | None = None,
    on_file: OnFile = lambda done, total: None,
) -> Summary:
    """Write a labelled ruling for each opinion that tells one, and why for each other.

    Parameters
    ----------
    source
        A file, or a folder of files.
    output
        `.jsonl` file for the rulings; others go to `OUTPUT.set_aside.jsonl`. What `read_outcome`
        says goes to `OUTPUT.outcomes.jsonl` too, beside what the rules say. Only their owner may
        read these. All are written whole, when all opinions are done.
    extract, read_outcome
        See `read_opinions` and `convert`.

    Raises
    ------
    UnreadableOpinion
        If there is no file of opinions, or the output would replace one.
    """
    if output.suffix != ".jsonl":
        raise UnreadableOpinion(f"{output}: expected a name ending in .jsonl")
    rejects = output.with_name(f"{output.name}.set_aside.jsonl")
    readings = output.with_name(f"{output.name}.outcomes.jsonl")
    own = (output, rejects, readings)
    files = [path for path in opinion_files(source) if path not in own]
    if source.is_file() and output.exists() and output.samefile(source):
        raise UnreadableOpinion(f"{output} would replace the opinions; name another file")
    summary, ids = Summary(), UniqueIds()
    with (
        atomic_write(output) as rulings_file,
        atomic_write(rejects) as rejects_file,
        atomic_write(readings) as readings_file,
        rulings_file.open("w", encoding="utf-8") as rulings_out,
        rejects_file.open("w", encoding="utf-8") as rejects_out,
        readings_file.open("w", encoding="utf-8") as readings_out,
    ):
        for number, path in enumerate(files):
            on_file(number, len(files))
            for row, reject, reading in _rows_of(path, extract, read_outcome):
                summary.opinions += 1
                if reading is not None:
                    summary.n_read_otherwise += 1
                    readings_out.write(json.dumps(reading, ensure_ascii=False) + "\n")
                if row is not None:
                    row["id"] = ids.take(str(row["id"]))
                    summary.outcomes[row["outcome"]] += 1
                    summary.read_by[row["outcome_read_by"]] += 1
                    rulings_out.write(json.dumps(row, ensure_ascii=False) + "\n")
                else:
                    summary.set_aside[reject["why"]] += 1
                    rejects_out.write(json.dumps(reject, ensure_ascii=False) + "\n")
        on_file(len(files), len(files))
    summary.rejects = _unless_empty(rejects, bool(summary.set_aside))
    summary.readings = _unless_empty(readings, bool(summary.n_read_otherwise))
    return summary


def _unless_empty(path: Path, has_rows: bool) -> Path | None:
    """Return a file with rows; remove one without."""
    if has_rows:
        return path
    path.unlink()
    return None


_Rows = tuple[dict[str, Any] | None, dict[str, Any], dict[str, Any] | None]
"""A ruling or None; why there is none; what was read otherwise than by the rules, or None."""


def _rows_of(
    path: Path, extract: Extract | None, read_outcome: ReadOutcome | None
) -> Iterator[_Rows]:
    """Yield the rows of each opinion of a file."""
    try:
        for opinion in read_opinions(path, extract):
            if isinstance(opinion, UnreadableOpinion):
                why = "no readable opinion"
                yield None, {"file": path.name, "why": why, "detail": str(opinion)}, None
            else:
                yield _row_of(opinion, path, convert(opinion, read_outcome=read_outcome))
    except (UnreadableOpinion, OSError) as error:
        why = "the file cannot be read"
        yield None, {"file": path.name, "why": why, "detail": str(error)}, None


def _row_of(opinion: Opinion, path: Path, converted: Converted) -> _Rows:
    label, read = converted.label, converted.read
    why, _, detail = converted.why_not.partition(", ")
    of = {"file": path.name, "id": opinion.id}
    by_rules = {
        "outcome": label.outcome.value if label.outcome else None,
        "sentence": label.sentence,
        "confidence": label.confidence,
    }
    reject = {
        **of,
        "why": "motion: too little is known before the ruling" if "words known" in why else why,
        "detail": detail or converted.why_not,
        "caption": opinion.caption,
        "decided": opinion.decided,
        **by_rules,
    }
    if read is None:
        return converted.ruling, reject, None
    by_model = {"outcome": read.outcome.value if read.outcome else None, "sentence": read.quote}
    reading = {**of, "rules": {"why_not": label.why_not, **by_rules}, "language_model": by_model}
    return converted.ruling, reject, reading
