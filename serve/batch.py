"""Score a file of pending motions: good rows out, bad rows to a rejects file, all or nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data.files import written_whole
from data.load import Loaded, UnreadableInput, load, write_rejects
from data.schema import Motion
from serve.predictor import Predictor

CHUNK = 2000
OUTPUT_FORMATS = (".csv", ".jsonl", ".parquet")


@dataclass(frozen=True)
class Scored:
    """What a batch run did."""

    loaded: Loaded[Motion]
    output: Path | None
    rejects: Path | None
    table: pd.DataFrame


def score_file(
    predictor: Predictor,
    source: str,
    output: Path,
    n_jobs: int = -1,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Scored:
    """Score every good row of `source` into `output`, in the same order.

    A row without an `id` is given `row-<number>`, its place in the file.

    Parameters
    ----------
    source
        A file of motions, or `-` for standard input.
    output
        `.csv`, `.jsonl` or `.parquet`; it appears whole or not at all.
    advance
        Called with rows done and rows in all after each chunk.

    Raises
    ------
    UnreadableInput
        If the input cannot be read, or the output's format is unknown.
    """
    if output.suffix.lower() not in OUTPUT_FORMATS:
        raise UnreadableInput(
            f"{output}: unknown output format; expected one of {', '.join(OUTPUT_FORMATS)}"
        )
    if source != "-" and output.exists() and output.samefile(source):
        raise UnreadableInput(f"{output} is the input file itself; choose another output")
    loaded = load(source, Motion)
    motions = [
        motion if motion.id else motion.model_copy(update={"id": f"row-{number}"})
        for motion, number in zip(loaded.rows, loaded.row_numbers, strict=True)
    ]
    rejects = write_rejects(loaded, output.parent)
    if not motions:
        return Scored(loaded, None, rejects, pd.DataFrame())
    parts = []
    for start in range(0, len(motions), CHUNK):
        parts.append(predictor.score(motions[start : start + CHUNK], n_jobs))
        advance(min(start + CHUNK, len(motions)), len(motions))
    table = pd.concat(parts, ignore_index=True)
    with written_whole(output) as temporary:
        if output.suffix.lower() == ".csv":
            table.to_csv(temporary, index=False)
        elif output.suffix.lower() == ".parquet":
            table.to_parquet(temporary, index=False)
        else:
            # pandas rounds JSON floats to at most 15 digits; the standard library keeps them all.
            with temporary.open("w", encoding="utf-8") as out:
                for row in table.to_dict("records"):
                    out.write(json.dumps(row) + "\n")
    return Scored(loaded, output, rejects, table)
