"""Authorities: the leading cases on irreparable harm that each side cites.

They are looked for in the paper as given, since citations are blanked before phrases are.
"""

import re
from functools import cache

from data.schema import Motion
from features.document import Document, Papers
from features.indicators import NOT_SHOWN, Column, Indicator
from features.phrases.hits import Hit, plain_hit
from features.phrases.lexicon import (
    PAPERS,
    LexiconError,
    list_of_strings,
    read_lexicon,
    read_toml,
)
from features.phrases.syntax import Pattern, PhraseError, compile_phrase
from features.text.cleaning import MAX_CHARACTERS
from features.text.normalize import normalize, to_ascii

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


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    found = {f"{FAMILY}.{paper}": NOT_SHOWN for paper in PAPERS}
    for document in papers.documents:
        cited = _cited(document)
        found[f"{FAMILY}.{document.paper}"] = Indicator(float(len(cited)), "text", cited)
    return found


def _cited(document: Document) -> tuple[Hit, ...]:
    """Return where a paper first names each leading case that it cites."""
    text = document.text
    if not _CITING.search(text.lower()):
        return ()
    normalized = normalize(to_ascii(text[:MAX_CHARACTERS]))
    hits = []
    for case, patterns in leading_cases().items():
        near = (pattern for pattern in patterns if pattern.opening in normalized.text)
        spans = [
            match.span()
            for pattern in near
            if (match := pattern.search(normalized.text, 0, len(normalized.text)))
        ]
        if spans:
            span = normalized.span(*min(spans))
            hits.append(plain_hit("leading_case", case, document.paper, *span, text))
    return tuple(hits)
