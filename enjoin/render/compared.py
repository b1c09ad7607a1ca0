"""Show what-if and comparables in the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from serve.responses import ComparableRate
from serve.similar_rulings import ComparablesAnswer
from serve.what_if.what_if import Change, WhatIf
from train.model.calibration import INTERVAL


def show_what_if(found: WhatIf, console: Console) -> None:
    """Print the probability as things stand, and what each change makes of it."""
    console.print(
        f"Probability of grant as things stand: [bold]{found.p_grant:.0%}[/bold] "
        f"({INTERVAL:.0%} interval {found.p_low:.0%} to {found.p_high:.0%})"
    )
    table = Table("party", "change", "probability", "interval", "points")
    for column in table.columns[2:]:
        column.justify = "right"
    for change in found.changes:
        table.add_row(*_row(change))
    if found.combined and len(found.changes) > 1:
        table.add_section()
        table.add_row(*_row(found.combined.model_copy(update={"label": "all together"})))
    console.print(table if found.changes else "No change that a party could make would help it.")
    console.print(found.note, style="dim")


def _row(change: Change) -> tuple[str, ...]:
    return (
        change.party or "",
        escape(change.label),
        f"{change.p_grant:.0%}",
        f"{change.p_low:.0%} to {change.p_high:.0%}",
        f"{change.points:+.1f}",
    )


def show_comparables(found: ComparablesAnswer, console: Console) -> None:
    """Print the most alike rulings, and how often they granted relief."""
    console.print(rate_in_words(found.comparable_rate), highlight=False)
    for ruling in found.rulings:
        console.print()
        where = ", ".join(filter(None, (ruling.court, ruling.decided, ruling.citation)))
        outcome = ruling.outcome.replace("_", " ")
        console.print(f"[bold]{escape(ruling.caption or ruling.id)}[/bold] ({escape(where)})")
        console.print(f"  {outcome}; similarity {ruling.similarity:.2f}", highlight=False)
        for title, lines in (("shares", ruling.shared), ("differs", ruling.differences)):
            if lines:
                words = f"  {title}: {'; '.join(lines)}"
                console.print(words, markup=False, highlight=False)
        if ruling.source:
            console.print(f"  {ruling.source}", style="dim", markup=False, highlight=False)


def rate_in_words(rate: ComparableRate) -> str:
    """Put the grant rate of the most alike rulings in a sentence."""
    return (
        f"Of the {rate.rulings} training rulings most like it, {rate.granted} granted "
        f"{rate.counted_as}: {rate.rate:.0%} (95% interval {rate.low:.0%} to {rate.high:.0%})"
    )
