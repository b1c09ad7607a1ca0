"""What `what-if` prints."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from serve.what_if.what_if import Change, WhatIf
from train.model.calibration import INTERVAL


def show_what_if(answer: WhatIf, console: Console) -> None:
    """Print the probability now, and after each change."""
    console.print(
        f"Probability of grant now: [bold]{answer.p_grant:.0%}[/bold] "
        f"({INTERVAL:.0%} interval {answer.p_low:.0%} to {answer.p_high:.0%})"
    )
    combined = answer.combined if len(answer.changes) > 1 else None
    shown = [*answer.changes, *([combined] if combined else [])]
    has_records = any(change.track_record for change in shown)
    titles = ["party", "change", "probability", "interval", "points"]
    table = Table(*titles, *(["training rulings"] if has_records else []))
    for column in table.columns[2:5]:
        column.justify = "right"
    for change in answer.changes:
        table.add_row(*_cells(change, has_records))
    if combined:
        table.add_section()
        all_combined = combined.model_copy(update={"label": "all combined"})
        table.add_row(*_cells(all_combined, has_records))
    console.print(table if answer.changes else "No change within a party's control would help it.")
    console.print(answer.note, style="dim", markup=False)


def _cells(change: Change, has_records: bool) -> list[str]:
    """Return a row; without figures where too few training rulings had what a lever brings."""
    if change.party and change.too_few:
        figures = ["", "", ""]
    else:
        interval = f"{change.p_low:.0%} to {change.p_high:.0%}"
        figures = [f"{change.p_grant:.0%}", interval, f"{change.points:+.1f}"]
    record = change.track_record.text if change.track_record else ""
    return [change.party or "", escape(change.label), *figures, *([record] if has_records else [])]
