"""The group `fetch`: opinions from CourtListener, bulk data, and the entries of dockets."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from enjoin.options import DaskOption
from enjoin.terminal import (
    echo,
    exit_on_user_error,
    info,
    plural,
    report_problems,
    row_progress,
    step_progress,
    warn,
)

NOTHING, SOME_REJECTED = 2, 3
"""Exit codes."""
ISO = ["%Y-%m-%d"]

fetch_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Fetch what your own rulings are made from: opinions and dockets.",
)


CourtOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ID",
        help="CourtListener id of a court, such as ilnd; repeatable; by default all courts",
    ),
]
AfterOption = Annotated[
    datetime | None,
    typer.Option(formats=ISO, metavar="DATE", help="first day of decision, YYYY-MM-DD"),
]
BeforeOption = Annotated[
    datetime | None,
    typer.Option(formats=ISO, metavar="DATE", help="last day of decision, YYYY-MM-DD"),
]


@fetch_app.command("courtlistener")
def fetch_courtlistener(
    output: Annotated[Path, typer.Argument(help=".jsonl file for the opinions, one a line")],
    court: CourtOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
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
    """Fetch opinions from CourtListener by court, date and words.

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
        from data.io.problems import rejects_beside

        words = DEFAULT_QUERY if query is None else query.strip()
        search = Search(_courts(court), *_days(after, before), words)
        with (
            closing(open_api(info)) as api,
            row_progress("fetching", limit) as on_rows,
            _telling_of_resume(output),
        ):
            info(f"fetching from {api.host}")
            summary = fetch_opinions(api, search, output, limit, resume, on_rows, info)
        info(f"requests: {summary.requests:,}; opinions that the search finds: {summary.found:,}")
        report_problems([], summary.rejected, rejects_beside(output))
        if not summary.fetched:
            warn("no opinion was fetched; try other dates, or --query ''")
            raise typer.Exit(NOTHING)
        info(f"{plural(summary.fetched, 'opinion')} in {output}")
    if summary.rejected:
        raise typer.Exit(SOME_REJECTED)


@fetch_app.command("bulk")
def fetch_bulk_data(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help="folder of CourtListener's tables (opinions-DATE.csv.bz2, opinion-clusters-..., "
            "dockets-...) or of volumes of the Caselaw Access Project (.zip, .jsonl, .json), or "
            "one volume",
        ),
    ],
    output: Annotated[Path, typer.Argument(help="folder for the opinions, a .parquet for a file")],
    court: CourtOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    every: Annotated[
        bool, typer.Option("--every", help="keep opinions that mention no interim relief, too")
    ] = False,
    dask: DaskOption = None,
) -> None:
    """Turn bulk data that you have downloaded into opinions, in Parquet.

    Any amount is read with the same memory, a row at a time. Each file becomes a Parquet file of
    its own; run again after an interruption, and those that are done are kept. With `--dask` files
    are read by the workers, which need to see INPUT and OUTPUT under the same paths. Rows that
    cannot be read go to FILE.parquet.rejects.jsonl, without their words; a file that is cut off is
    told, and the others are read.

    Exit code 0: all rows read; 3: some rejected, or a file not read; 2: error, or no opinion found.

    ```
    enjoin fetch bulk bulk-data/ opinions/ --court ilnd --after 2015-01-01
    enjoin fetch bulk static.case.law/f-supp-3d/ opinions/ --dask tcp://127.0.0.1:8786
    ```
    """
    with exit_on_user_error():
        from functools import partial

        from data.fetch.bulk import fetch_bulk
        from data.fetch.case_index import Selection

        selection = Selection(_courts(court), *_days(after, before), every)
        with ExitStack() as stack:
            on_workers = None
            if dask:
                from train.cluster import connect_dask, map_in_order

                on_workers = partial(map_in_order, stack.enter_context(connect_dask(dask)))
            with row_progress("reading", None) as on_rows:

                def on_progress(what: str, rows: int, fraction: float) -> None:
                    on_rows(rows, min(fraction, 1.0), title=what)

                summaries = fetch_bulk(source, output, selection, on_workers, on_progress)
        if kept := sum(each.kept for each in summaries):
            info(f"{plural(kept, 'file')} kept from an earlier run")
        problems = [each.problem for each in summaries if each.problem]
        for problem in problems:
            warn(problem)
        written = sum(each.written for each in summaries)
        broken = [each for each in summaries if each.broken]
        told = [f"{each.name}: {plural(each.broken, 'row')} not usable" for each in broken[:5]]
        report_problems(told, sum(each.broken for each in broken), output)
        if not written:
            warn("no opinion was found; try other courts or dates, or --every")
            raise typer.Exit(NOTHING)
        info(f"{plural(written, 'opinion')} in {output}")
    if broken or problems:
        raise typer.Exit(SOME_REJECTED)


@fetch_app.command("dockets")
def fetch_docket_motions(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help="docket as parsed by juriscraper (.json), dockets one a line (.jsonl), or a "
            "folder of them",
        ),
    ],
    output: Annotated[Path, typer.Argument(help=".jsonl file for the motions, one a line")],
) -> None:
    """Find the motions for interim relief in dockets, and how the court ruled on each.

    Entries are linked by number: motion, opposition, reply, recommendation, order. An outcome is
    told only where an order says it of that motion, with the words; otherwise the reason why it is
    open. Dockets of courts of appeals are left out.

    Exit code 0: all dockets read; 3: some could not be; 2: error, or no motion found.

    ```
    enjoin fetch dockets dockets/ motions.jsonl
    jq 'select(.outcome == "granted") | [.court, .caption, .ruled, .judge]' motions.jsonl
    ```
    """
    with exit_on_user_error():
        from data.fetch.dockets import fetch_dockets

        with step_progress("reading dockets") as on_progress:
            summary = fetch_dockets(source, output, on_progress)
        report_problems(summary.problems[:5], len(summary.problems), None)
        if summary.appeals:
            info(f"{plural(summary.appeals, 'docket')} of courts of appeals left out")
        for what, count in sorted(summary.counts.items()):
            echo(f"{count:>7,}  {what}")
        dockets = plural(summary.dockets, "docket")
        info(f"{plural(summary.motions, 'motion')} of {dockets} in {output}")
        if not summary.motions:
            raise typer.Exit(NOTHING)
    if summary.problems:
        raise typer.Exit(SOME_REJECTED)


@contextmanager
def _telling_of_resume(output: Path) -> Iterator[None]:
    """Say how to go on when the user interrupts the work."""
    try:
        yield
    except KeyboardInterrupt:
        info(f"interrupted; what was fetched is in {output}.part: go on with --resume")
        raise


def _courts(court: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip().lower() for name in court or []))


def _days(after: datetime | None, before: datetime | None) -> tuple[date | None, date | None]:
    """Return the first and the last day.

    Raises
    ------
    ValueError
        If they are in the wrong order.
    """
    if after and before and after > before:
        raise ValueError(f"--after {after:%Y-%m-%d} is later than --before {before:%Y-%m-%d}")
    return after.date() if after else None, before.date() if before else None
