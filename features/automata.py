"""Automata that find many words or patterns in one pass.

Words are found by pyahocorasick, patterns by hyperscan, both of which eyecite brings. Patterns take
seconds to compile, so what was compiled is kept in the user's cache. hyperscan runs what it loads
without checking it: a file is used only if it is whole, was stored for this very purpose, and
belongs to this user.
"""

import hashlib
import platform
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import ahocorasick
import hyperscan

from data.io.atomic import atomic_write
from data.io.cache import (
    cache_dir,
    make_cache_folder,
    read_own_file,
    report_unusable_cache,
)

_DIGEST_BYTES = hashlib.sha256().digest_size


def finder_of(words: Sequence[str]) -> Callable[[str], Iterator[tuple[int, int, int]]]:
    """Return a function that finds words in a text.

    It yields the index of a word, and where it starts and ends; in the order of the ends, of those
    that end together the longest first. Words may overlap, and several may be the same.

    Examples
    --------
    >>> list(finder_of(["no harm", "harm"])("no harm"))
    [(0, 0, 7), (1, 3, 7)]
    """
    indices: dict[str, list[int]] = {}
    for index, word in enumerate(words):
        indices.setdefault(word, []).append(index)
    automaton = ahocorasick.Automaton()
    for word, same in indices.items():
        automaton.add_word(word, (len(word), same))
    automaton.make_automaton()

    def find(text: str) -> Iterator[tuple[int, int, int]]:
        if not indices:  # without words there is nothing to run
            return
        for last, (length, same) in automaton.iter(text):
            for index in same:
                yield index, last + 1 - length, last + 1

    return find


def load_or_compile(
    kind: str, content: str, compile_anew: Callable[[], hyperscan.Database]
) -> hyperscan.Database:
    """Return an automaton from the cache; compile and keep it if it is not there.

    Parameters
    ----------
    kind
        What the file's name begins with.
    content
        What the automaton is compiled of. A change of it, or of hyperscan, makes another file.
    """
    build = f"{version('hyperscan')} {platform.machine()} {platform.processor()}"
    key = hashlib.sha256(f"{kind}\n{build}\n{content}".encode()).hexdigest()
    path = cache_dir() / f"{kind}-{key[:32]}.hs"
    database = _load(path, key)
    if database is None:
        database = compile_anew()
        try:
            _store(path, key, hyperscan.dumpb(database))
        except OSError as error:  # without a cache the answer is the same, only later
            report_unusable_cache(error)
    database.scratch = hyperscan.Scratch(database)
    return database


def _load(path: Path, key: str) -> hyperscan.Database | None:
    """Return the automaton in a file; None if the file is absent or is not to be trusted."""
    content = read_own_file(path)
    if content is None:
        return None
    digest, dumped = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if digest != _digest(key, dumped):
        return None
    try:
        return hyperscan.loadb(dumped, hyperscan.HS_MODE_BLOCK)
    except hyperscan.error:  # of another processor
        return None


def _store(path: Path, key: str, dumped: bytes) -> None:
    make_cache_folder()
    with atomic_write(path) as temporary:
        temporary.write_bytes(_digest(key, dumped) + dumped)


def _digest(key: str, dumped: bytes) -> bytes:
    """Return the digest of what is stored and of what it is for."""
    digest = hashlib.sha256(key.encode())
    digest.update(dumped)  # some 60 MB: not copied to stand behind the key
    return digest.digest()
