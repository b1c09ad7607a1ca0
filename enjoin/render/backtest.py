"""Show in the terminal how earlier predictions did once the rulings came in."""

from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from enjoin.render.evaluation import HEADS
from serve.backtest.run import Backtest
from serve.backtest.tracking import VersionReport
from train.monitor.drift import P_GRANT
from train.monitor.live_metrics import EVERY_MODE, FEWEST

SHOWN = (
    "brier_score",
    "log_loss",
    "roc_auc",
    "accuracy",
    "calibration_in_the_large",
    "calibration_slope",
    "calibration_intercept",
)
_SIGNED = ("calibration_in_the_large", "calibration_intercept")
_READINGS = {"shifted": "bold red", "watch": "yellow"}


def show_backtest(found: Backtest, console: Console, most: int = 12) -> None:
    """Print the counts, then each version's scores, reliability, drift and verdict."""
    for rows, name in ((found.predictions, "predictions"), (found.outcomes, "outcomes")):
        if rows.repeated:
            console.print(f"{rows.repeated} {name} given again, word for word; counted once")
    if found.unpredicted:
        console.print(f"{found.unpredicted} outcome(s) have no prediction")
    for report in found.reports:
        _show_version(report, console, most)
    if len(found.reports) > 1:
        console.print(f"\nThe verdict on {found.judged} counts: {found.verdict}.", style="bold")


def _show_version(report: VersionReport, console: Console, most: int) -> None:
    joined = report.joined
    console.print(f"\nModel {report.version}", style="bold", markup=False)
    left_out = f", {joined.left_out} granted in part left out" if joined.left_out else ""
    cases = f" ({joined.table['case'].nunique()} cases)" if len(joined.table) else ""
    console.print(
        f"{len(joined.table)} predictions have their outcome{cases}{left_out}; "
        f"{joined.pending} pending"
    )
    for note in report.notes:
        console.print(f"Note: {note}", style="yellow", markup=False)
    if len(report.scores):
        for mode, rows in report.scores.groupby("mode", sort=False):
            console.print(_scores(str(mode), rows))
        console.print(_reliability(report))
    if len(report.drift):
        console.print(_drift(report, most))
    table = Table("rule", "", "", title="Is retraining due?", title_justify="left")
    table.show_header = False
    enough = joined.cases >= FEWEST
    for rule in report.rules:
        broken = "[bold red]due[/bold red]" if enough else "[yellow]seen[/yellow]"
        result = broken if rule.broken else "[green]no[/green]"
        table.add_row(rule.name, result, escape(rule.words))
    console.print(table)
    console.print(f"Retraining is {report.state}." + _few(report), style="bold", markup=False)
    console.print(f"MLflow run {report.run_id}")


def _few(report: VersionReport) -> str:
    n = report.joined.cases
    return f" Outcomes of {n} case(s) are joined; of {FEWEST} are needed." if n < FEWEST else ""


def _scores(mode: str, rows: pd.DataFrame) -> Table:
    named = "All modes" if mode == EVERY_MODE else f"Mode {mode}"
    n, cases = int(rows["n"].iloc[0]), int(rows["cases"].iloc[0])
    heads = ("metric", "live", "95% interval", "base rate", "tested", "95% interval")
    title = f"{named}: {n} outcomes, {cases} cases"
    table = Table(*heads, title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    cells = rows.set_index("metric")
    for metric in SHOWN:
        cell = cells.loc[metric]
        form = "+.3f" if metric in _SIGNED else ".3f"
        table.add_row(
            HEADS[metric],
            _figure(cell["value"], form),
            _span(cell["low"], cell["high"], form),
            _figure(cell["base_rate"], form),
            _figure(cell["promised"], form),
            _span(cell["promised_low"], cell["promised_high"], form),
        )
    if "brier_difference" in cells.index:
        cell = cells.loc["brier_difference"]
        table.add_row(
            "Brier score less base rate's",
            _figure(cell["value"], "+.3f"),
            _span(cell["low"], cell["high"], "+.3f"),
        )
    table.caption = "live: these outcomes; base rate: every motion given the training rulings' rate"
    return table


def _reliability(report: VersionReport) -> Table:
    heads = ("rulings", "expected", "interval", "observed", "95% interval", "inside")
    table = Table(*heads, title="Expected and observed share granted", title_justify="left")
    for column in table.columns:
        column.justify = "right"
    for row in report.reliability.to_dict("records"):
        table.add_row(
            str(row["n"]),
            f"{row['p_mean']:.0%}",
            f"{row['p_low']:.0%} to {row['p_high']:.0%}",
            f"{row['granted']:.0%}",
            f"{row['low']:.0%} to {row['high']:.0%}",
            "yes" if row["inside"] else "no",
        )
    if report.inside:
        share, low, high = report.inside
        table.caption = (
            f"observed share inside the mean interval in {share:.0%} of groups "
            f"(95% interval {low:.0%} to {high:.0%})"
        )
    return table


def _drift(report: VersionReport, most: int) -> Table:
    """Show the probabilities' drift in each mode, then the features with the largest index."""
    own = report.drift["feature"] == P_GRANT
    features = report.drift[~own].sort_values("psi", ascending=False, kind="stable")
    heads = ("mode", "feature", "PSI", "by chance", "reading", "moved most", "then", "now")
    table = Table(*heads, title="Drift against the training rulings", title_justify="left")
    for place in (2, 3, 6, 7):
        table.columns[place].justify = "right"
    for row in pd.concat([report.drift[own], features.head(most)]).to_dict("records"):
        matters = row["feature"] in report.matters.get(row["mode"], ())
        table.add_row(
            row["mode"],
            row["feature"] + (" *" if matters else ""),
            f"{row['psi']:.2f}",
            f"{row['by_chance']:.2f}",
            row["reading"],
            escape(str(row["moved"])),
            f"{row['then']:.0%}",
            f"{row['now']:.0%}",
            style=_READINGS.get(row["reading"], ""),
        )
    counts = features["reading"].value_counts()
    told = ", ".join(f"{count} {reading}" for reading, count in counts.items())
    more = f"features: {told}. * one of those that move its mode most. " if told else ""
    table.caption = more + (
        "PSI below 0.1 is stable, above 0.25 shifted, unless chance alone makes as much of so few"
    )
    return table


def _figure(value: Any, form: str) -> str:
    return "-" if pd.isna(value) else f"{value:{form}}"


def _span(low: Any, high: Any, form: str) -> str:
    return "-" if pd.isna(low) else f"{low:{form}} to {high:{form}}"
