"""The `docket` command: a page about a scored docket."""

from pathlib import Path
from typing import Annotated

import typer

from enjoin.options import MapOption, OpenOption
from enjoin.terminal import echo, exit_on_user_error, plural, warn


def docket(
    scored: Annotated[Path, typer.Argument(help="the output of `enjoin score`")],
    page: Annotated[Path, typer.Argument(help="HTML file to write")] = Path("docket.html"),
    since: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="an earlier scoring of the same docket, to show what changed"
        ),
    ] = None,
    motions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="the motions that were scored, for captions, courts and claim areas",
        ),
    ] = None,
    map_: MapOption = None,
    limit: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="motions to list, those nearest 50% first"),
    ] = 1000,
    open_: OpenOption = False,
) -> None:
    """Write a page about a scored docket: expected grants, the motions, courts, what changed.

    The page is one HTML file to open offline, print or mail. `--map` names columns of `--motions`.
    Exit code 0: written; 2: error.

    ```
    enjoin docket scored.csv docket.html --motions pending.csv --since yesterday.csv
    ```
    """
    with exit_on_user_error():
        from data.io.columns import read_column_map
        from enjoin.render.understood import report_reading
        from serve.docket.page import write_docket_page

        column_map = read_column_map(map_ or [])
        if column_map and motions is None:
            raise ValueError("--map names columns of --motions; give that too")
        written = write_docket_page(scored, page, since, motions, limit, column_map)
        if table := written.docket.scored_from:
            report_reading(table)
        total = len(written.docket.motions)
        echo(f"Docket of {plural(total, 'motion')}, {written.listed:,} listed -> {page}")
        unnamed = sum(not motion.details for motion in written.docket.motions)
        if motions and unnamed:
            warn(f"{plural(unnamed, 'motion')} not in {motions}: shown without caption and court")
        if changes := written.changes:
            echo(
                f"Since {changes.earlier.name}: {len(changes.new)} new, {len(changes.gone)} gone, "
                f"{len(changes.moved)} moved, {changes.unchanged} unchanged"
            )
            if changes.model_changed:
                warn("the model changed too: that alone may have moved a motion")
        if open_:
            typer.launch(page.resolve().as_uri())
