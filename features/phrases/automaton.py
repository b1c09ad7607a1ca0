"""Phrases that cannot be spelt out (several gaps, stars inside): found by their expressions.

Hyperscan compiles a fragment of each together and reports, in one pass over a text, where fragments
end; each place is then looked at with the whole expression, which gives the exact span.
"""

import hashlib
import platform
import threading
from bisect import bisect_left
from functools import cache
from importlib.metadata import version

import hyperscan

from data.io.atomic import cache_dir, written_whole
from features.phrases.catalog import patterns
from features.phrases.lexicon import LexiconError
from features.phrases.marks import Marks
from features.phrases.spans import Matches

_LOCK = threading.Lock()  # one scan at a time: scans share their scratch memory


def by_expression(text: str, marks: Marks) -> Matches:
    """Find the patterns that are not spelt out, in a text in reading form."""
    everything = patterns()
    spaces = marks.space_places.tolist()
    done: dict[int, int] = {}
    found: list[tuple[int, int, int]] = []
    for number, near in _fragment_ends(text):
        since = done.get(number, 0)
        if near <= since:  # a later end of a match that was given already
            continue
        pattern = everything[number]
        # Not far around: no more words than a match can take, nor characters, should words be long.
        word = bisect_left(spaces, near) - pattern.words
        first = max(since, near - pattern.reach, spaces[word] if word >= 0 else 0)
        # The first end of several ("school" or "school district") is reported first.
        last = min(len(text), near + pattern.reach)
        match = pattern.search(text, first, last)
        # The window must not cut a word; a letter before the window is seen by the pattern.
        if match is None or (match.end() == last < len(text) and text[last].isalnum()):
            continue
        start, done[number] = match.span()
        found.append((number, start, done[number]))
    return Matches.of(found)


def _fragment_ends(text: str) -> list[tuple[int, int]]:
    """Return (number in `patterns()`, offset where its fragment ends), in order of the offset."""
    found: list[tuple[int, int]] = []
    if text:
        with _LOCK:
            _database().scan(
                text.encode("ascii"),
                match_event_handler=lambda number, _, end, *__: found.append((number, end)),
            )
    return found


@cache
def _database() -> hyperscan.Database:
    """Load the compiled automaton from the user's cache, or compile and keep it (seconds)."""
    spelt = [bool(pattern.wordings or pattern.halves) for pattern in patterns()]
    fragments = {n: p.fragment for n, p in enumerate(patterns()) if not spelt[n]}
    about = f"caseless {version('hyperscan')} {platform.machine()} {platform.processor()}\n"
    digest = hashlib.sha256((about + repr(fragments)).encode()).hexdigest()
    kept = cache_dir() / f"automaton-{digest[:16]}.hs"
    try:
        database = hyperscan.loadb(kept.read_bytes(), hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        database = compile_fragments(fragments)
        try:
            with written_whole(kept) as temporary:
                temporary.write_bytes(hyperscan.dumpb(database))
        except OSError:
            pass  # a cache that cannot be written costs time, not the answer
    database.scratch = hyperscan.Scratch(database)
    return database


def compile_fragments(fragments: dict[int, str]) -> hyperscan.Database:
    """Compile fragments, given by their numbers, into one automaton.

    Raises
    ------
    LexiconError
        If hyperscan cannot compile one of them.
    """
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[fragment.encode() for fragment in fragments.values()],
            ids=list(fragments),
            elements=len(fragments),
            # Texts are in small letters, but without this flag hyperscan 0.9.1 overlooks matches:
            # of "(without|lack|lacks|lack of|no) (legal |)(authority|power) (under|for|over)" in
            # "no power over it, no authority over us" the second.
            flags=[hyperscan.HS_FLAG_CASELESS] * len(fragments),
        )
    except hyperscan.error as error:
        raise LexiconError(f"the lexicons' phrases cannot be compiled: {error}") from None
    return database
