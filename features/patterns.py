"""The syntax of phrases, and the regular expressions that they stand for.

A phrase is plain words. `*` ends a word freely (`encrypt*`), `(a|b)` offers a choice, `...` lets
up to four words stand between, and a space matches any white space or a hyphen.

Patterns meet texts in reading form (`features.papers`): small ASCII letters, one space between
words. One pattern therefore serves Python's `re` and the automaton alike.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from features.characters import BLANK, reading_letters

_WORD = rf"[^ {BLANK}]+"
_CHOICE = re.compile(r"\(([^()]*)\)")
_LONGEST_WORD = 30
_GAP_WORDS = 4
_FREQUENT = frozenset(
    re.findall(
        r"\w+",
        """
        a about after all an and any are as at be been before being both but by case court did do
        does for from had has have he her him his if in into is it its law may more motion no not
        of off on one or order our out own she so some state such than that the their them then
        there they this to two under until up was were when where which while who will with would
        """,
    )
)
"""Words that stand in most papers, so that looking for them finds little."""


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One phrase, ready to be looked for.

    Attributes
    ----------
    expression
        The regular expression of the whole phrase.
    fragment
        A regular expression, for the automaton, of a part that every match holds.
    literal
        Whether the fragment is the phrase to the letter, so that nothing is left to check.
    reach
        How many characters a match can take at the most (words of up to 30 letters).
    """

    expression: str
    fragment: str
    literal: bool
    reach: int

    def search(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """Find the phrase in `text[start:end]`."""
        return _compiled(self.expression).search(text, start, end)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def phrase_pattern(phrase: str) -> str:
    """Turn one phrase into a regular expression, to be matched on a text in reading form.

    Raises
    ------
    PhraseError
        If the phrase is empty or not well formed.

    >>> import re
    >>> bool(re.search(phrase_pattern("(data|security) breach*"), "two security breaches"))
    True
    """
    return rf"(?<!\w){_body(_plain(phrase))}(?!\w)"


def compile_phrase(phrase: str) -> Pattern:
    """Turn one phrase into a pattern.

    Raises
    ------
    PhraseError
        If the phrase is empty or not well formed.
    """
    plain = _plain(phrase)
    expression = phrase_pattern(phrase)
    pieces = [piece.strip() for piece in plain.split("...") if piece.strip()]
    depths = list(accumulate((c == "(") - (c == ")") for c in plain))
    split = len(pieces) > 1 and all(depths[m.start()] == 0 for m in re.finditer(r"\.\.\.", plain))
    fragment = max(pieces, key=_rarity) if split else plain
    fragment = _after_free_words(fragment)
    return Pattern(
        expression,
        _bounded(fragment),
        re.fullmatch(r"[a-z0-9' ]*[a-z0-9]", plain) is not None and plain[0].isalnum(),
        _longest(plain),
    )


def _plain(phrase: str) -> str:
    """Return a phrase in reading form: small letters, one space between words, no hyphens."""
    return re.sub(r"[\s\-]+", " ", reading_letters(phrase)).strip()


def _after_free_words(part: str) -> str:
    """Leave out what stands before the last "(* |)" of a part, where something stands after it.

    Hyperscan overlooks some matches of "an (* |)association" among thousands of patterns.
    """
    for found in reversed(list(re.finditer(r"\(\* \|\)", part))):
        rest = part[found.end() :]
        depths = list(accumulate((c == "(") - (c == ")") for c in rest))
        if rest and depths[-1] == 0 and min(depths) == 0:
            return rest
    return part


def _rarity(part: str) -> int:
    """Return how many letters a part of a phrase needs at the least, frequent words counting one.

    Of a choice the alternative with fewest letters counts.
    """
    while _CHOICE.search(part):  # from the innermost bracket outwards, each as a run of letters
        part = _CHOICE.sub(lambda choice: "q" * min(map(_letters, choice[1].split("|"))), part)
    return _letters(part)


def _longest(phrase: str) -> int:
    """Return how many characters a match of a phrase can take at the most."""
    phrase = phrase.replace("...", "." * _GAP_WORDS * _LONGEST_WORD)
    phrase = phrase.replace("*", "." * _LONGEST_WORD)
    while _CHOICE.search(phrase):
        phrase = _CHOICE.sub(lambda choice: "." * max(map(len, choice[1].split("|"))), phrase)
    return len(phrase)


def _letters(words: str) -> int:
    return sum(1 if word in _FREQUENT else len(word.replace("*", "")) for word in words.split())


def _bounded(fragment: str) -> str:
    """Return a fragment's expression, bound to whole words where its ends are sure to be letters.

    Where a choice may be empty the ends are left open: the whole phrase is looked at anyhow.
    """
    may_be_empty = re.search(r"\(\||\|\)|\|\|", fragment)
    start = r"\b" if fragment[0].isalnum() or (fragment[0] == "(" and not may_be_empty) else ""
    ends = fragment[-1].isalnum() or fragment[-1] == "*"
    end = r"\b" if ends or (fragment[-1] == ")" and not may_be_empty) else ""
    # Words at the ends of choices may begin or end with a sign, as in "(u.s.|american)".
    if re.search(r"[^\w\s()|*][)|]", fragment) or re.search(r"[(|][^\w\s()|*]", fragment):
        start, end = "", ""
    return start + _body(fragment) + end


def _body(phrase: str) -> str:
    if not re.search(r"[^\s().|*]", phrase):
        raise PhraseError(f"{phrase!r} holds no words to look for")
    depths = accumulate((character == "(") - (character == ")") for character in phrase)
    if phrase.count("(") != phrase.count(")") or min(depths) < 0:
        raise PhraseError(f"unbalanced brackets in {phrase!r}")
    pattern = ""
    for token in re.findall(r"\.\.\.|\s+|[()|*?]|[^\s()|*?.]+|\.", phrase):
        if token == "...":
            pattern = pattern.removesuffix(" ") + rf"(?: {_WORD}){{0,{_GAP_WORDS}}}? "
        elif token.isspace():
            pattern += "" if pattern.endswith(" ") else " "
        elif token == "(":
            pattern += "(?:"
        elif token == "*":
            pattern += r"\w*"
        elif token in ")|":
            pattern += token
        elif token == "?":
            raise PhraseError(f"'?' has no meaning in {phrase!r}; write (a|b) for a choice")
        else:
            pattern += re.escape(token)
    return f"(?:{pattern})"
