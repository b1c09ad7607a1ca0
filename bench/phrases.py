"""Time the phrase engine beside its peers, on the same text and the same lexicons.

    python -m bench.phrases [FILE ...]

Without files the text is that of the embedded rulings' papers. Prints one table: seconds, megabytes
a second, and how many phrases each finds. Peers that need seconds per kilobyte get a part of the
text only; the rate tells. spaCy's PhraseMatcher takes plain phrases only (no `*`, no `...`): it
gets the wordings of those, and is in the table where it is installed (`uv pip install spacy`).
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import hyperscan

from bench.against import run, show
from bench.timing import best_of, numbers_table
from data.embedded import embedded_rulings
from features.document import Document
from features.phrases.catalog import patterns
from features.phrases.fragments import compile_fragments
from features.phrases.lexicon import phrases
from features.phrases.matcher import find_patterns

SLOW_PART = 60_000
"""Characters for the slow peers."""


def main(paths: list[str]) -> None:
    """Time every engine on the files' text."""
    if paths:
        text = "\n".join(Path(path).read_text("utf-8", errors="replace") for path in paths)
    else:
        text = "\n".join(f"{row.motion}\n{row.opposition or ''}" for row in embedded_rulings())
    read = Document(text).normalized.text
    part = read[:SLOW_PART]
    expressions = [phrase.pattern.expression for phrase in phrases()]
    alternation = re.compile("|".join(expressions))
    scanner = _hyperscan()
    each = [re.compile(expression) for expression in expressions]
    engines: list[tuple[str, str, int, Callable[[], int]]] = [
        ("re, one alternation", part, 1, lambda: _count(alternation.finditer(part))),
        ("re, one by one", part, 1, lambda: sum(_count(e.finditer(part)) for e in each)),
        ("hyperscan, all phrases, where they may end", read, 3, lambda: _ends(scanner, read)),
        ("matching stage: exact places", read, 3, lambda: len(find_patterns(read))),
        ("engine: places, sentence, denial, doubt, speaker", text, 3, lambda: _engine(text)),
    ]
    if matcher := _spacy():
        engines.insert(2, ("spaCy PhraseMatcher, plain phrases", part, 1, lambda: matcher(part)))
    title = f"{len(phrases())} phrases, {len(text) / 1e6:.2f} MB of text"
    table = numbers_table(title, "engine", "MB", "seconds", "MB/s", "found")
    for name, given, runs, work in engines:
        seconds, found = best_of(runs, work)
        size = len(given) / 1e6
        table.add_row(name, f"{size:.2f}", f"{seconds:.2f}", f"{size / seconds:.3f}", f"{found:,}")
    show(table)


def _engine(text: str) -> int:
    return len(Document(text).hits)


def _hyperscan() -> hyperscan.Database:
    """Compile fragments of all phrases, as the engine does of those it cannot spell out."""
    database = compile_fragments({n: p.fragment for n, p in enumerate(patterns())})
    database.scratch = hyperscan.Scratch(database)
    return database


def _ends(scanner: hyperscan.Database, read: str) -> int:
    found: list[int] = []
    scanner.scan(read.encode("ascii"), match_event_handler=lambda n, *_: found.append(n))
    return len(found)


def _count(found: Iterable[object]) -> int:
    return sum(1 for _ in found)


def _spacy() -> Callable[[str], int] | None:
    """Return spaCy's matcher of the plain phrases, or None where spaCy is not installed."""
    try:
        import spacy
        from spacy.matcher import PhraseMatcher
    except ImportError:
        return None
    language = spacy.blank("en")
    language.max_length = 10_000_000
    matcher = PhraseMatcher(language.vocab)
    wordings = {words for phrase in phrases() for words in phrase.pattern.wordings}
    plain = [words for words in wordings if not words.endswith("*")]
    matcher.add("phrase", [language.make_doc(words) for words in plain])
    return lambda text: len(matcher(language.make_doc(text)))


if __name__ == "__main__":
    run(main)
