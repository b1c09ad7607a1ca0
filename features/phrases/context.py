"""ConText: whether the words around a phrase negate it, doubt it or say who speaks.

A modifier acts on the phrases near it, within its sentence, up to a word that terminates its scope.

References
----------
Harkema, Dowling, Thornblade and Chapman (2009), J. Biomed. Inform. 42:839-851 (ConText); Chapman
et al. (2001), J. Biomed. Inform. 34:301-310 (NegEx).
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from features.phrases.context_rules import TERMINATE, ContextRule
from features.phrases.lexicon import PaperName

Speaker = Literal["movant", "opponent", "record"]
SPEAKERS: tuple[Speaker, ...] = ("movant", "opponent", "record")
_FURTHEST = 400
"""Characters beyond which no modifier acts: 40 words and more."""


class Modifier(NamedTuple):
    """A rule that matched, and its span in the normalized text."""

    start: int
    end: int
    rule: ContextRule


class Context(NamedTuple):
    """What the words around a phrase make of it; `speaker` is None where nothing says who."""

    negated: bool
    uncertain: bool
    speaker: Speaker | None


def author_of(paper: PaperName) -> Speaker:
    """Return the party whose paper it is, who speaks where nothing says otherwise."""
    return "movant" if paper == "motion" else "opponent"


def without_pseudo(modifiers: Sequence[Modifier]) -> list[Modifier]:
    """Leave out pseudo-modifiers, and modifiers of their category that overlap one."""
    pseudo = [modifier for modifier in modifiers if modifier.rule.direction == "pseudo"]
    return [
        modifier
        for modifier in modifiers
        if modifier.rule.direction != "pseudo"
        and not any(
            other.rule.category == modifier.rule.category
            and other.start < modifier.end
            and modifier.start < other.end
            for other in pseudo
        )
    ]


def context_of(
    text: str, start: int, end: int, negates: bool, modifiers: Sequence[Modifier]
) -> Context:
    """Apply the modifiers of a sentence to one phrase in it.

    Parameters
    ----------
    text
        The normalized text; the phrase is `text[start:end]`.
    negates
        Whether the phrase itself holds a negation. In the gap of another phrase ("offers no
        evidence") a negation turns the phrase round.
    modifiers
        Those of the phrase's sentence, in order, without pseudo-modifiers.
    """
    negated = uncertain = False
    nearest: tuple[bool, int, int] | None = None
    speaker: Speaker | None = None
    for index, modifier in enumerate(modifiers):
        category = modifier.rule.category
        if category in TERMINATE or not _acts(text, start, end, negates, modifier, modifiers):
            continue
        if category == "negated":
            negated = True
        elif category == "uncertain":
            uncertain = True
        elif category in SPEAKERS:
            # The nearest before the phrase, or else the nearest after it.
            distance = (modifier.start >= end, abs(modifier.start - start), index)
            if nearest is None or distance < nearest:
                nearest, speaker = distance, category
    return Context(negated, uncertain, speaker)


def _acts(
    text: str,
    start: int,
    end: int,
    negates: bool,
    modifier: Modifier,
    modifiers: Sequence[Modifier],
) -> bool:
    """Tell whether a modifier acts on the phrase `text[start:end]`."""
    if modifier.start < start - _FURTHEST or modifier.start > end + _FURTHEST:
        return False
    rule = modifier.rule
    speaks = rule.category in SPEAKERS
    if speaks and modifier.start <= start < modifier.end:  # "plaintiff fears": who fears
        return True
    inside = start < modifier.start and modifier.end < end
    if inside and rule.category == "negated" and not negates:
        return True
    if rule.direction == "forward" and modifier.end <= start:
        left, right = modifier.end, start
    elif rule.direction == "backward" and end <= modifier.start:
        left, right = end, modifier.start
    else:
        return False
    between = text[left:right]
    if len(between.split()) > rule.max_scope or ";" in between or (not speaks and ":" in between):
        return False
    return not any(
        left <= other.start
        and other.end <= right
        and (other.rule.category == "terminate_speaker" or not speaks)
        for other in modifiers
        if other.rule.category in TERMINATE
    )
