"""Misread letters: words of the lexicons that a scan has spoilt by one letter are put right.

Only a word that no dictionary knows is changed, into the one word of the lexicons that differs from
it in one letter; names, contractions and words of no lexicon are left alone. Long words are changed
even where a capital makes them look like names, as in headings: names so close to one are rare.
"""

import re
import string
from collections.abc import Callable
from functools import cache, lru_cache

from spellchecker import SpellChecker

from features.phrases.catalog import patterns
from features.phrases.lexicon import list_of_strings, read_lexicon, read_toml

_WORD = re.compile(r"(?<![a-z'\]])[a-z]{3,30}(?![a-z'\[])")  # not of "[c]ourt"
_SOUGHT = re.compile(r"([a-z]{3,})(\*)?")
_LONG = 8
"""Letters from which a word is mended though a capital begins it, as in a heading."""
_SHORT = 6
"""Letters of a word that is mended in any text; shorter ones only where a text is spoilt."""
_SPOILT = 0.01
"""Share of unknown words from which a text counts as spoilt. Of real opinions typed or printed well
some 0.5% are unknown, of those misread in one letter of a hundred some 4%."""
_ENDINGS = ("s", "er", "ers", "ee", "ees", "or", "ors", "ed", "d", "r", "ing", "able", "ly")
"""With a known word before it, such as "condemn", an ending makes a right word."""
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
    # Few words are left to look into once those known as they stand between spaces are not.
    words = text.split(" ")
    unknown = set(_WORD.findall(" ".join(set(words) - _known()))) - _known()
    if not unknown:
        return text
    places = [
        found
        for found in _WORD.finditer(text)
        if found[0] in unknown and (len(found[0]) >= _LONG or not is_name(found.start()))
    ]
    shortest = 0 if len(places) > _SPOILT * len(words) else _SHORT
    parts, since = [], 0
    for found in places:
        if len(found[0]) >= shortest:
            parts += [text[since : found.start()], _likeliest(found[0])]
            since = found.end()
    return "".join(parts) + text[since:]


def read_words(content: bytes) -> tuple[str, ...]:
    """Read the right words that general dictionaries lack.

    Raises
    ------
    LexiconError
        If the file is not UTF-8 or not TOML, or holds no list of words.
    """
    where = "features/lexicons/legal_words.toml"
    words = read_toml(where, content).get("words")
    return list_of_strings(words, f"{where}: words", "words")


@cache
def _sought() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the words that the lexicons look for, and the beginnings that a star may follow."""
    found = {part for pattern in patterns() for part in _SOUGHT.findall(pattern.plain)}
    whole = frozenset(word for word, star in found if not star)
    return whole, tuple(sorted(word for word, star in found if star and len(word) >= 4))


@cache
def _spelling() -> SpellChecker:
    spelling = SpellChecker(language="en", distance=1)
    spelling.word_frequency.load_words(sorted(_sought()[0]))
    spelling.word_frequency.load_words(read_words(read_lexicon("legal_words")))
    return spelling


@cache
def _known() -> frozenset[str]:
    return frozenset(_spelling().word_frequency.dictionary)


@lru_cache(maxsize=8192)
def _likeliest(word: str) -> str:
    """Return the sought word that differs in one letter, or the word where none stands out."""
    spelling = _spelling()
    if any(word.endswith(end) and word.removesuffix(end) in _known() for end in _ENDINGS):
        return word
    whole, beginnings = _sought()
    changed = (
        word[:place] + letter + word[place + 1 :]
        for place in range(len(word))
        for letter in string.ascii_lowercase
    )
    others = _known().intersection(changed)
    ranked = sorted(others, key=lambda other: (-spelling.word_usage_frequency(other), other))
    if not ranked or not (ranked[0] in whole or ranked[0].startswith(beginnings)):
        return word
    if len(ranked) > 1:
        first, second = (spelling.word_usage_frequency(other) for other in ranked[:2])
        if first < _CLEARLY * second:
            return word
    return ranked[0]
