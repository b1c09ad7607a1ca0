"""One automaton for all phrases: tells, in one pass over a text, where any phrase may end.

Hyperscan compiles every phrase of every lexicon together. It works on bytes, so the text is first
written with one byte a character; what it finds are places for `features.phrases` to look at.
"""

import hashlib
import platform
import threading
from functools import cache
from importlib.metadata import version

import hyperscan

from data.files import cache_dir, written_whole
from features.characters import one_byte
from features.lexicon import LexiconError, phrases

_LOCK = threading.Lock()  # one scan at a time: scans share their scratch memory


def phrase_ends(text: str) -> list[tuple[int, int]]:
    """Return (number of the phrase in `phrases()`, character offset where it may end), in order.

    Every match of a phrase ends at one of these places; not every place ends a match.
    """
    found: list[tuple[int, int]] = []
    content = one_byte(text).encode("ascii")
    if content:
        with _LOCK:
            _database().scan(
                content, match_event_handler=lambda number, _, end, *__: found.append((number, end))
            )
    return found


@cache
def _database() -> hyperscan.Database:
    """Load the compiled automaton from the user's cache, or compile and keep it (seconds)."""
    patterns = [phrase.automaton_pattern for phrase in phrases()]
    about = f"{version('hyperscan')} {platform.machine()} {platform.processor()}\n"
    digest = hashlib.sha256((about + "\n".join(patterns)).encode()).hexdigest()
    kept = cache_dir() / f"automaton-{digest[:16]}.hs"
    try:
        database = hyperscan.loadb(kept.read_bytes(), hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        database = _compile(patterns)
        try:
            with written_whole(kept) as temporary:
                temporary.write_bytes(hyperscan.dumpb(database))
        except OSError:
            pass  # a cache that cannot be written costs time, not the answer
    database.scratch = hyperscan.Scratch(database)
    return database


def _compile(patterns: list[str]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(patterns)
    try:
        database.compile(
            expressions=[pattern.encode() for pattern in patterns],
            ids=list(range(count)),
            elements=count,
            flags=[hyperscan.HS_FLAG_CASELESS] * count,
        )
    except hyperscan.error as error:
        raise LexiconError(f"the lexicons' phrases cannot be compiled: {error}") from None
    return database
