"""Talk to the user in the terminal: notes, warnings, progress, and errors that say what to do."""

import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
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

from data.io.load import Loaded, Reject
from data.io.redact import without_secrets

FOREIGN = ("mlflow", "sqlalchemy", "lightgbm", "optuna", "distributed")
"""Libraries whose errors are about what the user gave: an address, a store, a parameter."""

_RECENT = 20
"""Steps that a rate is taken over."""


def console(stderr: bool = False) -> Console:
    """Return the terminal to print to."""
    stream = sys.stderr if stderr else sys.stdout
    # Piped output must not be folded to a guessed 80 columns.
    return Console(file=stream, width=None if stream.isatty() else 120)


def echo(words: str) -> None:
    """Print a result, to the letter."""
    console().print(without_secrets(words), markup=False, soft_wrap=True)


def info(words: str) -> None:
    """Print something good to know, beside the result."""
    console(stderr=True).print(without_secrets(words), markup=False)


def warn(words: str) -> None:
    """Print something the user should look at."""
    words = without_secrets(f"warning: {words}")
    console(stderr=True).print(words, style="yellow", markup=False)


@contextmanager
def exit_on_user_error() -> Iterator[None]:
    """Turn what a user can put right into one clear line and exit code 2.

    With the logging level at DEBUG the error is raised as it is.
    """
    try:
        yield
    except Exception as error:
        users = isinstance(error, ValueError | LookupError | OSError)
        faults = isinstance(error, KeyError | IndexError | UnicodeError)
        foreign = type(error).__module__.split(".")[0] in FOREIGN
        if not foreign and (faults or not users):
            raise  # a fault of the program, not of its user
        if logging.getLogger().isEnabledFor(logging.DEBUG):
            raise
        words = without_secrets(f"error: {error}")
        console(stderr=True).print(words, style="bold red", markup=False)
        raise typer.Exit(2) from None


@contextmanager
def spinner(title: str) -> Iterator[Callable[[str], None]]:
    """Show the step a long task is at, and the time it has taken."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task(title)
        yield lambda step: progress.update(task, description=escape(f"{title}: {step}"))


@contextmanager
def step_progress(title: str) -> Iterator[Callable[..., None]]:
    """Show how many of how many are done, and the time left.

    Gives a function of `done`, `total` and optionally new `words`.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)

        def advance(done: int, total: int, words: str = title) -> None:
            progress.update(task, completed=done, total=total, description=words)

        yield advance


@contextmanager
def row_progress(title: str, total: int | None) -> Iterator[Callable[..., None]]:
    """Show how many rows are done, how many a second, and the time left.

    Gives a function of the rows done, of the share of the work done (None where that is unknown),
    and optionally of new `words`, with which counting begins anew.

    Parameters
    ----------
    total
        Rows in all, where known.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]}"))
    recent: deque[tuple[float, int]] = deque([(time.monotonic(), 0)], maxlen=_RECENT)
    of = "" if total is None else f" of {total:,}"
    with Progress(*columns, TimeRemainingColumn(), console=console(stderr=True)) as progress:
        task = progress.add_task(title, total=None, rows="")

        def advance(done: int, share: float | None, words: str = title) -> None:
            if progress.tasks[0].description != words:
                progress.reset(task, description=words)
                recent.clear()
            recent.append((time.monotonic(), done))
            seconds, rows = recent[-1][0] - recent[0][0], done - recent[0][1]
            rate = f", {rows / seconds:,.0f} rows/s" if seconds else ""
            whole = None if share is None else 1.0
            progress.update(
                task, completed=share or 0, total=whole, rows=f"{done:,}{of} rows{rate}"
            )

        yield advance


def report_columns(loaded: Loaded[Any]) -> None:
    """Tell which columns of an input were set aside."""
    report_set_aside(loaded.later_facts, loaded.unknown_columns)


def report_set_aside(later_facts: Iterable[str], unknown_columns: Iterable[str]) -> None:
    """Tell which columns were set aside, and why."""
    if later := ", ".join(later_facts):
        info(f"known only after a ruling, not used: {later}")
    if unknown := ", ".join(unknown_columns):
        warn(f"unknown column(s), not used: {unknown}")


def report_rejects(rejects: Sequence[Reject], path: Path | None) -> None:
    """Tell the first rows that were set aside, how many there are, and where they went."""
    report_problems([str(reject) for reject in rejects[:5]], len(rejects), path)


def report_problems(problems: Sequence[str], rejects: int, path: Path | str | None) -> None:
    """Tell the first problems, how many rows have some, and where these rows went."""
    for problem in problems:
        warn(problem)
    if rejects:
        where = f"; rows and reasons are in {path}" if path else ""
        warn(f"{rejects} row(s) set aside{where}")
