"""Score a docket of any size, chunk by chunk: good rows out, bad rows to a rejects file.

The output appears whole or not at all. Finished chunks are kept beside it until then, so that a run
that was cut off can be resumed; the result is the same to the byte.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa

from data.io.atomic import cache_dir
from data.io.chunks import Chunk, Source
from data.io.rows import UnreadableInput
from data.io.urls import is_local, local_path
from features.build import builder_digest
from serve.batch.checkpoint import Partial, partial_work
from serve.batch.chunk import Told, Wanted
from serve.batch.local_pool import processes, scored_here
from serve.batch.repeated_ids import SHOWN, RepeatedIds
from serve.batch.sinks import Sink, is_same_file, remove, whole
from serve.model_source import Located
from serve.predictor import Predictor

CHUNK = 1000
"""Rows of a chunk: one to two seconds' work of one core, which is what a kill costs at most for
each that is under way."""
_MOST_NOTES = 10_000


@dataclass
class Docket:
    """What became of the rows of an input.

    Attributes
    ----------
    rows, scored, rejected
        How many there were, and of each kind.
    problems
        The first rejects in words.
    rejects
        Where the rejects are, if there are any.
    notes
        What in the motions could not be used, and on how many rows.
    repeated, repeated_names
        How many ids stand on more than one row, and the first of them.
    by_court, adjusted
        Motions adjusted by their court's counts, and those adjusted at all.
    """

    rows: int = 0
    scored: int = 0
    rejected: int = 0
    problems: list[str] = field(default_factory=list)
    rejects: str | None = None
    unknown_columns: dict[str, None] = field(default_factory=dict)
    later_facts: dict[str, None] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    repeated_names: list[str] = field(default_factory=list)
    by_court: int = 0
    adjusted: int = 0

    def add(self, told: Told) -> None:
        """Add what is told of the next chunk."""
        self.rows += told.rows
        self.rejected += len(told.rejects)
        self.scored += told.rows - len(told.rejects)
        self.problems += told.problems[: SHOWN - len(self.problems)]
        self.unknown_columns |= dict.fromkeys(told.unknown_columns)
        self.later_facts |= dict.fromkeys(told.later_facts)
        for words, rows in told.notes.items():
            if words in self.notes or len(self.notes) < _MOST_NOTES:
                self.notes[words] += rows
        self.by_court += told.by_court
        self.adjusted += told.adjusted


@dataclass(frozen=True)
class Run:
    """How a docket is scored.

    Attributes
    ----------
    jobs
        Processes; -1 for all cores.
    size
        Rows of a chunk.
    resume
        Whether to go on from an earlier run's finished chunks.
    work
        Folder for finished chunks where the output is not on this machine.
    elsewhere
        Scores chunks in another place than this machine (see `scored_here`).
    """

    jobs: int = -1
    size: int = CHUNK
    resume: bool = False
    work: Path | None = None
    elsewhere: Callable[[Iterator[Chunk]], Iterator[tuple[Chunk, bytes]]] | None = None


def score_docket(
    source: Source,
    sink: Sink,
    predictor: Predictor,
    located: Located,
    wanted: Wanted,
    run: Run,
    advance: Callable[..., None] = lambda rows, share, words="": None,
    tell: Callable[[str], None] = lambda words: None,
) -> Docket:
    """Score the motions of a source, one row each in the same order (see `check_apart` first).

    Parameters
    ----------
    predictor, located
        The model, and the folder that workers load it from.
    advance
        Called after each chunk with the rows done and the share of the source read, if known; then
        with the rows written, their share, and "writing".
    tell
        Called with words on an earlier run's chunks.

    Returns
    -------
    What became of the rows. Where none could be scored nothing is written but the rejects.

    Raises
    ------
    UnreadableInput
        If the input holds no rows, or cannot be read to its end.
    ValueError
        If what is to be resumed belongs to another input, model or options.
    OSError
        If the output cannot be written.
    """
    jobs = processes(run.jobs)
    sink.check()
    belongs = {
        "input": source.identity(),
        "model": {"version": predictor.version, "digest": predictor.digest},
        "program": {"version": version("enjoin"), "features": builder_digest()[:12]},
        "options": {**wanted.identity(), "--chunk": run.size},
    }
    with partial_work(partial_folder(sink, run.work), belongs, run.resume, tell) as partial:
        last, done = -1, 0

        def finished(chunk: Chunk) -> None:
            nonlocal done
            done += len(chunk.rows)
            advance(done, chunk.share)

        def unfinished() -> Iterator[Chunk]:
            nonlocal last
            for chunk in source.chunks(run.size):
                last = chunk.number
                if not (run.resume and partial.is_finished(chunk)):
                    yield chunk
                else:
                    finished(chunk)

        if run.elsewhere:
            scored = run.elsewhere(unfinished())
        else:
            scored = scored_here(unfinished(), predictor, located, wanted, jobs)
        for chunk, found in scored:
            partial.keep(chunk.number, found)
            finished(chunk)
        if last < 0:
            raise UnreadableInput(f"{source.name} holds no rows; expected at least one")
        docket = _joined(partial, last + 1, sink, advance)
        partial.remove()
    return docket


def partial_folder(sink: Sink, work: Path | None = None) -> Path:
    """Return where finished chunks are kept: beside the output, or for an address in a cache."""
    if is_local(sink.name) and work is None:
        return Path(f"{local_path(sink.name)}.partial")
    name = hashlib.sha256(sink.name.encode()).hexdigest()[:16]
    return (work or cache_dir() / "partial") / f"{name}.partial"


def check_apart(source: Source, sink: Sink) -> None:
    """Check that neither output nor rejects would overwrite the input.

    Raises
    ------
    UnreadableInput
        If so.
    """
    for address in source.addresses():
        if is_same_file(sink.name, address):
            raise UnreadableInput(f"{sink.name} is the input file itself; choose another output")
        if is_same_file(sink.rejects, address):
            raise UnreadableInput(f"{address} is where rejected rows would go; rename it")


def _joined(partial: Partial, chunks: int, sink: Sink, advance: Callable[..., None]) -> Docket:
    """Write the rejects, then the output, from the finished chunks."""
    docket = Docket()
    for told in partial.told(chunks):
        docket.add(told)
    if docket.rejected:
        docket.rejects = sink.rejects
        with whole(sink.rejects) as stream:
            for told in partial.told(chunks):
                stream.writelines(f"{line}\n".encode() for line in told.rejects)
    else:
        remove(sink.rejects)
    ids = RepeatedIds()

    def watched() -> Iterator[pa.Table]:
        written = 0
        for table in partial.tables(chunks):
            ids.see(table["id"].to_pylist())
            yield table
            written += table.num_rows
            advance(written, written / docket.scored, "writing")

    if docket.scored:
        sink.write(watched())
    docket.repeated, docket.repeated_names = ids.count, ids.names
    return docket
