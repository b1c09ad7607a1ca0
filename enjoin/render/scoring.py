"""What `score` prints once a docket is scored."""

from enjoin.terminal import echo, plural, report_problems, report_set_aside, warn
from serve.batch.job import ScoreSummary

MAX_NOTES = 5
"""Notes about unusable input that are shown, the most frequent first."""
MAX_IDS = 5
"""Duplicate ids that are shown."""


def report_summary(
    summary: ScoreSummary, model_version: str, output: str, is_adjusted: bool
) -> None:
    """Report what was scored, rejected, ignored and adjusted.

    Parameters
    ----------
    output
        The name of the output.
    is_adjusted
        Whether another base rate was asked for.
    """
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
    if is_adjusted:
        echo(
            f"Adjusted: {summary.adjusted_by_court:,} by their court's counts, "
            f"{summary.adjusted - summary.adjusted_by_court:,} by --base-rate; "
            f"{summary.scored - summary.adjusted:,} not adjusted"
        )
