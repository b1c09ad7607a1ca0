"""The syntax of phrases, and the regular expressions that they stand for.

A phrase is plain words. `*` ends a word freely (`encrypt*`), `(a|b)` offers a choice, `...` lets
up to four words stand between, and a space matches any white space or a hyphen.

Patterns meet texts in normalized form (`features.text.normalize`): small ASCII letters, one space between
words. One pattern therefore serves Python's `re` and the automaton alike.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate

from features.text.normalize import BLANK, to_ascii

_WORD = rf"[^ {BLANK}]+"
_CHOICE = re.compile(r"\(([^()]*)\)")
_LONGEST_WORD = 30
_GAP_WORDS = 4
_PLAIN_WORDS = re.compile(r"[a-z0-9][a-z0-9' ]*\*?")
_MOST_WORDINGS = 5000


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True)
class Pattern:
    """One phrase, ready to be looked for.

    Of the thousands of phrases most are spelled out; their expressions are made for those who ask.

    Attributes
    ----------
    plain
        The phrase in normalized form.
    """

    plain: str

    @cached_property
    def expression(self) -> str:
        """The regular expression of the whole phrase."""
        return rf"(?<!\w){_body(self.plain)}(?!\w)"

    @cached_property
    def opening(self) -> str:
        """What every match begins with, to the letter: up to the first choice, star or gap."""
        return re.split(r"[(*]|\.\.\.", self.plain)[0]

    @cached_property
    def wordings(self) -> tuple[str, ...]:
        """Every way to say the phrase, in the order of its choices.

        Where all are plain words that at most end in a star; otherwise ().
        """
        return _wordings(self.plain)

    @cached_property
    def fragment(self) -> str:
        """A regular expression, for the automaton, of a part that every match holds."""
        return _bounded(_after_free_words(self.plain))

    @cached_property
    def max_length(self) -> int:
        """How many characters a match can take at the most (words of up to 30 letters)."""
        return _longest(self.plain)

    def search(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """Find the phrase in `text[start:end]`."""
        return _compiled(self.expression).search(text, start, end)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def phrase_pattern(phrase: str) -> str:
    """Turn one phrase into a regular expression, to be matched on a text in normalized form.

    Raises
    ------
    PhraseError
        If the phrase is empty or not well formed.

    >>> import re
    >>> bool(re.search(phrase_pattern("(data|security) breach*"), "two security breaches"))
    True
    """
    return compile_phrase(phrase).expression


@cache  # the lexicons are checked phrase by phrase, then read: the second time is free
def compile_phrase(phrase: str) -> Pattern:
    """Turn one phrase into a pattern.

    Raises
    ------
    PhraseError
        If the phrase is empty or not well formed.
    """
    plain = _plain(phrase)
    if not re.search(r"[^\s().|*]", plain):
        raise PhraseError(f"{plain!r} holds no words to look for")
    depths = accumulate((character == "(") - (character == ")") for character in plain)
    if plain.count("(") != plain.count(")") or min(depths) < 0:
        raise PhraseError(f"unbalanced brackets in {plain!r}")
    if "?" in plain:
        raise PhraseError(f"'?' has no meaning in {plain!r}; write (a|b) for a choice")
    return Pattern(plain)


def _plain(phrase: str) -> str:
    """Return a phrase in normalized form: small letters, one space between words, no hyphens."""
    return re.sub(r"[\s\-]+", " ", to_ascii(phrase)).strip()


def _wordings(plain: str) -> tuple[str, ...]:
    """Spell out the choices of a phrase, or return () where that would not do."""
    if "..." in plain:
        return ()
    try:
        spelt = tuple(_spelled_out(plain))
    except OverflowError:
        return ()
    return spelt if all(map(_PLAIN_WORDS.fullmatch, spelt)) else ()


def _spelled_out(phrase: str) -> list[str]:
    """Return every way to read a phrase's choices, the first choices first.

    Raises
    ------
    OverflowError
        If there are more than `_MOST_WORDINGS`.
    """
    done: list[list[str]] = [[]]  # for each bracket still open, the choices that are complete
    here: list[list[str]] = [[""]]  # and the beginnings of the choice at hand
    for part in re.findall(r"[()|]|[^()|]+", phrase):
        if part == "(":
            done.append([])
            here.append([""])
        elif part == "|":
            done[-1] += here[-1]
            here[-1] = [""]
        elif part == ")":
            choices = done.pop() + here.pop()
            if len(choices) * len(here[-1]) > _MOST_WORDINGS:
                raise OverflowError
            here[-1] = [start + choice for start in here[-1] for choice in choices]
        else:
            here[-1] = [start + part for start in here[-1]]
    return done[0] + here[0]


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


def _longest(plain: str) -> int:
    """Return how many characters a match of a phrase can take at the most."""
    plain = plain.replace("...", "." * _GAP_WORDS * _LONGEST_WORD)
    return len(_fullest(plain.replace("*", "." * _LONGEST_WORD)))


def _fullest(phrase: str) -> str:
    """Return a phrase with the longest of each choice."""
    while _CHOICE.search(phrase):
        phrase = _CHOICE.sub(lambda choice: max(choice[1].split("|"), key=len), phrase)
    return max(phrase.split("|"), key=len)


def _bounded(fragment: str) -> str:
    """Return a fragment's expression, bound to whole words where its ends are sure to be letters.

    Elsewhere the ends are left open: the whole phrase is looked at anyhow.
    """
    first, last = _first_part(fragment), _first_part(fragment[::-1].translate(_TURNED))
    start = r"\b" if _starts_with_letter(first, "") else ""
    end = r"\b" if _starts_with_letter(last, "*") else ""  # a star comes after letters
    return start + _body(fragment) + end


_TURNED = str.maketrans("()", ")(")


def _first_part(phrase: str) -> str:
    """Return a phrase up to the end of its first bracket, or its first character."""
    depth = 0
    for place, character in enumerate(phrase):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return phrase[: place + 1]
    return phrase


def _starts_with_letter(part: str, others: str) -> bool:
    """Tell whether every way to read a part begins with a letter or one of `others`."""
    if not part.startswith("("):
        return part[0].isalnum() or part[0] in others
    return re.search(rf"[(|][^\w({others}]", part) is None


def _body(phrase: str) -> str:
    pattern = ""
    for token in re.findall(r"\.\.\.|\s+|[()|*]|[^\s()|*.]+|\.", phrase):
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
        else:
            pattern += re.escape(token)
    return f"(?:{pattern})"
