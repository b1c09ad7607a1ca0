"""What `data describe` prints."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.agreement import SHOWN, Agreement
from data.describe import MIN_TO_SAY, TOO_FEW, Grouping, count_outcomes, describe
from data.leakage import MAX_AUC, LeakageAudit
from data.linked_files import LinkedFiles
from data.schema import Ruling


def show_description(
    rulings: Sequence[Ruling], groupings: Sequence[Grouping], limit: int, console: Console
) -> None:
    """Print counts and grant rates by each grouping, with 95% Wilson intervals."""
    total = count_outcomes("all", rulings)
    rate = f"{total.rate:.1%} (95% interval {total.low:.1%} to {total.high:.1%})"
    console.print(
        f"{total.n:,} rulings: {total.granted:,} granted, {total.granted_in_part:,} granted in "
        f"part, {total.denied:,} denied. Granted at least in part: "
        f"{rate if total.n >= MIN_TO_SAY else TOO_FEW}\n"
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
            figures = (f"{cell.rate:.0%}", interval) if cell.n >= MIN_TO_SAY else (TOO_FEW, "")
            table.add_row(escape(cell.name), *counts, *figures)
        console.print(table)
        if len(cells) > len(shown):
            console.print(f"  {len(cells) - len(shown)} more: --limit {len(cells)}")


def show_audit(audit: LeakageAudit, limit: int, console: Console) -> None:
    """Print what gives the outcome away: words, in how many rulings, and the first of their ids."""
    if audit.auc is None:
        console.print("Too few rulings to fit a model of words; only outcome language was checked.")
    else:
        console.print(
            f"Bag of words on {audit.n_audited:,} of {audit.n_rulings:,} rulings: ROC AUC "
            f"{audit.auc:.3f} (95% interval {audit.low:.3f} to {audit.high:.3f}); it may reach "
            f"{MAX_AUC}."
        )
    if audit.words:
        table = Table("word", "granted", "denied", "in rulings", title_justify="left")
        for word in audit.words:
            counts = (str(word.granted), str(word.denied))
            table.add_row(escape(word.word), *counts, escape(_first(word.ids, limit)))
        console.print(table)
    for finding in audit.findings:
        ids = f": {_first(finding.ids, limit)}" if finding.ids else ""
        console.print(f"{finding.message}{ids}", markup=False, soft_wrap=True)
    if audit.passes:
        console.print("Nothing gives the outcome away.")


def _first(ids: Sequence[str], limit: int) -> str:
    more = f" and {len(ids) - limit:,} more" if len(ids) > limit else ""
    return ", ".join(ids[:limit]) + more


def show_agreement(agreement: Agreement, console: Console) -> None:
    """Print kappa field by field, and what could not be compared."""
    heads = ("field", "value", "motions", "first", "second", "agree", "kappa", "95% interval")
    table = Table(*heads)
    for column in table.columns[2:]:
        column.justify = "right"
    for row in agreement.fields:
        value = {"": "(scale)" if row.weighted else "", SHOWN: "(shown or not)"}.get(
            row.value, row.value
        )
        counts = (f"{row.n:,}", f"{row.first:,}", f"{row.second:,}")
        if row.too_few:
            table.add_row(row.field, value, *counts, f"{row.n_agreeing:,} of {row.n:,}", TOO_FEW)
            continue
        kappa = "" if row.kappa is None else f"{row.kappa:.2f}"
        interval = "" if row.low is None else f"{row.low:.2f} to {row.high:.2f}"
        table.add_row(row.field, value, *counts, f"{row.agreeing:.0%}", kappa, interval)
    console.print(table)
    console.print(
        f"{agreement.n_compared:,} motions of {agreement.n_cases:,} cases compared. Differences on "
        f"a scale are weighted by their squares; intervals are bootstrapped by case."
    )
    if agreement.not_compared:
        console.print(f"Coded by one only: {', '.join(agreement.not_compared)}")


def show_links(linked: LinkedFiles, limit: int, console: Console) -> None:
    """Print the pairs of rows that are one ruling, then those of one case."""
    counts = {kind: sum(link.kind == kind for link in linked.links) for kind in ("ruling", "case")}
    shown = sorted(linked.links, key=lambda link: link.kind != "ruling")[:limit]
    if shown:
        table = Table("same", "first", "second", "docket", "days apart", "captions")
        for link in shown:
            docket = {True: "same", False: "different", None: ""}[link.docket]
            kind = "ruling, outcomes differ" if link.outcomes_differ else "ruling"
            table.add_row(
                kind if link.kind == "ruling" else "case",
                escape(str(linked.places[link.first])),
                escape(str(linked.places[link.second])),
                docket,
                "" if link.days is None else f"{link.days:,}",
                "" if link.caption is None else f"{link.caption:.0f}%",
            )
        console.print(table)
    console.print(
        f"{len(linked.places):,} rows: {counts['ruling']:,} pair(s) of one ruling, "
        f"{counts['case']:,} of one case"
    )
