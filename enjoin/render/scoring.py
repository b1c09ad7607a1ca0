"""What `enjoin score` does: open input and output, score, and tell what became of the rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from data.io.chunks import Source
from data.io.sources import opened
from data.io.urls import filesystem, is_address, is_filesystem
from enjoin.terminal import echo, info, report_problems, report_set_aside, row_progress, warn
from serve.batch.chunk import OutputOptions
from serve.batch.job import ScoreSummary, Run, check_apart, score_docket
from serve.batch.sinks import FileSink, Sink, TableSink
from serve.model_source import Located
from serve.predictor import Predictor

REJECTED, NOTHING = 3, 2
"""Exit codes: some rows rejected, nothing done."""


@dataclass(frozen=True)
class Place:
    """Input and output as the user gives them, and which rows of a database they are."""

    source: str
    output: str
    query: str | None = None
    table: str | None = None
    into: str | None = None
    replace: bool = False


@contextmanager
def at_hand(place: Place) -> Iterator[tuple[Source, Sink]]:
    """Open the input and check that the output can be written.

    Raises
    ------
    UnreadableInput
        If the input cannot be read, or the output's format is unknown.
    OSError
        If the output cannot be written.
    """
    sink = _sink(place)
    sink.check()
    with _source(place) as source:
        check_apart(source, sink)
        yield source, sink


def _is_database(text: str) -> bool:
    return is_address(text) and not is_filesystem(text)


def _sink(place: Place) -> Sink:
    if not _is_database(place.output):
        if place.into or place.replace:
            raise ValueError("--output-table and --replace are for an OUTPUT that is a database")
        return FileSink(place.output)
    if place.into is None:
        raise ValueError("an OUTPUT that is a database needs --output-table, the table to write")
    if (place.source, place.table) == (place.output, place.into):
        raise ValueError(f"--output-table {place.into} is the table that is read; choose another")
    return TableSink(place.output, place.into, place.replace)


@contextmanager
def _source(place: Place) -> Iterator[Source]:
    if _is_database(place.source):
        from data.io.database import queried

        yield queried(place.source, place.query, place.table)
        return
    if place.query or place.table:
        raise ValueError("--query and --table are for an INPUT that is a database")
    but = () if _is_database(place.output) else (filesystem(place.output)[1],)
    with opened(place.source, but) as source:
        yield source


def score(
    source: Source,
    sink: Sink,
    predictor: Predictor,
    located: Located,
    wanted: OutputOptions,
    run: Run,
    dask: str | None = None,
) -> int:
    """Score a docket, tell what became of it, and return the exit code.

    Parameters
    ----------
    dask
        Address of the scheduler of a Dask cluster to score on; None for this machine.
    """
    if dask is not None:
        from serve.batch.dask_pool import score_on_cluster

        elsewhere = partial(score_on_cluster, dask, predictor=predictor, located=located, wanted=wanted)
        run = replace(run, elsewhere=elsewhere)
    with row_progress("scoring", source.count()) as advance:
        docket = score_docket(source, sink, predictor, located, wanted, run, advance, info)
    _tell(docket)
    if not docket.scored:
        warn("no row could be scored; nothing was written")
        return NOTHING
    echo(f"{docket.scored} motion(s) scored by {predictor.version} -> {sink.name}")
    if wanted.prior:
        rest = docket.adjusted - docket.by_court
        echo(
            f"Adjusted: {docket.by_court} by the counts of their court, {rest} by --base-rate; "
            f"{docket.scored - docket.adjusted} left as they are"
        )
    return REJECTED if docket.rejected else 0


def _tell(docket: ScoreSummary) -> None:
    report_set_aside(docket.later_facts, docket.unknown_columns)
    report_problems(docket.problems, docket.rejected, docket.rejects)
    if docket.repeated:
        more = " ..." if docket.repeated > len(docket.repeated_names) else ""
        shown = ", ".join(docket.repeated_names) + more
        warn(f"{docket.repeated} id(s) stand on more than one row, each scored: {shown}")
    for words, rows in docket.notes.most_common(5):
        warn(f"{words} ({rows} row(s))")
