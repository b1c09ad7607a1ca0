"""Check lexicons as a lawyer edits them: every problem with its file and line."""

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from features.lexicon import FAMILIES, Entry, LexiconError, read_entry
from features.phrases import fires


@dataclass(frozen=True)
class Flaw:
    """One thing wrong in a lexicon; `line` counts from 1, 0 where no line can be named."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"features/lexicon/{self.file}, line {self.line}: {self.what}"


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
        name = f"{family}.toml"
        text = files("features").joinpath("lexicon", name).read_text(encoding="utf-8")
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            told = re.search(r"line (\d+)", str(error))
            flaws.append(Flaw(name, int(told[1]) if told else 0, f"not TOML: {error}"))
            continue
        for field, values in tables.items():
            for value, table in values.items():
                try:
                    found.append((name, text, read_entry(family, field, value, table)))
                except LexiconError as error:
                    line = _line(text, f"[{field}.{value}]", error.culprit)
                    flaws.append(Flaw(name, line, str(error)))
    if not flaws:
        for name, text, entry in found:
            flaws += _wrong_examples(name, text, entry)
    return len(found), flaws


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
