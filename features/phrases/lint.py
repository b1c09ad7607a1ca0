"""Check lexicons as a lawyer edits them: every flaw with its file and line."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from features.document import Document
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
from features.phrases.stock_cues import read_stock_lexicon
from features.phrases.syntax import phrase_pattern


@dataclass(frozen=True)
class Flaw:
    """One flaw of a lexicon.

    Attributes
    ----------
    file
        The name of the file.
    line
        The line, from 1; 0 if the flaw belongs to no line.
    message
        What is wrong.
    """

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"features/lexicons/{self.file}, line {self.line}: {self.message}"


def check_lexicons() -> tuple[int, list[Flaw]]:
    """Read every lexicon and try its examples.

    Returns
    -------
    The number of entries, and the flaws: files that are not TOML, tables and phrases that cannot be
    read, sentences under `matches` on which no phrase fires or under `misses` on which one does.
    Examples are tried only if everything can be read.
    """
    flaws: list[Flaw] = []
    entries: list[tuple[str, str, Entry]] = []
    for family in FAMILIES:
        name, content = f"{family}.toml", read_lexicon(family)
        text = content.decode(errors="replace")
        try:
            for field, value, table in tables_of(family, content):
                try:
                    entry = read_entry(family, field, value, table)
                    for phrase in entry.phrases:
                        re.compile(phrase_pattern(phrase))
                    entries.append((name, text, entry))
                except (LexiconError, re.error) as error:
                    culprit = getattr(error, "culprit", "")
                    line = _line(text, f"[{field}.{value}]", culprit)
                    flaws.append(Flaw(name, line, str(error)))
        except LexiconError as error:
            flaws.append(Flaw(name, _line_of_error(text, error), str(error)))
    parsers: dict[str, Callable[[bytes], object]] = {
        "context": read_context_rules,
        "leading_cases": read_cases,
        "legal_words": read_legal_words,
        "stock": read_stock_lexicon,
    }
    for name, parse in parsers.items():
        content = read_lexicon(name)
        try:
            parse(content)
        except LexiconError as error:
            text = content.decode(errors="replace")
            flaws.append(Flaw(f"{name}.toml", _line_of_error(text, error), str(error)))
    if not flaws:
        for name, text, entry in entries:
            flaws += _wrong_examples(name, text, entry)
    return len(entries), flaws


def fires(entry: Entry, sentence: str) -> bool:
    """Tell whether an entry has a phrase in a sentence that is not negated there."""
    return any(
        (hit.field, hit.value) == (entry.field, entry.value) and not hit.negated
        for hit in Document(sentence, entry.papers[0]).hits
    )


def _wrong_examples(name: str, text: str, entry: Entry) -> list[Flaw]:
    header = f"[{entry.field}.{entry.value}]"
    silent = [sentence for sentence in entry.matches if not fires(entry, sentence)]
    firing = [sentence for sentence in entry.misses if fires(entry, sentence)]
    return [
        Flaw(name, _line(text, header, sentence), f"{header} {expected}: {sentence!r}")
        for sentences, expected in ((silent, "should fire on"), (firing, "should not fire on"))
        for sentence in sentences
    ]


def _line_of_error(text: str, error: LexiconError) -> int:
    """Return the line of an error about a whole file, 0 if it names none."""
    if error.culprit:
        return _line(text, error.culprit)
    match = re.search(r"line (\d+)", str(error))
    return int(match[1]) if match else 0


def _line(text: str, header: str, words: str = "") -> int:
    """Return the line of `words` below a table's header; without words, the header's line."""
    start = text.find(header)
    offset = text.find(words, start) if words else start
    return text.count("\n", 0, max(start, offset)) + 1
