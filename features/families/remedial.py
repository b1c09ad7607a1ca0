"""Remedial steps: what the opponent has already done, how far it goes and what prompted it.

Every column is monotone. The movant must show a danger that the conduct will recur (United States
v. W. T. Grant Co., 345 U.S. 629, 633 (1953)), so a step taken never makes a grant likelier. Whether
the conduct could resume (Friends of the Earth v. Laidlaw, 528 U.S. 167, 189 (2000)) shows in what
prompted the steps.
"""

from data.codebook import RemedialScope
from data.schema import Motion, allowed_values
from features.document import Papers
from features.indicators import (
    Column,
    Indicator,
    as_scale,
    count_shown,
    flag_columns,
    plain_words,
    read_choice,
    read_flags,
)
from features.phrases.hits import HitsByField

FAMILY = "remedial"
_AUTHORITY = "United States v. W. T. Grant Co., 345 U.S. 629, 633 (1953)"
# Least lasting first: a step prompted by suit may be undone, one that the law requires stays.
_LASTING = ("after_suit", "voluntary", "ordered_or_legislated")
COLUMNS = (
    *flag_columns(FAMILY, "remedial_steps", monotone=-1, authority=_AUTHORITY, silent=0.0),
    Column(
        f"{FAMILY}.steps",
        "number of remedial steps taken",
        "number",
        -1,
        _AUTHORITY,
        counts="remedial_steps",
        silent=0.0,
    ),
    Column(
        f"{FAMILY}.scope",
        "how much of the relief sought the steps provide",
        "scale",
        -1,
        _AUTHORITY,
        allowed_values("remedial_scope"),
        field="remedial_scope",
        silent=0.0,
    ),
    Column(
        f"{FAMILY}.lasting",
        "what prompted the steps",
        "scale",
        -1,
        "Friends of the Earth v. Laidlaw, 528 U.S. 167, 189 (2000)",
        ("no_step", *_LASTING),
        lambda value: "after suit, or not stated" if value == _LASTING[0] else plain_words(value),
        field="remedial_trigger",
        silent=0.0,
    ),
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name; silence counts as no step."""
    hits = papers.hits_by_field
    steps = read_flags(motion, hits, "remedial_steps", absent=0.0)
    taken = count_shown(steps)
    indicators = {f"{FAMILY}.{value}": indicator for value, indicator in steps.items()}
    indicators[f"{FAMILY}.steps"] = taken
    # Without a step, words of scope or cause in the text refer to something else.
    scope = as_scale(read_scope(motion, hits, taken), "remedial_scope")
    trigger = read_trigger(motion, hits, taken)
    if trigger.value is not None:
        lasting = float(_LASTING.index(str(trigger.value)) + 1)
        trigger = Indicator(lasting, trigger.source, trigger.hits)
    for name, indicator in (("scope", scope), ("lasting", trigger)):
        ignored = indicator.value is None or (indicator.source == "text" and not taken.value)
        indicators[f"{FAMILY}.{name}"] = Indicator(0.0, "not shown") if ignored else indicator
    return indicators


def read_scope(motion: Motion, hits: HitsByField, taken: Indicator) -> Indicator:
    """Read how much of the relief sought the steps provide.

    Where the papers do not say that a step gives full relief, it counts as partial: an opponent may
    defend its conduct in general and still have taken the step.
    """
    scope = read_choice(motion, hits, "remedial_scope")
    if scope.source == "coded" or scope.value == RemedialScope.FULL or not taken.value:
        return scope
    partial = scope.hits if scope.value == RemedialScope.PARTIAL else ()
    return Indicator(RemedialScope.PARTIAL.value, taken.source, taken.hits + partial)


def read_trigger(motion: Motion, hits: HitsByField, taken: Indicator) -> Indicator:
    """Read what prompted the steps.

    Where the papers do not say, a step counts as the least lasting kind: the party that stopped
    must show that the conduct will not recur (Friends of the Earth v. Laidlaw).
    """
    trigger = read_choice(motion, hits, "remedial_trigger")
    if trigger.value is not None or not taken.value:
        return trigger
    return Indicator(_LASTING[0], taken.source, taken.hits)


def steps_taken(motion: Motion, hits: HitsByField) -> Indicator:
    """Return the number of steps taken, with the phrases that show them."""
    return count_shown(read_flags(motion, hits, "remedial_steps"))
