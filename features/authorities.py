"""Authorities: the leading cases on irreparable harm that each side cites.

They are looked for in the paper as given, since citations are blanked before phrases are.
"""

import tomllib
from dataclasses import dataclass
from functools import cache

from data.schema import Motion
from features.indicator import NOT_SHOWN, Column, Indicator
from features.lexicon import PAPERS, LexiconError, read_lexicon
from features.papers import LONGEST, reading_of
from features.patterns import Pattern, PhraseError, compile_phrase
from features.phrases import HitsByField, plain_hit

FAMILY = "authorities"
COLUMNS = (
    Column(f"{FAMILY}.motion", "leading cases on harm the movant cites", "number"),
    Column(f"{FAMILY}.opposition", "leading cases on harm the opponent cites", "number"),
)
_CITING = (" v. ", " v ", " u.s. ", " f.2d ", " f.3d ")


@dataclass(frozen=True, slots=True)
class LeadingCase:
    """A case that courts cite on irreparable harm."""

    name: str
    citation: str
    holding: str
    patterns: tuple[Pattern, ...]


@cache
def leading_cases() -> tuple[LeadingCase, ...]:
    """Return the cases of `leading_cases.toml`, in file order."""
    return read_cases(read_lexicon("leading_cases"))


def read_cases(content: bytes) -> tuple[LeadingCase, ...]:
    """Read the leading cases.

    Raises
    ------
    LexiconError
        If the file is not TOML, or a table lacks its citation, holding or names.
    """
    where = "features/lexicon/leading_cases.toml"
    try:
        tables = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{where}: {error}") from None
    found = []
    for name, table in tables.items():
        if not isinstance(table, dict) or set(table) != {"citation", "holding", "names"}:
            raise LexiconError(f"{where}: [{name}] needs citation, holding and names", f"[{name}]")
        try:
            patterns = tuple(compile_phrase(words) for words in table["names"])
        except (PhraseError, TypeError, AttributeError) as error:
            raise LexiconError(f"{where}: [{name}]: names: {error}", f"[{name}]") from None
        found.append(LeadingCase(name, str(table["citation"]), str(table["holding"]), patterns))
    return tuple(found)


def build(motion: Motion, hits: HitsByField) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    found = {}
    for paper, text in zip(PAPERS, (motion.motion, motion.opposition), strict=True):
        found[f"{FAMILY}.{paper}"] = NOT_SHOWN
        if text:
            reading = reading_of(text[:LONGEST])
            read = reading.text
            # Most short papers cite nothing.
            cases = leading_cases() if any(sign in read for sign in _CITING) else ()
            cited = tuple(
                plain_hit("leading_case", case.name, paper, *reading.span(start, end), text)
                for case in cases
                if (place := _first(case, read))
                for start, end in (place,)
            )
            found[f"{FAMILY}.{paper}"] = Indicator(float(len(cited)), "text", cited)
    return found


def _first(case: LeadingCase, read: str) -> tuple[int, int] | None:
    """Return where a paper first names a case, or None."""
    places = [match.span() for p in case.patterns if (match := p.search(read, 0, len(read)))]
    return min(places, default=None)
