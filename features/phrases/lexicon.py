"""Load the lexicons: TOML files of phrases that a lawyer can edit.

A file holds tables named `[<field>.<value>]`; the field is one of the schema's, or one that only
text can show (`TEXT_FIELDS`). The keys of a table:

- `meaning`: the indicator in plain words,
- `phrases`: what to look for (syntax in `features.phrases.syntax`),
- `unquoted` (optional): more phrases, or some of those above, that go with the indicator without
  saying it: they are read like the others, but nobody would nod if they were quoted for it,
- `strong` (optional): phrases that count three times where the value with most phrases wins,
- `papers` (optional): `["motion"]`, `["opposition"]` or both (the default),
- `negatable` (optional, default true): whether "no ..." before a phrase cancels it,
- `deniable` (optional): more phrases, which "no ..." cancels even if `negatable` is false,
- `favors` and `authority`: of a circumstance that bears on a Winter factor, the side it favors and
  the authority for that,
- `matches` and `misses`: sentences on which a phrase must and must not fire; the tests check each.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from data.schema import RATINGS, Motion, allowed_values
from features.phrases.syntax import Pattern, PhraseError, compile_phrase

PaperName = Literal["motion", "opposition"]
PAPERS: tuple[PaperName, ...] = ("motion", "opposition")
Side = Literal["movant", "opponent"]
FAMILIES = ("motion_type", "harm", "remedial", "speculation", "merits", "doctrine", "scope")
OTHER_PAPER, INTERIM_RELIEF = "other_paper", "interim_relief"
"""The fields of `scope.toml`: they identify papers that are not motions, and are not features."""
TEXT_FIELDS = {
    "event": ("first_notice", "moved"),
    OTHER_PAPER: (
        "dismissal",
        "summary_judgment",
        "discovery",
        "sentencing",
        "agreement",
        "judgment",
        "abroad",
    ),
    INTERIM_RELIEF: ("named",),
}
"""Fields that the codebook lacks, since only text can show them, and their values."""


class LexiconError(ValueError):
    """A lexicon file that cannot be used; the message names file, table and what was expected.

    `culprit` holds the words of the file that are at fault, if any can be named.
    """

    def __init__(self, message: str, culprit: str = "") -> None:
        super().__init__(message)
        self.culprit = culprit


@dataclass(frozen=True, eq=False)
class Entry:
    """One value of a field, or one circumstance that bears on a factor, and its phrases."""

    family: str
    field: str
    value: str
    meaning: str
    phrases: tuple[str, ...]
    strong: frozenset[str]
    unquoted: frozenset[str]
    papers: tuple[PaperName, ...]
    negatable: bool
    deniable: frozenset[str]
    favors: Side | None
    authority: str
    matches: tuple[str, ...]
    misses: tuple[str, ...]


def read_entry(family: str, field: str, value: str, table: Mapping[str, object]) -> Entry:
    """Read one table of a lexicon.

    Raises
    ------
    LexiconError
        If it names an unknown field, value or key, or holds a phrase that cannot be read.
    """
    where = f"features/lexicons/{family}.toml [{field}.{value}]"
    if field not in Motion.model_fields and field not in TEXT_FIELDS:
        raise LexiconError(
            f"{where}: {field!r} is not a field of a motion (see `enjoin schema`), nor one of "
            f"{tuple(TEXT_FIELDS)}"
        )
    allowed = TEXT_FIELDS.get(field) or allowed_values(field) or ("true", "false")
    if value not in allowed and field not in RATINGS:  # circumstances have names of their own
        raise LexiconError(f"{where}: {value!r} is not a value of {field}; allowed: {allowed}")
    known = {"meaning", "strong", "phrases", "unquoted", "deniable", "papers", "negatable"}
    known |= {"matches", "misses"}
    known |= {"favors", "authority"} if field in RATINGS else set()
    if unknown := set(table) - known:
        raise LexiconError(f"{where}: unknown key {sorted(unknown)}; known: {sorted(known)}")
    favors, authority = table.get("favors"), table.get("authority")
    if field in RATINGS and (favors not in ("movant", "opponent") or not authority):
        raise LexiconError(f"{where}: needs favors (movant or opponent) and authority")

    def strings(key: str) -> tuple[str, ...]:
        return list_of_strings(table.get(key, []), f"{where}: {key}")

    papers = tuple(paper for paper in PAPERS if paper in strings("papers")) or PAPERS
    if set(strings("papers")) - set(PAPERS):
        raise LexiconError(f"{where}: papers must be among {PAPERS}")
    meaning = table.get("meaning")
    if not isinstance(meaning, str) or not meaning:
        raise LexiconError(f"{where}: needs a meaning in plain words")
    lists = ("strong", "phrases", "deniable", "unquoted")
    every_phrase = tuple(dict.fromkeys(phrase for key in lists for phrase in strings(key)))
    for phrase in every_phrase:
        try:
            compile_phrase(phrase)
        except PhraseError as error:
            raise LexiconError(f"{where}: {error}", phrase) from None
    return Entry(
        family=family,
        field=field,
        value=value,
        meaning=meaning,
        phrases=every_phrase,
        strong=frozenset(strings("strong")),
        unquoted=frozenset(strings("unquoted")),
        papers=papers,
        negatable=bool(table.get("negatable", True)),
        deniable=frozenset(strings("deniable")),
        favors="movant" if favors == "movant" else "opponent" if favors else None,
        authority=str(authority or ""),
        matches=strings("matches"),
        misses=strings("misses"),
    )


def read_lexicon(name: str) -> bytes:
    """Return the content of one lexicon file."""
    return files("features").joinpath("lexicons", f"{name}.toml").read_bytes()


def read_toml(where: str, content: bytes) -> dict[str, Any]:
    """Read a lexicon file's TOML; `where` names the file in errors.

    Raises
    ------
    LexiconError
        If it is not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{where}: {error}") from None


def list_of_strings(items: object, what: str, culprit: str = "") -> tuple[str, ...]:
    """Return a list of strings of a lexicon file.

    Raises
    ------
    LexiconError
        If it is not one; the message opens with `what`.
    """
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise LexiconError(f"{what} must be a list of strings", culprit)
    return tuple(items)


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
        for field, value, table in tables_of(family, read_lexicon(family))
    )


def tables_of(family: str, content: bytes) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Yield the field, value and table of each entry of a lexicon file.

    Raises
    ------
    LexiconError
        If the file is not UTF-8 or not TOML, or holds something other than `[field.value]` tables.
    """
    where = f"features/lexicons/{family}.toml"
    for field, values in read_toml(where, content).items():
        for value, table in values.items() if isinstance(values, dict) else ((None, None),):
            if not isinstance(table, dict):
                message = f"{where}: {field!r} is outside a [field.value] table"
                raise LexiconError(message, field)
            yield field, str(value), table


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of one entry.

    Attributes
    ----------
    entry, entry_index
        The entry, and its index in `entries()`.
    strong
        Whether it counts three times where the value with most phrases wins.
    quotable
        Whether its words say what it indicates.
    negatable
        Whether a negation around it cancels it.
    negates
        Whether it contains a negation itself, as "no threat of" does.
    pattern
        What to look for.
    """

    entry: Entry
    entry_index: int
    strong: bool
    quotable: bool
    negatable: bool
    negates: bool
    pattern: Pattern


_NEGATION = re.compile(
    r"\b(?:no|nor|not|never|none|nobody|nothing|neither|without|cannot|absence|lack\w*|free)\b"
    r"|\bden[(yi]|n't\b|\bdisclaim|\bfail|\byet to\b"
)


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return every phrase of every entry, in file order."""
    return tuple(
        Phrase(
            entry,
            index,
            words in entry.strong,
            words not in entry.unquoted,
            entry.negatable or words in entry.deniable,
            _NEGATION.search(words.lower()) is not None,
            compile_phrase(words),
        )
        for index, entry in enumerate(entries())
        for words in entry.phrases
    )


@cache
def legal_words() -> tuple[str, ...]:
    """Return the correct words that general dictionaries lack."""
    return read_legal_words(read_lexicon("legal_words"))


def read_legal_words(content: bytes) -> tuple[str, ...]:
    """Read the list of legal words.

    Raises
    ------
    LexiconError
        If the file is not UTF-8 or not TOML, or does not hold a list of words.
    """
    where = "features/lexicons/legal_words.toml"
    words = read_toml(where, content).get("words")
    return list_of_strings(words, f"{where}: words", "words")


def meaning(field: str, value: str) -> str:
    """Return the plain words for one value of one field; if no lexicon lists it, the value."""
    return listed_meaning(field, value) or value.replace("_", " ")


def listed_meaning(field: str, value: str) -> str | None:
    """Return the plain words for one value of one field, or None if no lexicon lists it."""
    return _meanings().get((field, value))


@cache
def _meanings() -> dict[tuple[str, str], str]:
    return {(entry.field, entry.value): entry.meaning for entry in entries()}


@cache
def lexicon_digest() -> str:
    """Return the SHA-256 of all lexicon files, which identifies those a model was trained with."""
    digest = hashlib.sha256()
    for name in (*FAMILIES, "context", "leading_cases", "legal_words", "stock"):
        digest.update(read_lexicon(name))
    return digest.hexdigest()
