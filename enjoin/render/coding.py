"""What is printed of a reading by a language model, and of many."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.describe import MIN_TO_SAY
from data.schema import RATINGS, Motion
from enjoin.render.understood import report_understood
from enjoin.terminal import echo, plural, report_problems, report_set_aside, warn
from features.coder.coder import Coding
from features.coder.reading import CODED, known_fields
from serve.coding.summary import CodingSummary
from serve.what_if.fact import FactAnswer, Moved
from train.model.calibration import INTERVAL

QUOTED_CHARACTERS = 100
"""Characters of a quote in a table."""
MAX_INSTRUCTIONS = 3
"""Instructions to a language model that are shown."""
MAX_FIELDS = 8
"""Fields listed with unproven values."""


def reading_in_words(coding: Coding) -> str:
    """Say how much was read, and what it took."""
    reading = coding.checked.reading
    shown = sum(coded.value is not None for coded in reading.coded.values())
    rated = sum(rated.value is not None for rated in reading.ratings.values())
    what = [f"{shown} codings", f"{rated} ratings"]
    if reading.forecast.value is not None:
        what.append(f"a forecast of {reading.forecast.value:.0%}")
    took = "from the store, nothing sent" if coding.from_store else _tokens(coding)
    return f"read: {', '.join(what)} ({took})"


def unproven_in_words(coding: Coding) -> Iterator[str]:
    """Yield a line for each value that was taken out, as its quotes are not in the papers."""
    for item in coding.checked.unproven:
        value = in_words(item.value)
        yield f"not proven, so taken as not shown: {item.field} {value}: {item.reason}"


def instructions_in_words(coding: Coding) -> Iterator[str]:
    """Yield a line for each of the first sentences that tell a language model what to do."""
    for told in coding.checked.instructions[:MAX_INSTRUCTIONS]:
        yield (
            f'the {told.paper} tells a language model what to do: "{_shortened(told.text)}". That '
            "proves nothing, but check ratings and forecast"
        )


def in_words(value: object) -> str:
    """Return a coded value as a person would write it."""
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "not shown"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def show_coding(coding: Coding, motion: Motion, console: Console) -> None:
    """Print each coded field with its value and first quote, and what was not proven."""
    own = known_fields(coding.motion)
    table = Table("field", "value", "first quote, or reason")
    reasons = coding.checked.reading.opinions
    for name in (*CODED, *RATINGS, "forecast"):
        value = getattr(motion, name)
        if value is None:
            continue
        words = next(iter((motion.quotes or {}).get(name, ())), "")
        if not words and name in reasons and name not in own:
            words = reasons[name].reason
        if name in own:
            words = words or "as given"
        shown = f"{value:.0%}" if name == "forecast" else in_words(value)
        table.add_row(name, escape(shown), escape(_shortened(words)))
    console.print(table)


def _shortened(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= QUOTED_CHARACTERS else words[: QUOTED_CHARACTERS - 3] + "..."


def _tokens(taken: Coding | CodingSummary) -> str:
    cost = "" if taken.cost is None else f", ${taken.cost:,.3f}"
    return f"{taken.tokens_in:,} tokens in, {taken.tokens_out:,} out{cost}"


def progress_in_words(summary: CodingSummary) -> str:
    """Return what a progress bar says of tokens and money."""
    return _tokens(summary)


def report_coding(summary: CodingSummary, output: str) -> None:
    """Report what was coded, rejected, unproven and spent."""
    report_understood(summary.understood)
    report_set_aside(summary.post_ruling_columns, summary.unknown_columns)
    report_problems(summary.problems, summary.rejected, summary.rejects)
    if summary.unproven:
        listed = ", ".join(
            f"{name} ({n:,})" for name, n in summary.unproven.most_common(MAX_FIELDS)
        )
        warn(f"not proven by the papers, so taken as not shown: {listed}")
    if summary.instructed:
        papers = plural(summary.instructed, "motion")
        warn(f"{papers} with instructions to a language model: check ratings and forecast")
    if not summary.coded:
        warn("no motion could be coded; no output was written")
        return
    stored = f", {summary.from_store:,} of them from the store" if summary.from_store else ""
    echo(f"{plural(summary.coded, 'motion')} coded by {summary.model} -> {output}{stored}")
    echo(f"{_tokens(summary)}, {summary.seconds:,.0f} s")
    agreement = summary.agreement
    if agreement.share is not None:
        n = agreement.compared.total()
        share = f"{agreement.share:.0%}" if n >= MIN_TO_SAY else str(agreement.agreeing.total())
        echo(f"Agrees with {share} of the {n:,} codings in the input")


def show_fact(answer: FactAnswer, console: Console) -> None:
    """Print what a fact moves: probability, codings, ratings and forecast."""
    before, after = answer.before, answer.after
    console.print(
        f"Probability of grant: {before.p_grant:.0%} ({INTERVAL:.0%} interval "
        f"{before.p_low:.0%} to {before.p_high:.0%}), with the fact "
        f"[bold]{after.p_grant:.0%}[/bold] ({after.p_low:.0%} to {after.p_high:.0%}): "
        f"{answer.points:+.1f} points"
    )
    table = Table("", "without the fact", "with it", "first quote")
    for moved in answer.moved:
        table.add_row(*_cells(moved))
    console.print(table if answer.moved else "The reading is the same with the fact.")
    console.print(answer.note, style="dim")


def _cells(moved: Moved) -> tuple[str, str, str, str]:
    name = moved.field.replace("_", " ")
    percent = moved.kind == "forecast"
    values = [
        f"{value:.0%}" if percent and value is not None else in_words(value)
        for value in (moved.before, moved.after)
    ]
    quote = _shortened(moved.quotes[0]) if moved.quotes else ""
    return name, escape(values[0]), escape(values[1]), escape(quote)
