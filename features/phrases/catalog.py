"""All that is looked for in papers: the patterns of the phrases, then those of the context rules."""

import re
from functools import cache

from features.phrases.context_rules import context_rules
from features.phrases.lexicon import phrases
from features.phrases.syntax import Pattern

_WORD = re.compile(r"([a-z]{3,})(\*)?")


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns of `phrases()`, in order, then those of `context_rules()`."""
    return (
        *(phrase.pattern for phrase in phrases()),
        *(rule.pattern for rule in context_rules()),
    )


@cache
def words() -> tuple[frozenset[str], frozenset[str]]:
    """Return the whole words that patterns hold, and the beginnings that a star may follow."""
    found = {match for pattern in patterns() for match in _WORD.findall(pattern.plain)}
    whole = frozenset(word for word, star in found if not star)
    return whole, frozenset(word for word, star in found if star and len(word) >= 4)
