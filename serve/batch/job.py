"""Score a docket of any size, chunk by chunk: scores to the output, rejected rows to a file.

The output appears whole or not at all. Finished chunks are kept until then, so that an interrupted
run can be resumed; its output is the same to the byte.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from data.io.cache import cache_dir
from data.io.chunks import Chunk, Source
from data.io.rows import UnreadableInput
from data.io.understood import Understood
from data.io.urls import is_local, local_path
from features.build import builder_digest
from serve.batch.checkpoint import Checkpoint, open_checkpoint
from serve.batch.chunk import MAX_EXAMPLES, MAX_PROBLEMS, ChunkSummary, OutputOptions
from serve.batch.local_pool import processes, score_locally
from serve.batch.sinks import Sink, is_same_file, remove, write_whole
from serve.predictor import Predictor
from train.settings import OnProgress

CHUNK_ROWS = 1000
"""Rows of a chunk: one or two seconds of work for one core, and what a kill costs per process."""
MAX_NOTES = 10_000
"""Distinct notes kept of a docket."""


@dataclass
class ScoreSummary:
    """What became of the rows of an input.

    Attributes
    ----------
    rows, scored, rejected
        Number of rows, and of each kind.
    problems
        The first rejects in words.
    rejects
        Path or address of the rejects file, if there are rejects.
    unknown_columns, post_ruling_columns
        Columns that were ignored, in order.
    notes
        What in the motions could not be used, with the number of rows.
    duplicate_ids
        Ids that appear on more than one row, in order.
    adjusted_by_court, adjusted
        Motions adjusted to a rate of their own court, and to any rate.
    understood
        Columns and values that were read as something else than they say.
    out_of_scope
        Why motions are out of scope: the number of motions, and the ids of the first.
    n_out_of_scope
        Motions out of scope, each for one reason or more.
    """

    rows: int = 0
    scored: int = 0
    rejected: int = 0
    problems: list[str] = field(default_factory=list)
    rejects: str | None = None
    unknown_columns: dict[str, None] = field(default_factory=dict)
    post_ruling_columns: dict[str, None] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    duplicate_ids: list[str] = field(default_factory=list)
    adjusted_by_court: int = 0
    adjusted: int = 0
    understood: Understood = field(default_factory=Understood)
    out_of_scope: dict[str, list[Any]] = field(default_factory=dict)
    n_out_of_scope: int = 0

    def add(self, chunk: ChunkSummary) -> None:
        """Add the summary of the next chunk."""
        self.rows += chunk.rows
        self.rejected += len(chunk.rejects)
        self.scored += chunk.rows - len(chunk.rejects)
        self.problems += chunk.problems[: MAX_PROBLEMS - len(self.problems)]
        self.unknown_columns |= dict.fromkeys(chunk.unknown_columns)
        self.post_ruling_columns |= dict.fromkeys(chunk.post_ruling_columns)
        for note, rows in chunk.notes.items():
            if note in self.notes or len(self.notes) < MAX_NOTES:
                self.notes[note] += rows
        self.adjusted_by_court += chunk.adjusted_by_court
        self.adjusted += chunk.adjusted
        self.understood.add(Understood.from_json(chunk.understood))
        self.n_out_of_scope += chunk.n_out_of_scope
        for reason, (count, ids) in chunk.out_of_scope.items():
            if reason in self.out_of_scope or len(self.out_of_scope) < MAX_NOTES:
                entry = self.out_of_scope.setdefault(reason, [0, []])
                entry[0] += count
                entry[1] = [*entry[1], *ids][:MAX_EXAMPLES]


@dataclass(frozen=True)
class RunOptions:
    """How a docket is scored, which does not change the scores.

    Attributes
    ----------
    jobs
        Processes on this machine; -1 for all cores.
    chunk_rows
        Rows of a chunk.
    resume
        Whether to continue after the finished chunks of an earlier run.
    checkpoint_dir
        Folder for finished chunks; by default beside the output, or in the cache folder if the
        output is not on this machine.
    dask
        Address of the scheduler of a Dask cluster to score on; None for this machine.
    """

    jobs: int = -1
    chunk_rows: int = CHUNK_ROWS
    resume: bool = False
    checkpoint_dir: Path | None = None
    dask: str | None = None


class OnRows(Protocol):
    """Called as rows are done."""

    def __call__(self, rows: int, fraction: float | None, step: str = "") -> None:
        """Report the rows done so far.

        Parameters
        ----------
        fraction
            Share of the work done, from 0 to 1; None if unknown.
        step
            "" while rows are scored, "writing" while the scores are written.
        """


def score_docket(
    source: Source,
    sink: Sink,
    predictor: Predictor,
    output: OutputOptions,
    run: RunOptions,
    on_rows: OnRows = lambda rows, fraction, step="": None,
    on_progress: OnProgress = lambda message: None,
) -> ScoreSummary:
    """Score the motions of a source, one row each in the same order (see `check_apart` first).

    Parameters
    ----------
    on_rows
        Called after each chunk.
    on_progress
        Called with a message about the chunks of an earlier run.

    Returns
    -------
    What became of the rows. If no row could be scored, only the rejects are written.

    Raises
    ------
    UnreadableInput
        If the input has no rows, or cannot be read to its end.
    ValueError
        If the chunks to resume from were made from another input, model or options.
    OSError
        If the output cannot be written.
    """
    sink.check()
    fingerprint = {
        "input": source.identity(),
        "model": {"version": predictor.version, "digest": predictor.digest},
        "program": {"version": version("enjoin"), "features": builder_digest()[:12]},
        "options": {**output.identity(), "--chunk": run.chunk_rows},
    }
    folder = checkpoint_folder(sink, run.checkpoint_dir)
    with open_checkpoint(folder, fingerprint, run.resume, on_progress) as checkpoint:
        n_chunks = rows_done = 0

        def finish(chunk: Chunk) -> None:
            nonlocal rows_done
            rows_done += len(chunk.rows)
            on_rows(rows_done, chunk.fraction_read)

        def unfinished() -> Iterator[Chunk]:
            nonlocal n_chunks
            for chunk in source.chunks(run.chunk_rows):
                n_chunks = chunk.number + 1
                if run.resume and checkpoint.is_finished(chunk):
                    finish(chunk)
                else:
                    yield chunk

        for chunk, scored in _score_chunks(unfinished(), predictor, output, run):
            checkpoint.keep(chunk.number, scored)
            finish(chunk)
        if not n_chunks:
            raise UnreadableInput(f"{source.name} has no rows; expected at least one")
        summary = _write_output(checkpoint, n_chunks, sink, source.local_files(), on_rows)
        checkpoint.remove()
    return summary


def checkpoint_folder(sink: Sink, folder: Path | None = None) -> Path:
    """Return where finished chunks are kept: beside the output, or for an address in `folder`.

    By default, `folder` is one in the cache folder.
    """
    if is_local(sink.name) and folder is None:
        return Path(f"{local_path(sink.name)}.checkpoint")
    name = hashlib.sha256(os.fsencode(sink.name)).hexdigest()[:16]
    return (folder or cache_dir() / "checkpoints") / name


def check_apart(source: Source, sink: Sink) -> None:
    """Check that neither the output nor the rejects would overwrite the input.

    Raises
    ------
    UnreadableInput
        If they would.
    """
    for address in source.addresses():
        if is_same_file(sink.name, address):
            raise UnreadableInput(f"{sink.name} is the input file itself; choose another output")
        if is_same_file(sink.rejects, address):
            raise UnreadableInput(
                f"{address} is the file rejected rows would be written to; rename it"
            )


def _score_chunks(
    chunks: Iterator[Chunk], predictor: Predictor, output: OutputOptions, run: RunOptions
) -> Iterator[tuple[Chunk, bytes]]:
    if run.dask is None:
        return score_locally(chunks, predictor, output, processes(run.jobs))
    from serve.batch.dask_pool import score_on_cluster  # needs an optional package

    return score_on_cluster(run.dask, chunks, predictor, output)


def _write_output(
    checkpoint: Checkpoint,
    n_chunks: int,
    sink: Sink,
    readable_like: Sequence[Path],
    on_rows: OnRows,
) -> ScoreSummary:
    """Write the rejects, then the output, from the finished chunks; see `Sink.write`."""
    summary = ScoreSummary()
    for chunk in checkpoint.summaries(n_chunks):
        summary.add(chunk)
    if summary.rejected:
        summary.rejects = sink.rejects
        with write_whole(sink.rejects, readable_like) as stream:
            for chunk in checkpoint.summaries(n_chunks):
                stream.writelines(f"{line}\n".encode() for line in chunk.rejects)
    else:
        remove(sink.rejects)
    # Sets of all ids: those of a million rows take some 100 MB, which a run has to spare.
    seen: set[str] = set()
    duplicates: dict[str, None] = {}

    def tables() -> Iterator[pa.Table]:
        written = 0
        for table in checkpoint.tables(n_chunks):
            for name in table["id"].to_pylist():
                if name in seen:
                    duplicates[name] = None
                seen.add(name)
            yield table
            written += table.num_rows
            on_rows(written, written / summary.scored, "writing")

    if summary.scored:
        sink.write(tables(), readable_like)
    summary.duplicate_ids = list(duplicates)
    return summary
