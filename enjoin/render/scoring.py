"""What `score` prints once a docket is scored."""

from rich.markup import escape
from rich.table import Table

from enjoin.render.understood import report_understood
from enjoin.terminal import console, echo, plural, report_problems, report_set_aside, warn
from serve.batch.job import ScoreSummary

MAX_REASONS = 20
"""Reasons for out of scope that are shown, the most frequent first."""
MAX_NOTES = 5
"""Notes about unusable input that are shown, the most frequent first."""
MAX_IDS = 5
"""Duplicate ids that are shown."""


def report_summary(
    summary: ScoreSummary, model_version: str, output: str, is_adjusted: bool, why: bool = False
) -> None:
    """Report what was scored, rejected, ignored and adjusted.

    Parameters
    ----------
    output
        The name of the output.
    is_adjusted
        Whether another base rate was asked for.
    why
        Whether to tell why motions are out of scope.
    """
    report_understood(summary.understood)
    report_set_aside(summary.post_ruling_columns, summary.unknown_columns)
    report_problems(summary.problems, summary.rejected, summary.rejects)
    if ids := summary.duplicate_ids:
        listed = ", ".join(ids[:MAX_IDS]) + (" ..." if len(ids) > MAX_IDS else "")
        warn(f"duplicate ids ({len(ids):,}), every row scored: {listed}")
    for note, rows in summary.notes.most_common(MAX_NOTES):
        warn(f"{note} ({plural(rows, 'row')})")
    if not summary.scored:
        warn("no row could be scored; no output was written")
        return
    echo(f"{plural(summary.scored, 'motion')} scored by {model_version} -> {output}")
    _report_scope(summary, why)
    if is_adjusted:
        echo(
            f"Adjusted: {summary.adjusted_by_court:,} by their court's counts, "
            f"{summary.adjusted - summary.adjusted_by_court:,} by --base-rate; "
            f"{summary.scored - summary.adjusted:,} not adjusted"
        )


def _report_scope(summary: ScoreSummary, why: bool) -> None:
    if not summary.n_out_of_scope:
        if why:
            echo("None is out of scope")
        return
    share = f"{summary.n_out_of_scope:,} of {plural(summary.scored, 'motion')} out of scope"
    if not why:
        echo(f"{share}: --why tells the reasons, and so does the column why_out_of_scope")
        return
    table = Table("why out of scope", "motions", "such as", title=share, title_justify="left")
    table.columns[1].justify = "right"
    reasons = sorted(summary.out_of_scope.items(), key=lambda each: -int(each[1][0]))
    for reason, (count, ids) in reasons[:MAX_REASONS]:
        table.add_row(escape(reason), f"{count:,}", escape(", ".join(ids)))
    console().print(table)
    if len(reasons) > MAX_REASONS:
        echo(f"and {len(reasons) - MAX_REASONS:,} more reasons: the column why_out_of_scope")
