"""Score a file of pending motions: good rows out, bad rows to a rejects file, all or nothing."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from data.files import written_whole
from data.load import Loaded, load, rejects_path, write_rejects
from data.rows import UnreadableInput
from data.schema import Motion
from serve.predictor import Predictor
from train.prior import Prior

CHUNK = 2000
OUTPUT_FORMATS = (".csv", ".jsonl", ".parquet")


@dataclass(frozen=True)
class Docket:
    """The motions of a file, what was set aside, and the rejects file where there is one."""

    loaded: Loaded[Motion]
    rejects: Path | None


def read_docket(source: str, output: Path) -> Docket:
    """Read and check the motions of a file, and that their scores can be written to `output`.

    Bad rows go to a rejects file beside the output. A row without an `id` is given one of its own,
    `row-<number>` by its place in the file.

    Parameters
    ----------
    source
        A file of motions, or `-` for standard input.
    output
        A `.csv`, `.jsonl` or `.parquet` file that need not exist yet.

    Raises
    ------
    UnreadableInput
        If the input cannot be read, or the output's format is unknown or would overwrite the input
        or its rejects.
    OSError
        If the output's folder cannot be made or written to.
    """
    if output.suffix.lower() not in OUTPUT_FORMATS:
        raise UnreadableInput(
            f"{output}: unknown output format; expected one of {', '.join(OUTPUT_FORMATS)}"
        )
    if source != "-" and output.exists() and output.samefile(source):
        raise UnreadableInput(f"{output} is the input file itself; choose another output")
    loaded = load(source, Motion)
    if output.resolve() == rejects_path(loaded, output.parent).resolve():
        raise UnreadableInput(f"{output} is where rejected rows go; choose another output")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=output.parent):
        pass  # a folder that cannot be written to should show now, not after an hour's scoring
    give_ids(loaded)
    return Docket(loaded, write_rejects(loaded, output.parent))


def give_ids(loaded: Loaded[Motion]) -> None:
    """Give each motion without an `id` one of its own, `row-<number>` by its place in the file."""
    taken = {motion.id for motion in loaded.rows}
    for place, (motion, number) in enumerate(zip(loaded.rows, loaded.row_numbers, strict=True)):
        if motion.id is None:
            name = f"row-{number}"
            while name in taken:
                name += "-unnamed"
            taken.add(name)
            loaded.rows[place] = motion.model_copy(update={"id": name})


def score_motions(
    predictor: Predictor,
    motions: Sequence[Motion],
    output: Path,
    n_jobs: int = -1,
    advance: Callable[[int, int], None] = lambda done, total: None,
    prior: Prior | None = None,
) -> pd.DataFrame:
    """Score motions into `output`, one row each in the same order, and return the table.

    Parameters
    ----------
    motions
        At least one motion, from `read_docket`.
    output
        Appears whole or not at all.
    advance
        Called with rows done and rows in all after each chunk.
    prior
        The grant rate to adjust to, if any (see `Predictor.score`).
    """
    parts = []
    for start in range(0, len(motions), CHUNK):
        parts.append(predictor.score(motions[start : start + CHUNK], n_jobs, prior))
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
    return table
