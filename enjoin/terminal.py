"""The terminal: results, notes, warnings, progress, and errors that say what to do."""

import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from pydantic_core import ValidationError
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment

from data.io.full_disk import full_message, is_full
from data.io.redact import describe_damage, describe_library_error, redact_secrets
from data.io.rows import shown_column
from data.io.shown import show_controls

if TYPE_CHECKING:
    from data.io.load import Loaded
    from data.io.problems import Reject

LIBRARIES = ("mlflow", "sqlalchemy", "lightgbm", "optuna", "distributed")
"""Libraries whose errors are about the user's input: an address, a store, a parameter."""

MIN_MEMORY = 1_400_000_000
"""Bytes of address space with which one motion is answered; with fewer, libraries abort."""
_RATE_WINDOW = 20
"""Progress reports over which the rows a second are averaged."""
_MAX_REJECTS_SHOWN = 5


def console(stderr: bool = False) -> Console:
    """Return the terminal to print to."""
    stream = sys.stderr if stderr else sys.stdout
    # Rich would fold piped output to a guessed 80 columns.
    # Nor may it make emoji of what stands between colons, such as a model's name.
    return _Console(file=stream, width=None if stream.isatty() else 120, emoji=False)


class _Console(Console):
    """A terminal that obeys no escape sequence in what it is given to show."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render as Rich does; control characters in texts are shown by their codes."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(show_controls(segment.text), segment.style)


def echo(message: str) -> None:
    """Print a line of a command's result, unfolded and without markup."""
    console().print(redact_secrets(message), markup=False, soft_wrap=True)


def info(message: str) -> None:
    """Print a remark on standard error."""
    console(stderr=True).print(redact_secrets(message), markup=False)


def warn(message: str) -> None:
    """Print a warning on standard error."""
    message = redact_secrets(f"warning: {message}")
    console(stderr=True).print(message, style="yellow", markup=False)


def plural(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> plural(1, "row"), plural(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@contextmanager
def exit_on_user_error() -> Iterator[None]:
    """Turn an error that the user can fix into one line on standard error and exit code 2.

    An error of the program itself is raised, and so is every error at logging level DEBUG.
    """
    try:
        _check_memory_limit()
        yield
    except MemoryError:
        message = (
            f"error: out of memory{_memory_limit_in_words()}; allow more, or give less at once"
        )
        console(stderr=True).print(message, style="bold red", markup=False)
        raise typer.Exit(2) from None
    except Exception as error:
        is_users = isinstance(error, ValueError | LookupError | OSError)
        is_programs = isinstance(error, KeyError | IndexError | UnicodeError)
        is_librarys = type(error).__module__.split(".")[0] in LIBRARIES
        if not is_librarys and (is_programs or not is_users):
            raise
        if logging.getLogger().isEnabledFor(logging.DEBUG):
            raise
        if is_librarys:
            reason = describe_library_error(error)
        elif isinstance(error, OSError) and is_full(error):
            path = error.filename
            reason = full_message(error, Path(path) if isinstance(path, str) else None)
        else:
            reason = describe_damage(error) if isinstance(error, ValidationError) else str(error)
        message = redact_secrets(f"error: {reason}")
        console(stderr=True).print(message, style="bold red", markup=False)
        raise typer.Exit(2) from None


def _memory_limit() -> int | None:
    """Return the bytes of memory that this process may use (`ulimit -v`); None without a limit."""
    try:
        import resource
    except ImportError:  # not a POSIX system
        return None
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def _memory_limit_in_words() -> str:
    limit = _memory_limit()
    return "" if limit is None else f" (this process may use {limit / 1e9:.1f} GB, see ulimit -v)"


def _check_memory_limit() -> None:
    """Check that libraries can start: with too little memory some hang, and some abort.

    Raises
    ------
    OSError
        If they cannot.
    """
    limit = _memory_limit()
    if limit is not None and limit < MIN_MEMORY:
        raise OSError(
            f"too little memory: this process may use {limit / 1e9:.1f} GB, and needs "
            f"{MIN_MEMORY / 1e9:.1f} GB; allow more (ulimit -v unlimited)"
        )


@contextmanager
def spinner(title: str) -> Iterator[Callable[[str], None]]:
    """Show the current step of a long task and the time elapsed.

    Yields
    ------
    A function to call with the name of each step.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task(title)
        yield lambda step: progress.update(task, description=escape(f"{title}: {step}"))


@contextmanager
def step_progress(title: str) -> Iterator[Callable[..., None]]:
    """Show how many of a number of steps are done, and the time left.

    Yields
    ------
    A function of `done`, `total` and, optionally, a new `title`.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)

        def advance(done: int, total: int, title: str = title) -> None:
            progress.update(task, completed=done, total=total, description=title)

        yield advance


@contextmanager
def row_progress(title: str, total: int | None) -> Iterator[Callable[..., None]]:
    """Show how many rows are done, how many a second, and the time left.

    Parameters
    ----------
    total
        The number of rows, if known.

    Yields
    ------
    A function of the rows done, the share of the work done (None if unknown) and, optionally, a
    new title, with which counting starts over, and a note to show beside the rate.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]}"))
    recent: deque[tuple[float, int]] = deque([(time.monotonic(), 0)], maxlen=_RATE_WINDOW)
    of_total = "" if total is None else f" of {total:,}"
    with Progress(*columns, TimeRemainingColumn(), console=console(stderr=True)) as progress:
        task = progress.add_task(title, total=None, rows="")

        def advance(done: int, share: float | None, title: str = title, note: str = "") -> None:
            if progress.tasks[0].description != title:
                progress.reset(task, description=title)
                recent.clear()
            recent.append((time.monotonic(), done))
            seconds, rows = recent[-1][0] - recent[0][0], done - recent[0][1]
            rate = f", {_rate_in_words(rows / seconds)}" if seconds else ""
            progress.update(
                task,
                completed=share or 0,
                total=None if share is None else 1.0,
                rows=f"{done:,}{of_total} rows{rate}{note}",
            )

        yield advance


def _rate_in_words(rows_a_second: float) -> str:
    """Return a rate in rows a second, or a minute where that would be about none."""
    if rows_a_second >= 2:
        return f"{rows_a_second:,.0f} rows/s"
    return f"{60 * rows_a_second:,.1f} rows/min"


def report_columns(loaded: "Loaded[Any]") -> None:
    """Name the columns of an input that were ignored."""
    report_set_aside(loaded.post_ruling_columns, loaded.unknown_columns)


def report_set_aside(post_ruling_columns: Iterable[str], unknown_columns: Iterable[str]) -> None:
    """Name the columns that were ignored, and say why."""
    if post_ruling := ", ".join(post_ruling_columns):
        info(f"ignored, because known only after the ruling: {post_ruling}")
    if unknown := ", ".join(map(shown_column, unknown_columns)):
        warn(f"ignored, because not a field of the schema: {unknown}")


def report_rejects(rejects: "Sequence[Reject]", path: Path | None) -> None:
    """Show the first rejected rows, how many there are, and the file that holds them."""
    report_problems([str(reject) for reject in rejects[:_MAX_REJECTS_SHOWN]], len(rejects), path)


def report_problems(problems: Sequence[str], rejected: int, path: Path | str | None) -> None:
    """Show the first problems, how many rows were rejected, and the file that holds them."""
    for problem in problems:
        warn(problem)
    if rejected:
        where = f"; the reasons are in {path}" if path else ""
        warn(f"{plural(rejected, 'row')} rejected{where}")
