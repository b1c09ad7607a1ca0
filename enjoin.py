"""The `enjoin` command. Each subcommand calls one function of a room; heavy imports wait."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from serve.terminal import (
    console,
    counting,
    note,
    say,
    steps,
    tell_columns,
    tell_rejects,
    telling_errors,
    warn,
)

if TYPE_CHECKING:
    from data.schema import Motion, Ruling
    from serve.locate import Located
    from serve.predictor import Predictor
    from train.prior import Prior
    from train.run import Settings, Trained

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Predict how a court will rule on a motion for interim injunctive relief, say how sure "
    "the prediction is, and show why.\n\n"
    "Start with `enjoin train` (one to two minutes; it uses the embedded rulings), then "
    "`enjoin predict motion.json`, `enjoin score pending.csv scored.csv` or `enjoin serve`.",
)
data_app = typer.Typer(no_args_is_help=True, help="Look at and check labelled rulings.")
app.add_typer(data_app, name="data")
lexicon_app = typer.Typer(no_args_is_help=True, help="Check and try the lexicons.")
app.add_typer(lexicon_app, name="lexicon")
features_app = typer.Typer(no_args_is_help=True, help="Judge how indicators are read from text.")
app.add_typer(features_app, name="features")

MotionFile = Annotated[
    str, typer.Argument(help="a .json file with one motion, or - for standard input")
]
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
BagsOption = Annotated[int, typer.Option(min=2, help="LightGBM models per set of boosters")]
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
        "champion",
        envvar="ENJOIN_MODEL",
    ),
]
JudgesOption = Annotated[
    bool,
    typer.Option("--without-judges", help="leave judges' names out of everything the run sees"),
]
PriorOption = Annotated[
    float | None,
    typer.Option(
        help="grant rate of the population asked about, such as 0.37, to adjust the probabilities "
        "to. This assumes that the reasons for a grant look the same there as in the training "
        "rulings and only the mix of motions differs",
    ),
]
PriorsOption = Annotated[
    Path | None,
    typer.Option(
        help="your own counts by court, a CSV of court,granted,denied, to adjust to; small counts "
        "are drawn to --prior, or else to the training rulings' rate. Same assumption as --prior",
    ),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        envvar="ENJOIN_DASK",
        help="scheduler of a Dask cluster, such as tcp://127.0.0.1:8786, whose workers are to do "
        "the work that one machine takes too long for (needs the extra: pip install .[dask])",
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
    without_judges: JudgesOption = False,
    dask: DaskOption = None,
) -> None:
    """Evaluate, train on all rulings, and register the model in MLflow.

    Uses the store in MLFLOW_TRACKING_URI, or an SQLite file in this folder. The first version
    answers from then on; a later one waits for `enjoin promote`.
    """
    with telling_errors():
        from serve.evaluation_tables import show_headline

        settings = _settings(first_test_year, folds, bags, seed, in_part, parameters)
        settings = replace(settings, without_judges=without_judges, dask=dask)
        trained = _train(_rulings(rulings)[0], rulings, settings)
        show_headline(trained.evaluation, console())
        name = f"enjoin version {trained.version}"
        say(f"\nRegistered as {name}, the {trained.alias} (run {trained.run_id}).")
        say(f"MLflow store: {trained.tracking_uri}")
        if trained.alias == "champion":
            say("Next: enjoin example | enjoin predict -      (or: enjoin score, enjoin serve)")
        else:
            say("Next: enjoin promote      (until then the champion answers)")
        say("Report: enjoin report --open      (runs: mlflow ui)")


@app.command()
def evaluate(
    rulings: RulingsOption = EMBEDDED,
    first_test_year: YearOption = 2022,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
    in_part: InPartOption = "granted",
    parameters: ParametersOption = None,
    slices: Annotated[
        bool, typer.Option("--slices", help="show every court level, circuit, claim area ... too")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="also write the table here as CSV")] = None,
) -> None:
    """Print the evaluation: later years and grouped folds, all modes, beside the baselines."""
    with telling_errors():
        from data.files import written_whole
        from serve.evaluation_tables import show_evaluation
        from train.run import evaluate_rulings

        settings = _settings(first_test_year, folds, bags, seed, in_part, parameters)
        with steps("evaluating") as tell:
            evaluation = evaluate_rulings(_rulings(rulings)[0], settings, tell)
        show_evaluation(evaluation, console(), slices)
        if output:
            with written_whole(output) as temporary:
                evaluation.table.to_csv(temporary, index=False)


@app.command()
def promote(
    force: Annotated[bool, typer.Option("--force", help="promote whatever the checks say")] = False,
    reason: Annotated[
        str | None, typer.Option(help="why; kept with the version, needed with --force")
    ] = None,
) -> None:
    """Compare the challenger with the champion, and promote it if it is not worse.

    Exit code 0: promoted, 3: refused, 2: nothing done.
    """
    with telling_errors():
        from serve.promotion import show_verdict
        from train.promotion import promote as run_promotion

        with steps("promoting") as tell:
            verdict = run_promotion(force, reason, tell)
        show_verdict(verdict, console())
        if not verdict.promoted:
            raise typer.Exit(3)


@app.command()
def rollback() -> None:
    """Make the champion before this one champion again."""
    with telling_errors():
        from train.promotion import rollback as step_back

        back = step_back()
        say(f"Version {back.stepped_down} stepped down; version {back.champion} is champion again.")
        if back.problem:
            warn(f"this program cannot answer from it: {back.problem}")
        say("A running `enjoin serve` answers from it within half a minute.")


@app.command()
def choices(
    rulings: RulingsOption = EMBEDDED,
    folds: FoldsOption = 5,
    bags: BagsOption = 20,
    seed: SeedOption = 0,
) -> None:
    """Print what the model's choices cost or gain: constraints, categories, bags (some minutes)."""
    with telling_errors():
        from serve.evaluation_tables import show_choices
        from train.run import compare_choices_on

        settings = _settings(2022, folds, bags, seed, "granted", None)
        with steps("choices") as tell:
            table = compare_choices_on(_rulings(rulings)[0], settings, tell)
        show_choices(table, console())


@app.command()
def report(
    version: Annotated[
        int | None, typer.Option(help="registered version; by default the champion")
    ] = None,
    output: Annotated[Path, typer.Option(help="HTML file to write")] = Path("report.html"),
    open_: Annotated[bool, typer.Option("--open", help="show it in the browser")] = False,
) -> None:
    """Fetch the report of a version's training run: scores, plots, slices, model card."""
    with telling_errors():
        from train.registry import fetch_report

        found = fetch_report(version, output)
        say(f"Report of enjoin version {found} -> {output}")
        if open_:
            typer.launch(output.resolve().as_uri())


@app.command()
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
    in_part: InPartOption = "granted",
) -> None:
    """Search better LightGBM parameters on the years before the first test year.

    Stop it at any time: the same command goes on from the last finished trial.
    """
    with telling_errors():
        from train.tune import tune as search

        settings = _settings(first_test_year, folds, bags, seed, in_part, None)
        with counting("tuning") as advance:
            tuned = search(_rulings(rulings)[0], settings, trials, output, study, note, advance)
        console().print_json(data=tuned.parameters)
        for line in tuned.lines():
            say(line)
        if not tuned.surely_better:
            warn("the interval includes zero: these are not shown to beat the present parameters")
        say(f"Next: enjoin evaluate --parameters {output}, then enjoin train --parameters {output}")


@app.command()
def predict(
    motion: Annotated[
        str | None,
        typer.Argument(help="a .json file with one motion, or - for standard input"),
    ] = None,
    text: Annotated[str | None, typer.Option(help="what is asked and why")] = None,
    opposition: Annotated[str | None, typer.Option(help="what the opponent says or did")] = None,
    motion_file: Annotated[
        Path | None, typer.Option(help="the motion as a file: .txt, .pdf or .docx")
    ] = None,
    opposition_file: Annotated[
        Path | None, typer.Option(help="the opposition as a file: .txt, .pdf or .docx")
    ] = None,
    motion_type: Annotated[str | None, typer.Option(help="kind of motion, e.g. tro")] = None,
    court: Annotated[str | None, typer.Option(help="CourtListener id, e.g. ilnd")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="any other field, as field=value (lists separated by ;)"),
    ] = None,
    model: ModelOption = None,
    prior: PriorOption = None,
    priors: PriorsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the whole answer")] = False,
) -> None:
    """Predict one motion and show what moved the prediction.

    Give a file, standard input, or flags; a flag overrides the file's field. Try
    `enjoin example | enjoin predict -`, or, with the papers themselves, `enjoin predict
    --motion-file brief.pdf --opposition-file opposition.docx --motion-type tro`.
    """
    with telling_errors():
        if motion and Path(motion).suffix.lower() in (".pdf", ".docx", ".txt"):
            raise ValueError(f"{motion} is a paper; give it by --motion-file, with --motion-type")
        flags = {
            "motion": _paper("--text", text, motion_file),
            "opposition": _paper("--opposition", opposition, opposition_file),
        }
        flags |= {"motion_type": motion_type, "court": court}
        given = _one_motion(motion, {k: v for k, v in flags.items() if v is not None}, set_ or [])
        wanted = _prior(prior, priors)
        answer = _predictor(model).answer([given], wanted)[0]
        if as_json:
            print(answer.model_dump_json(indent=2))
        else:
            from serve.show import show_answer

            show_answer(answer, given, console())


@app.command("what-if")
def ask_what_if(
    motion: MotionFile,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="a field to change, as field=value (lists separated by ;)"),
    ] = None,
    model: ModelOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the whole answer")] = False,
) -> None:
    """Change a motion's indicators and see the probability move.

    With `--set`, as in `--set remedial_steps=[] --set harm_evidence=declaration`, these changes are
    made, each alone and all together. Without, the changes are found that would help each party
    most, of those it could bring about (`serve/levers.toml`).
    """
    with telling_errors():
        from serve.compared import show_what_if
        from serve.what_if import what_if

        given = _one_motion(motion, {}, [])
        found = what_if(_predictor(model), given, _fields(set_) if set_ else None)
        if as_json:
            print(found.model_dump_json(indent=2))
        else:
            show_what_if(found, console())


@app.command()
def comparables(
    motion: MotionFile,
    most: Annotated[int, typer.Option(min=1, max=50, help="how many rulings to name")] = 5,
    model: ModelOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the whole answer")] = False,
) -> None:
    """Name the training rulings most like a motion, what they share and how they differ."""
    with telling_errors():
        from serve.comparables import compare
        from serve.compared import show_comparables

        given = _one_motion(motion, {}, [])
        predictor = _predictor(model)
        if predictor.comparables is None:
            raise LookupError("this model holds no rulings to compare with; run `enjoin train`")
        found = compare(predictor.model, predictor.comparables, predictor.version, given, most)
        if as_json:
            print(found.model_dump_json(indent=2))
        else:
            show_comparables(found, console())


@app.command()
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
    prior: PriorOption = None,
    priors: PriorsOption = None,
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
    work: Annotated[
        Path | None,
        typer.Option(help="folder for finished chunks; by default OUTPUT.partial"),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(help="rows of a database; with an `order by`, they can be resumed"),
    ] = None,
    table: Annotated[str | None, typer.Option(help="a whole table of a database")] = None,
    into: Annotated[str | None, typer.Option(help="new table of a database to write")] = None,
    replace_: Annotated[
        bool,
        typer.Option("--replace", help="replace the table of --into, once the new one is whole"),
    ] = False,
    dask: DaskOption = None,
) -> None:
    """Score pending motions, however many.

    Wrong rows go to INPUT.rejects.jsonl beside the output, which appears whole or not at all. A run
    cut off goes on with `--resume`. Exit code 0: all scored, 3: some rejected, 2: nothing done.
    """
    with telling_errors():
        from serve.batch import Run
        from serve.chunk import Wanted, kept_fields
        from serve.pool import processes
        from serve.scoring import Place, at_hand
        from serve.scoring import score as run_scoring

        wanted = Wanted(_prior(prior, priors), contributions, comparables, kept_fields(keep or []))
        run = Run(processes(jobs), chunk, resume, work)
        place = Place(source, output, query, table, into, replace_)
        with at_hand(place) as (docket, sink):
            located = _located(model)
            code = run_scoring(docket, sink, _loaded(located), located, wanted, run, dask)
    if code:
        raise typer.Exit(code)


@app.command()
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
    open_: Annotated[bool, typer.Option("--open", help="show it in the browser")] = False,
) -> None:
    """Write a page about a scored docket: expected grants, the motions, courts, what changed.

    One HTML file that holds everything, to open offline, print or mail. Exit code 0: written,
    2: nothing done.
    """
    with telling_errors():
        from serve.docket import write_docket_page

        written = write_docket_page(scored, page, since, motions, rows)
        total = len(written.docket.motions)
        say(f"Docket of {total} motion(s), {written.listed} listed -> {page}")
        if motions and (bare := sum(not motion.details for motion in written.docket.motions)):
            warn(f"{bare} motion(s) are not in {motions}: their caption, court ... are not shown")
        if changes := written.changes:
            say(
                f"Since {changes.earlier.name}: {len(changes.new)} new, {len(changes.gone)} gone, "
                f"{len(changes.moved)} moved, {changes.steady} stayed"
            )
            if changes.model_changed:
                warn("the model changed: a motion may have moved for that alone")
        if open_:
            typer.launch(page.resolve().as_uri())


@app.command()
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
    in_part: Annotated[
        str | None,
        typer.Option(
            help="what 'granted in part' counts as: granted, denied or left_out; by default as in "
            "the model's training"
        ),
    ] = None,
) -> None:
    """Judge earlier predictions by the rulings that came in, and say if retraining is due.

    Retraining is due when, with 30 outcomes or more, the 95% interval of mean probability less
    share granted excludes 0; or that of the calibration slope excludes 1; or in some mode that of
    the Brier score lies wholly above the one of the model's own test; or the probabilities, or one
    of the ten features that move them most (the year aside), have shifted: population stability
    index above 0.25 and more than chance makes.

    Each model version is judged apart and logged to MLflow as a run; the verdict on the champion
    (or --model) counts.

    Wrong rows go to a file of the input's name and `.rejects.jsonl` beside it. Exit code 0: fine,
    3: retraining due or rows rejected, 2: nothing done.
    """
    with telling_errors():
        from serve.backtest import backtest as judge_predictions
        from serve.backtest_tables import show_backtest

        with steps("backtest") as tell:
            found = judge_predictions(predictions, outcomes, motions, model, in_part, tell)
        rejects = found.predictions.rejects + found.outcomes.rejects
        for rows in (found.predictions, found.outcomes):
            tell_rejects(rows.rejects, rows.rejects_path)
        show_backtest(found, console())
        if rejects or found.verdict == "due":
            raise typer.Exit(3)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8000,
    model: ModelOption = None,
    workers: Annotated[
        int, typer.Option(min=1, help="processes that answer, each with a model of its own")
    ] = 1,
    keys: Annotated[
        Path | None,
        typer.Option(help="file of API keys, as `enjoin key` prints them; or ENJOIN_API_KEYS"),
    ] = None,
    rate: Annotated[
        str | None,
        typer.Option(help="how often each key may ask each worker, e.g. 600/minute"),
    ] = None,
    audit: Annotated[
        Path | None, typer.Option(help="JSON lines file to keep every answer in, for backtest")
    ] = None,
    audit_text: Annotated[
        bool, typer.Option("--audit-text", help="keep the motions' words in it too")
    ] = False,
    log: Annotated[
        Literal["json", "plain"] | None,
        typer.Option(help="form of the log's lines; by default plain in a terminal, else json"),
    ] = None,
) -> None:
    """Answer over HTTP: POST /v1/predict, /v1/what-if, /v1/comparables ...; docs at /docs.

    Without keys only this machine is answered. The champion is followed: where another version
    becomes champion, it takes over within half a minute, and no request is lost. SIGTERM finishes
    what is in flight.
    """
    with telling_errors():
        from serve.keys import Gate, is_loopback, read_keys
        from serve.running import PATIENCE, Settings, run

        style = log or ("plain" if sys.stderr.isatty() else "json")
        gate = Gate(read_keys(keys, os.environ), rate)
        if not gate.keys and not is_loopback(host):
            raise ValueError(
                f"others than this machine can reach {host}, so API keys are needed: "
                "enjoin key NAME >> keys.txt, then enjoin serve --keys keys.txt"
            )
        for name, value in PATIENCE.items():
            os.environ.setdefault(name, value)
        settings = Settings(_located(model), model, gate.keys, rate, audit, audit_text)

        def ready() -> None:
            where = f"http://{host}:{port}"
            note(f"enjoin listens at {where}/v1/predict; try it at {where}/docs")

        run(settings, host, port, ready, workers, style)


@app.command()
def key(name: Annotated[str, typer.Argument(help="who the key is for")]) -> None:
    """Make an API key for `enjoin serve`: the line to keep goes to standard output.

    The key itself is told once, on standard error. Add the line to a file: `enjoin key NAME >>
    keys.txt`.
    """
    with telling_errors():
        from serve.keys import new_key, read_keys

        secret, digest = new_key()
        line = f"{name}:{digest}"
        read_keys(None, {"ENJOIN_API_KEYS": line})
        note(f"Key of {name}, told this once: {secret}")
        print(line)


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
        from serve.tables import show_description

        if by is not None and by not in GROUPINGS:
            raise ValueError(f"no grouping {by!r}; expected one of {', '.join(GROUPINGS)}")
        found, _ = _rulings(rulings, keep_rejects=False)
        show_description(found, [by] if by else list(GROUPINGS), most, console())


@data_app.command("check")
def data_check(
    source: Annotated[str, typer.Argument(help="a file of labelled rulings, or -")],
) -> None:
    """Check a file of labelled rulings; wrong rows go to <name>.rejects.jsonl beside it.

    Exit code 0: all fit; 3: some rejected; 2: none fits.
    """
    with telling_errors():
        found, rejected = _rulings(source)
        say(f"{len(found)} ruling(s) fit the schema")
        if rejected:
            raise typer.Exit(3)


@lexicon_app.command("check")
def lexicon_check() -> None:
    """Check every phrase and example of the lexicons; exit code 3 where something is wrong."""
    with telling_errors():
        from features.check import check_lexicons

        count, flaws = check_lexicons()
        for flaw in flaws:
            warn(str(flaw))
        say(f"{count} entries read, {len(flaws)} flaw(s)")
        if flaws:
            raise typer.Exit(3)


@lexicon_app.command("try")
def lexicon_try(
    text: Annotated[str, typer.Argument(help="words of a paper, or - for standard input")],
    paper: Annotated[str, typer.Option(help="which paper: motion or opposition")] = "motion",
) -> None:
    """Show which phrases fire on a text: the text by family, then each hit with its indicator."""
    with telling_errors():
        from features.lexicon import PAPERS
        from serve.show import show_hits

        if paper not in PAPERS:
            raise ValueError(f"--paper {paper!r}: expected one of {', '.join(PAPERS)}")
        show_hits(sys.stdin.read() if text == "-" else text, paper, console())


@features_app.command("evaluate")
def features_evaluate(
    rulings: RulingsOption = EMBEDDED,
    part: Annotated[
        str, typer.Option(help="held_out: cases phrase writers have not read; writing; or all")
    ] = "held_out",
    misread: Annotated[
        str | None,
        typer.Option(help="list the misread rulings of one indicator, e.g. harm_types.monetary"),
    ] = None,
) -> None:
    """Print precision, recall and F1 of every indicator read from text, against the codings."""
    with telling_errors():
        from typing import get_args

        from serve.tables import show_extraction, show_misread
        from train import extraction

        if part not in get_args(extraction.Part):
            raise ValueError(f"--part {part!r}: expected held_out, writing or all")
        found = extraction.extract(_rulings(rulings, keep_rejects=False)[0], part)  # type: ignore[arg-type]
        if misread is None:
            show_extraction(*extraction.extraction_tables(found), part, console())
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
    with telling_errors():
        from serve.tables import show_ablation
        from train.run import ablate_rulings

        settings = _settings(2022, folds, bags, seed, "granted", None)
        with steps("ablation") as tell:
            table = ablate_rulings(_rulings(rulings)[0], settings, tell)
        show_ablation(table, console())


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


def _rulings(source: str, keep_rejects: bool = True) -> "tuple[list[Ruling], int]":
    """Load labelled rulings, telling of columns and rejects; return them and how many were bad."""
    from data.embedded import embedded_rulings
    from data.load import load, write_rejects
    from data.rows import UnreadableInput
    from data.schema import Ruling

    if source == EMBEDDED:
        return list(embedded_rulings()), 0
    loaded = load(source, Ruling)
    folder = Path.cwd() if source == "-" else Path(source).parent
    tell_columns(loaded)
    tell_rejects(loaded.rejects, write_rejects(loaded, folder) if keep_rejects else None)
    if not loaded.rows:
        raise UnreadableInput(
            f"{source}: no row fits the schema of a ruling (`enjoin schema ruling`)"
        )
    return loaded.rows, len(loaded.rejects)


def _train(rulings: "list[Ruling]", source: str, settings: "Settings") -> "Trained":
    from data.embedded import rulings_path
    from serve.pyfunc import log_to_mlflow
    from train.run import train as run_training

    with steps("training") as tell:
        where = str(rulings_path()) if source == EMBEDDED else source
        return run_training(rulings, where, settings, log_to_mlflow, tell)


def _predictor(source: str | None) -> "Predictor":
    return _loaded(_located(source))


def _loaded(located: "Located") -> "Predictor":
    from serve.predictor import Predictor

    return Predictor.from_located(located)


def _located(source: str | None) -> "Located":
    """Find the model; without any registered one, train it on the embedded rulings first."""
    from serve.locate import NoTrainedModel, locate_model

    try:
        return locate_model(source)
    except NoTrainedModel as missing:
        note(f"{missing}: training one on the embedded rulings first (one to two minutes)")
    from train.run import Settings

    trained = _train(_rulings(EMBEDDED)[0], EMBEDDED, Settings())
    note(f"registered enjoin version {trained.version}; `enjoin evaluate` shows how good it is")
    return locate_model()


def _prior(overall: float | None, counts: Path | None) -> "Prior | None":
    from data.court_counts import read_court_counts
    from train.prior import Prior

    if overall is None and counts is None:
        return None
    return Prior(overall, read_court_counts(counts) if counts else {})


def _fields(settings: list[str]) -> dict[str, Any]:
    """Read `--set field=value` settings as cells of a CSV file are read."""
    from data.rows import parse_cell

    fields = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"--set {setting!r}: expected field=value")
        fields[name] = parse_cell(name, value)
    return fields


def _paper(option: str, words: str | None, path: Path | None) -> str | None:
    """Return a paper's words as given, or read from its file."""
    if path is None:
        return words
    from serve.paper_files import read_paper_file

    if words is not None:
        raise ValueError(f"the words are given twice, by {option} and by {path}; leave one out")
    paper = read_paper_file(path)
    note("; ".join([f"{path.name}: {len(paper.text):,} characters read", *paper.notes]))
    return paper.text


def _one_motion(source: str | None, flags: dict[str, Any], settings: list[str]) -> "Motion":
    from data.load import check_rows
    from data.rows import UnreadableInput, raw_rows
    from data.schema import Motion

    row: dict[str, Any] = {}
    if source is not None:
        rows = raw_rows(source)
        if len(rows) != 1 or not isinstance(rows[0], dict):
            raise UnreadableInput(
                f"expected one motion, found {len(rows)} row(s); for a file use `enjoin score`"
            )
        row = rows[0]
    flags |= _fields(settings)
    if not row and not flags:
        raise ValueError(
            "no motion given: name a file, use - for standard input, --text or --motion-file"
        )
    checked = check_rows([row | flags], Motion)
    tell_columns(checked)
    if checked.rejects:
        raise UnreadableInput("; ".join(str(problem) for problem in checked.rejects[0].problems))
    return checked.rows[0]


if __name__ == "__main__":
    app()
