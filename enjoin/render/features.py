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
from features.indicators import Reading
from features.phrases.hits import Hit
from features.phrases.lexicon import PaperName, entries
from train.evaluate.extraction import DOCTRINE, MIN_POSITIVES
from train.evaluate.refits import NOTHING
from train.model.readings import MIN_HITS, MIN_PRECISION
from train.settings import TrainSettings

FIRST_TEST_YEAR = TrainSettings.first_test_year
_FAMILY_NAMES = FAMILIES | {DOCTRINE: "circumstances of doctrine"}
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
    readings: pd.DataFrame,
    families: pd.DataFrame,
    split: str,
    later: tuple[float, float, float, int] | None,
    console: Console,
) -> None:
    """Print how often each reading is right and whether it counts, and the means of each family.

    Parameters
    ----------
    readings, families
        The tables of `train.evaluate.extraction.extraction_tables`.
    split
        Which cases they are of.
    later
        `train.evaluate.extraction.later_precision`, if known.
    """
    has_coders = bool(readings["coders_f1"].notna().any())
    heads = ["reading", "precision", "95% interval", "hits", "counts"]
    heads += ["positives", "recall", "F1"] + (["coders' F1"] if has_coders else [])
    for family, rows in readings.groupby("family", sort=False):
        if not rows["hits"].any():
            continue
        title = f"{_FAMILY_NAMES[str(family)]} ({split})"
        table = Table(*heads, title=title, title_justify="left")
        table.columns[0].overflow = "fold"
        for column in table.columns[1:]:
            column.justify = "right"
        for row in rows[rows["hits"] > 0].itertuples():
            scores = [_score(row.precision), _interval(row.low, row.high), str(row.hits)]
            scores += ["yes" if row.counts else "", str(row.positives)]
            scores += [_score(row.recall), _score(row.f1)]
            scores += [_score(row.coders_f1)] if has_coders else []
            name = str(Reading(str(row.field), str(row.value)))
            table.add_row(name, *scores, style="" if row.counts else "dim")
        console.print(table)
    heads = ["family", "readings", "count", "precision of these", "95% interval", "macro-F1"]
    heads += ["coders' macro-F1"] if has_coders else []
    table = Table(*heads, title="By family", title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in families.itertuples():
        cells = [str(row.readings), str(row.counted), _score(row.precision)]
        cells += [_interval(row.low, row.high), _score(row.macro_f1)]
        cells += [_score(row.coders_macro_f1)] if has_coders else []
        table.add_row(_FAMILY_NAMES[str(row.family)], *cells)
    console.print(table)
    console.print(
        f"A reading counts if it is right in {MIN_PRECISION:.0%} of at least {MIN_HITS} rulings; "
        "all others are not read from text. The F1 is a mean over readings with at least "
        f"{MIN_POSITIVES} positives."
    )
    if later:
        precision, low, high, hits = later
        console.print(
            f"Readings chosen on rulings before {FIRST_TEST_YEAR} are right in {precision:.0%} "
            f"({low:.0%} to {high:.0%}) of {hits:,} readings of later ones."
        )
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
