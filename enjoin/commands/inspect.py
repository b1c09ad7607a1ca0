"""Look at the rulings, the lexicons, and what is read from text."""

import sys
from typing import Annotated

import typer

from enjoin.inputs import checked_settings, read_rulings
from enjoin.options import EMBEDDED, BagsOption, FoldsOption, RulingsOption, SeedOption
from enjoin.terminal import console, echo, exit_on_user_error, spinner, warn

data_app = typer.Typer(no_args_is_help=True, help="Look at and check labelled rulings.")
lexicon_app = typer.Typer(no_args_is_help=True, help="Check and try the lexicons.")
features_app = typer.Typer(no_args_is_help=True, help="Judge how indicators are read from text.")


@data_app.command("describe")
def data_describe(
    rulings: RulingsOption = EMBEDDED,
    by: Annotated[str | None, typer.Option(help="one grouping only, e.g. circuit")] = None,
    limit: Annotated[int, typer.Option(min=1, help="rows per table")] = 15,
) -> None:
    """Count rulings and grant rates by motion type, circuit, court, claim area and year."""
    with exit_on_user_error():
        from data.describe import GROUPINGS
        from enjoin.render.data import show_description

        if by is not None and by not in GROUPINGS:
            raise ValueError(f"no grouping {by!r}; expected one of {', '.join(GROUPINGS)}")
        found, _ = read_rulings(rulings, keep_rejects=False)
        show_description(found, [by] if by else list(GROUPINGS), limit, console())


@data_app.command("check")
def data_check(
    source: Annotated[str, typer.Argument(help="a file of labelled rulings, or -")],
) -> None:
    """Check a file of labelled rulings; wrong rows go to <name>.rejects.jsonl beside it.

    Then names the rulings that would make figures mislead: one ruling or case under two ids,
    outcomes told by the papers, courts that are not known, impossible dates.

    Exit code 0: all fit; 3: some rejected; 2: none fits.
    """
    with exit_on_user_error():
        found, rejected = read_rulings(source, name_all=True)
        echo(f"{len(found):,} ruling(s) fit the schema")
        if rejected:
            raise typer.Exit(3)


@lexicon_app.command("check")
def lexicon_check() -> None:
    """Check every phrase and example of the lexicons; exit code 3 where something is wrong."""
    with exit_on_user_error():
        from features.phrases.lint import check_lexicons

        count, flaws = check_lexicons()
        for flaw in flaws:
            warn(str(flaw))
        echo(f"{count} entries read, {len(flaws)} flaw(s)")
        if flaws:
            raise typer.Exit(3)


@lexicon_app.command("try")
def lexicon_try(
    text: Annotated[str, typer.Argument(help="words of a paper, or - for standard input")],
    paper: Annotated[str, typer.Option(help="which paper: motion or opposition")] = "motion",
) -> None:
    """Show which phrases fire on a text: the text by family, then each hit with its indicator."""
    with exit_on_user_error():
        from enjoin.render.prediction import show_hits
        from features.phrases.lexicon import PAPERS

        if paper not in PAPERS:
            raise ValueError(f"--paper {paper!r}: expected one of {', '.join(PAPERS)}")
        show_hits(sys.stdin.read() if text == "-" else text, paper, console())


@features_app.command("evaluate")
def features_evaluate(
    rulings: RulingsOption = EMBEDDED,
    split: Annotated[
        str, typer.Option(help="held_out: cases phrase writers have not read; writing; or all")
    ] = "held_out",
    misread: Annotated[
        str | None,
        typer.Option(help="list the misread rulings of one indicator, e.g. harm_types.monetary"),
    ] = None,
) -> None:
    """Print precision, recall and F1 of every indicator read from text, against the codings.

    Of the embedded rulings there is a second coding: how far two coders agree stands beside it.
    """
    with exit_on_user_error():
        from typing import get_args

        from data.embedded import first_coding
        from enjoin.render.data import show_extraction, show_misread
        from train.evaluate import extraction

        if split not in get_args(extraction.Part):
            raise ValueError(f"--split {split!r}: expected held_out, writing or all")
        found = extraction.extract(read_rulings(rulings, keep_rejects=False)[0], split)  # type: ignore[arg-type]
        if misread is None:
            show_extraction(*extraction.extraction_tables(found, first_coding()), split, console())
        else:
            field, _, value = misread.partition(".")
            show_misread(extraction.misread(found, field, value), console())


@features_app.command("ablate")
def features_ablate(
    rulings: RulingsOption = EMBEDDED,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
) -> None:
    """Print what each family of features is worth to text-only predictions (some minutes)."""
    with exit_on_user_error():
        from enjoin.render.data import show_ablation
        from train.run import ablate_rulings

        settings = checked_settings(2022, folds, bags, seed, "granted", None)
        with spinner("ablation") as tell:
            table = ablate_rulings(read_rulings(rulings)[0], settings, tell)
        show_ablation(table, console())
