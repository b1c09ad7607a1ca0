"""What `data describe` prints."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.describe import Grouping, count_outcomes, describe
from data.schema import Ruling


def show_description(
    rulings: Sequence[Ruling], groupings: Sequence[Grouping], limit: int, console: Console
) -> None:
    """Print counts and grant rates by each grouping, with 95% Wilson intervals."""
    total = count_outcomes("all", rulings)
    console.print(
        f"{total.n:,} rulings: {total.granted:,} granted, {total.granted_in_part:,} granted in "
        f"part, {total.denied:,} denied. Granted at least in part: {total.rate:.1%} "
        f"(95% interval {total.low:.1%} to {total.high:.1%})\n"
    )
    for grouping in groupings:
        cells = describe(rulings, grouping)
        shown = cells[-limit:] if grouping == "year" else cells[:limit]
        name = grouping.replace("_", " ")
        heads = (name, "rulings", "granted", "in part", "denied", "grant rate", "95% interval")
        table = Table(*heads, title=f"By {name}", title_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for cell in shown:
            counts = map(str, (cell.n, cell.granted, cell.granted_in_part, cell.denied))
            interval = f"{cell.low:.0%}-{cell.high:.0%}"
            table.add_row(escape(cell.name), *counts, f"{cell.rate:.0%}", interval)
        console.print(table)
        if len(cells) > len(shown):
            console.print(f"  {len(cells) - len(shown)} more: --limit {len(cells)}")
