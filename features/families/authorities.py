"""Authorities: the leading cases on irreparable harm that each side cites.

They are looked for in the lines of the paper, since citations are blanked in the cleaned text.
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
from features.text.normalize import normalize, to_ascii

FAMILY = "authorities"
COLUMNS = (
    Column(f"{FAMILY}.motion", "leading irreparable-harm cases cited by the movant", "number"),
    Column(
        f"{FAMILY}.opposition", "leading irreparable-harm cases cited by the opponent", "number"
    ),
)
_SEPARATOR = r"[\s\u2010-\u2014-]"
# In any case, with any spaces or dashes around it. Most short papers cite nothing and are skipped.
_CITATION_LIKE = re.compile(rf"{_SEPARATOR}(?:v\.?|u\.s\.|f\.[23]d){_SEPARATOR}")


@cache
def leading_cases() -> dict[str, tuple[Pattern, ...]]:
    """Return the names of each case in `leading_cases.toml` as patterns, in file order."""
    return read_cases(read_lexicon("leading_cases"))


def read_cases(content: bytes) -> dict[str, tuple[Pattern, ...]]:
    """Read the leading cases and return the names of each as patterns.

    Raises
    ------
    LexiconError
        If the file is not TOML, or a table lacks its citation, holding or names.
    """
    where = "features/lexicons/leading_cases.toml"
    cases = {}
    for case, table in read_toml(where, content).items():
        if not isinstance(table, dict) or set(table) != {"citation", "holding", "names"}:
            raise LexiconError(f"{where}: [{case}] needs citation, holding and names", f"[{case}]")
        names = list_of_strings(table["names"], f"{where}: [{case}]: names", f"[{case}]")
        try:
            cases[case] = tuple(compile_phrase(name) for name in names)
        except PhraseError as error:
            raise LexiconError(f"{where}: [{case}]: names: {error}", f"[{case}]") from None
    return cases


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    indicators = {f"{FAMILY}.{paper}": NOT_SHOWN for paper in PAPERS}
    for document in papers.documents:
        cited = _cited_cases(document)
        indicators[f"{FAMILY}.{document.paper}"] = Indicator(float(len(cited)), "text", cited)
    return indicators


def _cited_cases(document: Document) -> tuple[Hit, ...]:
    """Return one hit per leading case that a paper cites: its first mention."""
    text = document.clean.lines
    if not _CITATION_LIKE.search(text.lower()):
        return ()
    normalized = normalize(to_ascii(text)).over(document.clean.line_offsets)
    hits = []
    for case, patterns in leading_cases().items():
        possible = (pattern for pattern in patterns if pattern.opening in normalized.text)
        spans = [
            match.span()
            for pattern in possible
            if (match := pattern.search(normalized.text, 0, len(normalized.text)))
        ]
        if spans:
            span = normalized.span(*min(spans))
            hits.append(plain_hit("leading_case", case, document.paper, *span, document.text))
    return tuple(hits)
