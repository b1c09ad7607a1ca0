"""The group `fetch`: opinions of CourtListener, bulk data, and the entries of dockets."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from enjoin.terminal import exit_on_user_error, info, plural, report_problems, row_progress, warn

NOTHING, SOME_REJECTED = 2, 3
"""Exit codes."""
ISO = ["%Y-%m-%d"]

fetch_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Fetch what your own rulings are made from: opinions and dockets.",
)


@fetch_app.command("courtlistener")
def fetch_courtlistener(
    output: Annotated[Path, typer.Argument(help=".jsonl file for the opinions, one a line")],
    court: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="CourtListener id of a court, such as ilnd; repeatable; by default all courts",
        ),
    ] = None,
    after: Annotated[
        datetime | None,
        typer.Option(formats=ISO, metavar="DATE", help="first day of decision, YYYY-MM-DD"),
    ] = None,
    before: Annotated[
        datetime | None,
        typer.Option(formats=ISO, metavar="DATE", help="last day of decision, YYYY-MM-DD"),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS",
            help="what the opinion says, in CourtListener's query syntax; by default any name of "
            "an interim injunction or stay; '' for all opinions",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="opinions to fetch at most")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on where an interrupted run stopped")
    ] = False,
) -> None:
    """Fetch opinions of CourtListener by court, date and words.

    Needs a free account: copy the token of your profile on courtlistener.com into the variable
    COURTLISTENER_API_TOKEN. An account has limits by the minute, hour and day: the command waits
    as long as the site asks, an hour at most. Each page of 20 results takes a request, and each
    opinion one more.

    OUTPUT appears once it is complete, readable by you only. Until then its rows are in
    OUTPUT.part, where `--resume` goes on. Opinions without words go to OUTPUT.rejects.jsonl.

    Exit code 0: all fetched; 3: some rejected; 2: error, or nothing found.

    ```
    enjoin fetch courtlistener --court ilnd --after 2015-01-01 opinions.jsonl
    enjoin fetch courtlistener --court ilnd --after 2015-01-01 opinions.jsonl --resume
    enjoin fetch courtlistener --court nysd --court nyed --query '"trade secret"' opinions.jsonl
    ```
    """
    with exit_on_user_error():
        from data.fetch.api import open_api
        from data.fetch.courtlistener import DEFAULT_QUERY, Search, fetch_opinions
        from data.fetch.download import rejects_path

        search = Search(
            tuple(dict.fromkeys(name.strip().lower() for name in court or [])),
            after and after.date(),
            before and before.date(),
            DEFAULT_QUERY if query is None else query.strip(),
        )
        if search.after and search.before and search.after > search.before:
            raise ValueError(f"--after {search.after} is later than --before {search.before}")
        api = open_api(info)
        info(f"fetching from {api.host}")
        with row_progress("fetching", limit) as on_rows:
            summary = fetch_opinions(api, search, output, limit, resume, on_rows, info)
        info(f"requests: {summary.requests:,}; opinions that the search finds: {summary.found:,}")
        report_problems([], summary.rejected, rejects_path(output))
        if not summary.fetched:
            warn("no opinion was fetched; try other dates, or --query ''")
            raise typer.Exit(NOTHING)
        info(f"{plural(summary.fetched, 'opinion')} in {output}")
    if summary.rejected:
        raise typer.Exit(SOME_REJECTED)
