"""What `enjoin score` does: open input and output, score, and tell what became of the rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from data.addresses import filesystem
from data.chunks import Source
from data.sources import opened
from serve.batch import Docket, Run, check_apart, score_docket
from serve.locate import Located
from serve.predictor import Predictor
from serve.scored import Wanted
from serve.sinks import FileSink, Sink
from serve.terminal import flowing, note, say, tell_problems, tell_set_aside, warn

REJECTED, NOTHING = 3, 2
"""Exit codes: some rows rejected, nothing done."""


@dataclass(frozen=True)
class Place:
    """Input and output as the user gives them."""

    source: str
    output: str


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
    sink = FileSink(place.output)
    sink.check()
    with opened(place.source, but=(filesystem(place.output)[1],)) as source:
        check_apart(source, sink)
        yield source, sink


def score(
    source: Source, sink: Sink, predictor: Predictor, located: Located, wanted: Wanted, run: Run
) -> int:
    """Score a docket, tell what became of it, and return the exit code."""
    with flowing("scoring", source.count()) as advance:
        docket = score_docket(source, sink, predictor, located, wanted, run, advance, note)
    _tell(docket)
    if not docket.scored:
        warn("no row could be scored; nothing was written")
        return NOTHING
    say(f"{docket.scored} motion(s) scored by {predictor.version} -> {sink.name}")
    if wanted.prior:
        rest = docket.adjusted - docket.by_court
        say(
            f"Adjusted: {docket.by_court} by the counts of their court, {rest} by --prior; "
            f"{docket.scored - docket.adjusted} left as they are"
        )
    return REJECTED if docket.rejected else 0


def _tell(docket: Docket) -> None:
    tell_set_aside(docket.later_facts, docket.unknown_columns)
    tell_problems(docket.problems, docket.rejected, docket.rejects)
    if docket.repeated:
        more = " ..." if docket.repeated > len(docket.repeated_names) else ""
        shown = ", ".join(docket.repeated_names) + more
        warn(f"{docket.repeated} id(s) stand on more than one row, each scored: {shown}")
    for words, rows in docket.notes.most_common(5):
        warn(f"{words} ({rows} row(s))")
