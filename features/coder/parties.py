"""The names of the parties, from a caption and from the head of a paper, and where they stand.

The words that say what a party is stay, so that a blinded paper still shows whether a company, a
city or a union moves: "City of [party B]", "[party A], Inc." A word that the paper uses as such at
least as often ("apple") is replaced beside other words of the name only, and so is a state's name
("Coastal Fuels of Ohio", but "Ohio law"), unless the party has no other ("State of Ohio").
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from features.coder.captions import ROLE, printed_sides

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
    doe does john jane versus v vs roes inclusive unknown persons entities parte capacities
    minor deceased executor executrix administrator trustee guardian litem
    successor individual application judgment article pursuant cplr below
    representative
    """.split()  # noqa: SIM905
)
"""Words of a caption that name nobody."""
_WEAK = frozenset(
    """
    alabama alaska arizona arkansas california carolina colorado columbia connecticut dakota
    delaware florida georgia hampshire hawaii idaho illinois indiana iowa jersey kansas kentucky
    louisiana maine maryland massachusetts mexico michigan minnesota mississippi missouri montana
    nebraska nevada new north ohio oklahoma oregon pennsylvania puerto rico rhode island south
    tennessee texas utah vermont virginia washington west wisconsin wyoming york first second
    fourth fifth sixth seventh monday tuesday wednesday thursday friday saturday sunday january
    february march april may june july august september october november december street avenue
    industries enterprises technologies solutions medical health energy capital management software
    """.split()  # noqa: SIM905
)
"""Words that name somebody beside others only: "New York Pumps", not "New York"."""
_VERSUS = re.compile(r"\s+(?:vs?\.?|against)\s+", re.IGNORECASE)
_NAME_WORD = re.compile(r"[A-Z][\w&]*(?:['\u2019]\w+)*|(?<=Local )\d+")
_ROLE = re.compile(ROLE, re.IGNORECASE)
_DESCRIBED = re.compile(
    r",\s+an?\s+(?:[\w']+\s+){0,5}(?:corporation|company|partnership|individual|association|entity"
    r"|municipality|agency|trust|subdivision|resident|citizen|minor)\b",
    re.IGNORECASE,
)
"""What a party is: "a Delaware limited liability company"."""
_GOVERNMENT = re.compile(
    r"(?:^|[,;\n]|\band)\s*(?:the\s+)?(?:state|city|county|commonwealth|town|village|people)\s+of"
    r"\s+(?:the\s+state\s+of\s+)?((?:[A-Z]\w+\s*){1,3})",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"(?:[,.\s&/'\u2019-]++|\b[A-Z][\w.&'\u2019-]*+|\b(?:an?|of|the|and|for|in|known|as|formerly|doing"
    r"|business|limited|liability|corporation|company|partnership|individual|[a-z]/[a-z]/[a-z])\b"
    r"){0,24}+\(([^()]{0,20}[\"\u201c'][^()]{1,80})\)"
)
_ALIAS = re.compile(r"[\"\u201c']([A-Z][\w&.' -]{1,40})[\"\u201d']")
_NO_PARTY = re.compile(
    r"\b(?:agreements?|contracts?|lists?|acts?|plans?|policy|policies|products?|orders?|letters?|reports?"
    r"|marks?|patents?|property|statement|information|secrets?|software|program|notes?|lease|loan)\b",
    re.IGNORECASE,
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
_FIRST_LETTER = r"(?=[a-z]?[A-Z0-9\u00c0-\u00de])"
"""A name has a capital: first, or second as in "eBay"."""
_IN_ONE_NAME = re.compile(r"[ \n&,-]{1,4}(?:(?:[A-Z]\w*|of|the|for|and)[ \n&,-]{1,4}){0,3}")
_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+-]++@[\w.-]*\w|\b(?:https?://|www\.)[^\s<>()\"]*[\w/]"
    r"|(?<![\w-])[\w-]++\.(?:com|net|org|biz|info|io|us|gov|edu)\b",
    re.IGNORECASE,
)
_MIN_IN_ADDRESS = 4
"""Letters of a name that is looked for within an address."""
_TITLES = re.compile(r"\b(?:Mr|Ms|Mrs|Mx|Dr|Messrs)\.?\s+\Z")


def party_spans(
    text: str, caption: str, papers: Iterable[str] = ()
) -> Iterator[tuple[int, int, str]]:
    """Yield where the parties are named in a paper, and the letter of their side.

    Parameters
    ----------
    text
        The paper.
    caption
        The case name, "" if it is not known.
    papers
        Papers of the same motion; names in the captions at the heads of all are added.
    """
    ordinary: frozenset[str] | None = None
    for letter, side in zip("ABC", _sides(caption, [*papers, text]), strict=True):
        if not side.words:
            continue
        words = side.words | set(_defined(text, side.words))
        if ordinary is None:
            ordinary = _ordinary(text)
        yield from ((*span, letter) for span in _addresses(text, words, ordinary))
        found = list(_run(words).finditer(text))
        weak = [_words_of(match[0]) <= side.weak for match in found]
        for index, match in enumerate(found):
            stem, start = match["stem"].lower(), match.start()
            is_single = match.end() - match.end("stem") <= len("es")
            # "Next Step" is a name, "Next" at the start of a sentence is not.
            if weak[index]:
                is_name = any(
                    0 <= other < len(found)
                    and not weak[other]
                    and _IN_ONE_NAME.fullmatch(
                        text, found[min(index, other)].end(), found[max(index, other)].start()
                    )
                    for other in (index - 1, index + 1)
                )
            else:
                is_name = not (is_single and {stem, match[0].lower()} & ordinary)
            is_titled = _TITLES.search(text, max(0, start - 9), start)
            if is_name or is_titled or (is_single and stem == side.only_name):
                yield start, match.end(), letter


def _addresses(
    text: str, words: Iterable[str], ordinary: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Yield where addresses in the net have a name in them: "hale@acmepumps.com"."""
    names = {word.lower() for word in words if len(word) >= _MIN_IN_ADDRESS} - ordinary
    for address in _ADDRESS.finditer(text):
        whole = address[0].lower()
        if any(name in whole for name in names):
            yield address.span()


def are_parties_named(caption: str, papers: Iterable[str]) -> bool:
    """Tell whether the caption, or one at the head of a paper, names a party."""
    return any(side.words for side in _sides(caption, papers))


@dataclass
class _Side:
    """The words that name one side.

    Attributes
    ----------
    words
        All of them.
    weak
        Those that name it beside others only, in lower case.
    only_name
        In lower case, the one word that the given caption has for it, "" if it has several.
    """

    words: set[str] = field(default_factory=set)
    weak: set[str] = field(default_factory=set)
    only_name: str = ""

    @classmethod
    def of(cls, printed: str) -> "_Side":
        """Return the side that a caption prints."""
        printed = _DESCRIBED.sub(" ", printed)
        words = _names(_ROLE.sub(" ", printed))
        of_government = {
            word for match in _GOVERNMENT.finditer(printed) for word in match[1].lower().split()
        }
        weak = {word.lower() for word in words} & _WEAK - of_government
        return cls(words, weak if len(weak) < len(words) else set())

    def add(self, other: "_Side", without: Iterable["_Side"]) -> None:
        """Add the words of another side, unless they name one of the sides to leave out."""
        known = {word.lower() for side in without for word in side.words}
        added = {word for word in other.words if word.lower() not in known}
        is_strong = {word.lower() for word in self.words} - self.weak
        self.weak = (self.weak | other.weak) - is_strong
        self.words = self.words | added


def _sides(caption: str, papers: Iterable[str]) -> list[_Side]:
    """Return movants, opponents and whoever was brought in later.

    What the given caption says comes before what the papers print.
    """
    sides = [_Side(), _Side(), _Side()]
    for part in re.split("[();]", caption):
        for side, named in zip(sides, _VERSUS.split(part, maxsplit=1), strict=False):
            side.add(_Side.of(named), ())
    for side in sides[:2]:
        if len(side.words) == 1:
            side.only_name = next(iter(side.words)).lower()
    sides[1].words = {
        word for word in sides[1].words if word.lower() not in {w.lower() for w in sides[0].words}
    }
    for paper in dict.fromkeys(papers):
        for side, named in zip(sides, printed_sides(paper), strict=False):
            side.add(_Side.of(named), (other for other in sides if other is not side))
    return sides


def _words_of(name: str) -> set[str]:
    return set(re.findall(r"[\w&'\u2019]+", name.lower()))


def _names(side: str) -> set[str]:
    """Return the words that name somebody."""
    words = (match[0] for match in _NAME_WORD.finditer(side))
    return {word for word in words if len(word) > 1 and word.lower() not in _KEPT}


def _ordinary(text: str) -> frozenset[str]:
    """Return the words that a paper uses as such, not only as names.

    They stand in lower case at least as often as they have a capital within a sentence.
    """
    in_lower_case = Counter(re.findall(r"(?<![\w'\u2019.@/-])[a-z]{2,}\b(?![.@/]\w)", text))
    capitals = re.findall(
        r"\b(?!(?:the|this|these|its|an?|such|any|all|each|our|their|of)\s)"
        r"(?:[a-z]+,?|Mr\.|Mrs\.|Ms\.|Dr\.)\s(?=([A-Z]\w+))",
        text,
    )
    as_names = Counter(word.lower() for word in capitals)
    return frozenset(word for word, count in in_lower_case.items() if count >= as_names[word])


def _defined(text: str, words: set[str]) -> Iterator[str]:
    """Yield short names that a paper gives a party: `Acme Pumps, Inc. ("API")`."""
    for match in _run(words).finditer(text):
        defined = _DEFINED.match(text, match.end())
        if defined and not _NO_PARTY.search(text[match.end() : defined.start(1)]):
            for alias in _ALIAS.findall(defined[1]):
                yield from _names(alias)


def _run(words: set[str]) -> re.Pattern[str]:
    """Return the pattern of one or more of the words in a row, whatever their capitals.

    A plural ("the Hales") is taken along; `stem` is the first word without it.
    """
    spellings = {word.lower() for word in words}
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
    any_word = "|".join(re.sub("[aceinou']", _variants, re.escape(one)) for one in longest_first)
    name = rf"{_FIRST_LETTER}(?i:{any_word})"
    return re.compile(
        rf"(?<![\w'\u2019])(?P<stem>{name})(?:(?<=\w{{4}})(?i:e?s))?(?!\w)"
        rf"(?:{_BETWEEN}{name}(?:(?<=\w{{4}})(?i:e?s))?(?!\w))*"
    )


def _variants(letter: re.Match[str]) -> str:
    """Return a letter with its accents, or an apostrophe with the typographic one."""
    return f"[{letter[0]}{_VARIANTS[letter[0]]}]"
