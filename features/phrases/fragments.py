"""Fragments of the patterns that cannot be spelled out, found in one pass by hyperscan."""

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from threading import Lock

import hyperscan

from data.io.atomic import atomic_write
from data.io.cache import cache_dir, make_cache_folder, report_unusable_cache
from features.phrases.catalog import patterns
from features.phrases.lexicon import LexiconError

_LOCK = Lock()  # scans of one database share one scratch memory


def fragment_ends(text: str) -> list[tuple[int, int]]:
    """Find the fragments in a normalized text.

    Returns
    -------
    For each match, in order of the offset: the index of its pattern in `catalog.patterns()` and
    the offset at which the fragment ends.
    """
    ends: list[tuple[int, int]] = []
    if text:
        with _LOCK:
            _database().scan(
                text.encode("ascii"),
                match_event_handler=lambda index, _, end, *__: ends.append((index, end)),
            )
    return ends


@cache
def _database() -> hyperscan.Database:
    """Load the compiled automaton from the user's cache, or compile (seconds) and cache it."""
    fragments = {
        index: pattern.fragment for index, pattern in enumerate(patterns()) if not pattern.wordings
    }
    build = f"caseless {version('hyperscan')} {platform.machine()} {platform.processor()}\n"
    digest = hashlib.sha256((build + repr(fragments)).encode()).hexdigest()
    cached = cache_dir() / f"automaton-{digest[:16]}.hs"
    try:
        database = hyperscan.loadb(cached.read_bytes(), hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        database = compile_fragments(fragments)
        try:
            make_cache_folder()
            with atomic_write(cached, private=False) as temporary:
                temporary.write_bytes(hyperscan.dumpb(database))
        except OSError as error:  # without a cache the answer is the same, only later
            report_unusable_cache(error)
    database.scratch = hyperscan.Scratch(database)
    return database


def compile_fragments(fragments: dict[int, str]) -> hyperscan.Database:
    """Compile fragments, given by the indices of their patterns, into one automaton.

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
            # Texts are lower-case, but without this flag hyperscan 0.9.1 misses matches: of
            # "(without|lack|lacks|lack of|no) (legal |)(authority|power) (under|for|over)" in
            # "no power over it, no authority over us" the second.
            flags=[hyperscan.HS_FLAG_CASELESS] * len(fragments),
        )
    except hyperscan.error as error:
        raise LexiconError(f"the lexicons' phrases cannot be compiled: {error}") from None
    return database
