"""What `enjoin evaluate --papers` prints: how each mode does on long papers."""

import pandas as pd
from rich.console import Console
from rich.table import Table

from data.describe import MIN_TO_SAY, TOO_FEW
from enjoin.render.evaluation import with_interval
from features.indicators import plain_words
from train.evaluate.long_papers import METRICS, LongPaperEvaluation
from train.model.readings import MIN_HITS, MIN_PRECISION

_HEADS = {
    "roc_auc": "ROC AUC",
    "brier_score": "Brier score",
    "brier_difference": "Brier minus that of the share granted",
}


def show_long_papers(evaluation: LongPaperEvaluation, console: Console) -> None:
    """Print the scores of each mode and of the baselines, with 95% intervals."""
    outcomes = evaluation.predictions.drop_duplicates("id")["granted"]
    fewest, most = evaluation.words
    title = (
        f"Long papers: {len(outcomes)} of {fewest:,} to {most:,} words, {outcomes.mean():.0%} "
        "granted at least in part"
    )
    heads = ("estimate", "reads", *(_HEADS[metric] for metric in METRICS), "in scope")
    table = Table(*heads, title=title, title_justify="left")
    for (name, text), rows in evaluation.table.groupby(["estimate", "text"], sort=False):
        cells = rows.set_index("metric")
        share = rows["in_scope"].iloc[0]
        figures = [with_interval(cells.loc[metric]) for metric in METRICS]
        in_scope = "-" if pd.isna(share) else f"{share:.0%}"
        table.add_row(str(name), str(text), *figures, in_scope)
    if len(outcomes) < MIN_TO_SAY:
        console.print(f"{title}: {TOO_FEW} more; {MIN_TO_SAY} papers are needed.", markup=False)
        return
    console.print(table)
    console.print(
        "Each figure with its 95% interval, bootstrapped by paper. coded, rated and forecast take "
        "the codings, ratings and forecast of a language model's reading, as far as its quotes "
        "appear in the papers; they read its summary, or the papers themselves. Fitted on rulings "
        f"of other cases: {evaluation.left_out} training rulings share a party with a paper and "
        "are left out."
    )
    if evaluation.readings:
        right, hits = map(sum, zip(*evaluation.readings.values(), strict=True))
        console.print(
            f"Of {hits} readings that count in short accounts {right} ({right / hits:.0%}) are "
            f"right in these papers. In long papers only what is right in {MIN_PRECISION:.0%} of "
            f"at least {MIN_HITS} of them counts: {_fields_that_count(evaluation) or 'nothing'}."
        )


def _fields_that_count(evaluation: LongPaperEvaluation) -> str:
    return ", ".join(
        plain_words(field)
        for field, (right, hits) in evaluation.readings.items()
        if hits >= MIN_HITS and right >= MIN_PRECISION * hits
    )
