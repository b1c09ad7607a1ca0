"""Load the lexicons: TOML files of phrases that a lawyer can edit.

A file holds tables named `[<schema field>.<value>]` with

- `meaning`: the indicator in plain words,
- `phrases`: what to look for (syntax below),
- `strong` (optional): phrases that count three times where the value with most phrases wins,
- `papers` (optional): `["motion"]`, `["opposition"]` or both (the default),
- `negatable` (optional, default true): whether "no ..." before a phrase cancels it,
- `matches` and `misses`: sentences that must and must not fire; the tests check each.

A phrase is plain words. `*` ends a word freely (`encrypt*`), `(a|b)` offers a choice, `...` lets
up to four words stand between, and a space matches any white space or a hyphen.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Literal

from data.schema import Motion, allowed_values
from features.characters import TYPOGRAPHY, one_byte
from features.citations import BLANK

PaperName = Literal["motion", "opposition"]
PAPERS: tuple[PaperName, ...] = ("motion", "opposition")
FAMILIES = ("motion_type", "harm", "remedial", "speculation", "merits")


class LexiconError(ValueError):
    """A lexicon file that cannot be used; the message names file, table and what was expected.

    `culprit` holds the words at fault as they stand in the file, where there are any.
    """

    def __init__(self, message: str, culprit: str = "") -> None:
        super().__init__(message)
        self.culprit = culprit


@dataclass(frozen=True, eq=False)
class Entry:
    """One value of one schema field and the compiled phrases that speak for it."""

    family: str
    field: str
    value: str
    meaning: str
    phrases: tuple[str, ...]
    strong: frozenset[str]
    papers: tuple[PaperName, ...]
    negatable: bool
    matches: tuple[str, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True)
class Negation:
    """Cues that cancel a phrase after or before them, and words that end their reach."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    not_a_cue: re.Pattern[str]
    breaks: re.Pattern[str]
    reach_words: int


_SPACE = r"[\s\-\u2010-\u2014]+"
# No character is both in a word and between words, or a ruled line of hyphens would be read in
# exponentially many ways.
_WORD = rf"[^\s\-\u2010-\u2014{BLANK}]+"


def phrase_pattern(phrase: str) -> str:
    """Turn one lexicon phrase into a regular expression (to be matched ignoring case).

    Raises
    ------
    LexiconError
        If the phrase is empty or not well formed.

    >>> import re
    >>> bool(re.search(phrase_pattern("(data|security) breach*"), "two security breaches"))
    True
    """
    body = _pattern_body(phrase.translate(TYPOGRAPHY), _SPACE, _WORD)
    return rf"(?<!\w){body}(?!\w)"


def _automaton_pattern(phrase: str) -> str:
    """Turn a phrase into the automaton's dialect: text in ASCII, no look-around, ends not exact."""
    plain = one_byte(phrase.translate(TYPOGRAPHY))
    start = r"\b" if plain.strip()[0].isalnum() else ""
    return start + _pattern_body(plain, r"[\s\-]+", r"[^\s\-]+")


def _pattern_body(phrase: str, space: str, word: str) -> str:
    if not re.search(r"[^\s().|*]", phrase):
        raise LexiconError(f"{phrase!r} holds no words to look for")
    depths = accumulate((character == "(") - (character == ")") for character in phrase)
    if phrase.count("(") != phrase.count(")") or min(depths) < 0:
        raise LexiconError(f"unbalanced brackets in {phrase!r}")
    pattern = ""
    for token in re.findall(r"\.\.\.|\s+|[()|*?]|[^\s()|*?.]+|\.", phrase.strip()):
        if token == "...":
            pattern = pattern.removesuffix(space) + rf"(?:{space}{word}){{0,4}}?{space}"
        elif token.isspace():
            pattern += "" if pattern.endswith(space) else space
        elif token == "(":
            pattern += "(?:"
        elif token == "*":
            pattern += r"\w*"
        elif token in ")|":
            pattern += token
        elif token == "?":
            raise LexiconError(f"'?' has no meaning in {phrase!r}; write (a|b) for a choice")
        else:
            pattern += re.escape(token)
    return f"(?:{pattern})"


def read_entry(family: str, field: str, value: str, table: Mapping[str, object]) -> Entry:
    """Read one table of a lexicon.

    Raises
    ------
    LexiconError
        If it names an unknown field, value or key, or holds a phrase that cannot be read.
    """
    where = f"features/lexicon/{family}.toml [{field}.{value}]"
    if field not in Motion.model_fields:
        raise LexiconError(f"{where}: {field!r} is not a field of a motion (see `enjoin schema`)")
    allowed = allowed_values(field) or ("true", "false")
    if value not in allowed:
        raise LexiconError(f"{where}: {value!r} is not a value of {field}; allowed: {allowed}")
    known = {"meaning", "strong", "phrases", "papers", "negatable", "matches", "misses"}
    if unknown := set(table) - known:
        raise LexiconError(f"{where}: unknown key {sorted(unknown)}; known: {sorted(known)}")

    def strings(key: str) -> tuple[str, ...]:
        items = table.get(key, [])
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise LexiconError(f"{where}: {key} must be a list of strings")
        return tuple(items)

    papers = tuple(paper for paper in PAPERS if paper in strings("papers")) or PAPERS
    if set(strings("papers")) - set(PAPERS):
        raise LexiconError(f"{where}: papers must be among {PAPERS}")
    meaning = table.get("meaning")
    if not isinstance(meaning, str) or not meaning:
        raise LexiconError(f"{where}: needs a meaning in plain words")
    for phrase in strings("strong") + strings("phrases"):
        try:
            phrase_pattern(phrase)
        except LexiconError as error:
            raise LexiconError(f"{where}: {error}", phrase) from None
    return Entry(
        family=family,
        field=field,
        value=value,
        meaning=meaning,
        phrases=strings("strong") + strings("phrases"),
        strong=frozenset(strings("strong")),
        papers=papers,
        negatable=bool(table.get("negatable", True)),
        matches=strings("matches"),
        misses=strings("misses"),
    )


def _read(name: str) -> bytes:
    return files("features").joinpath("lexicon", f"{name}.toml").read_bytes()


@cache
def entries() -> tuple[Entry, ...]:
    """Return every entry of every family, in file order.

    Raises
    ------
    LexiconError
        If a file is not TOML or a table names an unknown field, value or key.
    """
    return tuple(
        read_entry(family, field, value, table)
        for family in FAMILIES
        for field, value, table in tables_of(family, _read(family))
    )


def tables_of(family: str, content: bytes) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Give the field, value and table of each entry of a lexicon file.

    Raises
    ------
    LexiconError
        If the file is not UTF-8 or not TOML, or holds something other than `[field.value]` tables.
    """
    where = f"features/lexicon/{family}.toml"
    try:
        fields = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{where}: {error}") from None
    for field, values in fields.items():
        for value, table in values.items() if isinstance(values, dict) else ((None, None),):
            if not isinstance(table, dict):
                raise LexiconError(
                    f"{where}: {field!r} stands outside a [field.value] table", field
                )
            yield field, str(value), table


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of one entry, as a regular expression and as the automaton takes it."""

    entry: Entry
    strong: bool
    pattern: str
    automaton_pattern: str


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return every phrase of every entry, in file order."""
    return tuple(
        Phrase(entry, words in entry.strong, phrase_pattern(words), _automaton_pattern(words))
        for entry in entries()
        for words in entry.phrases
    )


@cache
def negation() -> Negation:
    """Return the negation cues of `negation.toml`."""
    return read_negation(_read("negation"))


def read_negation(content: bytes) -> Negation:
    """Read the negation cues.

    Raises
    ------
    LexiconError
        If the file is not UTF-8 or not TOML, or lacks a list of cues or the reach in words.
    """
    where = "features/lexicon/negation.toml"
    try:
        table = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{where}: {error}") from None

    def any_of(key: str) -> re.Pattern[str]:
        cues = table.get(key)
        if not isinstance(cues, list) or not all(isinstance(cue, str) for cue in cues):
            raise LexiconError(f"{where}: {key} must be a list of strings", key)
        try:
            return re.compile("|".join(map(phrase_pattern, cues)), re.IGNORECASE)
        except LexiconError as error:
            raise LexiconError(f"{where}: {key}: {error}", key) from None

    if not isinstance(table.get("reach_words"), int):
        raise LexiconError(f"{where}: reach_words must be a whole number", "reach_words")
    return Negation(
        before=any_of("before"),
        after=any_of("after"),
        not_a_cue=any_of("not_a_cue"),
        breaks=re.compile(any_of("breaks").pattern + r"|[;:]|[.!?](?=\s|$)", re.IGNORECASE),
        reach_words=int(table["reach_words"]),
    )


@cache
def meaning(field: str, value: str) -> str:
    """Return the plain words for one value of one field, or the value itself where unlisted."""
    for entry in entries():
        if (entry.field, entry.value) == (field, value):
            return entry.meaning
    return value.replace("_", " ")


@cache
def lexicon_digest() -> str:
    """Return the SHA-256 of all lexicon files, so that a model can name the one it had."""
    digest = hashlib.sha256()
    for name in (*FAMILIES, "negation"):
        digest.update(_read(name))
    return digest.hexdigest()
