"""Everything to look for in papers: the patterns of phrases, context rules and stock cues."""

import re
from functools import cache

from features.phrases.context_rules import context_rules
from features.phrases.lexicon import phrases
from features.phrases.stock_cues import stock_lexicon
from features.phrases.syntax import Pattern

_WORD = re.compile(r"([a-z]{3,})(\*)?")
_MIN_PREFIX = 4
"""Letters from which the beginning of a word (`encrypt*`) identifies it."""


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns of `phrases()`, those of `context_rules()`, then the stock cues."""
    return (
        *(phrase.pattern for phrase in phrases()),
        *(rule.pattern for rule in context_rules()),
        *(cue.pattern for cue in stock_lexicon().cues),
    )


@cache
def words_and_prefixes() -> tuple[frozenset[str], frozenset[str]]:
    """Return the whole words in the patterns, and the beginnings of words before a star."""
    matches = {match for pattern in patterns() for match in _WORD.findall(pattern.plain)}
    whole_words = frozenset(word for word, star in matches if not star)
    prefixes = frozenset(word for word, star in matches if star and len(word) >= _MIN_PREFIX)
    return whole_words, prefixes
