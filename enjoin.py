"""The `enjoin` command. Each subcommand calls one function of a room; heavy imports wait."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from data.schema import Motion, Ruling
    from serve.predictor import Predictor
    from train.run import Settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Predict how a court will rule on a motion for interim injunctive relief, say how sure "
    "the prediction is, and show why.\n\n"
    "Start with `enjoin train` (about a minute; it uses the embedded rulings), then "
    "`enjoin predict motion.json`, `enjoin score pending.csv scored.csv` or `enjoin serve`.",
)
data_app = typer.Typer(no_args_is_help=True, help="Look at and check labelled rulings.")
app.add_typer(data_app, name="data")

EMBEDDED = "embedded"
RulingsOption = Annotated[
    str,
    typer.Option(
        help="labelled rulings (.jsonl, .json, .csv, .parquet, or - for standard input); "
        "'embedded' takes those that come with the program",
        envvar="ENJOIN_RULINGS",
    ),
]
YearOption = Annotated[int, typer.Option(help="test on rulings of this year and later")]
FoldsOption = Annotated[int, typer.Option(min=2, help="folds of the grouped cross-validation")]
BagsOption = Annotated[int, typer.Option(min=2, help="LightGBM models per mode")]
SeedOption = Annotated[int, typer.Option(help="seed of every random step")]
InPartOption = Annotated[
    str, typer.Option(help="what 'granted in part' counts as: granted, denied or left_out")
]
ParametersOption = Annotated[
    Path | None, typer.Option(help="TOML of LightGBM parameters, as written by `enjoin tune`")
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        help="a model folder, or an MLflow address such as models:/enjoin/3; by default the "
        "newest registered version",
        envvar="ENJOIN_MODEL",
    ),
]
SCHEMA_KINDS = ("motion", "ruling")


@app.command()
def train(
    rulings: RulingsOption = EMBEDDED,
    first_test_year: YearOption = 2022,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
    in_part: InPartOption = "granted",
    parameters: ParametersOption = None,
) -> None:
    """Evaluate, train on all rulings, and register the model in MLflow.

    Uses the store in MLFLOW_TRACKING_URI, or an SQLite file in this folder.
    """
    with telling_errors():
        settings = _settings(first_test_year, folds, bags, seed, in_part, parameters)
        _train(_rulings(rulings), rulings, settings)


@app.command()
def evaluate(
    rulings: RulingsOption = EMBEDDED,
    first_test_year: YearOption = 2022,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
    in_part: InPartOption = "granted",
    parameters: ParametersOption = None,
    output: Annotated[Path | None, typer.Option(help="also write the table here as CSV")] = None,
) -> None:
    """Print the evaluation: later years and grouped folds, all modes, beside the baselines."""
    with telling_errors():
        from data.files import written_whole
        from train.run import evaluate_rulings

        settings = _settings(first_test_year, folds, bags, seed, in_part, parameters)
        with _steps("evaluating") as tell:
            evaluation = evaluate_rulings(_rulings(rulings), settings, tell)
        _show_evaluation(evaluation)
        if output:
            with written_whole(output) as temporary:
                evaluation.table.to_csv(temporary, index=False)


@app.command()
def tune(
    rulings: RulingsOption = EMBEDDED,
    trials: Annotated[int, typer.Option(min=1, help="parameter settings to try")] = 20,
    output: Annotated[Path, typer.Option(help="TOML to write")] = Path("parameters.toml"),
    first_test_year: YearOption = 2022,
    seed: SeedOption = 0,
) -> None:
    """Search better LightGBM parameters on the years before the first test year."""
    with telling_errors():
        from rich.progress import Progress

        from train.tune import tune as search

        settings = _settings(first_test_year, 5, 20, seed, "granted", None)
        with Progress(console=_console(stderr=True)) as progress:
            task = progress.add_task("tuning", total=trials)

            def advance(trial: int, best: float) -> None:
                words = f"tuning, best Brier score {best:.4f}"
                progress.update(task, completed=trial, description=words)

            best = search(_rulings(rulings), settings, trials, output, advance=advance)
        _console().print_json(data=best)
        _console().print(f"Next: enjoin train --parameters {output}")


@app.command()
def predict(
    motion: Annotated[
        str | None,
        typer.Argument(help="a .json file with one motion, or - for standard input"),
    ] = None,
    text: Annotated[str | None, typer.Option(help="what is asked and why")] = None,
    opposition: Annotated[str | None, typer.Option(help="what the opponent says or did")] = None,
    motion_type: Annotated[str | None, typer.Option(help="kind of motion, e.g. tro")] = None,
    court: Annotated[str | None, typer.Option(help="CourtListener id, e.g. ilnd")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="any other field, as field=value (lists separated by ;)"),
    ] = None,
    model: ModelOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the whole answer")] = False,
) -> None:
    """Predict one motion and show what moved the prediction.

    Give a file, standard input, or flags; a flag overrides the file's field. Try
    `enjoin example | enjoin predict -`.
    """
    with telling_errors():
        flags = {"motion": text, "opposition": opposition}
        flags |= {"motion_type": motion_type, "court": court}
        given = _one_motion(motion, {k: v for k, v in flags.items() if v is not None}, set_ or [])
        answer = _predictor(model).answer([given])[0]
        if as_json:
            print(answer.model_dump_json(indent=2))
        else:
            from serve.show import show_answer

            show_answer(answer, given, _console())


@app.command()
def score(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help=".csv, .jsonl, .json, .parquet, or -")
    ],
    output: Annotated[Path, typer.Argument(help=".csv, .jsonl or .parquet to write")],
    model: ModelOption = None,
    jobs: Annotated[int, typer.Option(help="processes; -1 for all cores")] = -1,
) -> None:
    """Score a file of pending motions.

    Wrong rows go to <input name>.rejects.jsonl beside the output. Exit code 0: all scored,
    3: some rejected, 2: nothing done.
    """
    with telling_errors():
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        from serve.batch import score_file

        predictor = _predictor(model)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeRemainingColumn(), console=_console(stderr=True)) as progress:
            task = progress.add_task("scoring", total=None)

            def advance(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            done = score_file(predictor, source, output, jobs, advance)
        _tell_columns(done.loaded)
        rejected = len(done.loaded.rejects)
        for reject in done.loaded.rejects[:5]:
            _warn(str(reject))
        if rejected:
            _warn(f"{rejected} row(s) not scored; rows and reasons are in {done.rejects}")
        if done.output is None:
            _warn("no row could be scored; nothing was written")
            raise typer.Exit(2)
        _console().print(f"{len(done.table)} motion(s) scored by {predictor.version} -> {output}")
        if rejected:
            raise typer.Exit(3)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
    model: ModelOption = None,
) -> None:
    """Answer over HTTP: POST /predict and /predict/batch, GET /health and /model, docs at /docs."""
    with telling_errors():
        from serve.http import serve as run_server

        predictor = _predictor(model)

        def ready() -> None:
            where = f"http://{host}:{port}"
            _note(f"{predictor.version} answers at {where}/predict; try it at {where}/docs")

        run_server(predictor, host, port, ready)


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help="motion or ruling")] = "motion",
) -> None:
    """Print the JSON Schema of a motion or a ruling: every field and its allowed values."""
    with telling_errors():
        from data.schema import Motion, Ruling

        if kind not in SCHEMA_KINDS:
            raise ValueError(f"no schema {kind!r}; expected one of {', '.join(SCHEMA_KINDS)}")
        chosen = Ruling if kind == "ruling" else Motion
        print(json.dumps(chosen.model_json_schema(), indent=2))


@app.command()
def example() -> None:
    """Print the Clearview motion as JSON, to try the other commands with."""
    from data.embedded import clearview_motion

    print(clearview_motion().model_dump_json(indent=2, exclude_none=True))


@data_app.command("describe")
def data_describe(
    rulings: RulingsOption = EMBEDDED,
    by: Annotated[str | None, typer.Option(help="one grouping only, e.g. circuit")] = None,
    most: Annotated[int, typer.Option(min=1, help="rows per table")] = 15,
) -> None:
    """Count rulings and grant rates by motion type, circuit, court, claim area and year."""
    with telling_errors():
        from data.describe import GROUPINGS
        from serve.show import show_description

        if by is not None and by not in GROUPINGS:
            raise ValueError(f"no grouping {by!r}; expected one of {', '.join(GROUPINGS)}")
        show_description(_rulings(rulings), [by] if by else list(GROUPINGS), most, _console())


@data_app.command("check")
def data_check(
    source: Annotated[str, typer.Argument(help="a file of labelled rulings, or -")],
) -> None:
    """Check a file of labelled rulings; wrong rows go to <name>.rejects.jsonl beside it."""
    with telling_errors():
        found = _rulings(source)
        _console().print(f"{len(found)} ruling(s) fit the schema")


@contextmanager
def telling_errors() -> Iterator[None]:
    """Turn what a user can put right into one clear line and exit code 2."""
    from data.load import UnreadableInput
    from features.lexicon import LexiconError

    try:
        yield
    except (UnreadableInput, LexiconError, ValueError, LookupError, OSError) as error:
        if logging.getLogger().isEnabledFor(logging.DEBUG):
            raise
        if isinstance(error, KeyError | IndexError | UnicodeError):
            raise  # a fault of the program, not of its user
        _console(stderr=True).print(f"error: {error}", style="bold red", markup=False)
        raise typer.Exit(2) from None


def _settings(
    first_test_year: int, folds: int, bags: int, seed: int, in_part: str, parameters: Path | None
) -> "Settings":
    from typing import get_args

    from train.rulings import InPart
    from train.run import Settings
    from train.tune import read_parameters

    if in_part not in get_args(InPart):
        raise ValueError(f"--in-part {in_part!r}: expected one of {', '.join(get_args(InPart))}")
    chosen = read_parameters(parameters) if parameters else None
    return Settings(first_test_year, folds, bags, seed, in_part, chosen)  # type: ignore[arg-type]


def _rulings(source: str) -> "list[Ruling]":
    """Load labelled rulings, reporting columns and rejects."""
    from data.embedded import embedded_rulings
    from data.load import UnreadableInput, load, write_rejects
    from data.schema import Ruling

    if source == EMBEDDED:
        return list(embedded_rulings())
    loaded = load(source, Ruling)
    folder = Path.cwd() if source == "-" else Path(source).parent
    rejects = write_rejects(loaded, folder)
    _tell_columns(loaded)
    for reject in loaded.rejects[:5]:
        _warn(str(reject))
    if rejects:
        _warn(f"{len(loaded.rejects)} row(s) set aside; rows and reasons are in {rejects}")
    if not loaded.rows:
        raise UnreadableInput(
            f"{source}: no row fits the schema of a ruling (`enjoin schema ruling`)"
        )
    return loaded.rows


def _train(rulings: "list[Ruling]", source: str, settings: "Settings") -> None:
    from data.embedded import rulings_path
    from serve.pyfunc import log_to_mlflow
    from train.run import train as run_training

    with _steps("training") as tell:
        where = str(rulings_path()) if source == EMBEDDED else source
        trained = run_training(rulings, where, settings, log_to_mlflow, tell)
    _show_evaluation(trained.evaluation)
    console = _console()
    console.print(f"\nRegistered as enjoin version {trained.version} (run {trained.run_id}).")
    console.print(f"MLflow store: {trained.tracking_uri}", soft_wrap=True)
    console.print("Next: enjoin example | enjoin predict -      (or: enjoin score, enjoin serve)")
    console.print("Runs and plots: mlflow ui")


def _predictor(source: str | None) -> "Predictor":
    """Load the model; without any registered one, train it on the embedded rulings first."""
    from serve.locate import NoTrainedModel
    from serve.predictor import Predictor

    try:
        return Predictor.load(source)
    except NoTrainedModel as missing:
        _note(f"{missing}: training one on the embedded rulings first (about a minute)")
    from data.embedded import embedded_rulings, rulings_path
    from serve.pyfunc import log_to_mlflow
    from train.run import Settings
    from train.run import train as run_training

    with _steps("training") as tell:
        where = str(rulings_path())
        trained = run_training(list(embedded_rulings()), where, Settings(), log_to_mlflow, tell)
    _note(f"registered enjoin version {trained.version}; `enjoin evaluate` shows how good it is")
    return Predictor.load()


def _one_motion(source: str | None, flags: dict[str, Any], settings: list[str]) -> "Motion":
    from data.load import UnreadableInput, check_rows, parse_cell, raw_rows
    from data.schema import Motion

    row: dict[str, Any] = {}
    if source is not None:
        rows = raw_rows(source)
        if len(rows) != 1 or not isinstance(rows[0], dict):
            raise UnreadableInput(
                f"expected one motion, found {len(rows)} row(s); for a file use `enjoin score`"
            )
        row = rows[0]
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"--set {setting!r}: expected field=value")
        flags[name] = parse_cell(name, value)
    if not row and not flags:
        raise ValueError("no motion given: name a file, use - for standard input, or give --text")
    checked = check_rows([row | flags], Motion)
    _tell_columns(checked)
    if checked.rejects:
        raise UnreadableInput("; ".join(str(problem) for problem in checked.rejects[0].problems))
    return checked.rows[0]


def _tell_columns(loaded: Any) -> None:
    if loaded.later_facts:
        _note(f"known only after a ruling, not used: {', '.join(loaded.later_facts)}")
    if loaded.unknown_columns:
        _warn(f"unknown column(s), not used: {', '.join(loaded.unknown_columns)}")


def _show_evaluation(evaluation: Any) -> None:
    from serve.show import show_evaluation

    show_evaluation(evaluation, _console())


@contextmanager
def _steps(title: str) -> Iterator[Any]:
    """Show the step a long task is at, and the time it has taken."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=_console(stderr=True), transient=True) as progress:
        task = progress.add_task(title)
        yield lambda step: progress.update(task, description=f"{title}: {step}")


def _console(stderr: bool = False) -> Any:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    # Piped output must not be folded to a guessed 80 columns.
    return Console(file=stream, width=None if stream.isatty() else 120)


def _note(words: str) -> None:
    _console(stderr=True).print(words, markup=False)


def _warn(words: str) -> None:
    _console(stderr=True).print(f"warning: {words}", style="yellow", markup=False)


if __name__ == "__main__":
    app()
