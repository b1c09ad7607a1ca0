"""Show descriptions, extraction and ablation as tables in the terminal."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.describe import count, describe
from data.schema import Ruling
from enjoin.render.evaluation import with_interval
from features.build import FAMILIES
from features.phrases.hits import Hit
from train.evaluate.ablation import WHOLE
from train.evaluate.extraction import MIN_POSITIVES


def show_description(
    rulings: Sequence[Ruling], groupings: Sequence[str], most: int, console: Console
) -> None:
    """Print counts and grant rates by each grouping, with 95% Wilson intervals."""
    whole = count("all", rulings)
    console.print(
        f"{whole.n} rulings: {whole.granted} granted, {whole.granted_in_part} granted in part, "
        f"{whole.denied} denied; granted at least in part {whole.rate:.1%} "
        f"(95% Wilson interval {whole.low:.1%} to {whole.high:.1%})\n"
    )
    for grouping in groupings:
        cells = describe(rulings, grouping)
        shown = cells[-most:] if grouping == "year" else cells[:most]
        heads = (grouping, "rulings", "granted", "in part", "denied", "grant rate", "95% interval")
        table = Table(*heads, title=f"By {grouping}", title_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for cell in shown:
            counts = map(str, (cell.n, cell.granted, cell.granted_in_part, cell.denied))
            table.add_row(
                escape(cell.name), *counts, f"{cell.rate:.0%}", f"{cell.low:.0%}-{cell.high:.0%}"
            )
        console.print(table)
        if len(cells) > len(shown):
            console.print(f"  {len(cells) - len(shown)} more; show them with --limit {len(cells)}")


def show_extraction(
    indicators: pd.DataFrame, families: pd.DataFrame, part: str, console: Console
) -> None:
    """Print how well each indicator is read from text, and the mean F1 of each family.

    Beside it stands how far two coders agree, where another coder saw the rulings too.
    """
    coders = bool(families["coders_indicators"].any())
    heads = ["indicator", "coded", "positives", "precision", "recall", "F1"]
    heads += ["coders' F1"] if coders else []
    for family, mine in indicators.groupby("family", sort=False):
        table = Table(*heads, title=f"{FAMILIES[str(family)]} ({part})", title_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in mine.itertuples():
            scores = [f"{score:.2f}" for score in (row.precision, row.recall, row.f1)]
            scores += [_if_known(row.coders_f1)] if coders else []
            few = "dim" if row.positives < MIN_POSITIVES else ""
            name = f"{row.field}.{row.value}"
            table.add_row(name, str(row.n), str(row.positives), *scores, style=few)
        console.print(table)
    heads = ["family", "indicators", "macro-F1", "95% interval"]
    heads += ["coders' indicators", "coders' macro-F1", "95% interval"] if coders else []
    table = Table(*heads, title="Means by family")
    for row in families.itertuples():
        cells = [str(row.indicators), *_mean(row.macro_f1, row.low, row.high)]
        if coders:
            theirs = _mean(row.coders_macro_f1, row.coders_low, row.coders_high)
            cells += [str(row.coders_indicators), *theirs]
        table.add_row(FAMILIES[str(row.family)], *cells)
    console.print(table)
    console.print(f"Indicators with fewer than {MIN_POSITIVES} positives are not in the means.")
    if coders:
        console.print("Coders': an earlier coding, by one who knew the outcome, against this one.")


def _mean(value: float, low: float, high: float) -> tuple[str, str]:
    return _if_known(value), "" if np.isnan(low) else f"{low:.2f} to {high:.2f}"


def _if_known(score: float) -> str:
    return "" if np.isnan(score) else f"{score:.2f}"


def show_misread(
    found: Sequence[tuple[Ruling, str, Sequence[Hit]]], console: Console, most: int = 60
) -> None:
    """Print the papers where one indicator was missed or wrongly found, and its phrases."""
    for ruling, how, hits in found[:most]:
        console.print(f"{how}: {ruling.id}", style="bold", markup=False)
        console.print(f"  motion: {ruling.motion}", markup=False, highlight=False)
        console.print(f"  opposition: {ruling.opposition}", markup=False, highlight=False)
        for hit in hits:
            negated = " (negated)" if hit.negated else ""
            line = f'  phrase: "{hit.words}"{negated} in the {hit.paper}'
            console.print(line, markup=False, highlight=False)
    console.print(f"{len(found)} misread" + (f", {most} shown" if len(found) > most else ""))


def show_ablation(table: pd.DataFrame, console: Console) -> None:
    """Print text-only scores with each family removed, and the paired differences."""
    heads = ("removed", "ROC AUC", "difference", "Brier score", "difference")
    title = "Text only, grouped cross-validation, one family removed at a time"
    shown = Table(*heads, title=title, title_justify="left")
    for removed, rows in table.groupby("removed", sort=False):
        cells = rows.set_index("metric")
        names = ("roc_auc", "roc_auc_difference", "brier_score", "brier_difference")
        words = [with_interval(cells.loc[name]) for name in names]
        if removed == WHOLE:
            words[1] = words[3] = ""
        shown.add_row(FAMILIES.get(str(removed), "nothing"), *words)
    console.print(shown)
    console.print(
        "Difference: without the family less with it, paired on the same rulings, 95% interval "
        "bootstrapped by case. ROC AUC that falls, or a Brier score that rises, says the family "
        "helps."
    )
