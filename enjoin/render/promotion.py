"""What `promote` prints: the challenger compared with the champion."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from train.tracking.comparison import Gap
from train.tracking.promotion import Verdict


def show_verdict(verdict: Verdict, console: Console) -> None:
    """Print the comparison, each check, and the decision."""
    challenger, champion = verdict.challenger, verdict.champion
    console.print(f"Challenger: version {challenger}; champion: version {champion}")
    if verdict.gaps:
        _show_gaps(verdict.gaps, console)
    table = Table("check", "", "", title="Checks", title_justify="left", show_header=False)
    for check in verdict.checks:
        result = "[green]pass[/green]" if check.passed else "[bold red]fail[/bold red]"
        table.add_row(check.name, result, escape(check.detail))
    console.print(table)
    if not verdict.promoted:
        console.print(f"Refused: version {champion} stays champion.", style="bold")
        console.print('To promote it anyway: enjoin promote --force --reason "why"')
        return
    forced = " by force" if verdict.failed_checks else ""
    console.print(f"Promoted{forced}: version {challenger} is champion now.", style="bold")
    console.print("A running `enjoin serve` switches to it within half a minute.")
    console.print(f"To return to version {champion}: enjoin rollback")


def _show_gaps(gaps: tuple[Gap, ...], console: Console) -> None:
    heads = ("", "mode", "champion", "challenger", "difference", "95% interval")
    table = Table(
        *heads, title="On the same rulings, which neither model had seen", title_justify="left"
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for gap in gaps:
        shown = f"{gap.champion:.4f}", f"{gap.challenger:.4f}", f"{gap.difference:+.4f}"
        interval = f"{gap.low:+.4f} to {gap.high:+.4f}"
        table.add_row(gap.measure, gap.mode, *shown, interval)
    console.print(table)
    console.print(
        "Difference: challenger minus champion, paired by ruling, interval bootstrapped by case; "
        "negative is better. Calibration distance: root mean square distance of the probabilities "
        "from the observed rates (logistic calibration curve)."
    )
