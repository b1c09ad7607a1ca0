"""Optical character recognition errors: words of the lexicons misread by one letter are corrected.

Only a text that looks scanned is changed, and in it only words that no dictionary lists: such a
word becomes the one lexicon word that differs from it in one letter. Names, contractions and words
of no lexicon are left alone. Long words are corrected even when capitalized, as in headings: few
names come so close to a long word.
"""

import re
import string
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

from spellchecker import SpellChecker

_WORD = re.compile(r"(?<![a-z'\]])[a-z]{3,30}(?![a-z'\[])")  # not of "[c]ourt"
_LONG_WORD = 8
"""Letters from which a word is corrected although it is capitalized."""
_SCANNED = 0.01
"""Share of unknown words above which a text counts as scanned. Opinions typed or printed well have
some 0.5% unknown words; with one letter in a hundred misread they have some 4%."""
_ENDINGS = ("s", "er", "ers", "ee", "ees", "or", "ors", "ed", "d", "r", "ing", "able", "ly")
"""A known word with one of these, such as "condemnee", is a word too."""
_MIN_RATIO = 5
"""How many times as frequent as the second candidate the first must be."""


class Speller:
    """Knows the words of English, of the law and of the lexicons, and corrects scanned texts.

    Parameters
    ----------
    lexicon_words
        The whole words in the lexicons' phrases.
    lexicon_prefixes
        The beginnings of words in the lexicons' phrases (`encrypt*`).
    legal_words
        Correct words that general dictionaries lack.
    """

    def __init__(
        self,
        lexicon_words: Iterable[str],
        lexicon_prefixes: Iterable[str],
        legal_words: Iterable[str],
    ) -> None:
        self._lexicon_words = frozenset(lexicon_words)
        self._lexicon_prefixes = tuple(sorted(set(lexicon_prefixes)))
        self._legal_words = tuple(legal_words)
        self._corrected = lru_cache(maxsize=8192)(self._find_correction)

    def is_word(self, word: str) -> bool:
        """Tell whether a lower-case word is known."""
        return word in self._known

    def correct(self, text: str, is_name: Callable[[int], bool]) -> str:
        """Return a normalized text of the same length with misread words corrected.

        Parameters
        ----------
        text
            The normalized text.
        is_name
            Tells of the offset of a word in the text whether the word is a name.
        """
        words = text.split(" ")
        # Most words are known as they are; only the others are worth the regular expression.
        unknown = set(_WORD.findall(" ".join(set(words) - self._known))) - self._known
        if not unknown:
            return text
        misread = [
            match
            for match in _WORD.finditer(text)
            if match[0] in unknown and (len(match[0]) >= _LONG_WORD or not is_name(match.start()))
        ]
        if len(misread) <= _SCANNED * len(words):
            return text
        parts, since = [], 0
        for match in misread:
            parts += [text[since : match.start()], self._corrected(match[0])]
            since = match.end()
        return "".join(parts) + text[since:]

    @cached_property
    def _dictionary(self) -> SpellChecker:
        dictionary = SpellChecker(language="en", distance=1)
        # At once: each time, the whole dictionary is counted anew.
        dictionary.word_frequency.load_words([*sorted(self._lexicon_words), *self._legal_words])
        return dictionary

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._dictionary.word_frequency.dictionary)

    def _find_correction(self, word: str) -> str:
        """Return the lexicon word that differs in one letter; the word itself if none is clear."""
        if any(word.endswith(end) and self.is_word(word.removesuffix(end)) for end in _ENDINGS):
            return word
        one_letter_apart = (
            word[:index] + letter + word[index + 1 :]
            for index in range(len(word))
            for letter in string.ascii_lowercase
        )
        frequency = self._dictionary.word_usage_frequency
        candidates = sorted(
            self._known.intersection(one_letter_apart), key=lambda other: (-frequency(other), other)
        )
        if not candidates:
            return word
        best = candidates[0]
        if best not in self._lexicon_words and not best.startswith(self._lexicon_prefixes):
            return word
        if len(candidates) > 1 and frequency(best) < _MIN_RATIO * frequency(candidates[1]):
            return word
        return best
