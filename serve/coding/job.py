"""Code a docket of any size: codings to the output, quotes beside it, rejected rows to a file.

The output appears whole or not at all. What is coded until then is kept, so that an interrupted run
can go on, and nothing that was paid for is lost.
"""

import filecmp
import json
import shutil
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from data.io.atomic import atomic_write
from data.io.chunks import Chunk, Source
from data.io.load import Loaded, check_rows
from data.io.problems import Problem, Reject, problem_from_error, reject_as_json, rejects_beside
from data.io.rows import UnreadableInput
from data.io.table_reader import TableReader
from data.schema import Motion
from features.coder.coder import Coder
from features.coder.protocol import protocol_digest
from features.coder.reading import known_fields
from features.coder.settings import CoderFailed
from features.coder.uncoded import UncodedMotion
from serve.batch.chunk import MAX_PROBLEMS, assign_ids
from serve.batch.sinks import is_same_file
from serve.coding.agreement import compare
from serve.coding.journal import CodedRow, Journal, open_journal, row_digest
from serve.coding.summary import CodingSummary, coding_details
from train.settings import OnProgress

CHUNK_ROWS = 100
"""Rows that are read and checked at a time."""
HOPELESS = ("not_configured", "key_refused")
"""Failures that every row would meet."""
PASSING = ("connection", "server_error", "rate_limited", "timeout")
"""Failures of the server rather than of a row."""
MAX_IN_A_ROW = 10
"""Rows in a row that may fail for reasons of the server before a run gives up."""


OnCoded = Callable[[CodingSummary, float | None], None]
"""Called with what is done so far, and the share of the input that has been read."""


@dataclass(frozen=True)
class ReadingProblem(Problem):
    """Why a motion could not be read by the language model."""

    @property
    def detail(self) -> str:
        """The failure and its kind."""
        return f"{self.expected} ({self.found})"


def quotes_path(target: Path) -> Path:
    """Return where the quotes of an output are: `coded.jsonl.quotes.jsonl` for `coded.jsonl`."""
    return target.with_name(f"{target.name}.quotes.jsonl")


def journal_path(target: Path) -> Path:
    """Return where rows are kept until the output is whole."""
    return target.with_name(f"{target.name}.journal")


def check_files_apart(source: Source, target: Path) -> None:
    """Check that neither the output nor a file beside it would overwrite the input.

    Raises
    ------
    UnreadableInput
        If one would.
    """
    for address in source.addresses():
        for path in (target, quotes_path(target), rejects_beside(target), journal_path(target)):
            if is_same_file(str(path), address):
                raise UnreadableInput(f"{path} is the input file itself; choose another output")


def code_docket(
    source: Source,
    target: Path,
    coder: Coder,
    concurrency: int = 4,
    resume: bool = False,
    on_coded: OnCoded = lambda summary, fraction: None,
    on_progress: OnProgress = lambda message: None,
) -> CodingSummary:
    """Code the motions of a source, one line each in the same order.

    Parameters
    ----------
    source
        The rows; each needs a `motion`. Values that a row has are its author's own and stay.
    target
        The output, a `.jsonl` file. Beside it are written the quotes, reasons and unproven values
        of each motion, and the rejected rows. Only the owner may read any of them.
    concurrency
        Motions that are read at the same time.
    resume
        Whether to go on after the rows that an interrupted run has coded.

    Returns
    -------
    What became of the rows. If none could be coded, only the rejects are written.

    Raises
    ------
    UnreadableInput
        If the input has no rows, or cannot be read to its end.
    CoderFailed
        If the language model cannot be used at all, or fails for reasons of its own
        `MAX_IN_A_ROW` times in a row; what was coded until then is kept for `resume`.
    ValueError
        If the rows to resume from were coded by another language model or with other options.
    """
    start = time.monotonic()
    summary = CodingSummary(model=coder.settings.model)
    fingerprint = {
        "model": coder.settings.model,
        "address": coder.settings.model_digest,
        "protocol": protocol_digest(),
        "blind": coder.blind,
        "samples": coder.samples,
    }
    if source.column_map:
        fingerprint["--map"] = dict(source.column_map)
    rejects: list[Reject] = []
    with (
        open_journal(journal_path(target), fingerprint, resume, on_progress) as journal,
        closing(_in_order(source, coder, journal, concurrency, summary)) as readings,
    ):
        failed_in_a_row = 0
        for done in readings:
            summary.rows += 1
            if isinstance(done.result, CodedRow):
                summary.add(done.result)
                failed_in_a_row = 0
            else:
                rejects.append(done.result)
                summary.rejected += 1
                failed_in_a_row = failed_in_a_row + 1 if done.failure in PASSING else 0
                if done.failure:
                    summary.failures[done.failure] += 1
                if done.failure in HOPELESS or failed_in_a_row == MAX_IN_A_ROW:
                    raise CoderFailed(
                        done.failure,
                        f"{done.result.problems[0].expected}; {summary.coded:,} coded rows are "
                        "kept, and --resume goes on after them",
                    )
            summary.take(coder.spent, time.monotonic() - start)
            on_coded(summary, done.fraction)
        if not summary.rows:
            raise UnreadableInput(f"{source.name} has no rows; expected at least one")
        _write(target, journal, rejects, summary)
    journal_path(target).unlink(missing_ok=True)
    return summary


class _Done(NamedTuple):
    """A row that was coded or rejected, and the kind of failure if its reading failed."""

    result: CodedRow | Reject
    failure: str
    fraction: float | None


def _in_order(
    source: Source, coder: Coder, journal: Journal, concurrency: int, summary: CodingSummary
) -> Generator[_Done]:
    """Read several motions at a time, and yield their rows in the order of the input."""
    waiting: deque[tuple[Future[_Done] | _Done, float | None]] = deque()

    def ready(limit: int) -> Iterator[_Done]:
        while len(waiting) > limit:
            item, fraction = waiting.popleft()
            done = item.result() if isinstance(item, Future) else item
            if isinstance(item, Future) and isinstance(done.result, CodedRow):
                journal.add(done.result)
            yield done._replace(fraction=fraction)

    pool = ThreadPoolExecutor(concurrency)
    try:
        for chunk in source.chunks(CHUNK_ROWS):
            for row in _checked(chunk, summary):
                if isinstance(row, Reject):
                    waiting.append((_Done(row, "", None), chunk.fraction_read))
                elif kept := journal.find(row.number, row.digest):
                    waiting.append((_Done(kept, "", None), chunk.fraction_read))
                else:
                    waiting.append((pool.submit(_code, coder, row), chunk.fraction_read))
                yield from ready(2 * concurrency)
        yield from ready(0)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        coder.cancel()  # or the end of the program would wait for answers that nobody wants


class _Row(NamedTuple):
    """A row to be coded: its number, its file and number there, its digest, and the motion."""

    number: int
    place: tuple[str, int]
    digest: str
    raw: Any
    motion: UncodedMotion


def _checked(chunk: Chunk, summary: CodingSummary) -> Iterator[_Row | Reject]:
    """Yield the rows of a chunk in order, checked by the schema and with an id each."""
    reader = None if chunk.column_map is None else TableReader(chunk.column_map)
    loaded = check_rows(chunk.rows, UncodedMotion, reader=reader)
    summary.understood.add(loaded.understood)
    assign_ids(cast("Loaded[Motion]", loaded), chunk.start, chunk.reserved_ids)
    summary.unknown_columns |= dict.fromkeys(loaded.unknown_columns)
    summary.post_ruling_columns |= dict.fromkeys(loaded.post_ruling_columns)
    rejects = {reject.row: reject for reject in loaded.rejects}
    motions = dict(zip(loaded.row_numbers, loaded.rows, strict=True))
    for number, raw in enumerate(chunk.rows, start=1):
        file, row = chunk.locate(number)
        if number in rejects:
            yield replace(rejects[number], file=file, row=row)
        else:
            number_in_source = chunk.start + number - 1
            yield _Row(number_in_source, (file, row), row_digest(raw), raw, motions[number])


def _code(coder: Coder, row: _Row) -> _Done:
    file, number = row.place
    try:
        coding = coder.read(row.motion)
        motion = coding.to_motion()
    except CoderFailed as error:
        problem: Problem = ReadingProblem("reading", error.kind, str(error))
        return _Done(Reject(number, (problem,), row.raw, file), error.kind, None)
    except ValidationError as error:
        problems = tuple(problem_from_error(detail, {}) for detail in error.errors())
        return _Done(Reject(number, problems, row.raw, file), "wrong_values", None)
    coded = CodedRow(
        row.number,
        row.digest,
        motion.model_dump(mode="json", exclude_none=True, exclude={"quotes"}),
        coding_details(coding, motion),
        compare(coding.readings[0], known_fields(row.motion)),
    )
    return _Done(coded, "", None)


def _write(target: Path, journal: Journal, rejects: list[Reject], summary: CodingSummary) -> None:
    """Write rejects, quotes and codings; each file appears whole."""
    if rejects:
        summary.rejects = rejects_beside(target)
        summary.problems = [str(reject) for reject in rejects[:MAX_PROBLEMS]]
        lines = [reject_as_json(reject, reject.file or None) for reject in rejects]
        _write_lines(summary.rejects, lines)
    else:
        rejects_beside(target).unlink(missing_ok=True)
    if summary.coded:
        _write_lines(quotes_path(target), (json.dumps(row.details) for row in journal.rows()))
        _write_lines(target, (json.dumps(row.motion) for row in journal.rows()))


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with (
        atomic_write(path) as temporary,
        temporary.open("w", encoding="utf-8") as file,
    ):
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        if path.exists() and filecmp.cmp(temporary, path, shallow=False):
            # A scoring that goes on knows its input by the time of its last change.
            shutil.copystat(path, temporary)
