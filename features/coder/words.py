"""The words of a paper and of a quote, spelled so that scanned and typed ones compare equal.

Scanners take l for 1, O for 0 and rn for m. Such letters are folded into one, which keeps any two
different digits apart.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz.distance import Levenshtein

APOSTROPHES = "'\u2018\u2019\u201b\u02bc`\u00b4"
_DIGIT = "[0-9lIOo]"
"""Digits, and letters that scanners take them for."""
_NUMBER = rf"(?<![^\W_])(?=[lIOo,.]{{0,6}}\d){_DIGIT}(?:[,.]?{_DIGIT})+(?![^\W_])"
_JOINTS = "\xad\u200b\u2060\ufeff"
"""Soft hyphens and zero-width characters, which part no word, at a line end neither."""
_WORD = re.compile(
    rf"{_NUMBER}|[^\W_]+(?:(?:[{APOSTROPHES}]|[{_JOINTS}]+(?:[ \t]*\r?\n[ \t]*)?)[^\W_]+)*"
)
_REMOVED = str.maketrans("", "", APOSTROPHES + "," + _JOINTS + " \t\r\n")
_CONFUSED = str.maketrans("01i58", "ollsb")
_CONFUSED_PAIRS = (("rn", "m"), ("vv", "w"))
_FOOTNOTE_GLUED = re.compile(r"([^\W\d_]{3,})\d{1,3}")
_FOOTNOTE_BEFORE = frozenset(".,;:!?)]*\"'\u2019\u201d-")
_MAX_FOOTNOTE = 4
"""Digits of a footnote mark, or of the number of a page."""
_ROMAN = re.compile("[ivxlcdm]+")
_NEGATIONS = frozenset({"no", "not", "nor", "never", "none", "neither", "cannot", "without"})
_NOT_ENDING = re.compile(rf"n[{APOSTROPHES}]t$", re.IGNORECASE)
_NEGATIVE_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "mis", "de", "anti")
_NEGATIVE_SUFFIXES = ("less", "nt", "n't")
_MIN_NOISY, _LONG = 3, 8
"""Letters from which a word may have one letter misread, and two."""


@lru_cache(maxsize=200_000)
def folded(word: str) -> str:
    """Return a word in the one spelling of all that scanners confuse with it.

    >>> folded("modern") == folded("modem"), folded("10") == folded("l0"), folded("can't")
    (True, True, 'cant')
    """
    plain = _plain(word).translate(_REMOVED).translate(_CONFUSED)
    for pair, letter in _CONFUSED_PAIRS:
        plain = plain.replace(pair, letter)
    return plain


def _plain(word: str) -> str:
    """Return a word in lower case, without accents and ligatures."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


@dataclass(frozen=True)
class Words:
    """The words of a text, with their spans.

    Attributes
    ----------
    text
        The text.
    spans
        Where each word is.
    keys
        Each word, folded.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    keys: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Words":
        """Cut a text into words."""
        spans = tuple(match.span() for match in _WORD.finditer(text))
        return cls(text, spans, tuple(folded(text[start:end]) for start, end in spans))

    def __len__(self) -> int:
        return len(self.keys)

    def raw(self, index: int) -> str:
        """Return a word as the text has it."""
        start, end = self.spans[index]
        return self.text[start:end]

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """The indices of each folded word, in order."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for index, key in enumerate(self.keys):
            places[key].append(index)
        return places

    def is_negation(self, index: int) -> bool:
        """Tell whether a word says no; "No. 5" does not."""
        raw = self.raw(index).lower()
        numbers = raw == "no" and self.text[self.spans[index][1] :][:1] == "."
        return not numbers and (raw in _NEGATIONS or bool(_NOT_ENDING.search(raw)))

    def is_mark(self, index: int) -> bool:
        """Tell whether a word is the mark of a footnote or the number of a page: `undisputed.2`."""
        start, end = self.spans[index]
        raw = _plain(self.text[start:end])
        before = self.text[start - 1] if start else " "
        return raw.isdigit() and len(raw) <= _MAX_FOOTNOTE and before in _FOOTNOTE_BEFORE


def is_number(word: str) -> bool:
    """Tell whether a word is a number or begins with one, such as "10th"."""
    return word[0].isdigit() or 2 * sum(map(str.isdigit, word)) >= len(word)


def is_same(quoted: str, printed: str, is_word: Callable[[str], bool]) -> bool:
    """Tell whether two unequal words are one, misread or with the mark of a footnote.

    A misread word is hardly ever another word. Two words that are both known differ, therefore, and
    so do two numbers, a word and its denial.

    Parameters
    ----------
    quoted, printed
        The word of the quote and that of the paper.
    is_word
        Tells of a lower-case word whether it is known.
    """
    quoted, printed = _plain(quoted), _plain(printed)
    marked = _FOOTNOTE_GLUED.fullmatch(printed)
    if marked and folded(marked[1]) == folded(quoted):
        return True
    if is_number(quoted) or is_number(printed):
        return False
    shorter, longer = sorted((folded(quoted), folded(printed)), key=len)
    if len(shorter) < _MIN_NOISY or (_ROMAN.fullmatch(quoted) and _ROMAN.fullmatch(printed)):
        return False
    most = 1 if len(longer) < _LONG else 2
    if Levenshtein.distance(shorter, longer, score_cutoff=most) > most:
        return False
    return not (_is_denial(quoted, printed) or (is_word(quoted) and is_word(printed)))


def _is_denial(one: str, other: str) -> bool:
    """Tell whether one word is the other with a negative prefix or suffix."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == len(longer):
        return False
    rests = [longer.removeprefix(prefix) for prefix in _NEGATIVE_PREFIXES]
    rests += [longer.removesuffix(suffix) for suffix in _NEGATIVE_SUFFIXES]
    return any(
        rest != longer and Levenshtein.distance(rest, shorter, score_cutoff=1) <= 1
        for rest in rests
    )
