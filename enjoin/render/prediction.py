"""What `predict` and `comparables` print."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from data.schema import Motion
from features.build import COLUMNS
from features.indicators import plain_words
from features.phrases.lexicon import meaning
from serve.performance import Performance
from serve.responses import (
    Answer,
    BaseRateAdjustment,
    ComparableRate,
    CorrectedForecast,
    Factor,
    Phrase,
    TextName,
)
from serve.similar_rulings import SOURCE_WORDS, Comparable, ComparablesAnswer, Likeness
from train.modes import Mode

BASIS: dict[Mode, str] = {
    "forecast": "a reader's forecast, ratings, codings and text",
    "rated": "Winter ratings, codings and text",
    "coded": "codings and text, without ratings",
    "text": "text only",
}
"""What a prediction in each mode is based on."""
TEXTS: dict[TextName, str] = {
    "motion": "motion",
    "opposition": "opposition",
    "summary": "summary",
    "opposition_summary": "summary of the opposition",
}
"""The texts that words are quoted from."""
_COLUMN = {column.name: column for column in COLUMNS}
DIRECTIONS = (("Against a grant", -1), ("For a grant", 1))
TOP = 3
"""Factors in each direction that the short answer shows."""
QUOTED_CHARACTERS = 90
"""Characters of quotations beneath a factor in the short answer: about one line."""


def show_answer(
    answer: Answer, motion: Motion, console: Console, reasons: Mapping[str, str] | None = None
) -> None:
    """Print an answer in about 20 lines: probability, reliability, the top factors, quotations.

    Parameters
    ----------
    reasons
        By field, why the reader of the papers gave a rating or the forecast.
    """
    reason_of = _by_column(reasons)
    _show_estimate(answer, motion, console, whose=_whose(reasons))
    console.print(f"Based on {BASIS[answer.mode]}{_tested_briefly(answer.performance)}")
    _show_warnings(answer, console)
    console.print()
    for title, sign in DIRECTIONS:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(justify="right")
        for factor in _factors(answer, sign)[:TOP]:
            grid.add_row(f"{factor.points:+.1f}", Text(factor.label))
            quotations = _quoted_briefly(_evidence(answer, factor.factor))
            if words := quotations or reason_of.get(factor.factor):
                grid.add_row("", Text(words, style="dim"))
        if grid.row_count:
            console.print(f"{title} (percentage points)", style="bold")
            console.print(Padding(grid, (0, 0, 0, 2), expand=False))
    footer = f"\nModel {answer.model_version}. Every family, factor and quotation: --full"
    console.print(footer, style="dim", highlight=False)
    console.print(answer.disclaimer, style="dim", soft_wrap=True)


def show_full_answer(
    answer: Answer, motion: Motion, console: Console, reasons: Mapping[str, str] | None = None
) -> None:
    """Print an answer with every family, factor and quotation, and the versions behind it.

    `reasons` are as in `show_answer`.
    """
    _show_estimate(answer, motion, console, whose=_whose(reasons))
    console.print(f"Based on {BASIS[answer.mode]}")
    if answer.performance:
        console.print(_tested_in_full(answer.performance))
    _show_warnings(answer, console)
    console.print()
    console.print(_families(answer))
    for title, sign in DIRECTIONS:
        table = Table("factor", "family", "source", "points", title=title, title_justify="left")
        table.columns[3].justify = "right"
        for factor in _factors(answer, sign):
            points = f"{factor.points:+.1f}"
            table.add_row(escape(factor.label), factor.family, factor.source, points)
        if table.row_count:
            console.print(table)
    _show_evidence(answer, console)
    if reason_of := _by_column(reasons):
        console.print("\nThe reader's reasons", style="bold")
    for column, reason in reason_of.items():
        console.print(f"  {_COLUMN[column].meaning}: {reason}", markup=False, highlight=False)
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


def _show_estimate(answer: Answer, motion: Motion, console: Console, whose: str) -> None:
    console.print(Text(motion.caption or motion.id or "Motion", style="bold"))
    console.print(
        f"Probability of grant: [bold]{answer.p_grant:.0%}[/bold] ({answer.interval:.0%} interval "
        f"{answer.p_low:.0%} to {answer.p_high:.0%}); base rate of the training rulings "
        f"{answer.base_rate:.0%}"
    )
    if answer.forecast:
        console.print(_correction_in_words(answer, answer.forecast, whose), markup=False)
    if answer.base_rate_adjustment:
        adjustment = _adjustment_in_words(answer.base_rate_adjustment, answer.p_grant)
        console.print(adjustment, markup=False)
    if answer.comparable_rate:
        console.print(rate_in_words(answer.comparable_rate), highlight=False)


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
    spread = (
        f" (the mean of several that differ by {forecast.spread:.2f} in log-odds, so the interval "
        "is wider)"
        if forecast.spread
        else ""
    )
    return (
        f"{whose}: {forecast.given:.0%}{spread}. Of training rulings with such an estimate about "
        f"{forecast.corrected:.0%} were granted. With the papers: {with_papers:.0%}"
    )


def _adjustment_in_words(adjustment: BaseRateAdjustment, p_grant: float) -> str:
    source = f" ({adjustment.court}, from your counts)" if adjustment.court else ""
    return (
        f"Adjusted from {adjustment.p_unadjusted:.0%} to {p_grant:.0%} for a grant rate of "
        f"{adjustment.grant_rate:.0%}{source} instead of {adjustment.base_rate:.0%}, assuming that "
        "the reasons for a grant are the same there"
    )


def _tested_briefly(performance: Performance | None) -> str:
    if performance is None:
        return ""
    return (
        f". Tested on {performance.tested_on}: ROC AUC {performance.roc_auc.value:.2f}, "
        f"Brier score {performance.brier_score.value:.3f}"
    )


def _tested_in_full(performance: Performance) -> str:
    auc, brier = performance.roc_auc, performance.brier_score
    return (
        f"Tested with this kind of input on {performance.tested_on}: "
        f"ROC AUC {auc.value:.2f} ({auc.low:.2f} to {auc.high:.2f}), "
        f"Brier score {brier.value:.3f} ({brier.low:.3f} to {brier.high:.3f})"
    )


def _factors(answer: Answer, sign: int) -> list[Factor]:
    """Return the factors that move the probability down (-1) or up (1), largest first."""
    return [factor for factor in answer.factors if factor.log_odds * sign > 0]


def _families(answer: Answer) -> Table:
    table = Table("family", "points", title="By family of features", title_justify="left")
    table.columns[1].justify = "right"
    for share in sorted(answer.families, key=lambda share: share.points):
        table.add_row(share.family, f"{share.points:+.1f}")
    if answer.base_rate_adjustment:
        table.add_section()
        table.add_row("other base rate", f"{answer.base_rate_adjustment.points:+.1f}")
    return table


def _evidence(answer: Answer, factor: str) -> list[Phrase]:
    return [phrase for phrase in answer.evidence if phrase.factor == factor]


def _quoted_briefly(phrases: Sequence[Phrase]) -> str:
    """Quote as many different phrases as fit in a line, at least one, and count the others.

    What the reader who coded the motion quotes comes first.
    """
    quoted_first = sorted(phrases, key=lambda phrase: not phrase.quoted)
    quotations = list(dict.fromkeys(map(_quotation, quoted_first)))
    shown = quotations[:1]
    for quotation in quotations[1:]:
        if sum(map(len, shown)) + len(quotation) > QUOTED_CHARACTERS:
            break
        shown.append(quotation)
    more = len(quotations) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _quotation(phrase: Phrase) -> str:
    remarks = [TEXTS[phrase.paper], *_remarks(phrase)]
    return f'"{_on_one_line(phrase.text)}" ({", ".join(remarks)})'


def _remarks(phrase: Phrase) -> Iterator[str]:
    """Yield who quotes a phrase and for what, and whether it is negated."""
    if phrase.quoted:
        field = phrase.quoted_for
        yield "quoted by the reader" + (f" for {plain_words(field)}" if field else "")
    if phrase.negated:
        yield "negated"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _show_evidence(answer: Answer, console: Console) -> None:
    """Print the phrases behind each factor, then those behind features with smaller effects."""
    labels = {factor.factor: factor.label for factor in answer.factors}
    others = dict.fromkeys(phrase.factor for phrase in answer.evidence).keys() - labels.keys()
    titles = {
        "Evidence in the papers (first and last character)": labels,
        "Evidence of features with smaller effects": {name: name for name in sorted(others)},
    }
    for title, features in titles.items():
        evidence = {name: _evidence(answer, name) for name in features}
        if any(evidence.values()):
            console.print(f"\n{title}", style="bold")
        for name, phrases in evidence.items():
            if phrases:
                line = f"  {features[name]}: {', '.join(map(_located, phrases))}"
                console.print(line, markup=False, highlight=False)


def _located(phrase: Phrase) -> str:
    """Quote a phrase with its place and, for a circumstance of doctrine, its meaning."""
    remark = "".join(f" ({remark})" for remark in _remarks(phrase))
    meaning = f" ({phrase.meaning})" if phrase.factor.startswith("doctrine.") else ""
    place = f"{TEXTS[phrase.paper]} {phrase.start}-{phrase.end}"
    return f'"{_on_one_line(phrase.text)}"{remark}{meaning} {place}'


def show_comparables(answer: ComparablesAnswer, console: Console) -> None:
    """Print the most similar rulings, and how often they granted relief."""
    console.print(rate_in_words(answer.comparable_rate), highlight=False)
    subject = _subject(answer.claim_area, answer.motion_type)
    console.print(f"Listed first: rulings on a {subject}", highlight=False, markup=False)
    for ruling in answer.rulings:
        console.print()
        name = escape(ruling.caption or ruling.id)
        console.print(f"[bold]{name}[/bold]{escape(_cited(ruling))}", highlight=False)
        outcome = ruling.outcome.replace("_", " ")
        lines = [
            f"{outcome}; {_subject(ruling.claim_area, ruling.motion_type)}",
            f"similarity {ruling.similarity:.2f}: "
            f"{_likeness_in_words(ruling.likeness, answer.ratings_inferred)}",
        ]
        for title, features in (("shared", ruling.shared), ("different", ruling.differences)):
            if features:
                lines.append(f"{title}: {'; '.join(features)}")
        for line in lines:
            console.print(f"  {line}", markup=False, highlight=False)
        if ruling.source:
            kind = f"{SOURCE_WORDS[ruling.source_kind]}: " if ruling.source_kind else ""
            source = f"  {kind}{ruling.source}"
            console.print(source, style="dim", markup=False, highlight=False)


def _subject(claim_area: str | None, motion_type: str | None) -> str:
    """Put the claim area and the kind of motion in words, those that are known."""
    fields = {"claim_area": claim_area, "motion_type": motion_type}
    return ", ".join(meaning(field, value) for field, value in fields.items() if value)


def _cited(ruling: Comparable) -> str:
    """Return what follows the name of a case: its citation, else its court and year."""
    if ruling.citation and ruling.citation.endswith(")"):
        return f", {ruling.citation}"
    parts = (ruling.citation, ruling.court, str(ruling.year))
    return f" ({', '.join(filter(None, parts))})"


def _likeness_in_words(likeness: Likeness, inferred: bool) -> str:
    """List the parts of a likeness that are known."""
    names = {"ratings": "ratings inferred from the papers"} if inferred else {}
    parts = likeness.model_dump(exclude_none=True).items()
    return ", ".join(f"{names.get(part, part)} {value:.2f}" for part, value in parts)


def rate_in_words(rate: ComparableRate) -> str:
    """Put the grant rate of the most similar rulings in a sentence."""
    return (
        f"Of the {rate.rulings} training rulings most like this motion, {rate.granted} granted "
        f"{rate.counted_as}: {rate.rate:.0%} (95% interval {rate.low:.0%} to {rate.high:.0%})"
    )
