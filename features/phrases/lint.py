"""Check lexicons as a lawyer edits them: every problem with its file and line."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from features.document import fires
from features.families.authorities import read_cases
from features.phrases.context_rules import read_context_rules
from features.phrases.lexicon import (
    FAMILIES,
    Entry,
    LexiconError,
    read_entry,
    read_legal_words,
    read_lexicon,
    tables_of,
)
from features.phrases.syntax import phrase_pattern


@dataclass(frozen=True)
class Flaw:
    """One thing wrong in a lexicon; `line` counts from 1, 0 where no line can be named."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"features/lexicons/{self.file}, line {self.line}: {self.what}"


def check_lexicons() -> tuple[int, list[Flaw]]:
    """Read every lexicon and try its examples.

    Returns
    -------
    How many entries there are, and the flaws: files that are not TOML, tables and phrases that
    cannot be read, sentences under `matches` that no phrase fires on or under `misses` that one
    does. The sentences are tried only once everything can be read.
    """
    flaws: list[Flaw] = []
    found: list[tuple[str, str, Entry]] = []
    for family in FAMILIES:
        name, content = f"{family}.toml", read_lexicon(family)
        text = content.decode(errors="replace")
        try:
            for field, value, table in tables_of(family, content):
                try:
                    entry = read_entry(family, field, value, table)
                    for phrase in entry.phrases:
                        re.compile(phrase_pattern(phrase))
                    found.append((name, text, entry))
                except (LexiconError, re.error) as error:
                    culprit = getattr(error, "culprit", "")
                    line = _line(text, f"[{field}.{value}]", culprit)
                    flaws.append(Flaw(name, line, str(error)))
        except LexiconError as error:
            flaws.append(Flaw(name, _told_line(text, error), str(error)))
    readers: dict[str, Callable[[bytes], object]] = {
        "context": read_context_rules,
        "leading_cases": read_cases,
        "legal_words": read_legal_words,
    }
    for name, read in readers.items():
        content = read_lexicon(name)
        try:
            read(content)
        except LexiconError as error:
            text = content.decode(errors="replace")
            flaws.append(Flaw(f"{name}.toml", _told_line(text, error), str(error)))
    if not flaws:
        for name, text, entry in found:
            flaws += _wrong_examples(name, text, entry)
    return len(found), flaws


def _told_line(text: str, error: LexiconError) -> int:
    """Return the line that an error about a whole file speaks of, 0 where it tells none."""
    if error.culprit:
        return _line(text, error.culprit)
    told = re.search(r"line (\d+)", str(error))
    return int(told[1]) if told else 0


def _wrong_examples(name: str, text: str, entry: Entry) -> list[Flaw]:
    header = f"[{entry.field}.{entry.value}]"
    silent = [s for s in entry.matches if not fires(entry, s)]
    loud = [s for s in entry.misses if fires(entry, s)]
    return [
        Flaw(name, _line(text, header, sentence), f"{header} {how}: {sentence!r}")
        for sentences, how in ((silent, "should fire on"), (loud, "should not fire on"))
        for sentence in sentences
    ]


def _line(text: str, header: str, words: str = "") -> int:
    """Return the line of `words` below a table's header, or of the header where there are none."""
    start = text.find(header)
    place = text.find(words, start) if words else start
    return text.count("\n", 0, max(start, place)) + 1
