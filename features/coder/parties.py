"""The names of the parties, from a caption and from the head of a paper, and where they stand.

The words that say what a party is stay, so that a blinded paper still shows whether a company, a
city or a union moves: "City of [party B]", "[party A], Inc."
"""

import re
from collections.abc import Iterator

from features.text.caption import sides_of_caption

_KEPT = frozenset(
    """
    inc incorporated llc llp lp pllc pc ltd limited co corp company corporation trust na fka dba
    et al etc jr sr ii iii iv mr mrs ms dr esq the of and for in on at by re ex rel as its his her
    individually behalf others all similarly situated official capacity their a an or to no
    state states united america us usa commonwealth people city county town township village
    borough parish district school board department agency commission bureau office authority
    secretary governor attorney general mayor sheriff commissioner director superintendent
    university college hospital church union local association society institute foundation bank
    insurance international national federal american group holdings estate marriage petition
    matter litigation savings loan partners partnership services products systems center court
    plaintiff plaintiffs defendant defendants petitioner petitioners respondent respondents
    appellant appellants appellee appellees movant movants relator relators complainant claimant
    doe does john jane versus v vs
    """.split()  # noqa: SIM905
)
"""Words of a caption that name nobody."""
_VERSUS = re.compile(r"\s+(?:vs?\.?|against)\s+", re.IGNORECASE)
_NAME_WORD = re.compile(r"[A-Z][\w&]*(?:['\u2019]\w+)*|(?<=Local )\d+")
_NOT_NAMES = re.compile(r"^.*(?:\bcourt\b|\bdivision\b|\bcircuit\b|\bNo\.|\d).*$", re.I | re.M)
_DEFINED = re.compile(
    r"[^()\n]{0,60}\((?:collectively,?\s+|together,?\s+|hereinafter,?\s+)?(?:the\s+)?[\"\u201c']"
    r"([A-Z][\w&.' -]{1,40})[\"\u201d']"
)
_BETWEEN = (
    r"(?:[,.]?\s+|\s*[&/\u2013\u2014-]+\s*|\s+[A-Z]\.\s+"
    r"|\s+(?:of|for|and|de|la|del|&)\s+(?:the\s+)?)"
)
_VARIANTS = {
    "a": "\u00e0-\u00e5",
    "c": "\u00e7",
    "e": "\u00e8-\u00eb",
    "i": "\u00ec-\u00ef",
    "n": "\u00f1",
    "o": "\u00f2-\u00f6",
    "u": "\u00f9-\u00fc",
    "'": "\u2019",
}
_HEAD = 4000
"""Characters of a paper in which its caption is looked for."""


def party_spans(text: str, caption: str) -> Iterator[tuple[int, int, str]]:
    """Yield where the parties are named in a paper, and the letter of their side.

    Parameters
    ----------
    text
        The paper.
    caption
        The case name, "" if it is not known; names in a caption at the head of the paper are added.
    """
    ordinary = frozenset(re.findall(r"(?<![\w'\u2019])[a-z]{2,}\b", text))
    known, printed = _sides_of_caption(caption), _sides_of_head(text[:_HEAD])
    sides = [
        named | _without(added, other)
        for named, added, other in zip(known, printed, known[::-1], strict=True)
    ]
    sides[1] = _without(sides[1], sides[0])
    for letter, words, named in zip("AB", sides, known, strict=True):
        if not words:
            continue
        only_name = next(iter(named)).lower() if len(named) == 1 else ""
        for match in _run(words | set(_defined(text, words))).finditer(text):
            # "Next Step" is a name, "Next" at the start of a sentence is not.
            if (word := match[0].lower()) == only_name or word not in ordinary:
                yield match.start(), match.end(), letter


def _sides_of_caption(caption: str) -> tuple[set[str], set[str]]:
    """Return the names on both sides of a caption; "In re Guerra" has one side."""
    movants: set[str] = set()
    opponents: set[str] = set()
    for part in re.split("[();]", caption):
        sides = _VERSUS.split(part, maxsplit=1)
        movants |= _names(sides[0])
        opponents |= _names(sides[1]) if len(sides) == 2 else set()
    return movants, opponents


def _sides_of_head(head: str) -> tuple[set[str], set[str]]:
    """Return the names on both sides of the caption at the head of a paper, if it has one."""
    for (first, before), (after, second) in sides_of_caption(head):
        earlier = _NOT_NAMES.sub(lambda line: "\0" * len(line[0]), head[first:before])
        return _names(earlier.rpartition("\0")[2]), _names(head[after:second])
    return set(), set()


def _without(words: set[str], others: set[str]) -> set[str]:
    """Return the words that are not among others, whatever their capitals."""
    known = {word.lower() for word in others}
    return {word for word in words if word.lower() not in known}


def _names(side: str) -> set[str]:
    """Return the words that name somebody."""
    words = (match[0] for match in _NAME_WORD.finditer(side))
    return {word for word in words if len(word) > 1 and word.lower() not in _KEPT}


def _defined(text: str, words: set[str]) -> Iterator[str]:
    """Yield short names that a paper gives a party: `Acme Pumps, Inc. ("API")`."""
    for match in _run(words).finditer(text):
        if defined := _DEFINED.match(text, match.end()):
            yield from _names(defined[1])


def _run(words: set[str]) -> re.Pattern[str]:
    """Return the pattern of one or more of the words in a row, as written or in capitals."""
    spellings = {spelling for word in words for spelling in (word, word.upper(), word.title())}
    spellings = {spelling for spelling in spellings if not spelling.islower()}
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    word = "|".join(re.sub("[aceinou']", _variants, re.escape(one)) for one in longest_first)
    return re.compile(rf"(?<![\w'\u2019])(?:{word})(?:{_BETWEEN}(?:{word})(?!\w))*(?!\w)")


def _variants(letter: re.Match[str]) -> str:
    """Return a letter with its accents, or an apostrophe with the typographic one."""
    return f"[{letter[0]}{_VARIANTS[letter[0]]}]"
