"""Train, judge and tune the model, and choose the version that answers."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from enjoin.inputs import checked_settings, read_rulings, train_and_register
from enjoin.options import (
    EMBEDDED,
    BagsOption,
    DaskOption,
    FoldsOption,
    JudgesOption,
    OpenOption,
    ParametersOption,
    PartialGrantsOption,
    RulingsOption,
    SeedOption,
    YearOption,
)
from enjoin.terminal import console, echo, exit_on_user_error, info, spinner, step_progress, warn


def train(
    rulings: RulingsOption = EMBEDDED,
    first_test_year: YearOption = 2022,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
    partial_grants_as: PartialGrantsOption = "granted",
    parameters: ParametersOption = None,
    without_judges: JudgesOption = False,
    dask: DaskOption = None,
) -> None:
    """Evaluate, train on all rulings, and register the model in MLflow.

    Uses the store in MLFLOW_TRACKING_URI, or an SQLite file in this folder. The first version
    answers from then on; a later one waits for `enjoin promote`.
    """
    with exit_on_user_error():
        from enjoin.render.evaluation import show_headline
        from train.report.model_card import FEW_BAGS

        settings = checked_settings(
            first_test_year, folds, bags, seed, partial_grants_as, parameters
        )
        settings = replace(settings, without_judges=without_judges, dask=dask)
        if bags < FEW_BAGS:
            warn(f"intervals are those of the bags: of {bags} they are too narrow, to try out only")
        trained = train_and_register(read_rulings(rulings)[0], rulings, settings)
        show_headline(trained.evaluation, console())
        name = f"enjoin version {trained.version}"
        echo(f"\nRegistered as {name}, the {trained.alias} (run {trained.run_id}).")
        echo(f"MLflow store: {trained.tracking_uri}")
        if trained.alias == "champion":
            echo("Next: enjoin example | enjoin predict -      (or: enjoin score, enjoin serve)")
        else:
            echo("Next: enjoin promote      (until then the champion answers)")
        echo("Report: enjoin report --open      (runs: mlflow ui)")


def evaluate(
    rulings: RulingsOption = EMBEDDED,
    first_test_year: YearOption = 2022,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
    partial_grants_as: PartialGrantsOption = "granted",
    parameters: ParametersOption = None,
    slices: Annotated[
        bool, typer.Option("--slices", help="show every court level, circuit, claim area ... too")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="also write the table here as CSV")] = None,
) -> None:
    """Print the evaluation: later years and grouped folds, all modes, beside the baselines."""
    with exit_on_user_error():
        from data.io.atomic import written_whole
        from enjoin.render.evaluation import show_evaluation
        from train.run import evaluate_rulings

        settings = checked_settings(
            first_test_year, folds, bags, seed, partial_grants_as, parameters
        )
        with spinner("evaluating") as tell:
            evaluation = evaluate_rulings(read_rulings(rulings)[0], settings, tell)
        show_evaluation(evaluation, console(), slices)
        if output:
            with written_whole(output) as temporary:
                evaluation.table.to_csv(temporary, index=False)


def promote(
    force: Annotated[bool, typer.Option("--force", help="promote whatever the checks say")] = False,
    reason: Annotated[
        str | None, typer.Option(help="why; kept with the version, needed with --force")
    ] = None,
) -> None:
    """Compare the challenger with the champion, and promote it if it is not worse.

    Exit code 0: promoted, 3: refused, 2: nothing done.
    """
    with exit_on_user_error():
        from enjoin.render.promotion import show_verdict
        from train.tracking.promotion import promote as run_promotion

        with spinner("promoting") as tell:
            verdict = run_promotion(force, reason, tell)
        show_verdict(verdict, console())
        if not verdict.promoted:
            raise typer.Exit(3)


def rollback() -> None:
    """Make the champion before this one champion again."""
    with exit_on_user_error():
        from train.tracking.promotion import rollback as step_back

        back = step_back()
        echo(
            f"Version {back.stepped_down} stepped down; version {back.champion} is champion again."
        )
        if back.problem:
            warn(f"this program cannot answer from it: {back.problem}")
        echo("A running `enjoin serve` answers from it within half a minute.")


def compare_design(
    rulings: RulingsOption = EMBEDDED,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
) -> None:
    """Print what the model's choices cost or gain: constraints, categories, bags (some minutes)."""
    with exit_on_user_error():
        from enjoin.render.evaluation import show_choices
        from train.run import compare_design_on

        settings = checked_settings(2022, folds, bags, seed, "granted", None)
        with spinner("choices") as tell:
            table = compare_design_on(read_rulings(rulings)[0], settings, tell)
        show_choices(table, console())


def report(
    version: Annotated[
        int | None, typer.Option(help="registered version; by default the champion")
    ] = None,
    output: Annotated[Path, typer.Option(help="HTML file to write")] = Path("report.html"),
    open_: OpenOption = False,
) -> None:
    """Fetch the report of a version's training run: scores, plots, slices, model card."""
    with exit_on_user_error():
        from train.tracking.registry import fetch_report

        found = fetch_report(version, output)
        echo(f"Report of enjoin version {found} -> {output}")
        if open_:
            typer.launch(output.resolve().as_uri())


def tune(
    rulings: RulingsOption = EMBEDDED,
    trials: Annotated[
        int,
        typer.Option(
            min=1,
            help="parameter settings to have tried in all, those that --study already holds "
            "included: the same command again ends what was interrupted",
        ),
    ] = 20,
    output: Annotated[Path, typer.Option(help="TOML to write")] = Path("parameters.toml"),
    study: Annotated[
        Path,
        typer.Option(
            help="SQLite file of what was tried; other rulings, options or another version begin a "
            "new study in it"
        ),
    ] = Path("tune.db"),
    first_test_year: YearOption = 2022,
    folds: FoldsOption = 5,
    bags: BagsOption = 6,
    seed: SeedOption = 0,
    partial_grants_as: PartialGrantsOption = "granted",
) -> None:
    """Search better LightGBM parameters on the years before the first test year.

    Stop it at any time: the same command goes on from the last finished trial.
    """
    with exit_on_user_error():
        from train.tune.search import tune as search

        settings = checked_settings(first_test_year, folds, bags, seed, partial_grants_as, None)
        with step_progress("tuning") as advance:
            tuned = search(read_rulings(rulings)[0], settings, trials, output, study, info, advance)
        console().print_json(data=tuned.parameters)
        for line in tuned.lines():
            echo(line)
        if tuned.are_defaults:
            return
        if not tuned.surely_better:
            warn("the interval includes zero: these are not shown to beat the present parameters")
        echo(
            f"Next: enjoin evaluate --parameters {output}, then enjoin train --parameters {output}"
        )
