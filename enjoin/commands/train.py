"""Commands that fit and judge models: train, evaluate, tune, compare-design."""

from pathlib import Path
from typing import Annotated

import typer

from enjoin.inputs import files_of_rulings, read_parameters, read_rulings, train_and_register
from enjoin.options import (
    EMBEDDED,
    BagsOption,
    DaskOption,
    FoldsOption,
    JudgesOption,
    MapOption,
    ParametersOption,
    PartialGrantsOption,
    RulingsOption,
    SeedOption,
    YearOption,
)
from enjoin.terminal import console, echo, exit_on_user_error, info, spinner, step_progress, warn


def train(
    rulings: RulingsOption = EMBEDDED,
    map_: MapOption = None,
    first_test_year: YearOption = 2022,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
    partial_grants_as: PartialGrantsOption = "granted",
    parameters: ParametersOption = None,
    without_judges: JudgesOption = False,
    dask: DaskOption = None,
) -> None:
    """Evaluate the model, train it on all rulings, and register it in MLflow.

    The first version registered becomes the champion, which answers by default. A later one is
    the challenger until `enjoin promote`. Runs and models go to the store in
    MLFLOW_TRACKING_URI, by default an SQLite file in this folder.

    ```
    enjoin train
    enjoin train --rulings rulings.csv --partial-grants-as left_out
    ```
    """
    with exit_on_user_error():
        from data.io.columns import read_column_map
        from enjoin.render.evaluation import show_headline
        from train.report.model_card import MIN_BAGS_FOR_INTERVALS
        from train.settings import TrainSettings
        from train.tracking.store import ui_command

        column_map = read_column_map(map_ or [])
        settings = TrainSettings(
            first_test_year=first_test_year,
            n_folds=folds,
            n_bags=bags,
            seed=seed,
            partial_grants_as=partial_grants_as,
            parameters=read_parameters(parameters),
            without_judges=without_judges,
            dask=dask,
        )
        if bags < MIN_BAGS_FOR_INTERVALS:
            warn(f"with {bags} bags the intervals are too narrow: for trying out only")
        labelled = read_rulings(rulings, column_map=column_map)[0]
        trained = train_and_register(labelled, rulings, settings)
        show_headline(trained.evaluation, console())
        for finding in trained.leakage.findings:
            warn(f"{finding.message}; see `enjoin data audit`")
        name = f"enjoin version {trained.version}"
        echo(f"\nRegistered as {name}, the {trained.alias} (run {trained.run_id}).")
        echo(f"MLflow store: {trained.tracking_uri}")
        if trained.alias == "champion":
            echo("Next: enjoin example | enjoin predict -      (or enjoin score, enjoin serve)")
        else:
            echo("Next: enjoin promote      (until then the champion answers)")
        echo("Report: enjoin report --open")
        echo(f"All runs: {ui_command(trained.tracking_uri, trained.registry_uri)}")


def evaluate(
    rulings: RulingsOption = EMBEDDED,
    map_: MapOption = None,
    first_test_year: YearOption = 2022,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
    partial_grants_as: PartialGrantsOption = "granted",
    parameters: ParametersOption = None,
    slices: Annotated[
        bool, typer.Option("--slices", help="show every court level, circuit, claim area ... too")
    ] = False,
    papers: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="evaluate on long papers instead: papers.jsonl there holds motions in full with "
            "their outcomes, readings.jsonl a language model's readings of them",
        ),
    ] = None,
    record: Annotated[
        bool,
        typer.Option("--record", help="with --papers: keep the figures for answers to report"),
    ] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="also write the table to this CSV file")
    ] = None,
) -> None:
    """Print the whole evaluation, with baselines beside the model; registers nothing.

    Two tests: each year from --first-test-year on, predicted from the years before it; and
    grouped cross-validation over all rulings. Or, with --papers, how each mode does on long
    papers.

    ```
    enjoin evaluate --slices
    enjoin evaluate --papers briefs
    ```
    """
    with exit_on_user_error():
        from data.io.atomic import atomic_write, check_writable
        from data.io.columns import read_column_map
        from enjoin.render.evaluation import show_evaluation
        from enjoin.render.long_papers import show_long_papers
        from train.evaluate.long_paper_record import write_record
        from train.run import run_evaluation, run_long_paper_evaluation
        from train.settings import TrainSettings

        if record and papers is None:
            raise ValueError("--record keeps the figures of long papers; give --papers too")
        column_map = read_column_map(map_ or [])
        if output:
            check_writable(output)
        settings = TrainSettings(
            first_test_year=first_test_year,
            n_folds=folds,
            n_bags=bags,
            seed=seed,
            partial_grants_as=partial_grants_as,
            parameters=read_parameters(parameters),
        )
        with spinner("evaluating") as on_progress:
            labelled = read_rulings(rulings, column_map=column_map)[0]
            if papers is None:
                evaluation = run_evaluation(labelled, settings, on_progress)
                table = evaluation.table
            else:
                long, digest = run_long_paper_evaluation(labelled, papers, settings, on_progress)
                table = long.table
        if papers is None:
            show_evaluation(evaluation, console(), slices)
        else:
            show_long_papers(long, console())
            if record:
                info(f"figures kept in {write_record(long.record(), digest)}; train again")
        if output:
            with atomic_write(output, files_of_rulings(rulings)) as temporary:
                table.to_csv(temporary, index=False)


def compare_design(
    rulings: RulingsOption = EMBEDDED,
    map_: MapOption = None,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
) -> None:
    """Print what each design choice is worth: constraints, categories, bags (some minutes).

    Refits the model with one choice changed at a time, and compares by cross-validation.
    """
    with exit_on_user_error():
        from data.io.columns import read_column_map
        from enjoin.render.evaluation import show_design_comparison
        from train.run import run_design_comparison
        from train.settings import TrainSettings

        column_map = read_column_map(map_ or [])
        settings = TrainSettings(n_folds=folds, n_bags=bags, seed=seed)
        with spinner("comparing designs") as on_progress:
            labelled = read_rulings(rulings, column_map=column_map)[0]
            table = run_design_comparison(labelled, settings, on_progress)
        show_design_comparison(table, console())


def tune(
    rulings: RulingsOption = EMBEDDED,
    map_: MapOption = None,
    trials: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="parameter settings to try in all, including those already in --study",
        ),
    ] = 20,
    output: Annotated[Path, typer.Option(metavar="FILE", help="TOML file to write")] = Path(
        "parameters.toml"
    ),
    study: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="SQLite file that keeps the trials; other rulings or options start a new study "
            "in it",
        ),
    ] = Path("tune.db"),
    first_test_year: YearOption = 2022,
    folds: FoldsOption = 5,
    bags: BagsOption = 6,
    seed: SeedOption = 0,
    partial_grants_as: PartialGrantsOption = "granted",
) -> None:
    """Search for better LightGBM parameters on the years before --first-test-year.

    Stop it at any time: the same command continues after the last finished trial.

    ```
    enjoin tune --trials 40
    enjoin train --parameters parameters.toml
    ```
    """
    with exit_on_user_error():
        from data.io.atomic import check_writable, created_like
        from data.io.columns import read_column_map
        from train.settings import TrainSettings
        from train.tune.search import tune as search

        column_map = read_column_map(map_ or [])
        check_writable(output)

        settings = TrainSettings(
            first_test_year=first_test_year,
            n_folds=folds,
            n_bags=bags,
            seed=seed,
            partial_grants_as=partial_grants_as,
        )
        with created_like(files_of_rulings(rulings)), step_progress("tuning") as on_trial:
            labelled = read_rulings(rulings, column_map=column_map)[0]
            tuned = search(labelled, settings, trials, output, study, info, on_trial)
        console().print_json(data=tuned.parameters)
        for line in tuned.lines():
            echo(line)
        if tuned.are_defaults:
            return
        echo(
            f"Next: enjoin evaluate --parameters {output}, then enjoin train --parameters {output}"
        )
