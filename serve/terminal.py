"""Talk to the user in the terminal: notes, warnings, progress, and errors that say what to do."""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
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

from data.load import Loaded, Reject

FOREIGN = ("mlflow", "sqlalchemy", "lightgbm", "optuna", "distributed")
"""Libraries whose errors are about what the user gave: an address, a store, a parameter."""


def console(stderr: bool = False) -> Console:
    """Return the terminal to print to."""
    stream = sys.stderr if stderr else sys.stdout
    # Piped output must not be folded to a guessed 80 columns.
    return Console(file=stream, width=None if stream.isatty() else 120)


def say(words: str) -> None:
    """Print a result, to the letter."""
    console().print(words, markup=False, soft_wrap=True)


def note(words: str) -> None:
    """Print something good to know, beside the result."""
    console(stderr=True).print(words, markup=False)


def warn(words: str) -> None:
    """Print something the user should look at."""
    console(stderr=True).print(f"warning: {words}", style="yellow", markup=False)


@contextmanager
def telling_errors() -> Iterator[None]:
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
        console(stderr=True).print(f"error: {error}", style="bold red", markup=False)
        raise typer.Exit(2) from None


@contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Show the step a long task is at, and the time it has taken."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task(title)
        yield lambda step: progress.update(task, description=escape(f"{title}: {step}"))


@contextmanager
def counting(title: str) -> Iterator[Callable[..., None]]:
    """Show how many of how many are done, and the time left.

    Gives a function of `done`, `total` and optionally new `words`.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)

        def advance(done: int, total: int, words: str = title) -> None:
            progress.update(task, completed=done, total=total, description=words)

        yield advance


def tell_columns(loaded: Loaded[Any]) -> None:
    """Tell which columns of an input were set aside."""
    if loaded.later_facts:
        note(f"known only after a ruling, not used: {', '.join(loaded.later_facts)}")
    if loaded.unknown_columns:
        warn(f"unknown column(s), not used: {', '.join(loaded.unknown_columns)}")


def tell_rejects(rejects: Sequence[Reject], path: Path | None) -> None:
    """Tell the first rows that were set aside, how many there are, and where they went."""
    for reject in rejects[:5]:
        warn(str(reject))
    if rejects:
        where = f"; rows and reasons are in {path}" if path else ""
        warn(f"{len(rejects)} row(s) set aside{where}")
