"""The syntax of phrases, and the regular expressions they compile to.

A phrase is plain words. `*` stands for any ending of a word (`encrypt*`), `(a|b)` for a choice,
`...` for up to four words, and a space for any white space or a hyphen.

Patterns are matched on normalized text (`features.text.normalize`): lower-case ASCII with single
spaces. One pattern therefore serves both Python's `re` and the automata.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate

from features.text.normalize import BLANK, to_ascii

_WORD = rf"[^ {BLANK}]+"
_CHOICE = re.compile(r"\(([^()]*)\)")
_MAX_WORD = 30
"""Letters of a word that a star or a gap may match, for the length of a match."""
_MAX_GAP = 4
"""Words that `...` may stand for."""
_PLAIN_WORDS = re.compile(r"[a-z0-9][a-z0-9' ]*\*?")
_MAX_WORDINGS = 5000
"""Wordings of one phrase that are spelled out."""


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True)
class Pattern:
    """One phrase, ready to be matched.

    Most phrases are spelled out and need no expression, so each part is computed when needed.

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
        """What every match begins with, verbatim: up to the first choice, star or gap."""
        return re.split(r"[(*]|\.\.\.", self.plain)[0]

    @cached_property
    def wordings(self) -> tuple[str, ...]:
        """Every wording of the phrase, in the order of its choices.

        () unless all are plain words, with at most a star at the end.
        """
        return _wordings(self.plain)

    @cached_property
    def fragment(self) -> str:
        """A regular expression, for hyperscan, of a part that every match contains."""
        return _bounded(_after_free_words(self.plain))

    @cached_property
    def max_length(self) -> int:
        """The most characters in a match, for words of up to 30 letters."""
        return _max_length(self.plain)

    def search(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """Find the phrase in `text[start:end]`."""
        return _compiled(self.expression).search(text, start, end)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def phrase_pattern(phrase: str) -> str:
    """Turn one phrase into a regular expression for normalized text.

    Raises
    ------
    PhraseError
        If the phrase is empty or not well formed.

    Examples
    --------
    >>> import re
    >>> bool(re.search(phrase_pattern("(data|security) breach*"), "two security breaches"))
    True
    """
    return compile_phrase(phrase).expression


@cache  # each phrase is compiled when its lexicon is checked and again when it is matched
def compile_phrase(phrase: str) -> Pattern:
    """Turn one phrase into a pattern.

    Raises
    ------
    PhraseError
        If the phrase is empty or not well formed.
    """
    plain = _plain(phrase)
    if not re.search(r"[^\s().|*]", plain):
        raise PhraseError(f"{plain!r} contains no words to look for")
    depths = accumulate((character == "(") - (character == ")") for character in plain)
    if plain.count("(") != plain.count(")") or min(depths) < 0:
        raise PhraseError(f"unbalanced brackets in {plain!r}")
    if "?" in plain:
        raise PhraseError(f"'?' has no meaning in {plain!r}; write (a|b) for a choice")
    return Pattern(plain)


def _plain(phrase: str) -> str:
    """Return a phrase in normalized form: lower case, single spaces, no hyphens."""
    return re.sub(r"[\s\-]+", " ", to_ascii(phrase)).strip()


def _wordings(plain: str) -> tuple[str, ...]:
    """Spell out the choices of a phrase, or return () if it has a gap or too many of them."""
    if "..." in plain:
        return ()
    try:
        wordings = tuple(_spelled_out(plain))
    except OverflowError:
        return ()
    return wordings if all(map(_PLAIN_WORDS.fullmatch, wordings)) else ()


def _spelled_out(phrase: str) -> list[str]:
    """Return every combination of a phrase's choices, the first choices first.

    Raises
    ------
    OverflowError
        If there are more than `_MAX_WORDINGS`.
    """
    # Two stacks with an element for each open bracket: its complete choices, and the combinations
    # so far of the choice being read.
    complete: list[list[str]] = [[]]
    current: list[list[str]] = [[""]]
    for part in re.findall(r"[()|]|[^()|]+", phrase):
        if part == "(":
            complete.append([])
            current.append([""])
        elif part == "|":
            complete[-1] += current[-1]
            current[-1] = [""]
        elif part == ")":
            choices = complete.pop() + current.pop()
            if len(choices) * len(current[-1]) > _MAX_WORDINGS:
                raise OverflowError
            current[-1] = [start + choice for start in current[-1] for choice in choices]
        else:
            current[-1] = [start + part for start in current[-1]]
    return complete[0] + current[0]


def _after_free_words(part: str) -> str:
    """Return what follows the last "(* |)" of a part, or the part if nothing does.

    Among thousands of patterns hyperscan misses some matches of "an (* |)association".
    """
    for match in reversed(list(re.finditer(r"\(\* \|\)", part))):
        rest = part[match.end() :]
        depths = list(accumulate((c == "(") - (c == ")") for c in rest))
        if rest and depths[-1] == 0 and min(depths) == 0:
            return rest
    return part


def _max_length(plain: str) -> int:
    """Return the most characters in a match of a phrase."""
    plain = plain.replace("...", "." * _MAX_GAP * _MAX_WORD)
    return len(_longest_wording(plain.replace("*", "." * _MAX_WORD)))


def _longest_wording(phrase: str) -> str:
    """Return a phrase with the longest of each choice."""
    while _CHOICE.search(phrase):
        phrase = _CHOICE.sub(lambda choice: max(choice[1].split("|"), key=len), phrase)
    return max(phrase.split("|"), key=len)


def _bounded(fragment: str) -> str:
    """Return a fragment's expression, with word boundaries at ends that are always letters.

    Other ends have none: the whole phrase is matched afterwards anyway.
    """
    first, last = _first_part(fragment), _first_part(fragment[::-1].translate(_MIRRORED))
    start = r"\b" if _starts_with_letter(first, "") else ""
    end = r"\b" if _starts_with_letter(last, "*") else ""  # a star comes after letters
    return start + _body(fragment) + end


_MIRRORED = str.maketrans("()", ")(")


def _first_part(phrase: str) -> str:
    """Return a phrase up to the end of its first bracket, or its first character."""
    depth = 0
    for index, character in enumerate(phrase):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return phrase[: index + 1]
    return phrase


def _starts_with_letter(part: str, others: str) -> bool:
    """Tell whether every wording of a part begins with a letter or one of `others`."""
    if not part.startswith("("):
        return part[0].isalnum() or part[0] in others
    return re.search(rf"[(|][^\w({others}]", part) is None


def _body(phrase: str) -> str:
    pattern = ""
    for token in re.findall(r"\.\.\.|\s+|[()|*]|[^\s()|*.]+|\.", phrase):
        if token == "...":
            pattern = pattern.removesuffix(" ") + rf"(?: {_WORD}){{0,{_MAX_GAP}}}? "
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
