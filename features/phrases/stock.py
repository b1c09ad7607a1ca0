"""Stock sentences: what briefs say in any case, told apart from statements of fact.

Recitals of legal standards, the text of rules and statutes, headings, prayers and boilerplate are
no evidence of what happened: "the harm must be actual and imminent, not speculative" does not make
the harm speculative. `lexicons/stock.toml` holds the cues.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple, Protocol

from features.phrases.context_rules import context_rules
from features.phrases.hits import Hit
from features.phrases.lexicon import INTERIM_RELIEF, OTHER_PAPER, phrases
from features.phrases.matcher import Match
from features.phrases.stock_cues import KINDS, Kind, StockCue, stock_lexicon
from features.text.normalize import BLANK, Normalized

_WORD = re.compile(r"(?<!')[a-z]+")
"""A word; the "s" of "plaintiff's" is none."""
_BEFORE_FIRST_WORD = re.compile(rf"(?:(?:[ivx]{{1,5}}|[a-z]|\d{{1,2}})[.)] +|[^a-z0-9{BLANK}]+)*")
"""A number of a list or heading, quotes and spaces before the first word."""
_HEADING_NUMBER = re.compile(r"^\W*(?:(?:[IVX]{1,5}|[A-Z]|\d{1,2})[.)](?:\s+|$))*")
_SMALL_WORDS = re.compile(
    "a|an|and|as|at|by|but|for|from|in|into|is|its|nor|of|on|or|over|than|that|the|to|under|upon"
    "|with|without"
)
_MAX_HEADING_WORDS = 40
_MIN_TITLE_WORDS = 3
"""Words from which a capitalized line without a number or a full stop is a heading."""
_MIN_LEGAL_WORDS = 5
"""Words from which a sentence of legal words alone is stock."""
_MANY_CAPITALS = 0.9
"""Share of capital letters from which they say nothing: the whole paper is typed in them."""
_MONEY_OR_DAY = re.compile(
    r"\$ ?\d|\b(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december) \d"
)
_NAME = re.compile(r"(?<=[\w,;] )[A-Z][a-z]\w*")


_ABOUT_THE_PAPER = frozenset({OTHER_PAPER, INTERIM_RELIEF})
_RELIEF = frozenset({"relief_form"})
"""Fields that headings, prayers and boilerplate may name."""
READ_IN_STOCK = _ABOUT_THE_PAPER | _RELIEF
"""All fields that are read in stock sentences."""
_OF_THE_LAW: frozenset[Kind] = frozenset({"recital", "rule_text"})


class Cleaned(Protocol):
    """What is needed of a paper (see `features.document.Document`)."""

    @property
    def cleaned(self) -> str:
        """What of its text is read: without stamps and citations."""

    @property
    def sentences(self) -> Sequence[str]:
        """Its sentences."""

    @property
    def normalized(self) -> Normalized:
        """Its normalized text."""

    @property
    def sentence_bounds(self) -> Sequence[int]:
        """The offsets as given at which sentences start, and the end of the last one."""

    @property
    def matches(self) -> Sequence[Match]:
        """The matches of all patterns."""


class StockSentence(NamedTuple):
    """A stock sentence: its span in the paper as given, and its kind."""

    start: int
    end: int
    kind: Kind


def find_stock(document: Cleaned) -> list[StockSentence]:
    """Return the stock sentences of a paper, in order."""
    first_cue = len(phrases()) + len(context_rules())
    cleaned, normalized = document.cleaned, document.normalized
    bounds = document.sentence_bounds
    cues = stock_lexicon().cues
    matched: dict[int, list[tuple[StockCue, int]]] = {}
    for match in document.matches:
        if match.pattern_index >= first_cue:
            first, last = normalized.span(match.start, match.end)
            within = bisect_right(bounds, first, hi=len(bounds) - 1) - 1
            if last <= bounds[within + 1]:
                cue = cues[match.pattern_index - first_cue]
                matched.setdefault(within, []).append((cue, match.start))

    @cache
    def capitals_count() -> bool:
        letters = sum(map(str.isalpha, cleaned))
        return sum(map(str.isupper, cleaned)) < _MANY_CAPITALS * letters

    found = []
    spans = zip(pairwise(bounds), pairwise(normalized.offsets(bounds)), strict=True)
    for index, (((start, end), (begin, stop)), sentence) in enumerate(
        zip(spans, document.sentences, strict=True)
    ):
        kind: Kind | None = "heading" if _is_heading(sentence, capitals_count) else None
        kind = kind or _kind(normalized.text[begin:stop], sentence, matched.get(index, ()), begin)
        if kind:
            found.append(StockSentence(start, end, kind))
    return found


def _kind(
    text: str, cleaned: str, matched: Sequence[tuple[StockCue, int]], first: int
) -> Kind | None:
    """Return the kind of a stock sentence, or None if it may state facts.

    Parameters
    ----------
    text, cleaned
        The sentence, normalized and not.
    matched
        The cues in it, with their offsets in the normalized paper.
    first
        The sentence's offset there.
    """
    opening = _BEFORE_FIRST_WORD.match(text)
    begin = first + (opening.end() if opening else 0)
    cues = [cue for cue, start in matched if not cue.at_start or start == begin]
    roles = {cue.role for cue in cues}
    states_facts = "facts" in roles or _MONEY_OR_DAY.search(text) is not None
    names = _names(cleaned)
    for cue in cues:
        if cue.role in KINDS and not (
            (cue.unless_facts and states_facts) or (cue.unless_names and names)
        ):
            return cue.role
    if states_facts or names or "told" in roles:
        return None
    lexicon = stock_lexicon()
    words = _WORD.findall(text)
    legal = sum(lexicon.legal_word.fullmatch(word) is not None for word in words)
    if len(words) < _MIN_LEGAL_WORDS:
        return None
    if "norms" in roles:
        return "recital" if legal >= lexicon.share_with_norm * len(words) else None
    if "particulars" in roles:
        return None
    return "recital" if legal >= lexicon.share_without_norm * len(words) else None


def _names(cleaned: str) -> bool:
    """Tell whether a sentence names someone or something that is not a term of law."""
    legal_word = stock_lexicon().legal_word
    return any(not legal_word.fullmatch(name.lower()) for name in _NAME.findall(cleaned))


def _is_heading(sentence: str, capitals_count: Callable[[], bool]) -> bool:
    """Tell whether a sentence is a heading: in capitals, or capitalized and without a full stop.

    Parameters
    ----------
    sentence
        The sentence.
    capitals_count
        Tells whether capitals distinguish anything in the paper; called only if it matters.
    """
    line = sentence.strip().strip(BLANK)
    number = _HEADING_NUMBER.match(line)
    title = line[number.end() :].split() if number else []
    if len(title) > _MAX_HEADING_WORDS:
        return False
    if not title:
        return bool(line)
    if line.isupper():
        return capitals_count()
    if line[-1] in ".;,!?:":
        return False
    numbered = number is not None and number.end() > 0
    return (numbered or len(title) >= _MIN_TITLE_WORDS) and all(
        word[0].isupper() or not word[0].isalpha() or _SMALL_WORDS.fullmatch(word) for word in title
    )


def relief_in_stock(
    found: Sequence[Hit], of_facts: Sequence[Hit], stock: Sequence[StockSentence]
) -> list[Hit]:
    """Return the phrases in stock sentences that say what the paper is and what it asks for.

    Parameters
    ----------
    found
        The phrases of one paper, of the fields `READ_IN_STOCK` at least.
    of_facts
        Those outside its stock sentences. The relief sought is read from headings, prayers and
        boilerplate only where these name none.
    stock
        Its stock sentences.
    """
    starts = [sentence.start for sentence in stock]
    read = _ABOUT_THE_PAPER | (_RELIEF - {hit.field for hit in of_facts})
    hits = []
    for hit in found:
        index = bisect_right(starts, hit.start) - 1
        if hit.field not in read or index < 0 or hit.end > stock[index].end:
            continue
        if hit.field in _ABOUT_THE_PAPER or stock[index].kind not in _OF_THE_LAW:
            hits.append(hit)
    return hits
