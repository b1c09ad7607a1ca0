"""Scanned papers: words of the lexicons that a scan has misread by one letter are put right.

Only a text that looks like a scan is touched, and only a word that no dictionary knows: it becomes
the one word of the lexicons that differs from it in one letter. Names, contractions and words of
no lexicon are left alone. Long words are put right even after a capital, as in headings: names so
close to one are rare.
"""

import re
import string
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

from spellchecker import SpellChecker

_WORD = re.compile(r"(?<![a-z'\]])[a-z]{3,30}(?![a-z'\[])")  # not of "[c]ourt"
_LONG = 8
"""Letters from which a word is put right though a capital begins it, as in a heading."""
_SCANNED = 0.01
"""Share of unknown words from which a text counts as scanned. Of opinions typed or printed well
some 0.5% of the words are unknown, of those with one letter in a hundred misread some 4%."""
_ENDINGS = ("s", "er", "ers", "ee", "ees", "or", "ors", "ed", "d", "r", "ing", "able", "ly")
"""With a known word before it, such as "condemn", an ending makes a right word."""
_CLEARLY = 5
"""How many times as frequent as the next the likeliest word must be."""


class Speller:
    """Knows the words of English, of the law and of the lexicons, and mends scanned texts.

    Parameters
    ----------
    wanted
        The whole words that the lexicons look for.
    beginnings
        The beginnings of words that the lexicons look for (`encrypt*`).
    legal_words
        Right words that general dictionaries lack.
    """

    def __init__(
        self, wanted: Iterable[str], beginnings: Iterable[str], legal_words: Iterable[str]
    ) -> None:
        self._wanted = frozenset(wanted)
        self._beginnings = tuple(sorted(set(beginnings)))
        self._legal_words = tuple(legal_words)
        self._likeliest = lru_cache(maxsize=8192)(self._find_likeliest)

    def is_word(self, word: str) -> bool:
        """Tell whether a word in small letters is known."""
        return word in self._known

    def mend(self, text: str, is_name: Callable[[int], bool]) -> str:
        """Return a normalized text with misread words put right, at the same length.

        Parameters
        ----------
        is_name
            Tells of a word's offset in the text whether the word is a name.
        """
        words = text.split(" ")
        # Few words are left to look into once those known as they stand between spaces are not.
        unknown = set(_WORD.findall(" ".join(set(words) - self._known))) - self._known
        if not unknown:
            return text
        misread = [
            match
            for match in _WORD.finditer(text)
            if match[0] in unknown and (len(match[0]) >= _LONG or not is_name(match.start()))
        ]
        if len(misread) <= _SCANNED * len(words):
            return text
        parts, since = [], 0
        for match in misread:
            parts += [text[since : match.start()], self._likeliest(match[0])]
            since = match.end()
        return "".join(parts) + text[since:]

    @cached_property
    def _spelling(self) -> SpellChecker:
        spelling = SpellChecker(language="en", distance=1)
        spelling.word_frequency.load_words(sorted(self._wanted))
        spelling.word_frequency.load_words(self._legal_words)
        return spelling

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._spelling.word_frequency.dictionary)

    def _find_likeliest(self, word: str) -> str:
        """Return the wanted word that differs in one letter; the word where none is clear."""
        if any(word.endswith(end) and self.is_word(word.removesuffix(end)) for end in _ENDINGS):
            return word
        changed = (
            word[:index] + letter + word[index + 1 :]
            for index in range(len(word))
            for letter in string.ascii_lowercase
        )
        frequency = self._spelling.word_usage_frequency
        others = self._known.intersection(changed)
        ranked = sorted(others, key=lambda other: (-frequency(other), other))
        if not ranked or not (ranked[0] in self._wanted or ranked[0].startswith(self._beginnings)):
            return word
        if len(ranked) > 1 and frequency(ranked[0]) < _CLEARLY * frequency(ranked[1]):
            return word
        return ranked[0]
