"""What `train`, `evaluate` and `compare-design` print: evaluations as tables."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from data.describe import MIN_TO_SAY, TOO_FEW
from train.evaluate.metrics import CALIBRATION, calibration_error_by_chance
from train.evaluate.protocols import ANY_MODE, HEADLINE, MODEL, RECALIBRATED, Evaluation
from train.evaluate.refits import SHIPPED
from train.evaluate.slices import MIN_SLICE_SIZE
from train.evaluate.tables import interval_coverage, outcome_table, phrase_split_table
from train.modes import MODES

COLUMNS = ("roc_auc", "pr_auc", "brier_score", "brier_skill", "log_loss", "accuracy")
HEADLINE_COLUMNS = ("roc_auc", "brier_score", "brier_skill")
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
    """Print the main metrics on later years, for the model and its baselines."""
    rows = evaluation.table[evaluation.table["protocol"] == HEADLINE]
    console.print(_scores(rows, _title(evaluation, rows), HEADLINE_COLUMNS))
    console.print("Each figure with its 95% interval. The whole evaluation: enjoin evaluate")


def show_evaluation(evaluation: Evaluation, console: Console, slices: bool = False) -> None:
    """Print the metrics of both protocols, the paired differences, calibration and checks.

    With `slices`, also prints every slice; otherwise only those whose calibration is off.
    """
    for protocol, rows in evaluation.table.groupby("protocol", sort=False):
        console.print(_scores(rows, _title(evaluation, rows), COLUMNS))
        differences = evaluation.baseline_differences
        console.print(_baseline_differences(differences[differences["protocol"] == protocol]))
        console.print(_calibration(rows, evaluation.predictions))
    console.print(
        "Each figure with its 95% interval, bootstrapped by case. Lower is better for Brier score, "
        "log loss and calibration error. Brier skill: 1 minus the ratio of the Brier score to that "
        "of the informed base rate (the share granted by motion type and claim area) on the same "
        "rulings; positive is better. In the large: mean probability minus the share granted.\n"
    )
    console.print(_outcomes(evaluation.predictions))
    console.print(_intervals(evaluation.predictions))
    console.print(_phrase_splits(evaluation.predictions))
    _show_slices(evaluation.slices, console, slices)


def show_design_comparison(table: pd.DataFrame, console: Console) -> None:
    """Print the scores with one design choice changed at a time, and the paired differences."""
    heads = ("design", "mode", "ROC AUC", "difference", "Brier score", "difference")
    title = "Grouped cross-validation, one design choice changed at a time"
    shown = Table(*heads, title=title, title_justify="left")
    for (design, mode), rows in table.groupby(["design", "mode"], sort=False):
        cells = rows.set_index("metric")
        names = ("roc_auc", "roc_auc_difference", "brier_score", "brier_difference")
        figures = [with_interval(cells.loc[name]) for name in names]
        if design == SHIPPED:
            figures[1] = figures[3] = ""
        shown.add_row(str(design), str(mode), *figures)
    console.print(shown)
    console.print(
        "Difference: the changed model minus the shipped one, paired on the same rulings, 95% "
        "interval bootstrapped by case. The shipped choice helps if the Brier score rises without "
        "it."
    )


def with_interval(cell: Any) -> str:
    """Return a figure and, on the next line, its interval; `TOO_FEW` of few rulings."""
    if cell.get("n", MIN_TO_SAY) < MIN_TO_SAY:
        return TOO_FEW
    if pd.isna(cell["value"]):
        return "-"
    # On two lines, six columns fit in a terminal of 100 characters.
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
    shown = rows[~rows["model"].isin(RECALIBRATED)]
    for (mode, name), scores in shown.groupby(["mode", "model"], sort=False):
        cells = scores.set_index("metric")
        figures = [with_interval(cells.loc[metric]) for metric in metrics]
        table.add_row(str(name), str(mode), *figures, style="bold" if name == MODEL else "")
    return table


def _baseline_differences(rows: pd.DataFrame) -> Table:
    """Return the model minus each baseline: a row per baseline, two columns per mode."""
    title = (
        "enjoin minus each baseline, on the same rulings (better: Brier below 0, ROC AUC above 0)"
    )
    heads = [f"{mode}: {metric}" for mode in MODES for metric in ("Brier", "ROC AUC")]
    table = Table("baseline", *heads, title=title, title_justify="left")
    cells = rows.set_index(["baseline", "mode", "metric"])
    for baseline in dict.fromkeys(rows.loc[~rows["baseline"].isin(RECALIBRATED), "baseline"]):
        figures = [
            with_interval(cells.loc[(baseline, mode, metric)])
            for mode in MODES
            for metric in ("brier_difference", "roc_auc_difference")
        ]
        table.add_row(str(baseline), *figures)
    return table


def _calibration(rows: pd.DataFrame, predictions: pd.DataFrame) -> Table:
    """Return calibration metrics, beside those of other calibrations of the same scores."""
    protocol = rows["protocol"].iloc[0]
    heads = ("model", "mode", "Brier score", "log loss", *(HEADS[m] for m in CALIBRATION))
    table = Table(*heads, "by chance", title="Calibration", title_justify="left")
    shown = rows[rows["mode"] != ANY_MODE]
    probabilities = predictions[predictions["protocol"] == protocol].groupby(["mode", "model"])[
        "p_grant"
    ]
    for (mode, name), scores in shown.groupby(["mode", "model"], sort=False):
        cells = scores.set_index("metric")
        figures = [
            with_interval(cells.loc[metric]) for metric in ("brier_score", "log_loss", *CALIBRATION)
        ]
        p = probabilities.get_group((mode, name)).to_numpy(dtype=float)
        style = "bold" if name == MODEL else ""
        by_chance = f"{calibration_error_by_chance(p):.3f}"
        table.add_row(str(name), str(mode), *figures, by_chance, style=style)
    table.caption = "by chance: the calibration error of as many perfectly calibrated probabilities"
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
    heads = ("test", "mode", "model", "mean width", "observed rate inside", "consistent")
    table = Table(
        *heads, title="Coverage of the intervals, in groups of about 50 rulings of similar p_grant"
    )
    for row in interval_coverage(predictions).itertuples():
        covered = f"{row.groups_covered} of {row.groups}"
        consistent = f"{row.groups_consistent} of {row.groups}"
        table.add_row(
            row.protocol, row.mode, row.model, f"{row.mean_width:.3f}", covered, consistent
        )
    table.caption = "consistent: the 95% interval of the observed rate overlaps the interval"
    return table


def _phrase_splits(predictions: pd.DataFrame) -> Table:
    table = Table("test", "cases", "rulings", "ROC AUC", "Brier score")
    table.title = "Text only, by whether phrase writers may have read the case"
    splits = phrase_split_table(predictions).groupby(["protocol", "phrase_split"], sort=False)
    for (protocol, split), rows in splits:
        cells = rows.set_index("metric")
        figures = [with_interval(cells.loc[metric]) for metric in ("roc_auc", "brier_score")]
        cases = "read" if split == "writing" else "not read"
        table.add_row(protocol, cases, str(rows["n"].iloc[0]), *figures)
    return table


def _show_slices(slices: pd.DataFrame, console: Console, show_all: bool) -> None:
    off = slices[slices["off"] & (slices["metric"] == "calibration_in_the_large")]
    for row in off.itertuples():
        console.print(
            f"Miscalibrated: {row.grouping} {row.slice}, {row.mode}, {row.protocol} test: mean "
            f"probability minus share granted {row.value:+.3f} [{row.low:+.3f}, {row.high:+.3f}] "
            f"on {row.n} rulings",
            markup=False,
        )
    if off.empty:
        console.print(
            f"No slice of {MIN_SLICE_SIZE} rulings or more is significantly miscalibrated."
        )
    if not show_all:
        console.print("Every slice: enjoin evaluate --slices")
        return
    for (protocol, mode), rows in slices.groupby(["protocol", "mode"], sort=False):
        title = f"Slices, {mode}, {protocol} test (under {MIN_SLICE_SIZE} rulings grayed)"
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
        for (grouping, name), scores in rows.groupby(["grouping", "slice"], sort=False):
            cells = scores.set_index("metric")
            n = int(scores["n"].iloc[0])
            figures = [
                with_interval(cells.loc[metric])
                for metric in ("roc_auc", "brier_score", "calibration_in_the_large")
            ]
            rate = f"{scores['granted'].iloc[0]:.0%}" if n >= MIN_SLICE_SIZE else "-"
            style = "dim" if n < MIN_SLICE_SIZE else "bold red" if scores["off"].iloc[0] else ""
            table.add_row(str(grouping), str(name), str(n), rate, *figures, style=style)
        console.print(table)
