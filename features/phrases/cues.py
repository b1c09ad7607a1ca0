"""Cues: words that deny, doubt or say who speaks, as `lexicons/context.toml` lists them.

`features.phrases.context` tells what they make of the phrases near them.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from features.phrases.lexicon import LexiconError, list_of_strings, read_lexicon, read_toml
from features.phrases.syntax import Pattern, PhraseError, compile_phrase

Kind = Literal["negation", "hedge", "movant", "opponent", "record", "breaks", "turns"]
Role = Literal["before", "after", "not_a_cue"]
KINDS: tuple[Kind, ...] = ("negation", "hedge", "movant", "opponent", "record")
ROLES: tuple[Role, ...] = ("before", "after", "not_a_cue")
STOPS: tuple[Kind, ...] = ("breaks", "turns")


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: what it says of phrases, on which side of them it stands, how far it acts."""

    kind: Kind
    role: Role
    reach_words: int
    pattern: Pattern


@cache
def cues() -> tuple[Cue, ...]:
    """Return the cues of `context.toml`, in file order."""
    return read_cues(read_lexicon("context"))


def read_cues(content: bytes) -> tuple[Cue, ...]:
    """Read the cues.

    Raises
    ------
    LexiconError
        If the file is not UTF-8 or not TOML, or lacks a list of cues or a reach in words.
    """
    where = "features/lexicons/context.toml"
    tables = read_toml(where, content)

    def patterns(table: dict[str, object], key: str, name: str) -> list[Pattern]:
        phrases = list_of_strings(table.get(key), f"{where}: {name}", key)
        try:
            return [compile_phrase(phrase) for phrase in phrases]
        except PhraseError as error:
            raise LexiconError(f"{where}: {name}: {error}", key) from None

    found = [
        Cue(kind, "before", 0, pattern)
        for kind in STOPS
        for pattern in patterns(tables, kind, kind)
    ]
    for kind in KINDS:
        table = tables.get(kind)
        if not isinstance(table, dict):
            raise LexiconError(f"{where}: needs a table [{kind}]")
        reach = table.get("reach_words")
        if not isinstance(reach, int):
            raise LexiconError(f"{where}: {kind}.reach_words must be a whole number", f"[{kind}]")
        for role in ROLES:
            for pattern in patterns(table, role, f"{kind}.{role}"):
                found.append(Cue(kind, role, reach, pattern))
    return tuple(found)
