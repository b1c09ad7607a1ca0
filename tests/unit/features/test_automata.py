"""Automata in the cache: used if they are what was stored, compiled anew otherwise."""

import os
from collections.abc import Callable
from pathlib import Path

import hyperscan
import pytest

from features.automata import finder_of, load_or_compile

Change = Callable[[Path], object]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENJOIN_CACHE_DIR", str(tmp_path))
    return tmp_path


def load(word: str, compiled: list[str], kind: str = "words") -> list[int]:
    """Load an automaton for a word; return where it finds the word."""

    def compile_anew() -> hyperscan.Database:
        compiled.append(word)
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(expressions=[word.encode()], ids=[0], elements=1, flags=[0])
        return database

    ends: list[int] = []
    load_or_compile(kind, word, compile_anew).scan(
        b"a harm, a mark", match_event_handler=lambda index, start, end, *_: ends.append(end)
    )
    return ends


def flip(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_an_automaton_is_compiled_once(cache: Path) -> None:
    compiled: list[str] = []
    assert load("harm", compiled) == load("harm", compiled) == [6]
    assert compiled == ["harm"]
    load("harm", compiled, "others")
    assert compiled == ["harm", "harm"]
    assert len(list(cache.glob("*.hs"))) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda path: flip(path, 0),
        lambda path: flip(path, 40),
        lambda path: flip(path, -1),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[32:]),
        lambda path: path.chmod(0o666),
    ],
    ids=["digest", "start", "end", "short", "empty", "bare", "anyone may write"],
)
def test_a_damaged_file_is_compiled_anew(cache: Path, change: Change) -> None:
    compiled: list[str] = []
    load("harm", compiled)
    [path] = cache.glob("*.hs")
    change(path)
    assert load("harm", compiled) == [6]
    assert compiled == ["harm", "harm"]
    assert load("harm", compiled) == [6]  # stored again, whole
    assert compiled == ["harm", "harm"]


def test_a_swapped_file_is_compiled_anew(cache: Path) -> None:
    compiled: list[str] = []
    load("harm", compiled)
    [harm] = cache.glob("*.hs")
    load("mark", compiled)
    [mark] = set(cache.glob("*.hs")) - {harm}
    harm.write_bytes(mark.read_bytes())
    assert load("harm", compiled) == [6]
    assert compiled == ["harm", "mark", "harm"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_another_users_file_is_compiled_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    load("harm", compiled)
    [path] = cache.glob("*.hs")
    os.chown(path, 12345, -1)
    load("harm", compiled)
    assert compiled == ["harm", "harm"]
    os.chown(path, 0, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    load("harm", compiled)  # the administrator's may be used
    assert compiled == ["harm", "harm"]


def test_words_are_found_wherever_they_are() -> None:
    words = ["a mark", "mark", "a", "mark", "a mark or", "\u00a7 2"]
    text = "a mark or \u00a7 2 marks"
    expected = [
        (index, start, start + len(word))
        for index, word in enumerate(words)
        for start in range(len(text))
        if text.startswith(word, start)
    ]
    found = list(finder_of(words)(text))
    assert sorted(found) == sorted(expected)
    assert found == sorted(found, key=lambda match: (match[2], match[1]))
    assert list(finder_of([])(text)) == []
