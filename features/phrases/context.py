"""ConText: whether the words around a phrase negate it, leave it uncertain or name its speaker.

A modifier acts on the phrases near it in its sentence, up to a word that terminates its scope.

References
----------
Harkema, Dowling, Thornblade and Chapman (2009), J. Biomed. Inform. 42:839-851 (ConText); Chapman
et al. (2001), J. Biomed. Inform. 34:301-310 (NegEx).
"""

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import Literal, NamedTuple

from features.phrases.context_rules import TERMINATE, ContextRule
from features.phrases.lexicon import PaperName

Speaker = Literal["movant", "opponent", "record"]
SPEAKERS: tuple[Speaker, ...] = ("movant", "opponent", "record")
_MAX_DISTANCE = 400
"""Characters beyond which no modifier acts: more than the 40 words of the widest scope."""
_start = attrgetter("start")


class Modifier(NamedTuple):
    """A match of a rule: its span in the normalized text, and the rule."""

    start: int
    end: int
    rule: ContextRule


class Context(NamedTuple):
    """What the words around a phrase make of it; `speaker` is None if they name none."""

    negated: bool
    uncertain: bool
    speaker: Speaker | None


def author_of(paper: PaperName) -> Speaker:
    """Return the party that files a paper, its speaker by default."""
    return "movant" if paper == "motion" else "opponent"


def without_pseudo(modifiers: Sequence[Modifier]) -> list[Modifier]:
    """Remove pseudo-modifiers and the modifiers of their category that they overlap."""
    pseudo = [modifier for modifier in modifiers if modifier.rule.direction == "pseudo"]
    longest = max((other.end - other.start for other in pseudo), default=0)
    return [
        modifier
        for modifier in modifiers
        if modifier.rule.direction != "pseudo"
        and not any(
            other.rule.category == modifier.rule.category and modifier.start < other.end
            for other in _starting_between(pseudo, modifier.start - longest, modifier.end)
        )
    ]


def _starting_between(modifiers: Sequence[Modifier], first: int, end: int) -> Sequence[Modifier]:
    """Return the modifiers, sorted by their starts, that start at `first` or later, before `end`.

    A sentence of a hostile paper may have a hundred thousand.
    """
    return modifiers[
        bisect_left(modifiers, first, key=_start) : bisect_left(modifiers, end, key=_start)
    ]


def context_of(
    text: str, start: int, end: int, negates: bool, modifiers: Sequence[Modifier]
) -> Context:
    """Apply the modifiers of a sentence to one phrase in it.

    Parameters
    ----------
    text
        The normalized text.
    start, end
        The span of the phrase.
    negates
        Whether the phrase itself contains a negation. In any other, a negation in a gap ("offers no
        evidence") negates the phrase.
    modifiers
        Those of the phrase's sentence, in order, without pseudo-modifiers.
    """
    modifiers = _starting_between(modifiers, start - _MAX_DISTANCE, end + _MAX_DISTANCE + 1)
    terminators = [modifier for modifier in modifiers if modifier.rule.category in TERMINATE]
    negated = uncertain = False
    nearest: tuple[bool, int, int] | None = None
    speaker: Speaker | None = None
    for index, modifier in enumerate(modifiers):
        category = modifier.rule.category
        if category in TERMINATE or not _acts(text, start, end, negates, modifier, terminators):
            continue
        if category == "negated":
            negated = True
        elif category == "uncertain":
            uncertain = True
        elif category in SPEAKERS:
            # The nearest before the phrase, or else the nearest after it, is the speaker.
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
    terminators: Sequence[Modifier],
) -> bool:
    """Tell whether a modifier acts on the phrase `text[start:end]`."""
    rule = modifier.rule
    speaks = rule.category in SPEAKERS
    if speaks and modifier.start <= start < modifier.end:  # "plaintiff fears" names its speaker
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
        for other in terminators
    )
