"""The groups `data`, `features` and `lexicon`: inspect rulings, and indicators read from text."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from data.describe import Grouping
from enjoin.commands.opinions import data_from_opinions
from enjoin.inputs import read_rulings
from enjoin.options import EMBEDDED, BagsOption, FoldsOption, MapOption, RulingsOption, SeedOption
from enjoin.streams import read_stdin
from enjoin.terminal import console, echo, exit_on_user_error, plural, spinner, warn

data_app = typer.Typer(no_args_is_help=True, help="Describe and check labelled rulings.")
features_app = typer.Typer(no_args_is_help=True, help="Judge the indicators read from text.")
lexicon_app = typer.Typer(no_args_is_help=True, help="Check the lexicons, and try them on a text.")
data_app.command("from-opinions")(data_from_opinions)


@data_app.command("describe")
def data_describe(
    rulings: RulingsOption = EMBEDDED,
    map_: MapOption = None,
    by: Annotated[Grouping | None, typer.Option(help="show this grouping only")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="rows per table")] = 15,
) -> None:
    """Count rulings and grant rates by motion type, circuit, court, claim area and year.

    ```
    enjoin data describe --by circuit
    ```
    """
    with exit_on_user_error():
        from data.describe import GROUPINGS
        from data.io.columns import read_column_map
        from enjoin.render.data import show_description

        column_map = read_column_map(map_ or [])
        described, _ = read_rulings(rulings, keep_rejects=False, column_map=column_map)
        show_description(described, [by] if by else list(GROUPINGS), limit, console())


@data_app.command("check")
def data_check(
    source: Annotated[
        str, typer.Argument(help="file of labelled rulings, or - for standard input")
    ],
    map_: MapOption = None,
) -> None:
    """Check a file of your own rulings against the schema, and for what would mislead.

    Rejected rows go to SOURCE.rejects.jsonl. Then names rulings that would distort an evaluation:
    one ruling or case under two ids, papers that reveal the outcome, unknown courts, impossible
    dates.

    Exit code 0: all rows fit; 3: some rejected; 2: none fits.

    ```
    enjoin data check rulings.xlsx --map "Our ruling=outcome"
    ```
    """
    with exit_on_user_error():
        from data.io.columns import read_column_map

        column_map = read_column_map(map_ or [])
        rulings, rejected = read_rulings(source, name_all=True, column_map=column_map)
        echo(f"Rulings that fit the schema: {len(rulings):,}")
        if rejected:
            raise typer.Exit(3)


@data_app.command("template")
def data_template(
    output: Annotated[
        Path, typer.Argument(help="workbook to write, a name ending in .xlsx")
    ] = Path("motions.xlsx"),
    replace: Annotated[
        bool, typer.Option("--replace", help="replace the file if it exists")
    ] = False,
) -> None:
    """Write a workbook to fill in: drop-down lists, the fields explained, and one example.

    Replace the example by your motions, one a row; only `motion_type` and `motion` are required.
    `enjoin score` reads the filled workbook as it is.

    ```
    enjoin data template docket.xlsx
    enjoin score docket.xlsx scored.xlsx --why
    ```
    """
    with exit_on_user_error():
        from data.io.atomic import atomic_write
        from data.template import write_template

        if output.suffix.lower() != ".xlsx":
            raise ValueError(f"{output}: expected a name ending in .xlsx")
        if output.exists() and not replace:
            raise ValueError(f"{output} exists; --replace replaces it")
        with (
            atomic_write(output, private=False) as temporary,
            temporary.open("wb") as stream,
        ):
            write_template(stream)
        echo(f"Fill in {output}, then: enjoin score {output} scored.xlsx")


@features_app.command("evaluate")
def features_evaluate(
    rulings: RulingsOption = EMBEDDED,
    map_: MapOption = None,
    split: Annotated[
        Literal["held_out", "writing", "all"],
        typer.Option(help="cases: those that phrase writers have not read, those they may, or all"),
    ] = "held_out",
    misread: Annotated[
        str | None,
        typer.Option(
            metavar="FIELD.VALUE",
            help="list the rulings where one indicator was misread, such as harm_types.monetary",
        ),
    ] = None,
) -> None:
    """Print how often each thing read from text is right, against the codings, and what counts.

    What is right too seldom is not read from text at all. For the embedded rulings also shows how
    far two coders agree.

    ```
    enjoin features evaluate
    enjoin features evaluate --split writing --misread harm_types.monetary
    ```
    """
    with exit_on_user_error():
        from data.embedded import first_coding
        from data.io.columns import read_column_map
        from enjoin.render.features import FIRST_TEST_YEAR, show_extraction, show_misread
        from train.evaluate import extraction

        column_map = read_column_map(map_ or [])
        read, _ = read_rulings(rulings, keep_rejects=False, column_map=column_map)
        judged = extraction.extract(read, split)
        if misread is None:
            readings, families = extraction.extraction_tables(judged, first_coding())
            later = extraction.later_precision(judged, FIRST_TEST_YEAR)
            show_extraction(readings, families, split, later, console())
        else:
            field, _, value = misread.partition(".")
            show_misread(extraction.misread(judged, field, value), console())


@features_app.command("ablate")
def features_ablate(
    rulings: RulingsOption = EMBEDDED,
    map_: MapOption = None,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
) -> None:
    """Print what each family of features is worth to text-only predictions (some minutes)."""
    with exit_on_user_error():
        from data.io.columns import read_column_map
        from enjoin.render.features import show_ablation
        from train.run import run_ablation
        from train.settings import TrainSettings

        settings = TrainSettings(n_folds=folds, n_bags=bags, seed=seed)
        column_map = read_column_map(map_ or [])
        with spinner("ablation") as on_progress:
            read, _ = read_rulings(rulings, column_map=column_map)
            table = run_ablation(read, settings, on_progress)
        show_ablation(table, console())


@lexicon_app.command("check")
def lexicon_check() -> None:
    """Check every phrase and example sentence of the lexicons.

    Exit code 0: no flaw; 3: flaws found.
    """
    with exit_on_user_error():
        from features.phrases.lint import check_lexicons

        count, flaws = check_lexicons()
        for flaw in flaws:
            warn(str(flaw))
        echo(f"{count:,} entries checked, {plural(len(flaws), 'flaw')} found")
        if flaws:
            raise typer.Exit(3)


@lexicon_app.command("try")
def lexicon_try(
    text: Annotated[str, typer.Argument(help="text of a paper, or - for standard input")],
    paper: Annotated[
        Literal["motion", "opposition"], typer.Option(help="the paper that it is from")
    ] = "motion",
) -> None:
    """Show which phrases match a text, in color by family, and the indicator of each match.

    ```
    enjoin lexicon try "The harm is speculative." --paper opposition
    ```
    """
    with exit_on_user_error():
        from enjoin.render.features import show_hits

        show_hits(read_stdin() if text == "-" else text, paper, console())
