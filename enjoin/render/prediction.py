"""Show answers, and the phrases that fire on a text, in the terminal."""

import re
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from data.schema import Motion
from enjoin.render.compared import rate_in_words
from features.build import FAMILIES
from features.phrases.lexicon import PaperName, entries
from features.phrases.matcher import find_phrases
from serve.responses import Answer, Factor, Phrase, BaseRateAdjustment, Performance

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
    if answer.base_rate_adjustment:
        _show_prior(answer.base_rate_adjustment, answer.p_grant, console)
    for reason in answer.out_of_scope:
        words = f"Out of scope, so the interval is wider: {reason}"
        console.print(words, style="yellow", markup=False, highlight=False)
    if answer.comparable_rate:
        console.print(rate_in_words(answer.comparable_rate), highlight=False)
    console.print(f"Read from: {MODE_WORDS[answer.mode]}")
    if answer.performance:
        _show_tested(answer.performance, console)
    for words in answer.notes:
        console.print(f"Note: {words}", style="yellow", markup=False)
    console.print()
    families = Table("family", "points", title="What each family moves", title_justify="left")
    families.columns[1].justify = "right"
    for share in sorted(answer.families, key=lambda share: share.points):
        families.add_row(share.family, f"{share.points:+.1f}")
    if answer.base_rate_adjustment:
        families.add_section()
        families.add_row("other grant rate", f"{answer.base_rate_adjustment.points:+.1f}")
    console.print(families)
    shown: list[Factor] = []
    for title, sign in (("Against a grant", -1), ("For a grant", 1)):
        table = Table("factor", "family", "source", "points", title=title, title_justify="left")
        table.columns[3].justify = "right"
        mine = [factor for factor in answer.factors if factor.log_odds * sign > 0][:most]
        for factor in mine:
            table.add_row(
                escape(factor.label), factor.family, factor.source, f"{factor.points:+.1f}"
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
        mine = [phrase for phrase in answer.evidence if phrase.factor == factor.factor]
        words = [
            f'"{phrase.text}"{_remark(phrase)} {phrase.paper} {phrase.start}-{phrase.end}'
            for phrase in mine[:4]
        ]
        more = f", {len(mine) - 4} more" if len(mine) > 4 else ""
        if words:
            lines.append(f"  {factor.label}: {', '.join(words)}{more}")
    if lines:
        console.print(
            "Words in the papers behind these (paper, first and last character)", style="bold"
        )
        for line in lines:
            console.print(line, markup=False, highlight=False)


def _remark(phrase: Phrase) -> str:
    """Say of a phrase whether it is denied, and of a circumstance what it is."""
    denied = " (negated)" if phrase.negated else ""
    return denied + (f" ({phrase.meaning})" if phrase.factor.startswith("doctrine.") else "")


def _show_prior(prior: BaseRateAdjustment, p_grant: float, console: Console) -> None:
    counted = f" ({prior.court}, from your counts)" if prior.court else ""
    console.print(
        f"Adjusted from {prior.p_unadjusted:.0%} to {p_grant:.0%} for a grant rate of "
        f"{prior.grant_rate:.0%}{counted} instead of {prior.base_rate:.0%}; assumes that the "
        "reasons for a grant look the same there",
        markup=False,
    )


def _show_tested(tested: Performance, console: Console) -> None:
    auc, brier = tested.roc_auc, tested.brier_score
    console.print(
        f"Tested in this mode on {tested.rulings} rulings of {tested.first_year} and later: "
        f"ROC AUC {auc.value:.2f} ({auc.low:.2f} to {auc.high:.2f}), "
        f"Brier score {brier.value:.3f} ({brier.low:.3f} to {brier.high:.3f})"
    )
    if tested.warning:
        console.print(tested.warning, style="yellow")


def show_hits(text: str, paper: PaperName, console: Console) -> None:
    """Print a text with its phrases coloured by family, and a table of the hits."""
    # One for one: rich would drop control characters, and the places below would slip.
    shown = Text(re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text))
    hits = sorted(find_phrases(text, paper), key=lambda hit: (hit.start, hit.end))
    family_of = {(entry.field, entry.value): entry.family for entry in entries()}
    table = Table("words", "place", "indicator", "family", "said by", "")
    for hit in hits:
        family = family_of[hit.field, hit.value]
        shown.stylize(
            f"{_COLOURS[family]} {'strike' if hit.negated else 'bold'}", hit.start, hit.end
        )
        said = {"negated": hit.negated, "hedged": hit.hedged, "strong": hit.weight > 1}
        remarks = ", ".join(word for word, true in said.items() if true)
        indicator = f"{hit.field}.{hit.value}"
        name = Text(FAMILIES.get(family, family), style=_COLOURS[family])
        place = f"{hit.start}-{hit.end}"
        table.add_row(Text(hit.words), place, indicator, name, hit.speaker, remarks)
    console.print(shown)
    console.print(table if hits else "no phrase fires")


_COLOURS = {
    "motion_type": "blue",
    "harm": "red",
    "remedial": "green",
    "speculation": "magenta",
    "merits": "cyan",
    "doctrine": "yellow",
    "scope": "bright_black",
}
