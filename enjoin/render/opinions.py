"""What `data from-opinions` prints."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.codebook import Outcome

if TYPE_CHECKING:
    from data.opinions.convert_files import Summary
    from data.opinions.evaluate import Evaluation


def show_summary(summary: "Summary", output: Path, console: Console) -> None:
    """Print how many rulings were made, and why opinions were set aside."""
    outcomes = ", ".join(f"{count:,} {name}" for name, count in summary.outcomes.most_common())
    console.print(
        escape(
            f"{summary.rulings:,} of {summary.opinions:,} opinions gave a labelled ruling"
            + (f" ({outcomes.replace('_', ' ')}): {output}" if outcomes else "")
        ),
        soft_wrap=True,
    )
    if by_model := summary.read_by["language model"]:
        console.print(f"{by_model:,} of these outcomes were read by the language model")
    if summary.readings:
        beside = f"what it and the rules say of each opinion it read: {summary.readings}"
        console.print(escape(beside), soft_wrap=True)
    if summary.set_aside:
        table = Table("set aside because", "opinions", title_justify="left")
        table.columns[1].justify = "right"
        for why, count in summary.set_aside.most_common():
            table.add_row(escape(why), f"{count:,}")
        console.print(table)
        console.print(escape(f"each with its reason: {summary.rejects}"), soft_wrap=True)


def show_evaluation(evaluation: "Evaluation", console: Console) -> None:
    """Print shares with their intervals, the confusion table and the speed."""
    table = Table("", "share", "95% interval", "of", title_justify="left")
    for name, share in evaluation.shares.items():
        interval = f"{share.low:.1%} to {share.high:.1%}"
        table.add_row(name, f"{share.value:.1%}", interval, f"{share.n:,}")
    console.print(table)
    names = [*(outcome.value for outcome in Outcome), "none"]
    heads = [name.replace("_", " ") for name in names[:-1]] + ["abstained"]
    confusion = Table("ruled \\ labelled", *heads, title="Outcomes", title_justify="left")
    for true in names:
        counts = [str(evaluation.confusion[true, label]) for label in names]
        confusion.add_row("no ruling" if true == "none" else true.replace("_", " "), *counts)
    console.print(confusion)
    for name, seconds in evaluation.seconds.items():
        console.print(f"{name}: {1 / seconds:,.1f} opinions a second on one core")
