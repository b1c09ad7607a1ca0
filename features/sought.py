"""All that is looked for in papers: the patterns of the phrases, then those of the cues."""

from functools import cache

from features.cues import cues
from features.lexicon import phrases
from features.patterns import Pattern


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns of all phrases, in the order of `phrases()`, then those of all cues."""
    return (*(phrase.pattern for phrase in phrases()), *(cue.pattern for cue in cues()))
