"""All that is looked for in papers: the patterns of the phrases, then those of the cues."""

from functools import cache

from features.phrases.cues import cues
from features.phrases.lexicon import phrases
from features.phrases.syntax import Pattern


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns of all phrases, in the order of `phrases()`, then those of all cues."""
    return (*(phrase.pattern for phrase in phrases()), *(cue.pattern for cue in cues()))
