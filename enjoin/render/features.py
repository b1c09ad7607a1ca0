"""What `features evaluate`, `features ablate` and `lexicon try` print."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from data.schema import Ruling
from enjoin.render.evaluation import with_interval
from features.build import FAMILIES
from features.document import Document
from features.phrases.hits import Hit
from features.phrases.lexicon import PaperName, entries
from train.evaluate.extraction import MIN_POSITIVES
from train.evaluate.refits import NOTHING

MAX_MISREAD = 60
"""Misread rulings that are shown."""
COLORS = {
    "motion_type": "blue",
    "harm": "red",
    "remedial": "green",
    "speculation": "magenta",
    "merits": "cyan",
    "doctrine": "yellow",
    "scope": "bright_black",
}


def show_extraction(
    indicators: pd.DataFrame, families: pd.DataFrame, split: str, console: Console
) -> None:
    """Print how well each indicator is read from text, and the mean F1 of each family.

    If a second coder saw the rulings, their agreement is shown beside it.
    """
    has_coders = bool(families["coders_indicators"].any())
    heads = ["indicator", "coded", "positives", "precision", "recall", "F1"]
    heads += ["coders' F1"] if has_coders else []
    for family, rows in indicators.groupby("family", sort=False):
        table = Table(*heads, title=f"{FAMILIES[str(family)]} ({split})", title_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in rows.itertuples():
            scores = [f"{score:.2f}" for score in (row.precision, row.recall, row.f1)]
            scores += [_score(row.coders_f1)] if has_coders else []
            style = "dim" if row.positives < MIN_POSITIVES else ""
            name = f"{row.field}.{row.value}"
            table.add_row(name, str(row.n), str(row.positives), *scores, style=style)
        console.print(table)
    heads = ["family", "indicators", "macro-F1", "95% interval"]
    heads += ["coders' indicators", "coders' macro-F1", "95% interval"] if has_coders else []
    table = Table(*heads, title="Means by family", title_justify="left")
    for row in families.itertuples():
        cells = [str(row.indicators), _score(row.macro_f1), _interval(row.low, row.high)]
        if has_coders:
            cells += [
                str(row.coders_indicators),
                _score(row.coders_macro_f1),
                _interval(row.coders_low, row.coders_high),
            ]
        table.add_row(FAMILIES[str(row.family)], *cells)
    console.print(table)
    console.print(f"The means leave out indicators with fewer than {MIN_POSITIVES} positives.")
    if has_coders:
        console.print(
            "Coders: an earlier coding, made by a coder who knew the outcome, against this one."
        )


def _score(score: float) -> str:
    return "" if np.isnan(score) else f"{score:.2f}"


def _interval(low: float, high: float) -> str:
    return "" if np.isnan(low) else f"{low:.2f} to {high:.2f}"


def show_misread(
    misread: Sequence[tuple[Ruling, str, Sequence[Hit]]], console: Console, limit: int = MAX_MISREAD
) -> None:
    """Print the papers where one indicator was missed or wrongly read, and its phrases."""
    for ruling, error, hits in misread[:limit]:
        console.print(f"{error}: {ruling.id}", style="bold", markup=False)
        console.print(f"  motion: {ruling.motion}", markup=False, highlight=False)
        console.print(f"  opposition: {ruling.opposition}", markup=False, highlight=False)
        for hit in hits:
            negated = " (negated)" if hit.negated else ""
            line = f'  phrase: "{hit.words}"{negated} in the {hit.paper}'
            console.print(line, markup=False, highlight=False)
    shown = f", the first {limit} shown" if len(misread) > limit else ""
    console.print(f"{len(misread)} misread{shown}")


def show_ablation(table: pd.DataFrame, console: Console) -> None:
    """Print text-only scores with each family removed, and the paired differences."""
    heads = ("removed", "ROC AUC", "difference", "Brier score", "difference")
    title = "Text only, grouped cross-validation, one family removed at a time"
    shown = Table(*heads, title=title, title_justify="left")
    for removed, rows in table.groupby("removed", sort=False):
        cells = rows.set_index("metric")
        metrics = ("roc_auc", "roc_auc_difference", "brier_score", "brier_difference")
        figures = [with_interval(cells.loc[metric]) for metric in metrics]
        if removed == NOTHING:
            figures[1] = figures[3] = ""
        shown.add_row(FAMILIES.get(str(removed), "nothing"), *figures)
    console.print(shown)
    console.print(
        "Difference: without the family minus with it, paired on the same rulings, 95% interval "
        "bootstrapped by case. The family helps if ROC AUC falls, or the Brier score rises, "
        "without it."
    )


def show_hits(text: str, paper: PaperName, console: Console) -> None:
    """Print a text with its phrases colored by family, and a table of the hits."""
    # Replaced one for one: rich drops control characters, which would shift the offsets below.
    shown = Text(re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text))
    hits = sorted(Document(text, paper).hits, key=lambda hit: (hit.start, hit.end))
    family_of = {(entry.field, entry.value): entry.family for entry in entries()}
    table = Table("phrase", "characters", "indicator", "family", "speaker", "context")
    for hit in hits:
        family = family_of[hit.field, hit.value]
        color = COLORS[family]
        shown.stylize(f"{color} {'strike' if hit.negated else 'bold'}", hit.start, hit.end)
        context = {"negated": hit.negated, "uncertain": hit.uncertain, "strong": hit.weight > 1}
        table.add_row(
            Text(hit.words),
            f"{hit.start}-{hit.end}",
            f"{hit.field}.{hit.value}",
            Text(FAMILIES.get(family, family), style=color),
            hit.speaker,
            ", ".join(name for name, holds in context.items() if holds),
        )
    console.print(shown)
    console.print(table if hits else "No phrase matches.")
