"""Show an evaluation as tables in the terminal."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from train.evaluate.calibration_metrics import calibration_error_by_chance
from train.evaluate.choices import SHIPPED
from train.evaluate.metrics import CALIBRATION
from train.evaluate.protocols import (
    ANY_MODE,
    HEADLINE,
    MODEL,
    RECALIBRATED,
    Evaluation,
    interval_check,
    outcome_table,
    part_table,
)
from train.evaluate.slices import FEW
from train.modes import MODES

SHOWN = ("roc_auc", "pr_auc", "brier_score", "brier_skill", "log_loss", "accuracy")
BRIEF = ("roc_auc", "brier_score", "brier_skill")
HEADS = {
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "brier_score": "Brier score",
    "brier_skill": "Brier skill",
    "log_loss": "log loss",
    "accuracy": "accuracy",
    "calibration_error": "calibration error",
    "calibration_in_the_large": "in the large",
    "calibration_slope": "slope",
    "calibration_intercept": "intercept",
}


def show_headline(evaluation: Evaluation, console: Console) -> None:
    """Print the metrics that matter most on later years, the model beside its baselines."""
    rows = evaluation.table[evaluation.table["protocol"] == HEADLINE]
    console.print(_scores(rows, _title(evaluation, rows), BRIEF))
    console.print("Each figure with its 95% interval. All of it: enjoin evaluate")


def show_evaluation(evaluation: Evaluation, console: Console, slices: bool = False) -> None:
    """Print the metrics of both protocols, the paired differences, calibration and checks.

    `slices` adds the table of every slice; without it only those off in calibration are named.
    """
    for protocol, rows in evaluation.table.groupby("protocol", sort=False):
        console.print(_scores(rows, _title(evaluation, rows), SHOWN))
        mine = evaluation.beside[evaluation.beside["protocol"] == protocol]
        console.print(_beside(mine))
        console.print(_calibration(rows, evaluation.predictions))
    console.print(
        "Each figure with its 95% interval, bootstrapped by case. Lower is better for Brier score, "
        "log loss and calibration error. Brier skill: 1 less the ratio of the Brier score to that "
        "of the informed base rate (the share granted by motion type x claim area) on the same "
        "rows; positive is better. In the large: mean probability less the share granted.\n"
    )
    console.print(_outcomes(evaluation.predictions))
    console.print(_intervals(evaluation.predictions))
    console.print(_parts(evaluation.predictions))
    _show_slices(evaluation.slices, console, slices)


def show_choices(table: pd.DataFrame, console: Console) -> None:
    """Print the model's scores with one choice changed at a time, and the paired differences."""
    heads = ("choice", "mode", "ROC AUC", "difference", "Brier score", "difference")
    title = "Grouped cross-validation, one choice changed at a time"
    shown = Table(*heads, title=title, title_justify="left")
    for (choice, mode), rows in table.groupby(["choice", "mode"], sort=False):
        cells = rows.set_index("metric")
        names = ("roc_auc", "roc_auc_difference", "brier_score", "brier_difference")
        words = [with_interval(cells.loc[name]) for name in names]
        if choice == SHIPPED:
            words[1] = words[3] = ""
        shown.add_row(str(choice), str(mode), *words)
    console.print(shown)
    console.print(
        "Difference: the changed model less the shipped one, paired on the same rulings, 95% "
        "interval bootstrapped by case. A Brier score that rises says the shipped choice helps."
    )


def with_interval(cell: Any) -> str:
    """Return a figure over its interval, for a cell."""
    if pd.isna(cell["value"]):
        return "-"
    # Two lines, so that six columns fit in a terminal of 100.
    return f"{cell['value']:.3f}\n\\[{cell['low']:.3f}, {cell['high']:.3f}]"


def _title(evaluation: Evaluation, rows: pd.DataFrame) -> str:
    titles = {
        "rolling": f"Later years (headline): each year from {evaluation.first_test_year} on "
        "predicted from the years before it, pooled",
        "grouped": "Grouped cross-validation: cases kept together",
    }
    n, cases = int(rows["n"].iloc[0]), int(rows["cases"].iloc[0])
    return f"{titles[str(rows['protocol'].iloc[0])]}; {n} rulings, {cases} cases"


def _scores(rows: pd.DataFrame, title: str, metrics: Sequence[str]) -> Table:
    heads = ("model", "mode", *(HEADS[metric] for metric in metrics))
    table = Table(*heads, title=title, title_justify="left")
    shown_rows = rows[~rows["model"].isin(RECALIBRATED)]
    for (mode, name), mine in shown_rows.groupby(["mode", "model"], sort=False):
        cells = mine.set_index("metric")
        shown = [with_interval(cells.loc[metric]) for metric in metrics]
        table.add_row(str(name), str(mode), *shown, style="bold" if name == MODEL else "")
    return table


def _beside(rows: pd.DataFrame) -> Table:
    """Show the model less each baseline: a row per baseline, two columns per mode."""
    title = "enjoin less each baseline on the same rulings (Brier below 0 and ROC AUC above 0 win)"
    heads = [f"{mode}: {word}" for mode in MODES for word in ("Brier", "ROC AUC")]
    table = Table("baseline", *heads, title=title, title_justify="left")
    cells = rows.set_index(["baseline", "mode", "metric"])
    for baseline in dict.fromkeys(rows.loc[~rows["baseline"].isin(RECALIBRATED), "baseline"]):
        shown = [
            with_interval(cells.loc[(baseline, mode, metric)])
            for mode in MODES
            for metric in ("brier_difference", "roc_auc_difference")
        ]
        table.add_row(str(baseline), *shown)
    return table


def _calibration(rows: pd.DataFrame, predictions: pd.DataFrame) -> Table:
    """Show how true to size the probabilities are, beside other calibrations of the same scores."""
    protocol = rows["protocol"].iloc[0]
    heads = ("model", "mode", "Brier score", "log loss", *(HEADS[m] for m in CALIBRATION))
    table = Table(*heads, "by chance", title="Calibration", title_justify="left")
    mine = rows[rows["mode"] != ANY_MODE]
    given = predictions[predictions["protocol"] == protocol].groupby(["mode", "model"])["p_grant"]
    for (mode, name), scores in mine.groupby(["mode", "model"], sort=False):
        cells = scores.set_index("metric")
        shown = [
            with_interval(cells.loc[metric]) for metric in ("brier_score", "log_loss", *CALIBRATION)
        ]
        p = given.get_group((mode, name)).to_numpy(dtype=float)
        style = "bold" if name == MODEL else ""
        chance = f"{calibration_error_by_chance(p):.3f}"
        table.add_row(str(name), str(mode), *shown, chance, style=style)
    table.caption = "by chance: the calibration error that so many true probabilities would show"
    return table


def _outcomes(predictions: pd.DataFrame) -> Table:
    outcomes = outcome_table(predictions).pivot_table(
        index=["protocol", "mode"], columns="outcome", values="mean_p_grant", sort=False
    )
    table = Table("test", "mode", *map(str, outcomes.columns), title="Mean p_grant by outcome")
    for (protocol, mode), means in outcomes.iterrows():
        table.add_row(protocol, mode, *(f"{value:.2f}" for value in means))
    return table


def _intervals(predictions: pd.DataFrame) -> Table:
    heads = ("test", "mode", "intervals", "mean width", "observed rate inside", "can be inside")
    table = Table(*heads, title="Intervals, over groups of about 50 rulings of like p_grant")
    for row in interval_check(predictions).itertuples():
        inside = f"{row.groups_covered} of {row.groups}"
        meets = f"{row.groups_consistent} of {row.groups}"
        table.add_row(row.protocol, row.mode, row.model, f"{row.mean_width:.3f}", inside, meets)
    table.caption = "can be inside: the 95% interval of the observed rate meets the interval"
    return table


def _parts(predictions: pd.DataFrame) -> Table:
    table = Table("test", "cases", "rulings", "ROC AUC", "Brier score")
    table.title = "Text only, by whether phrase writers may have read the case"
    parts = part_table(predictions).groupby(["protocol", "phrase_part"], sort=False)
    for (protocol, part), rows in parts:
        cells = rows.set_index("metric")
        shown = [with_interval(cells.loc[m]) for m in ("roc_auc", "brier_score")]
        words = "read" if part == "writing" else "not read"
        table.add_row(protocol, words, str(rows["n"].iloc[0]), *shown)
    return table


def _show_slices(found: pd.DataFrame, console: Console, everything: bool) -> None:
    off = found[found["off"] & (found["metric"] == "calibration_in_the_large")]
    for row in off.itertuples():
        console.print(
            f"Calibration off: {row.grouping} {row.slice}, {row.mode}, {row.protocol} test: mean "
            f"probability less share granted {row.value:+.3f} [{row.low:+.3f}, {row.high:+.3f}] "
            f"on {row.n} rulings",
            markup=False,
        )
    if off.empty:
        console.print(f"No slice of {FEW} rulings or more is significantly off in calibration.")
    if not everything:
        console.print("Every slice: enjoin evaluate --slices")
        return
    for (protocol, mode), rows in found.groupby(["protocol", "mode"], sort=False):
        title = f"Slices, {mode}, {protocol} test (under {FEW} rulings greyed)"
        heads = (
            "grouping",
            "slice",
            "rulings",
            "granted",
            "ROC AUC",
            "Brier score",
            "in the large",
        )
        table = Table(*heads, title=title, title_justify="left")
        for (grouping, name), mine in rows.groupby(["grouping", "slice"], sort=False):
            cells = mine.set_index("metric")
            n = int(mine["n"].iloc[0])
            shown = [
                with_interval(cells.loc[metric])
                for metric in ("roc_auc", "brier_score", "calibration_in_the_large")
            ]
            rate = f"{mine['granted'].iloc[0]:.0%}"
            style = "dim" if n < FEW else "bold red" if mine["off"].iloc[0] else ""
            table.add_row(str(grouping), str(name), str(n), rate, *shown, style=style)
        console.print(table)
