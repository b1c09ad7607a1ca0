"""Remedial steps: what the opponent has done already, how far it goes, and why.

Every column is monotone. The movant must show a danger that the conduct will recur (United States
v. W. T. Grant Co., 345 U.S. 629, 633 (1953)), so a step taken never makes a grant likelier. Whether
the conduct could be resumed (Friends of the Earth v. Laidlaw, 528 U.S. 167, 189 (2000)) shows in
what led to the steps, and in words such as "for now".
"""

from collections.abc import Mapping, Sequence

from data.codebook import RemedialScope
from data.schema import Motion, allowed_values
from features.document import Papers
from features.indicators import (
    Column,
    Indicator,
    as_scale,
    flag_columns,
    read_choice,
    read_flags,
    read_yes_no_from_text,
)
from features.phrases.hits import Hit, HitsByField

FAMILY = "remedial"
_AUTHORITY = "United States v. W. T. Grant Co., 345 U.S. 629, 633 (1953)"
# Least lasting first: what follows suit may be resumed; what law or order demands will stay.
_LASTING = ("after_suit", "voluntary", "ordered_or_legislated")
COLUMNS = (
    *flag_columns(FAMILY, "remedial_steps", monotone=-1, authority=_AUTHORITY),
    Column(f"{FAMILY}.steps", "number of remedial steps taken", "number", -1, _AUTHORITY),
    Column(
        f"{FAMILY}.scope",
        "how far the steps cover the relief sought",
        "scale",
        -1,
        _AUTHORITY,
        allowed_values("remedial_scope"),
    ),
    Column(
        f"{FAMILY}.lasting",
        "what led to the steps",
        "scale",
        -1,
        "Friends of the Earth v. Laidlaw, 528 U.S. 167, 189 (2000)",
        ("no step", "after suit, or not told", *_LASTING[1:]),
    ),
    Column(
        f"{FAMILY}.binding",
        "the steps bind the opponent or cannot be undone",
        "flag",
        -1,
        "Friends of the Earth v. Laidlaw, 528 U.S. 167, 189 (2000)",
    ),
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name; silence counts as none."""
    hits = papers.hits_by_field
    steps = read_flags(motion, hits, "remedial_steps", absent=0.0)
    taken = _taken(steps)
    source = taken[0].source if taken else next(iter(steps.values())).source
    indicators = {f"{FAMILY}.{value}": indicator for value, indicator in steps.items()}
    indicators[f"{FAMILY}.steps"] = Indicator(float(len(taken)), source, _behind(taken))
    # Without a step there is nothing whose scope or cause the text could speak of.
    scope = as_scale(read_scope(motion, hits, taken), "remedial_scope")
    cause = read_trigger(motion, hits, taken)
    if cause.value is not None:
        cause = Indicator(float(_LASTING.index(str(cause.value)) + 1), cause.source, cause.hits)
    for name, indicator in (("scope", scope), ("lasting", cause)):
        idle = indicator.value is None or (indicator.source == "text" and not taken)
        indicators[f"{FAMILY}.{name}"] = Indicator(0.0, "not shown") if idle else indicator
    # Steps that could be undone count as none here, so that no step can ever raise the probability.
    undone = read_yes_no_from_text(hits, "remedial_reversible")
    shown = bool(taken) and undone.value is not None
    binding = Indicator(1.0 - float(undone.value or 0.0), "text", undone.hits)
    indicators[f"{FAMILY}.binding"] = binding if shown else Indicator(0.0, "not shown")
    return indicators


def read_scope(motion: Motion, hits: HitsByField, taken: Sequence[Indicator]) -> Indicator:
    """Read how far the steps go towards the relief sought.

    A step goes part of the way at least where its scope is not told: an opponent may stand by its
    conduct in the main and have taken it all the same.
    """
    scope = read_choice(motion, hits, "remedial_scope")
    if scope.source == "coded" or scope.value == RemedialScope.FULL or not taken:
        return scope
    told = scope.hits if scope.value == RemedialScope.PARTIAL else ()
    return Indicator(RemedialScope.PARTIAL.value, taken[0].source, _behind(taken) + told)


def read_trigger(motion: Motion, hits: HitsByField, taken: Sequence[Indicator]) -> Indicator:
    """Read what led to the steps.

    A step of which that is not told counts as the least lasting kind: it is for whoever stopped to
    show that the conduct will not recur (Friends of the Earth v. Laidlaw).
    """
    cause = read_choice(motion, hits, "remedial_trigger")
    if cause.value is not None or not taken:
        return cause
    return Indicator(_LASTING[0], taken[0].source, _behind(taken))


def steps_taken(motion: Motion, hits: HitsByField) -> list[Indicator]:
    """Return the indicators of the steps that are told of."""
    return _taken(read_flags(motion, hits, "remedial_steps"))


def _taken(steps: Mapping[str, Indicator]) -> list[Indicator]:
    return [step for step in steps.values() if step.value]


def _behind(taken: Sequence[Indicator]) -> tuple[Hit, ...]:
    return tuple(hit for step in taken for hit in step.hits)
