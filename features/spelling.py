"""Misread letters: words that a scan has spoilt by one letter, put right letter for letter.

Only a word that no dictionary knows is changed, into the one known word that differs from it in
one letter; names are left alone.
"""

import re
import string
from collections.abc import Callable
from functools import cache, lru_cache

from spellchecker import SpellChecker

from features.lexicon import phrases

_WORD = re.compile(r"(?<![a-z])[a-z]{3,30}(?![a-z])")
_CLEARLY = 5
"""How many times as frequent as the next the likeliest word must be."""


def mend_spelling(text: str, is_name: Callable[[int], bool]) -> str:
    """Return a text in reading form with misread words put right, at the same length.

    Parameters
    ----------
    text
        A text in reading form.
    is_name
        Tells of a word's offset in the text whether the word is a name.
    """
    unknown = set(_WORD.findall(text)) - _known()
    if not unknown:
        return text

    def mended(found: re.Match[str]) -> str:
        word = found[0]
        return word if word not in unknown or is_name(found.start()) else _likeliest(word)

    return _WORD.sub(mended, text)


@cache
def _spelling() -> SpellChecker:
    spelling = SpellChecker(language="en", distance=1)
    words = {word for phrase in phrases() for word in _WORD.findall(phrase.pattern.expression)}
    spelling.word_frequency.load_words(sorted(words))
    return spelling


@cache
def _known() -> frozenset[str]:
    return frozenset(_spelling().word_frequency.dictionary)


@lru_cache(maxsize=8192)
def _likeliest(word: str) -> str:
    """Return the known word that differs in one letter, or the word where none stands out."""
    spelling = _spelling()
    changed = (
        word[:place] + letter + word[place + 1 :]
        for place in range(len(word))
        for letter in string.ascii_lowercase
    )
    others = _known().intersection(changed)
    ranked = sorted(others, key=lambda other: (-spelling.word_usage_frequency(other), other))
    if not ranked:
        return word
    if len(ranked) > 1:
        first, second = (spelling.word_usage_frequency(other) for other in ranked[:2])
        if first < _CLEARLY * second:
            return word
    return ranked[0]
