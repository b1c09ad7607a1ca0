"""Commands about the registered versions of the model: promote, rollback, report."""

from pathlib import Path
from typing import Annotated

import typer

from enjoin.options import OpenOption
from enjoin.terminal import console, echo, exit_on_user_error, spinner, warn


def promote(
    force: Annotated[
        bool, typer.Option("--force", help="promote even if a check fails; needs --reason")
    ] = False,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="why; kept with the version")
    ] = None,
) -> None:
    """Compare the challenger with the champion, and promote it unless it is worse.

    Exit code 0: promoted; 3: refused, a check failed; 2: error, nothing changed.

    ```
    enjoin promote
    enjoin promote --force --reason "the old codebook is withdrawn"
    ```
    """
    with exit_on_user_error():
        from enjoin.render.promotion import show_verdict
        from train.tracking.promotion import promote as promote_challenger

        with spinner("comparing") as on_progress:
            verdict = promote_challenger(force, reason, on_progress)
        show_verdict(verdict, console())
        if not verdict.promoted:
            raise typer.Exit(3)


def rollback() -> None:
    """Restore the previous champion.

    A running `enjoin serve` switches to it within half a minute.
    """
    with exit_on_user_error():
        from train.tracking.promotion import rollback as restore_champion

        restored = restore_champion()
        echo(
            f"Version {restored.demoted} stepped down; version {restored.champion} is "
            "champion again."
        )
        if restored.problem:
            warn(f"this program cannot use it: {restored.problem}")
        echo("A running `enjoin serve` switches to it within half a minute.")


def report(
    version: Annotated[
        int | None,
        typer.Option(metavar="N", help="registered version; by default the champion"),
    ] = None,
    output: Annotated[Path, typer.Option(metavar="FILE", help="HTML file to write")] = Path(
        "report.html"
    ),
    open_: OpenOption = False,
) -> None:
    """Fetch the training report of a version: scores, plots, largest errors, model card.

    ```
    enjoin report --open
    ```
    """
    with exit_on_user_error():
        from train.tracking.registry import fetch_report

        number = fetch_report(version, output)
        echo(f"Report of enjoin version {number} -> {output}")
        if open_:
            typer.launch(output.resolve().as_uri())
