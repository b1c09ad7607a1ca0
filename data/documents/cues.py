"""Cues: the phrases of `kinds.toml`, in a small syntax, found in a text.

`*` ends a word freely, `(a|b)` is a choice, and `...` skips up to twelve words of one sentence, but
none of them `be`: "ask that the motion be GRANTED" asks for a ruling and tells of none. A word in
capitals is found in capitals only, any other word in any.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_SIGNS = re.compile(r"\.\.\.|[()|*]|\s+|[^\s()|*]+")
_GAP = r"(?:(?!be\b)[^\s.;]{1,200}+(?:\.(?=\w)[^\s.;]{0,200}+){0,20}+[\s)|:*\u00a7]++){0,12}?"
"""Words of one sentence; what is longer is none, and would be read again from each of its parts."""
_SPACE = r"[\s)|:*\u00a7,\x00-\x08]+"
"""What may stand between two words: also what rules the columns of a caption."""
_CHOICE = re.compile(r"\(([^()]*)\)")
_FIRST_WORDS = re.compile(r"\([^()]+(?=\))|[^\s()|*]+")
_LETTERS = re.compile(r"[a-z]+")
_WORDS = re.compile(r"[a-z]{2,}(?![a-z])")


@dataclass(frozen=True)
class Cue:
    """A phrase to look for.

    Attributes
    ----------
    phrase
        The phrase in the syntax above.
    """

    phrase: str

    def find(self, text: str, lowered: str, start: int = 0) -> re.Match[str] | None:
        """Return the first occurrence in a text from `start`; None without one.

        Parameters
        ----------
        text
            The text.
        lowered
            The text in lower case, in which a word of the phrase is looked for first: most phrases
            are not in most texts, and that is quick to tell.
        """
        if not any(anchor in lowered for anchor in self._anchors):
            return None
        if not self._first_word or len(lowered) != len(text):
            return self._pattern.search(text, start)
        # Ten times as fast as to try the pattern, which ignores case, at every letter of a brief.
        places = (word.start() for word in self._first_word.finditer(lowered, start))
        found = (self._pattern.match(text, place) for place in places)
        return next(filter(None, found), None)

    @cached_property
    def _first_word(self) -> re.Pattern[str] | None:
        """How a phrase begins, in lower case: a word or one of several; None if otherwise."""
        phrase = self.phrase.strip().lower()
        first = _FIRST_WORDS.match(phrase)
        words = first[0].strip("(").split("|") if first else []
        letters = [_LETTERS.match(word) for word in words]
        if first is None or not all(letters):
            return None
        stems = sorted({match[0] for match in letters if match})
        ends = phrase[first.end() :].lstrip(")")[:1].isspace()
        return re.compile("|".join(rf"{stem}(?![a-z])" if ends else stem for stem in stems))

    @cached_property
    def _anchors(self) -> tuple[str, ...]:
        """Words of which every occurrence holds at least one; ("",) if there are none."""
        outside = _WORDS.findall(_CHOICE.sub(" ", self.phrase).lower())
        if outside:
            return (max(outside, key=len),)
        choices = (choice[1].lower().split("|") for choice in _CHOICE.finditer(self.phrase))
        for choice in choices:
            words = [max(_WORDS.findall(option), key=len, default="") for option in choice]
            if all(words):
                return tuple(words)
        return ("",)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        signs = _SIGNS.findall(self.phrase.strip())
        before = ["", *signs[:-1]]
        parts = [_as_pattern(sign, last) for sign, last in zip(signs, before, strict=True)]
        begins = r"(?<![\w'\u2019])" if signs[0][0].isalpha() or signs[0] == "(" else ""
        ends = r"(?!\w)" if signs[-1][-1].isalpha() else ""
        return re.compile(f"{begins}{''.join(parts)}{ends}")


def _as_pattern(sign: str, before: str = "") -> str:
    if sign == "...":
        return _GAP
    if sign == "*":
        return r"[\w'\u2019]*"
    if sign in "()|":
        return sign.replace("(", "(?:")
    if sign.isspace():
        return "" if before == "..." else _SPACE
    escaped = re.escape(sign).replace("'", "['\u2019]")
    return escaped if sign.isupper() else f"(?i:{escaped})"


def first_of(cues: Iterable[Cue], text: str, lowered: str) -> re.Match[str] | None:
    """Return the occurrence of any of the cues that begins first, the longest of those."""
    found = (match for cue in cues if (match := cue.find(text, lowered)))
    return min(found, key=lambda match: (match.start(), -match.end()), default=None)
