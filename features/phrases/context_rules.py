"""The rules of ConText (`lexicons/context.toml`): words that negate, doubt or attribute a phrase.

`features.phrases.context` applies them.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from features.phrases.lexicon import LexiconError, list_of_strings, read_lexicon, read_toml
from features.phrases.syntax import Pattern, PhraseError, compile_phrase

Category = Literal[
    "negated", "uncertain", "movant", "opponent", "record", "terminate", "terminate_speaker"
]
Direction = Literal["forward", "backward", "terminate", "pseudo"]
CATEGORIES: tuple[Category, ...] = ("negated", "uncertain", "movant", "opponent", "record")
DIRECTIONS: tuple[Direction, ...] = ("forward", "backward", "pseudo")
TERMINATE: tuple[Category, ...] = ("terminate", "terminate_speaker")


@dataclass(frozen=True, slots=True)
class ContextRule:
    """One rule: what its modifier makes of a phrase, on which side of it, and how far away.

    Attributes
    ----------
    category
        What the modifier makes of a phrase; of a terminating rule, whose scope it ends.
    direction
        `forward` modifies phrases after it, `backward` phrases before it; `terminate` ends the
        scope of others; `pseudo` only resembles a modifier of its category.
    max_scope
        Most words between modifier and phrase.
    pattern
        What to look for.
    """

    category: Category
    direction: Direction
    max_scope: int
    pattern: Pattern


@cache
def context_rules() -> tuple[ContextRule, ...]:
    """Return the rules of `context.toml`, in file order."""
    return read_context_rules(read_lexicon("context"))


def read_context_rules(content: bytes) -> tuple[ContextRule, ...]:
    """Read the rules.

    Raises
    ------
    LexiconError
        If the file is not UTF-8 or not TOML, or lacks a list of modifiers or a `max_scope`.
    """
    where = "features/lexicons/context.toml"
    tables = read_toml(where, content)

    def patterns(table: dict[str, object], key: str, name: str) -> list[Pattern]:
        phrases = list_of_strings(table.get(key), f"{where}: {name}", key)
        try:
            return [compile_phrase(phrase) for phrase in phrases]
        except PhraseError as error:
            raise LexiconError(f"{where}: {name}: {error}", key) from None

    rules = [
        ContextRule(category, "terminate", 0, pattern)
        for category in TERMINATE
        for pattern in patterns(tables, category, category)
    ]
    for category in CATEGORIES:
        table = tables.get(category)
        if not isinstance(table, dict):
            raise LexiconError(f"{where}: needs a table [{category}]")
        scope = table.get("max_scope")
        if not isinstance(scope, int):
            message = f"{where}: {category}.max_scope must be a whole number"
            raise LexiconError(message, f"[{category}]")
        for direction in DIRECTIONS:
            for pattern in patterns(table, direction, f"{category}.{direction}"):
                rules.append(ContextRule(category, direction, scope, pattern))
    return tuple(rules)
