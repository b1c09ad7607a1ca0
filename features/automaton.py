"""One automaton for all phrases and cues: finds, in one pass over a text, where any of them stands.

Hyperscan compiles a fragment of every pattern together and reports where fragments end; each
place is then looked at with the pattern itself, which gives the exact span.
"""

import hashlib
import platform
import threading
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version

import hyperscan

from data.files import cache_dir, written_whole
from features.context import cues
from features.lexicon import LexiconError, phrases
from features.patterns import Pattern

_LOCK = threading.Lock()  # one scan at a time: scans share their scratch memory


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns of all phrases, in the order of `phrases()`, then those of all cues."""
    return (*(phrase.pattern for phrase in phrases()), *(cue.pattern for cue in cues()))


def fragment_ends(text: str) -> list[tuple[int, int]]:
    """Return (number in `patterns()`, offset where its fragment ends), in order of the offset.

    Parameters
    ----------
    text
        A text in reading form, so that a character is a byte.
    """
    found: list[tuple[int, int]] = []
    if text:
        with _LOCK:
            _database().scan(
                text.encode("ascii"),
                match_event_handler=lambda number, _, end, *__: found.append((number, end)),
            )
    return found


def matches(text: str) -> Iterator[tuple[int, int, int]]:
    """Give (number in `patterns()`, start, end) of every phrase and cue in a text in reading form.

    Matches of one pattern do not overlap; the first is given.
    """
    everything = patterns()
    done: dict[int, int] = {}
    for number, near in fragment_ends(text):
        pattern = everything[number]
        if pattern.literal:
            yield number, near - pattern.reach, near
            continue
        since = done.get(number, 0)
        if near <= since:  # a later end of a match that was given already
            continue
        # The first end of several ("school" or "school district") is reported first.
        last = min(len(text), near + pattern.reach)
        match = pattern.search(text, max(since, near - pattern.reach), last)
        # The window must not cut a word; a letter before the window is seen by the pattern.
        if match is None or (match.end() == last < len(text) and text[last].isalnum()):
            continue
        start, done[number] = match.span()
        yield number, start, done[number]


@cache
def _database() -> hyperscan.Database:
    """Load the compiled automaton from the user's cache, or compile and keep it (seconds)."""
    fragments = [pattern.fragment for pattern in patterns()]
    about = f"caseless {version('hyperscan')} {platform.machine()} {platform.processor()}\n"
    digest = hashlib.sha256((about + "\n".join(fragments)).encode()).hexdigest()
    kept = cache_dir() / f"automaton-{digest[:16]}.hs"
    try:
        database = hyperscan.loadb(kept.read_bytes(), hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        database = _compile(fragments)
        try:
            with written_whole(kept) as temporary:
                temporary.write_bytes(hyperscan.dumpb(database))
        except OSError:
            pass  # a cache that cannot be written costs time, not the answer
    database.scratch = hyperscan.Scratch(database)
    return database


def _compile(fragments: list[str]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(fragments)
    try:
        database.compile(
            expressions=[fragment.encode() for fragment in fragments],
            ids=list(range(count)),
            elements=count,
            # Texts are in small letters, but without this flag hyperscan 0.9.1 overlooks matches:
            # of "(without|lack|lacks|lack of|no) (legal |)(authority|power) (under|for|over)" in
            # "no power over it, no authority over us" the second.
            flags=[hyperscan.HS_FLAG_CASELESS] * count,
        )
    except hyperscan.error as error:
        raise LexiconError(f"the lexicons' phrases cannot be compiled: {error}") from None
    return database
