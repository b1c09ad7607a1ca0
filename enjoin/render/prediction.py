"""What `predict` prints."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from data.courts import court_citation
from data.schema import RATINGS, Motion
from enjoin.render.evidence import quoted_briefly, show_evidence
from features.build import COLUMNS
from features.families import inferred_ratings
from features.indicators import plain_words
from serve.responses import (
    Answer,
    BaseRateAdjustment,
    CorrectedForecast,
    Factor,
    ScorecardRow,
    Side,
)

_IN_SCORECARD = frozenset(f"{inferred_ratings.FAMILY}.{factor}" for factor in RATINGS)
_COLUMN = {column.name: column for column in COLUMNS}
DIRECTIONS: tuple[tuple[str, Side], ...] = (
    ("For the opponent, against a grant", "opponent"),
    ("For the movant, for a grant", "movant"),
)
TOP = 3
"""Factors in each direction that the short answer shows."""


def show_answer(
    answer: Answer, motion: Motion, console: Console, reasons: Mapping[str, str] | None = None
) -> None:
    """Print an answer on one screen: conclusion, probability, Winter factors, the top factors.

    Parameters
    ----------
    reasons
        By field, why the reader of the papers gave a rating or the forecast.
    """
    reason_of = _by_column(reasons)
    _show_opening(answer, motion, console)
    _show_estimate(answer, console, whose=_whose(reasons))
    console.print(f"Based on {_listed(answer.based_on)}", highlight=False)
    console.print()
    show_scorecard(answer.scorecard, console)
    console.print()
    for title, side in DIRECTIONS:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(justify="right")
        for factor in _reasons(answer, side)[:TOP]:
            grid.add_row(f"{factor.points:+.1f}", Text(factor.label))
            quotations = quoted_briefly(answer, motion, factor.factor)
            if words := quotations or reason_of.get(factor.factor):
                grid.add_row("", Text(words, style="dim"))
        if grid.row_count:
            console.print(f"{title} (percentage points)", style="bold")
            console.print(Padding(grid, (0, 0, 0, 2), expand=False))
    footer = (
        f"\nModel {answer.model_version}. Every factor and quotation, and how good this is: --full"
    )
    console.print(footer, style="dim", highlight=False)
    console.print(answer.disclaimer, style="dim", soft_wrap=True)


def show_full_answer(
    answer: Answer, motion: Motion, console: Console, reasons: Mapping[str, str] | None = None
) -> None:
    """Print an answer with every family, factor and quotation, and the versions behind it.

    `reasons` are as in `show_answer`.
    """
    _show_opening(answer, motion, console)
    _show_estimate(answer, console, whose=_whose(reasons))
    console.print(f"Based on {_listed(answer.based_on)}", highlight=False)
    console.print()
    show_scorecard(answer.scorecard, console)
    console.print()
    console.print(_families(answer))
    for title, side in DIRECTIONS:
        table = Table("factor", "family", "source", "points", title=title, title_justify="left")
        table.columns[3].justify = "right"
        for factor in _factors(answer, side):
            points = f"{factor.points:+.1f}"
            table.add_row(escape(factor.label), factor.family, factor.source, points)
        if table.row_count:
            console.print(table)
    show_evidence(answer, console)
    if reason_of := _by_column(reasons):
        console.print("\nThe reader's reasons", style="bold")
    for column, reason in reason_of.items():
        console.print(f"  {_COLUMN[column].meaning}: {reason}", markup=False, highlight=False)
    _show_performance(answer, console)
    console.print(
        f"\nModel {answer.model_version} (sha256 {answer.model_digest[:12]}), "
        f"training data {answer.data_digest[:12]}."
    )
    console.print(
        "Points are percentage points of probability, each factor taken alone.", style="dim"
    )
    console.print(answer.disclaimer, style="dim", soft_wrap=True)


def _by_column(reasons: Mapping[str, str] | None) -> dict[str, str]:
    """Return the reasons by feature column."""
    columns = {column.field: column.name for column in COLUMNS if column.field}
    return {columns[field]: f"{reason} (the reader)" for field, reason in (reasons or {}).items()}


def _whose(reasons: Mapping[str, str] | None) -> str:
    """Return whose forecast it is: with a reason, it is that of the reader of the papers."""
    return "The reader's estimate" if "forecast" in (reasons or {}) else "Your estimate"


def _listed(parts: Sequence[str]) -> str:
    """Join parts as a sentence does; one alone is all there is.

    >>> _listed(["text"]), _listed(["ratings", "codings", "text"])
    ('text only', 'ratings, codings and text')
    """
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else f"{last} only"


def _show_opening(answer: Answer, motion: Motion, console: Console) -> None:
    """Print the name of the case, the conclusion, and any warning right below it."""
    console.print(Text(motion.caption or motion.id or "Motion", style="bold"))
    for sentence in answer.conclusion:
        console.print(sentence, markup=False, highlight=False)
    _show_warnings(answer, console)
    console.print()


def _show_estimate(answer: Answer, console: Console, whose: str) -> None:
    console.print(
        f"Probability of grant: [bold]{answer.p_grant:.0%}[/bold] ({answer.interval:.0%} interval "
        f"{answer.p_low:.0%} to {answer.p_high:.0%})"
    )
    if answer.forecast:
        console.print(_correction_in_words(answer, answer.forecast, whose), markup=False)
    if answer.base_rate_adjustment:
        adjustment = _adjustment_in_words(answer.base_rate_adjustment, answer.p_grant)
        console.print(adjustment, markup=False)
    if answer.comparable_rate:
        console.print(answer.comparable_rate.text, highlight=False)
    console.print(base_rates_in_words(answer), highlight=False)


def base_rates_in_words(answer: Answer) -> str:
    """Put the base rates in a sentence, with how to adjust to another."""
    training = f"Base rate: {answer.base_rate:.0%} of the training rulings, which overstate grants"
    courthouse = answer.courthouse_rate
    if courthouse is None:
        return f"{training} (adjust: --base-rate)"
    adjust = "" if answer.base_rate_adjustment else f" (adjust: --base-rate {courthouse.rate:g})"
    return f"{training}; {courthouse.text}{adjust}"


def show_scorecard(rows: Sequence[ScorecardRow], console: Console) -> None:
    """Print the four Winter factors as a table."""
    table = Table.grid(padding=(0, 2))
    heads = ("The four Winter factors", "source", "1-5", "average", "points", "speaks for")
    table.add_row(*(Text(head, style="bold") for head in heads))
    for column in table.columns[2:5]:
        column.justify = "right"
    for row in rows:
        error = "" if row.error is None else f" \u00b1 {row.error:.1f}"
        table.add_row(
            plain_words(row.factor),
            row.source,
            "?" if row.value is None else f"{row.value:.1f}{error}",
            "" if row.average is None else f"{row.average:.1f}",
            "" if row.points is None else f"{row.points:+.1f}",
            row.favors or "",
        )
    console.print(table)


def _show_performance(answer: Answer, console: Console) -> None:
    if answer.performance:
        console.print("\nHow good is this?", style="bold")
        for sentence in answer.performance.explained:
            console.print(f"  {sentence}", markup=False, highlight=False)


def _show_warnings(answer: Answer, console: Console) -> None:
    warnings = [f"Out of scope, so the interval is wider: {why}" for why in answer.out_of_scope]
    if answer.performance and answer.performance.warning:
        warnings.append(answer.performance.warning)
    warnings += [f"Note: {note}" for note in answer.notes]
    for warning in warnings:
        console.print(warning, style="yellow", markup=False, highlight=False)


def _correction_in_words(answer: Answer, forecast: CorrectedForecast, whose: str) -> str:
    adjustment = answer.base_rate_adjustment
    with_papers = adjustment.p_unadjusted if adjustment else answer.p_grant
    return f"{whose}: {forecast.text}. With the papers: {with_papers:.0%}"


def _adjustment_in_words(adjustment: BaseRateAdjustment, p_grant: float) -> str:
    source = f" ({court_citation(adjustment.court)}, from your counts)" if adjustment.court else ""
    return (
        f"Adjusted from {adjustment.p_unadjusted:.0%} to {p_grant:.0%} for a grant rate of "
        f"{adjustment.grant_rate:.0%}{source} instead of {adjustment.base_rate:.0%}, assuming that "
        "the reasons for a grant are the same there"
    )


def _reasons(answer: Answer, side: Side) -> list[Factor]:
    """Return the factors that speak for a side by what the motion shows, largest first.

    The scorecard has the inferred ratings, and says of each whether it speaks for anyone.
    """
    return [
        factor
        for factor in _factors(answer, side)
        if factor.source != "not shown" and factor.factor not in _IN_SCORECARD
    ]


def _factors(answer: Answer, side: Side) -> list[Factor]:
    """Return the factors that speak for a side, largest first."""
    return [factor for factor in answer.factors if factor.favors == side]


def _families(answer: Answer) -> Table:
    table = Table("family", "points", title="By family of features", title_justify="left")
    table.columns[1].justify = "right"
    for share in sorted(answer.families, key=lambda share: share.points):
        table.add_row(share.family, f"{share.points:+.1f}")
    if answer.base_rate_adjustment:
        table.add_section()
        table.add_row("other base rate", f"{answer.base_rate_adjustment.points:+.1f}")
    return table
