"""The command by which a person codes motions in the browser."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from enjoin.browser import opened_in_browser
from enjoin.options import OpenOption
from enjoin.terminal import echo, exit_on_user_error, info, plural, report_rejects, warn


def worksheet(
    docket: Annotated[
        str, typer.Argument(metavar="DOCKET", help="file of motions or rulings to code")
    ],
    output: Annotated[
        Path, typer.Argument(metavar="OUTPUT", help=".jsonl file for the motions that are done")
    ],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="port on this machine; 0 takes a free one")
    ] = 0,
    open_: OpenOption = False,
) -> None:
    """Code motions by hand, in the browser: choose values, quote the papers.

    Shows the papers alone: no outcome, nobody else's codings, neither caption, court nor date.
    Each change is on disk at once, in OUTPUT.worksheet; the same command goes on from there.
    Motions that are done go to OUTPUT, with quotes. For two people, give each an OUTPUT of their
    own and compare with `enjoin data agreement`. Ctrl+C stops.

    ```
    enjoin worksheet pending.csv ann.jsonl --open
    enjoin data agreement ann.jsonl bob.jsonl
    ```
    """
    with exit_on_user_error():
        from serve.coding.journal import open_journal
        from serve.http.auth import new_key
        from serve.worksheet.app import HOST, build_worksheet, serve_worksheet
        from serve.worksheet.sheet import FINGERPRINT, Worksheet, check_output, read_docket

        read = read_docket(docket)
        journal = output.with_name(f"{output.name}.worksheet")
        check_output(output, journal, read)
        report_rejects(read.rejects, None)
        if read.telling:
            warn(
                f"{plural(len(read.telling), 'motion')} left out, whose papers tell how the court "
                f"ruled, such as {read.telling[0]}"
            )
        key, digest = new_key()
        tell = info if journal.exists() else lambda step: None  # there is nothing to go on from
        with (
            ExitStack() as until_the_end,
            open_journal(journal, FINGERPRINT, resume=True, on_progress=tell) as kept,
        ):
            sheet = Worksheet(read.entries, kept, output)

            def on_ready(bound: int) -> None:
                url = f"http://{HOST}:{bound}/#{key}"
                info(f"{plural(len(read.entries), 'motion')} to code at {url} (Ctrl+C stops)")
                if open_:
                    until_the_end.enter_context(opened_in_browser(url, output.absolute().parent))

            if sheet.n_done:
                sheet.write()  # as an earlier run may have been killed before it did
            serve_worksheet(build_worksheet(sheet, digest), port, on_ready)
        echo(f"{sheet.n_done:,} of {plural(len(read.entries), 'motion')} done: {output}")
