"""The `score` command: open input and output, score every motion, and report what happened."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from enjoin.coding import ReadingOptions, refuse_reading_options
from enjoin.commands.code import code_many
from enjoin.inputs import find_predictor, read_base_rates
from enjoin.options import (
    CONCURRENCY,
    READING,
    BaseRateOption,
    BudgetOption,
    CoderOption,
    CourtRatesOption,
    DaskOption,
    MapOption,
    ModelOption,
    SamplesOption,
    TraceOption,
    WithCaptionOption,
)
from enjoin.terminal import exit_on_user_error, info, row_progress

if TYPE_CHECKING:
    from pydantic import BaseModel

    from data.io.chunks import Source
    from data.io.table_reads import TableRead
    from serve.batch.sinks import Sink

COLUMNS, DATABASES, RUNNING = "What the output holds", "Databases", "How it runs"
"""Headings of the options in the help."""
NOTHING_SCORED, SOME_REJECTED = 2, 3
"""Exit codes."""


def score(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="file (.csv, .tsv, .xlsx, .ods, .jsonl, .json, .parquet; also .gz, .zst), folder "
            "or quoted glob of files, address such as s3://bucket/pending.parquet, database "
            "(postgresql+psycopg://..., sqlite:///...), or - for standard input",
        ),
    ],
    output: Annotated[
        str,
        typer.Argument(
            help="file (.csv, .jsonl, .xlsx or .parquet; the first two also .gz or .zst), address, "
            "or database"
        ),
    ],
    map_: MapOption = None,
    model: ModelOption = None,
    base_rate: BaseRateOption = None,
    court_rates: CourtRatesOption = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD",
            help="copy this field of the motion to the output; repeatable; 'all' for every field",
            rich_help_panel=COLUMNS,
        ),
    ] = None,
    why: Annotated[
        bool,
        typer.Option(
            "--why",
            help="tell why motions are out of scope, and how many",
            rich_help_panel=COLUMNS,
        ),
    ] = False,
    contributions: Annotated[
        bool,
        typer.Option(
            "--contributions",
            help="add each feature's share of the log-odds",
            rich_help_panel=COLUMNS,
        ),
    ] = False,
    comparables: Annotated[
        int,
        typer.Option(
            min=0,
            max=50,
            metavar="N",
            help="add the N most similar training rulings, 50 at most",
            rich_help_panel=COLUMNS,
        ),
    ] = 0,
    jobs: Annotated[
        int,
        typer.Option(metavar="N", help="processes; -1 for all cores", rich_help_panel=RUNNING),
    ] = -1,
    chunk: Annotated[
        int, typer.Option(min=1, metavar="N", help="rows per chunk", rich_help_panel=RUNNING)
    ] = 1000,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="continue after the last finished chunk of an interrupted run",
            rich_help_panel=RUNNING,
        ),
    ] = False,
    checkpoint_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="folder for finished chunks; by default OUTPUT.checkpoint",
            rich_help_panel=RUNNING,
        ),
    ] = None,
    dask: DaskOption = None,
    query: Annotated[
        str | None,
        typer.Option(
            metavar="SQL",
            help="query that selects the rows to read; needs an ORDER BY to be resumed",
            rich_help_panel=DATABASES,
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="table to read", rich_help_panel=DATABASES),
    ] = None,
    output_table: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="table to write", rich_help_panel=DATABASES),
    ] = None,
    replace_: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="replace --output-table if it exists, once the new rows are complete",
            rich_help_panel=DATABASES,
        ),
    ] = False,
    coder: CoderOption = False,
    concurrency: Annotated[
        int,
        typer.Option(
            min=1,
            max=64,
            metavar="N",
            help="motions that the language model reads at a time",
            rich_help_panel=READING,
        ),
    ] = CONCURRENCY,
    samples: SamplesOption = 1,
    budget: BudgetOption = None,
    with_caption: WithCaptionOption = False,
    trace: TraceOption = False,
) -> None:
    """Score pending motions, any number of them.

    A table is taken as people keep it: headers such as "Motion Type" or "Filed", values such as
    "PI" or "N.D. Cal.", dates such as 2/16/2025. How it was read is printed; `--map` names columns
    of your own, and what is not understood is rejected with the allowed values.
    `enjoin data template` writes a workbook to fill in.

    Rejected rows go to OUTPUT.rejects.jsonl with the reasons. The output appears only when it is
    complete; `--resume` continues an interrupted run. With `--coder` a language model reads the
    papers first, as `enjoin code` does; what it says is kept in OUTPUT.coded.jsonl.

    Exit code 0: all rows scored; 3: some rejected; 2: error, or no row could be scored.

    ```
    enjoin score pending.csv scored.csv
    enjoin score docket.xlsx scored.xlsx --map "Our type=motion_type" --why
    enjoin score 'dockets/*.csv' scored.parquet --keep court --comparables 3
    enjoin score sqlite:///court.db scored.csv --query "select * from motions order by id"
    ```
    """
    with exit_on_user_error():
        from data.io.columns import read_column_map
        from enjoin.render.scoring import report_summary
        from enjoin.render.understood import report_notes, warn_of_unmapped
        from serve.batch.chunk import OutputOptions, kept_fields
        from serve.batch.job import RunOptions, score_docket
        from serve.batch.local_pool import processes

        options = OutputOptions(
            read_base_rates(base_rate, court_rates),
            contributions,
            comparables,
            kept_fields(keep or []),
        )
        run = RunOptions(processes(jobs), chunk, resume, checkpoint_dir, dask)
        columns = read_column_map(map_ or [])
        spec = IoSpec(source, output, query, table, output_table, replace_, columns)
        unread = 0
        reading = ReadingOptions(samples, budget, with_caption, trace)
        if not coder:
            refuse_reading_options(reading, "--coder")
        else:
            spec, unread = _code_first(spec, concurrency, resume, reading)
        with open_io(spec) as (docket, sink):
            report_notes(docket.notes)
            predictor = find_predictor(model)
            with row_progress("scoring", docket.count()) as on_rows:
                summary = score_docket(docket, sink, predictor, options, run, on_rows, info)
            named = [column for column, field_ in columns.items() if field_]
            warn_of_unmapped(named, summary.understood)
            is_adjusted = options.base_rates is not None
            report_summary(summary, predictor.version, sink.name, is_adjusted, why)
        if not summary.scored:
            raise typer.Exit(NOTHING_SCORED)
        if summary.rejected or unread:
            raise typer.Exit(SOME_REJECTED)


@dataclass(frozen=True)
class IoSpec:
    """Input and output as the user names them.

    Attributes
    ----------
    source, output
        File, folder, address or database.
    query, table
        The rows of an input database.
    output_table, replace
        The table of an output database, and whether to replace one that exists.
    column_map
        The field of columns that the user names (`--map`).
    read
        What is read from a database, where the source given is not one any more.
    """

    source: str
    output: str
    query: str | None = None
    table: str | None = None
    output_table: str | None = None
    replace: bool = False
    column_map: Mapping[str, str] = field(default_factory=dict)
    read: "TableRead | None" = None


def _code_first(
    spec: IoSpec, concurrency: int, resume: bool, reading: ReadingOptions
) -> tuple[IoSpec, int]:
    """Have the papers of the input read; return what to score, and the number of rows rejected."""
    from data.io.urls import is_local
    from features.coder.uncoded import UncodedMotion

    _sink(spec).check()
    name = spec.output_table if _is_database(spec.output) else spec.output
    coded = Path(f"{name or spec.output}.coded.jsonl")
    if _is_database(spec.output) or not is_local(spec.output):
        coded = Path(coded.name)  # in the working folder
    with _open_source(spec, UncodedMotion) as docket:
        summary = code_many(docket, coded, concurrency, resume, reading)
    if not summary.coded:
        raise typer.Exit(NOTHING_SCORED)
    given = replace(
        spec, source=str(coded), query=None, table=None, column_map={}, read=_table_read(spec)
    )
    return given, summary.rejected


@contextmanager
def open_io(spec: IoSpec) -> "Iterator[tuple[Source, Sink]]":
    """Open the input and check that the output can be written.

    Raises
    ------
    ValueError
        If the options do not fit the input or output.
    UnreadableInput
        If the input cannot be read, or the output's format is unknown.
    OSError
        If the output cannot be written.
    """
    from serve.batch.job import check_apart

    sink = _sink(spec)
    sink.check()
    with _open_source(spec) as source:
        check_apart(source, sink)
        yield source, sink


def _sink(spec: IoSpec) -> "Sink":
    from serve.batch.sinks import FileSink, TableSink

    if not _is_database(spec.output):
        if spec.output_table or spec.replace:
            raise ValueError("--output-table and --replace need an OUTPUT that is a database")
        return FileSink(spec.output)
    if spec.output_table is None:
        raise ValueError("an OUTPUT that is a database needs --output-table")
    if (spec.source, spec.table) == (spec.output, spec.output_table):
        raise ValueError(
            f"--output-table {spec.output_table} is the input table itself; choose another"
        )
    return TableSink(spec.output, spec.output_table, spec.replace, _table_read(spec))


def _table_read(spec: IoSpec) -> "TableRead | None":
    """Return what is read from a database, if anything is."""
    if spec.read or not _is_database(spec.source) or not (spec.query or spec.table):
        return spec.read
    from data.io.table_reads import TableRead

    return TableRead(spec.source, spec.query, spec.table)


@contextmanager
def _open_source(spec: IoSpec, row_type: "type[BaseModel] | None" = None) -> "Iterator[Source]":
    if _is_database(spec.source):
        from data.io.database import open_query

        yield open_query(spec.source, spec.query, spec.table, spec.column_map)
        return
    if spec.query or spec.table:
        raise ValueError("--query and --table need an INPUT that is a database")
    from data.io.sources import open_source
    from data.io.urls import filesystem
    from data.schema import Motion

    # A folder that is read may hold the output of an earlier run.
    excluded = () if _is_database(spec.output) else (filesystem(spec.output)[1],)
    with open_source(spec.source, excluded, row_type or Motion, spec.column_map) as source:
        yield source


def _is_database(name: str) -> bool:
    from data.io.urls import is_address, is_filesystem

    return is_address(name) and not is_filesystem(name)
