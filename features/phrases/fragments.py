"""Fragments of the patterns that cannot be spelled out, found in one pass by hyperscan."""

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from threading import Lock

import hyperscan

from data.io.atomic import atomic_write, cache_dir
from features.phrases.catalog import patterns
from features.phrases.lexicon import LexiconError

_LOCK = Lock()  # scans of one database share their scratch memory


def fragment_ends(text: str) -> list[tuple[int, int]]:
    """Find the fragments in a normalized text.

    Returns
    -------
    Number of the pattern in `catalog.patterns()`, and offset where its fragment ends, in order of
    the offset.
    """
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
    fragments = {n: p.fragment for n, p in enumerate(patterns()) if not p.wordings}
    about = f"caseless {version('hyperscan')} {platform.machine()} {platform.processor()}\n"
    digest = hashlib.sha256((about + repr(fragments)).encode()).hexdigest()
    kept = cache_dir() / f"automaton-{digest[:16]}.hs"
    try:
        database = hyperscan.loadb(kept.read_bytes(), hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        database = compile_fragments(fragments)
        try:
            with atomic_write(kept) as temporary:
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
