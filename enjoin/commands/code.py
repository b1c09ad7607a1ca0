"""Commands by which a language model reads papers: code one motion or many, try it, forget."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from enjoin.coding import ReadingOptions, open_coder, read_papers, write_private
from enjoin.inputs import read_fields_of_motion
from enjoin.options import (
    CONCURRENCY,
    BudgetOption,
    MapOption,
    OppositionFileOption,
    OppositionOption,
    SamplesOption,
    SetOption,
    TraceOption,
    WithCaptionOption,
)
from enjoin.papers import GivenMotion, read_given
from enjoin.streams import print_json
from enjoin.terminal import console, echo, exit_on_user_error, info, plural, row_progress, warn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.io.chunks import Source
    from serve.coding.summary import CodingSummary

NOTHING_CODED, SOME_REJECTED = 2, 3
"""Exit codes."""
MANY = "Many motions"
"""Heading of the options in the help."""
WORDS_A_PAGE = 280
"""Words of a page of a brief, of about four thirds of a token each."""

coder_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="See which language model reads papers, try it, and forget its readings.",
)


def code(
    papers: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="the motion as .txt, .pdf, .docx or .html, a folder with motion and opposition, a "
            "JSON file with one motion, or - for standard input; with OUTPUT, a file of many "
            "motions",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Argument(help="for many motions: .jsonl file for the coded ones"),
    ] = None,
    opposition: OppositionOption = None,
    opposition_file: OppositionFileOption = None,
    set_: SetOption = None,
    map_: MapOption = None,
    quotes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="where quotes, reasons and unproven values go; by default INPUT.quotes.json in "
            "the working folder",
        ),
    ] = None,
    concurrency: Annotated[
        int,
        typer.Option(
            min=1, max=64, metavar="N", help="motions read at a time", rich_help_panel=MANY
        ),
    ] = CONCURRENCY,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="go on after the rows that an interrupted run has coded",
            rich_help_panel=MANY,
        ),
    ] = False,
    samples: SamplesOption = 1,
    budget: BudgetOption = None,
    with_caption: WithCaptionOption = False,
    trace: TraceOption = False,
) -> None:
    """Code motions: the language model of ENJOIN_CODER reads their papers.

    Each value needs a quote that appears in the papers; one without becomes "not shown". Values
    that you give win. One motion is printed as JSON, to be corrected by hand; of many, each goes to
    a line of OUTPUT, quotes to OUTPUT.quotes.jsonl, rejected rows to OUTPUT.rejects.jsonl.

    Exit code 0: coded; 3: some rows rejected; 2: error, or nothing could be coded.

    ```
    enjoin code brief.pdf --opposition-file opp.docx > motion.json
    enjoin predict motion.json --quotes brief.quotes.json
    enjoin code pending.csv coded.jsonl --concurrency 8
    ```
    """
    options = ReadingOptions(samples, budget, with_caption, trace)
    with exit_on_user_error():
        from data.io.columns import read_column_map

        column_map = read_column_map(map_ or [])
        if output is None:
            if concurrency != CONCURRENCY or resume:
                raise ValueError("--concurrency and --resume are for many motions: name an OUTPUT")
            sidecar = _sidecar(papers, quotes, opposition_file)
            given = read_given(papers, opposition=opposition, opposition_file=opposition_file)
            _code_one(given, set_ or [], column_map, sidecar, options)
            return
        if opposition or opposition_file or set_ or quotes:
            raise ValueError(
                "--opposition, --opposition-file, --set and --quotes are for one motion"
            )
        from data.io.sources import open_source
        from data.io.urls import filesystem
        from features.coder.uncoded import UncodedMotion

        excluded = (filesystem(str(output))[1],)
        with open_source(papers, excluded, UncodedMotion, column_map) as docket:
            summary = code_many(docket, output, concurrency, resume, options)
    if not summary.coded:
        raise typer.Exit(NOTHING_CODED)
    if summary.rejected:
        raise typer.Exit(SOME_REJECTED)


def _sidecar(source: str, quotes: Path | None, opposition_file: Path | None) -> Path:
    """Return where quotes go, before anything is read or sent.

    Raises
    ------
    ValueError
        If that is one of the papers.
    """
    sidecar = quotes or Path(f"{'motion' if source == '-' else Path(source).stem}.quotes.json")
    for paper in (Path(source), opposition_file):
        if paper is not None and sidecar.exists() and paper.exists() and sidecar.samefile(paper):
            raise ValueError(f"--quotes {sidecar} would replace {paper}; name another file")
    return sidecar


def _code_one(
    given: GivenMotion,
    settings: list[str],
    column_map: "Mapping[str, str]",
    sidecar: Path,
    options: ReadingOptions,
) -> None:
    from enjoin.render.coding import show_coding
    from serve.coding.summary import coding_details, motion_to_correct

    row = read_fields_of_motion(given.source, given.fields, settings, column_map=column_map)
    motion, coding = read_papers(open_coder(options), row)
    show_coding(coding, motion, console(stderr=True))
    write_private(sidecar, coding_details(coding, motion))
    info(f"quotes, reasons and unproven values: {sidecar}")
    print_json(motion_to_correct(motion))


def code_many(
    docket: "Source", output: Path, concurrency: int, resume: bool, options: ReadingOptions
) -> "CodingSummary":
    """Code the motions of a source to a file, log the run in MLflow, and report what happened."""
    from data.io.rows import UnreadableInput
    from enjoin.render.coding import progress_in_words, report_coding
    from enjoin.render.understood import report_notes, warn_of_unmapped
    from serve.coding.job import check_files_apart, code_docket

    if output.suffix != ".jsonl":
        raise UnreadableInput(f"{output}: expected a name ending in .jsonl")
    check_files_apart(docket, output)
    report_notes(docket.notes)
    coder = open_coder(options)
    with row_progress("coding", docket.count()) as on_rows:

        def on_coded(done: "CodingSummary", share: float | None) -> None:
            on_rows(done.rows, share, note=f", {progress_in_words(done)}")

        summary = code_docket(docket, output, coder, concurrency, resume, on_coded, info)
    report_coding(summary, str(output))
    named = [column for column, field in (docket.column_map or {}).items() if field]
    warn_of_unmapped(named, summary.understood)
    if summary.coded:
        _log(summary, options, concurrency)
    return summary


def _log(summary: "CodingSummary", options: ReadingOptions, concurrency: int) -> None:
    from serve.coding.tracking import coding_run
    from train.tracking.coding_run import log_coding_run

    params = {
        "samples": options.samples,
        "budget": options.budget,
        "with_caption": options.with_caption,
        "concurrency": concurrency,
    }
    try:
        log_coding_run(coding_run(summary, params))
    except Exception as error:  # the codings are there, whatever the store says
        warn(f"the run was not logged in MLflow: {type(error).__name__}")


@coder_app.command("check")
def check(
    with_caption: WithCaptionOption = False,
    budget: BudgetOption = None,
) -> None:
    """Say which language model is set and where papers would go, and try it.

    It is tried on the Clearview motion. Exit code 0: it works; 3: it works, but some values were
    not proven; 2: none is set, or it does not work.

    ```
    enjoin coder check
    ```
    """
    with exit_on_user_error():
        import time

        from data.embedded import clearview_motion
        from enjoin.render.coding import show_coding
        from features.coder.settings import CoderSettings
        from features.coder.store import default_store

        settings = CoderSettings.require()
        key = "is set" if settings.key else "is not set"
        needed = " (a server on this machine may need none)" if settings.is_local else ""
        echo(f"Language model  {settings.model}")
        echo(f"Papers go to    {settings.destination}")
        echo(f"Key             {settings.key_variable} {key}{needed}")
        coder = open_coder(ReadingOptions(budget=budget, with_caption=with_caption), keep=False)
        context, is_guess = coder.context
        guess = ", a guess: set ENJOIN_CODER_CONTEXT" if is_guess else ""
        echo(f"Context         {context:,} tokens{guess}")
        pages = coder.budget * 3 // 4 // WORDS_A_PAGE
        echo(f"In one request  {coder.budget:,} tokens of papers, about {plural(pages, 'page')}")
        echo(f"Time limit      {settings.timeout:g} s an answer")
        echo(f"Readings kept   {default_store()}")
        motion = clearview_motion()
        given = {"caption": motion.caption, "court": motion.court, "judge": motion.judge}
        given |= {"docket_number": motion.docket_number}
        given |= {"motion": motion.motion, "opposition": motion.opposition}
        start = time.monotonic()
        coded, coding = read_papers(coder, given)
        show_coding(coding, coded, console())
        echo(f"It works: the Clearview motion was read in {time.monotonic() - start:.1f} s")
    if coding.checked.unproven:
        raise typer.Exit(SOME_REJECTED)


@coder_app.command("forget")
def forget() -> None:
    """Delete all readings that are kept on this machine.

    ```
    enjoin coder forget
    ```
    """
    with exit_on_user_error():
        from features.coder.store import ReadingStore, default_store

        store = ReadingStore(default_store())
        count = store.forget()
        echo(f"{plural(count, 'reading')} deleted from {store.path}")
