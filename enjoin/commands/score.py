"""Score many motions, show what came out, and judge it once the rulings are in."""

from pathlib import Path
from typing import Annotated

import typer

from enjoin.inputs import find_model, read_prior
from enjoin.options import BaseRateOption, CourtRatesOption, DaskOption, ModelOption, OpenOption
from enjoin.terminal import console, echo, exit_on_user_error, report_rejects, spinner, warn


def score(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help=".csv, .jsonl, .json or .parquet (also .gz, .zst), a folder or a quoted glob of "
            "such files, an address such as s3://bucket/pending.parquet, a database "
            "(postgresql+psycopg://..., sqlite:///...), or -",
        ),
    ],
    output: Annotated[
        str,
        typer.Argument(
            help=".csv, .jsonl (also .gz, .zst) or .parquet to write, here or at an address, or a "
            "database"
        ),
    ],
    model: ModelOption = None,
    jobs: Annotated[int, typer.Option(help="processes; -1 for all cores")] = -1,
    base_rate: BaseRateOption = None,
    court_rates: CourtRatesOption = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="a field to carry into the output; may be repeated; all for every one"),
    ] = None,
    contributions: Annotated[
        bool, typer.Option("--contributions", help="add every feature's share of the log-odds")
    ] = False,
    comparables: Annotated[
        int, typer.Option(min=0, max=50, help="add so many of the most alike training rulings")
    ] = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on from the last finished chunk of a run cut off")
    ] = False,
    chunk: Annotated[int, typer.Option(min=1, help="rows scored at a time")] = 1000,
    checkpoint_dir: Annotated[
        Path | None,
        typer.Option(help="folder for finished chunks; by default OUTPUT.partial"),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(help="rows of a database; with an `order by`, they can be resumed"),
    ] = None,
    table: Annotated[str | None, typer.Option(help="a whole table of a database")] = None,
    output_table: Annotated[
        str | None, typer.Option(help="new table of a database to write")
    ] = None,
    replace_: Annotated[
        bool,
        typer.Option(
            "--replace", help="replace the table of --output-table, once the new one is whole"
        ),
    ] = False,
    dask: DaskOption = None,
) -> None:
    """Score pending motions, however many.

    Wrong rows go to OUTPUT.rejects.jsonl; the output appears whole or not at all. A run
    cut off goes on with `--resume`. Exit code 0: all scored, 3: some rejected, 2: nothing done.
    """
    with exit_on_user_error():
        from enjoin.render.scoring import Place, at_hand
        from enjoin.render.scoring import score as run_scoring
        from serve.batch.chunk import OutputOptions, kept_fields
        from serve.batch.job import Run
        from serve.batch.local_pool import processes
        from serve.predictor import Predictor

        wanted = OutputOptions(
            read_prior(base_rate, court_rates), contributions, comparables, kept_fields(keep or [])
        )
        run = Run(processes(jobs), chunk, resume, checkpoint_dir)
        place = Place(source, output, query, table, output_table, replace_)
        with at_hand(place) as (docket, sink):
            located = find_model(model)
            code = run_scoring(
                docket, sink, Predictor.from_located(located), located, wanted, run, dask
            )
    if code:
        raise typer.Exit(code)


def docket(
    scored: Annotated[Path, typer.Argument(help="what `enjoin score` wrote")],
    page: Annotated[Path, typer.Argument(help="HTML file to write")] = Path("docket.html"),
    since: Annotated[
        Path | None, typer.Option(help="an earlier scoring of the same docket: show what changed")
    ] = None,
    motions: Annotated[
        str | None,
        typer.Option(help="the file that was scored, for caption, court and claim area"),
    ] = None,
    rows: Annotated[
        int, typer.Option(min=1, help="motions to list at most, nearest 50/50 first")
    ] = 1000,
    open_: OpenOption = False,
) -> None:
    """Write a page about a scored docket: expected grants, the motions, courts, what changed.

    One HTML file that holds everything, to open offline, print or mail. Exit code 0: written,
    2: nothing done.
    """
    with exit_on_user_error():
        from serve.docket.page import write_docket_page

        written = write_docket_page(scored, page, since, motions, rows)
        total = len(written.docket.motions)
        echo(f"Docket of {total} motion(s), {written.listed} listed -> {page}")
        if motions and (bare := sum(not motion.details for motion in written.docket.motions)):
            warn(f"{bare} motion(s) are not in {motions}: their caption, court ... are not shown")
        if changes := written.changes:
            echo(
                f"Since {changes.earlier.name}: {len(changes.new)} new, {len(changes.gone)} gone, "
                f"{len(changes.moved)} moved, {changes.steady} stayed"
            )
            if changes.model_changed:
                warn("the model changed: a motion may have moved for that alone")
        if open_:
            typer.launch(page.resolve().as_uri())


def backtest(
    predictions: Annotated[str, typer.Argument(help="what `enjoin score` wrote")],
    outcomes: Annotated[
        str,
        typer.Argument(
            help="columns id and outcome (granted, granted_in_part or denied), and case_id if known"
        ),
    ],
    motions: Annotated[
        str | None, typer.Option(help="the motions that were scored, for the drift of each feature")
    ] = None,
    model: ModelOption = None,
    partial_grants_as: Annotated[
        str | None,
        typer.Option(
            help="what 'granted in part' counts as: granted, denied or left_out; by default as in "
            "the model's training"
        ),
    ] = None,
) -> None:
    """Judge earlier predictions by the rulings that came in, and say if retraining is due.

    Retraining is due when, with outcomes of 30 cases or more, the 95% interval of mean probability
    less share granted excludes 0; or that of the calibration slope excludes 1; or in some mode that
    of the Brier score lies wholly above the one of the model's own test; or the probabilities, or
    one of the ten features that move them most (the year aside), have shifted: population stability
    index above 0.25 and more than chance makes.

    Each model version is judged apart and logged to MLflow as a run; the verdict on the champion
    (or --model) counts.

    Wrong rows go to a file of the input's name and `.rejects.jsonl` beside it. Exit code 0: fine,
    3: retraining due or rows rejected, 2: nothing done.
    """
    with exit_on_user_error():
        from enjoin.render.backtest import show_backtest
        from serve.backtest.run import backtest as judge_predictions

        with spinner("backtest") as tell:
            found = judge_predictions(
                predictions, outcomes, motions, model, partial_grants_as, tell
            )
        read = [rows for rows in (found.docket, found.predictions, found.outcomes) if rows]
        for rows in read:
            report_rejects(rows.rejects, rows.rejects_path)
        show_backtest(found, console())
        if found.unpredicted == len(found.outcomes.rows):
            theirs, mine = found.outcomes.rows[0].id, found.predictions.rows[0].id
            warn(f"no outcome is of a motion scored: ids such as {theirs!r} there, {mine!r} here")
        if any(rows.rejects for rows in read) or found.verdict == "due":
            raise typer.Exit(3)
