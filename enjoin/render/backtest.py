"""What `backtest` prints: earlier predictions against the rulings that came in."""

from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.describe import TOO_FEW
from enjoin.render.evaluation import HEADS
from enjoin.terminal import plural
from serve.backtest.run import Backtest
from serve.backtest.tracking import VersionReport
from train.monitor.drift import NEWLY_FILLED, P_GRANT
from train.monitor.live_metrics import ALL_MODES, MIN_CASES

METRICS = (
    "brier_score",
    "log_loss",
    "roc_auc",
    "accuracy",
    "calibration_in_the_large",
    "calibration_slope",
    "calibration_intercept",
)
LABELS = {
    "calibration_in_the_large": "calibration in the large",
    "calibration_slope": "calibration slope",
    "calibration_intercept": "calibration intercept",
}
_SIGNED = ("calibration_in_the_large", "calibration_intercept")
_STYLES = {"shifted": "bold red", "watch": "yellow"}


MAX_FEATURES = 12
"""Features whose drift is shown, those with the largest first."""


def show_backtest(judged: Backtest, console: Console) -> None:
    """Print the counts, then each version's scores, reliability, drift and verdict."""
    for rows, noun in ((judged.predictions, "prediction"), (judged.outcomes, "outcome")):
        if rows.duplicates:
            console.print(f"{plural(rows.duplicates, f'duplicate {noun}')} counted once")
    if judged.unpredicted:
        console.print(f"{plural(judged.unpredicted, 'outcome')} without a prediction")
    for report in judged.reports:
        _show_version(report, console)
    if len(judged.reports) > 1:
        console.print(
            f"\nThe verdict on {judged.judged_version} counts: {judged.verdict}.", style="bold"
        )


def _show_version(report: VersionReport, console: Console) -> None:
    joined = report.joined
    console.print(f"\nModel {report.version}", style="bold", markup=False)
    left_out = f"; {joined.left_out} granted in part, left out" if joined.left_out else ""
    never = [f"{count} {why}" for why, count in joined.undecided.items()]
    undecided = f"; {', '.join(never)}: not ruled on, left out" if never else ""
    console.print(
        f"{plural(len(joined.table), 'prediction')} with a known outcome "
        f"({plural(joined.n_cases, 'case')}), {joined.pending} still pending{left_out}{undecided}"
    )
    for note in report.notes:
        console.print(f"Note: {note}", style="yellow", markup=False)
    if len(report.scores):
        for mode, rows in report.scores.groupby("mode", sort=False):
            if rows["cases"].iloc[0] < MIN_CASES:
                _say_too_few(str(mode), rows, console)
            else:
                console.print(_scores(str(mode), rows))
        if len(report.reliability):
            console.print(_reliability(report))
    if len(report.drift):
        console.print(_drift(report))
    table = Table("rule", "", "", title="Is retraining due?", title_justify="left")
    table.show_header = False
    is_enough = joined.n_cases >= MIN_CASES
    for rule in report.rules:
        triggered = "[bold red]yes[/bold red]" if is_enough else "[yellow]too early[/yellow]"
        answer = triggered if rule.triggered else "[green]no[/green]"
        table.add_row(rule.name, answer, escape(rule.detail))
    console.print(table)
    verdict = f"Retraining is {report.state}."
    if not is_enough:
        verdict = "It is too early to tell whether retraining is due."
        verdict += f" Outcomes of {plural(joined.n_cases, 'case')} are known; {MIN_CASES} needed."
    console.print(verdict, style="bold", markup=False)
    console.print(f"MLflow run {report.run_id}")


def _say_too_few(mode: str, rows: pd.DataFrame, console: Console) -> None:
    n, cases = int(rows["n"].iloc[0]), int(rows["cases"].iloc[0])
    console.print(
        f"{_mode_name(mode)}: {plural(n, 'outcome')}, {plural(cases, 'case')}: {TOO_FEW} how good "
        f"the predictions are; {MIN_CASES} cases are needed",
        markup=False,
    )


def _mode_name(mode: str) -> str:
    return "All modes" if mode == ALL_MODES else f"Mode {mode}"


def _scores(mode: str, rows: pd.DataFrame) -> Table:
    n, cases = int(rows["n"].iloc[0]), int(rows["cases"].iloc[0])
    heads = ("metric", "live", "95% interval", "base rate", "own test", "95% interval")
    title = f"{_mode_name(mode)}: {n} outcomes, {cases} cases"
    table = Table(*heads, title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    cells = rows.set_index("metric")
    for metric in METRICS:
        cell = cells.loc[metric]
        spec = "+.3f" if metric in _SIGNED else ".3f"
        table.add_row(
            LABELS.get(metric, HEADS[metric]),
            TOO_FEW if pd.isna(cell["value"]) else _figure(cell["value"], spec),
            _span(cell["low"], cell["high"], spec),
            _figure(cell["base_rate"], spec),
            _figure(cell["test_value"], spec),
            _span(cell["test_low"], cell["test_high"], spec),
        )
    if "brier_difference" in cells.index:
        cell = cells.loc["brier_difference"]
        table.add_row(
            "Brier score minus base rate's",
            _figure(cell["value"], "+.3f"),
            _span(cell["low"], cell["high"], "+.3f"),
        )
    table.caption_justify = "left"
    table.caption = (
        "live: these outcomes; base rate: the training rulings' grant rate for every motion; "
        "own test: the model's test when it was trained"
    )
    return table


def _reliability(report: VersionReport) -> Table:
    heads = ("rulings", "predicted", "interval", "granted", "95% interval", "inside")
    table = Table(*heads, title="Predicted and observed share granted", title_justify="left")
    for column in table.columns:
        column.justify = "right"
    for row in report.reliability.to_dict("records"):
        table.add_row(
            str(row["n"]),
            f"{row['p_mean']:.0%}",
            f"{row['p_low']:.0%} to {row['p_high']:.0%}",
            f"{row['granted']:.0%}",
            f"{row['low']:.0%} to {row['high']:.0%}",
            "yes" if row["within_interval"] else "no",
        )
    if report.share_within:
        share, low, high = report.share_within
        table.caption_justify = "left"
        table.caption = (
            f"the observed share is inside the mean interval in {share:.0%} of groups "
            f"(95% interval {low:.0%} to {high:.0%})"
        )
    return table


def _drift(report: VersionReport) -> Table:
    """Return the probabilities' drift in each mode, then the features with the largest index."""
    is_p_grant = report.drift["feature"] == P_GRANT
    newly_filled = report.drift[report.drift["status"] == NEWLY_FILLED]
    is_drift = ~is_p_grant & (report.drift["status"] != NEWLY_FILLED)
    features = report.drift[is_drift].sort_values("psi", ascending=False, kind="stable")
    heads = ("mode", "feature", "PSI", "by chance", "drift", "largest shift", "then", "now")
    table = Table(*heads, title="Drift against the training rulings", title_justify="left")
    for index in (2, 3, 6, 7):
        table.columns[index].justify = "right"
    shown = pd.concat([report.drift[is_p_grant], features.head(MAX_FEATURES)])
    for row in shown.to_dict("records"):
        matters = row["feature"] in report.top_features.get(row["mode"], ())
        table.add_row(
            row["mode"],
            ("* " if matters else "") + row["feature"],
            f"{row['psi']:.2f}",
            f"{row['expected_by_chance']:.2f}",
            row["status"],
            escape(str(row["bin"])),
            f"{row['training_share']:.0%}",
            f"{row['current_share']:.0%}",
            style=_STYLES.get(row["status"], ""),
        )
    counts = features["status"].value_counts()
    summary = ", ".join(f"{count} {status}" for status, count in counts.items())
    legend = f"features: {summary}. * among those that move its mode most. " if summary else ""
    table.caption_justify = "left"
    table.caption = (
        _say_newly_filled(newly_filled)
        + legend
        + (
            "PSI (population stability index): below 0.1 stable, above 0.25 shifted, unless chance "
            "alone produces as much among so few"
        )
    )
    return table


def _say_newly_filled(rows: pd.DataFrame) -> str:
    """Name the columns that are given more often than in training, which is no drift."""
    if rows.empty:
        return ""
    columns = [
        f"{escape(row['feature'])} ({row['mode']}: {1 - row['training_share']:.0%} -> "
        f"{1 - row['current_share']:.0%})"
        for row in rows.to_dict("records")
    ]
    return f"given more often than in training, which is no drift: {', '.join(columns)}. "


def _figure(value: Any, spec: str) -> str:
    return "-" if pd.isna(value) else f"{value:{spec}}"


def _span(low: Any, high: Any, spec: str) -> str:
    return "-" if pd.isna(low) else f"{low:{spec}} to {high:{spec}}"
