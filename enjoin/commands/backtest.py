"""The `backtest` command: earlier predictions against the rulings that came in."""

from typing import Annotated

import typer

from data.labels import PartialGrants
from enjoin.options import MapOption, ModelOption
from enjoin.terminal import console, exit_on_user_error, report_rejects, spinner, warn


def backtest(
    predictions: Annotated[
        str, typer.Argument(help="the output of `enjoin score`, or an audit log of `enjoin serve`")
    ],
    outcomes: Annotated[
        str,
        typer.Argument(
            help="file of id and outcome (granted, granted_in_part, denied, moot or withdrawn), "
            "and case_id if known"
        ),
    ],
    motions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="the motions that were scored, for the drift of each feature"
        ),
    ] = None,
    map_: MapOption = None,
    model: ModelOption = None,
    partial_grants_as: Annotated[
        PartialGrants | None,
        typer.Option(
            help="how a ruling 'granted in part' counts; by default as in the model's training"
        ),
    ] = None,
) -> None:
    """Judge earlier predictions by the rulings that came in, and say whether retraining is due.

    Retraining is due when outcomes of at least 30 cases are known and one of these holds:

    - the 95% interval of the mean probability less the share granted excludes 0;
    - the 95% interval of the calibration slope excludes 1;
    - in some mode, the interval of the Brier score lies wholly above that of the model's own test;
    - the probabilities, or one of the ten features that move them most (except the year), have
      shifted: population stability index above 0.25 and above what chance produces.

    Each model version is judged separately and logged to MLflow as a run. The verdict on the
    champion (or on --model) counts. Headers and values of OUTCOMES and of --motions are read as
    people write them; `--map` names columns of either. Rejected rows go to a file named after its
    input, with .rejects.jsonl added.

    Exit code 0: not due; 3: retraining due, or rows rejected; 2: error.

    ```
    enjoin backtest scored.csv outcomes.csv --motions pending.csv
    ```
    """
    with exit_on_user_error():
        from data.io.columns import read_column_map
        from enjoin.render.backtest import show_backtest
        from enjoin.render.understood import report_reading
        from serve.backtest.run import backtest as judge_predictions

        columns = read_column_map(map_ or [])
        with spinner("backtest") as on_progress:
            judged = judge_predictions(
                predictions, outcomes, motions, model, partial_grants_as, on_progress, columns
            )
        for read in (judged.docket, judged.outcomes):
            if read:
                report_reading(read.loaded, read.loaded.name)
        tables = [table for table in (judged.docket, judged.predictions, judged.outcomes) if table]
        for table in tables:
            report_rejects(table.rejects, table.rejects_path)
        show_backtest(judged, console())
        if judged.unpredicted == len(judged.outcomes.rows):
            outcome_id, motion_id = judged.outcomes.rows[0].id, judged.predictions.rows[0].id
            warn(
                f"no outcome has the id of a scored motion: outcomes have ids such as "
                f"{outcome_id!r}, predictions such as {motion_id!r}"
            )
        if judged.verdict == "due" or any(table.rejects for table in tables):
            raise typer.Exit(3)
