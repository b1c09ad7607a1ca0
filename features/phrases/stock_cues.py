"""The cues of stock sentences (`lexicons/stock.toml`): recitals of the law, prayers, boilerplate.

`features.phrases.stock` applies them.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from features.phrases.lexicon import LexiconError, list_of_strings, read_lexicon, read_toml
from features.phrases.syntax import Pattern, PhraseError, compile_phrase

Kind = Literal["recital", "rule_text", "prayer", "boilerplate", "heading"]
KINDS: tuple[Kind, ...] = ("recital", "rule_text", "prayer", "boilerplate")
"""The kinds that have cues; headings are known by their capitals."""
Sign = Literal["facts", "told", "norms", "particulars"]
_OF_WORDS: tuple[Sign, ...] = ("told", "norms", "particulars")
_WHERE = "features/lexicons/stock.toml"


@dataclass(frozen=True, slots=True)
class StockCue:
    """One cue.

    Attributes
    ----------
    role
        The kind of stock sentence that it shows, or the sign that it is for or against one.
    at_start
        Whether it counts only where a sentence begins.
    unless_facts
        Whether a sign of facts outweighs it.
    unless_names
        Whether a name outweighs it.
    pattern
        What to look for.
    """

    role: Kind | Sign
    at_start: bool
    unless_facts: bool
    unless_names: bool
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class StockLexicon:
    """What `stock.toml` holds.

    Attributes
    ----------
    cues
        Its cues, in file order of their tables.
    legal_word
        Matches a word of which legal standards consist.
    share_with_norm, share_without_norm
        The least share of such words in a stock sentence, by whether it states a norm.
    """

    cues: tuple[StockCue, ...]
    legal_word: re.Pattern[str]
    share_with_norm: float
    share_without_norm: float


@cache
def stock_lexicon() -> StockLexicon:
    """Return what `stock.toml` holds."""
    return read_stock_lexicon(read_lexicon("stock"))


def read_stock_lexicon(content: bytes) -> StockLexicon:
    """Read the cues of stock sentences.

    Raises
    ------
    LexiconError
        If the file is not UTF-8 or not TOML, or a table or phrase cannot be read.
    """
    tables = read_toml(_WHERE, content)
    by_words = _table(tables, "legal_words")
    cues: list[StockCue] = []
    for kind in KINDS:
        cues += _cues(kind, _table(tables, kind), "starts")
        cues += _cues(kind, _table(tables, kind), "phrases")
    cues += _cues("facts", _table(tables, "facts"), "phrases")
    for sign in _OF_WORDS:
        cues += _cues(sign, by_words, sign)
    cues += _cues("norms", by_words, "norm_starts")
    words = by_words.get("words")
    if not isinstance(words, str) or not words.split():
        raise LexiconError(f"{_WHERE}: [legal_words]: words must be text", "[legal_words]")
    choices = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words.lower().split())
    shares = [by_words.get(name) for name in ("share_with_norm", "share_without_norm")]
    if not all(isinstance(share, float) and 0 < share <= 1 for share in shares):
        raise LexiconError(f"{_WHERE}: [legal_words]: shares are from 0 to 1", "[legal_words]")
    return StockLexicon(tuple(cues), re.compile(f"(?:{choices})"), *map(float, map(str, shares)))


def stock_examples(content: bytes) -> dict[Kind, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return, for each kind, sentences of that kind and sentences that are not stock.

    Raises
    ------
    LexiconError
        If they are not lists of strings.
    """
    tables = read_toml(_WHERE, content)
    return {
        kind: (
            _strings(_table(tables, kind), "matches", kind),
            _strings(_table(tables, kind), "misses", kind),
        )
        for kind in KINDS
    }


def _cues(role: Kind | Sign, table: dict[str, object], key: str) -> list[StockCue]:
    """Return the cues under one key of a table; those under `starts` count at the start only."""
    facts, names = bool(table.get("unless_facts")), bool(table.get("unless_names"))
    cues = []
    for phrase in _strings(table, key, role):
        try:
            pattern = compile_phrase(phrase)
        except PhraseError as error:
            raise LexiconError(f"{_WHERE}: {role}: {error}", phrase) from None
        cues.append(StockCue(role, key.endswith("starts"), facts, names, pattern))
    return cues


def _strings(table: dict[str, object], key: str, name: str) -> tuple[str, ...]:
    return list_of_strings(table.get(key, []), f"{_WHERE}: {name}: {key}", f"[{name}]")


def _table(tables: dict[str, object], name: str) -> dict[str, object]:
    table = tables.get(name)
    if not isinstance(table, dict):
        raise LexiconError(f"{_WHERE}: needs a table [{name}]")
    return table
