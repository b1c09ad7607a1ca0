"""Authorities: the leading cases on irreparable harm that each side cites.

They are looked for in the paper as given, since citations are blanked before phrases are.
"""

import re
from functools import cache

from data.schema import Motion
from features.indicators import NOT_SHOWN, Column, Indicator
from features.phrases.hits import Hit, HitsByField, plain_hit
from features.phrases.lexicon import (
    PAPERS,
    LexiconError,
    PaperName,
    list_of_strings,
    read_lexicon,
    read_toml,
)
from features.phrases.syntax import Pattern, PhraseError, compile_phrase
from features.text.document import LONGEST, reading_of

FAMILY = "authorities"
_APART = r"[\s\u2010-\u2014-]"
COLUMNS = (
    Column(f"{FAMILY}.motion", "leading cases on harm the movant cites", "number"),
    Column(f"{FAMILY}.opposition", "leading cases on harm the opponent cites", "number"),
)
# In whatever case, with whatever spaces or dashes: most short papers cite nothing.
_CITING = re.compile(rf"{_APART}(?:v\.?|u\.s\.|f\.[23]d){_APART}")


@cache
def leading_cases() -> dict[str, tuple[Pattern, ...]]:
    """Return the ways to name each case of `leading_cases.toml`, in file order."""
    return read_cases(read_lexicon("leading_cases"))


def read_cases(content: bytes) -> dict[str, tuple[Pattern, ...]]:
    """Read the leading cases: for each, the ways to name it.

    Raises
    ------
    LexiconError
        If the file is not TOML, or a table lacks its citation, holding or names.
    """
    where = "features/lexicons/leading_cases.toml"
    found = {}
    for case, table in read_toml(where, content).items():
        if not isinstance(table, dict) or set(table) != {"citation", "holding", "names"}:
            raise LexiconError(f"{where}: [{case}] needs citation, holding and names", f"[{case}]")
        names = list_of_strings(table["names"], f"{where}: [{case}]: names", f"[{case}]")
        try:
            found[case] = tuple(compile_phrase(name) for name in names)
        except PhraseError as error:
            raise LexiconError(f"{where}: [{case}]: names: {error}", f"[{case}]") from None
    return found


def build(motion: Motion, hits: HitsByField) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    found = {}
    for paper, text in zip(PAPERS, (motion.motion, motion.opposition), strict=True):
        cited = _cited(text, paper) if text else ()
        found[f"{FAMILY}.{paper}"] = (
            Indicator(float(len(cited)), "text", cited) if text else NOT_SHOWN
        )
    return found


def _cited(text: str, paper: PaperName) -> tuple[Hit, ...]:
    """Return where a paper first names each leading case that it cites."""
    if not _CITING.search(text.lower()):
        return ()
    reading = reading_of(text[:LONGEST])
    read = reading.text
    hits = []
    for case, patterns in leading_cases().items():
        places = [match.span() for p in patterns if (match := p.search(read, 0, len(read)))]
        if places:
            span = reading.span(*min(places))
            hits.append(plain_hit("leading_case", case, paper, *span, text))
    return tuple(hits)
