"""Show answers, evaluations and descriptions in the terminal."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from data.describe import count, describe
from data.schema import Motion, Ruling
from features.build import FAMILIES
from features.phrases import Hit
from serve.answer import Answer, Factor, Tested
from train.evaluate import MODEL, Evaluation, interval_table, outcome_table
from train.extraction import MIN_POSITIVES
from train.metrics import METRICS

MODE_WORDS = {
    "rated": "Winter ratings, codings and text",
    "coded": "codings and text, no ratings",
    "text": "text only",
}


def show_answer(answer: Answer, motion: Motion, console: Console, most: int = 6) -> None:
    """Print one answer: probability and interval, families, factors for and against, phrases."""
    console.print(Text(motion.caption or motion.id or "motion", style="bold"))
    console.print(
        f"Probability of grant: [bold]{answer.p_grant:.0%}[/bold]   "
        f"({answer.interval:.0%} interval {answer.p_low:.0%} to {answer.p_high:.0%}; "
        f"base rate of the training rulings {answer.base_rate:.0%})"
    )
    console.print(f"Read from: {MODE_WORDS[answer.mode]}")
    if answer.tested:
        _show_tested(answer.tested, console)
    for words in answer.notes:
        console.print(f"Note: {words}", style="yellow", markup=False)
    console.print()
    families = Table("family", "points", title="What each family moves", title_justify="left")
    families.columns[1].justify = "right"
    for share in sorted(answer.families, key=lambda share: share.points):
        families.add_row(share.family, f"{share.points:+.1f}")
    console.print(families)
    shown: list[Factor] = []
    for title, sign in (("Against a grant", -1), ("For a grant", 1)):
        table = Table("factor", "family", "source", "points", title=title, title_justify="left")
        table.columns[3].justify = "right"
        mine = [factor for factor in answer.factors if factor.log_odds * sign > 0][:most]
        for factor in mine:
            table.add_row(
                escape(factor.says), factor.family, factor.source, f"{factor.points:+.1f}"
            )
        if mine:
            console.print(table)
        shown += mine
    _show_phrases(answer, shown, console)
    console.print(
        f"\nModel {answer.model_version} (sha256 {answer.model_digest[:12]}), "
        f"training data {answer.data_digest[:12]}."
    )
    console.print("A point is a percentage point of probability, taken one at a time.", style="dim")
    console.print(answer.disclaimer, style="dim")


def _show_phrases(answer: Answer, factors: Sequence[Factor], console: Console) -> None:
    """Print the words behind each factor, a line each, with their place in the papers."""
    lines = []
    for factor in factors:
        mine = [phrase for phrase in answer.phrases if phrase.factor == factor.factor]
        words = [
            f'"{phrase.words}"{" (negated)" if phrase.negated else ""} '
            f"{phrase.paper} {phrase.start}-{phrase.end}"
            for phrase in mine[:4]
        ]
        more = f", {len(mine) - 4} more" if len(mine) > 4 else ""
        if words:
            lines.append(f"  {factor.says}: {', '.join(words)}{more}")
    if lines:
        console.print(
            "Words in the papers behind these (paper, first and last character)", style="bold"
        )
        for line in lines:
            console.print(line, markup=False, highlight=False)


def _show_tested(tested: Tested, console: Console) -> None:
    auc, brier = tested.roc_auc, tested.brier_score
    console.print(
        f"Tested in this mode on {tested.rulings} rulings of {tested.first_year} and later: "
        f"ROC AUC {auc.value:.2f} ({auc.low:.2f} to {auc.high:.2f}), "
        f"Brier score {brier.value:.3f} ({brier.low:.3f} to {brier.high:.3f})"
    )
    if not tested.better_than_base_rate:
        console.print(
            "In this mode the model has not been shown to do better than the base rate by motion "
            "type and claim area: do not rely on it. Codings (`enjoin schema`) help.",
            style="yellow",
        )


def show_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Print the metrics of both protocols, the three-way split and the interval check."""
    titles = {
        "temporal": "Later years (headline): trained before "
        f"{evaluation.split.first_test_year}, tested from then on",
        "grouped": "Grouped cross-validation: cases kept together",
    }
    for protocol, rows in evaluation.table.groupby("protocol", sort=False):
        n, cases = int(rows["n"].iloc[0]), int(rows["cases"].iloc[0])
        title = f"{titles[str(protocol)]}; {n} rulings, {cases} cases"
        if protocol == "temporal" and len(evaluation.split.left_out):
            title += f", {len(evaluation.split.left_out)} sibling(s) left out"
        heads = ("model", "mode", "ROC AUC", "Brier score", "log loss", "accuracy")
        table = Table(*heads, "vs informed", title=title, title_justify="left")
        for (mode, name), mine in rows.groupby(["mode", "model"], sort=False):
            cells = mine.set_index("metric")
            shown = [_with_interval(cells.loc[m]) for m in (*METRICS, "brier_difference")]
            table.add_row(str(name), str(mode), *shown, style="bold" if name == MODEL else "")
        console.print(table)
    console.print("Each figure with its 95% interval, bootstrapped by case; lower Brier is better.")
    console.print(
        "vs informed: Brier score less that of the informed base rate, the share granted by motion "
        "type x claim area, on the same rows; negative is better.\n"
    )
    outcomes = outcome_table(evaluation.predictions).pivot_table(
        index=["protocol", "mode"], columns="outcome", values="mean_p_grant", sort=False
    )
    table = Table("test", "mode", *map(str, outcomes.columns), title="Mean p_grant by outcome")
    for (protocol, mode), means in outcomes.iterrows():
        table.add_row(protocol, mode, *(f"{value:.2f}" for value in means))
    console.print(table)
    table = Table("test", "mode", "mean width", "observed rate inside", "its 95% interval meets it")
    table.title = "Intervals (90%), over groups of about 50 rulings of like p_grant"
    for row in interval_table(evaluation.predictions).itertuples():
        inside = f"{row.groups_covered} of {row.groups}"
        meets = f"{row.groups_consistent} of {row.groups}"
        table.add_row(row.protocol, row.mode, f"{row.mean_width:.2f}", inside, meets)
    console.print(table)


def _with_interval(cell: Any) -> str:
    # Two lines, so that six columns fit in a terminal of 100.
    return f"{cell['value']:.3f}\n\\[{cell['low']:.3f}, {cell['high']:.3f}]"


def show_description(
    rulings: Sequence[Ruling], groupings: Sequence[str], most: int, console: Console
) -> None:
    """Print counts and grant rates by each grouping, with 95% Wilson intervals."""
    whole = count("all", rulings)
    console.print(
        f"{whole.n} rulings: {whole.granted} granted, {whole.in_part} granted in part, "
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
            counts = map(str, (cell.n, cell.granted, cell.in_part, cell.denied))
            table.add_row(
                escape(cell.name), *counts, f"{cell.rate:.0%}", f"{cell.low:.0%}-{cell.high:.0%}"
            )
        console.print(table)
        if len(cells) > len(shown):
            console.print(f"  {len(cells) - len(shown)} more; show them with --most {len(cells)}")


def show_extraction(
    indicators: pd.DataFrame, families: pd.DataFrame, part: str, console: Console
) -> None:
    """Print how well each indicator is read from text, and the mean F1 of each family."""
    heads = ("indicator", "coded", "positives", "precision", "recall", "F1")
    for family, mine in indicators.groupby("family", sort=False):
        table = Table(*heads, title=f"{FAMILIES[str(family)]} ({part})", title_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in mine.itertuples():
            scores = (f"{score:.2f}" for score in (row.precision, row.recall, row.f1))
            few = "dim" if row.positives < MIN_POSITIVES else ""
            name = f"{row.field}.{row.value}"
            table.add_row(name, str(row.n), str(row.positives), *scores, style=few)
        console.print(table)
    table = Table("family", "indicators", "macro-F1", "95% interval", title="Means by family")
    for row in families.itertuples():
        interval = f"{row.low:.2f} to {row.high:.2f}"
        name = FAMILIES[str(row.family)]
        table.add_row(name, str(row.indicators), f"{row.macro_f1:.2f}", interval)
    console.print(table)
    console.print(f"Indicators with fewer than {MIN_POSITIVES} positives are not in the means.")


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
