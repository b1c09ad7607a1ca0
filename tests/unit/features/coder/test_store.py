"""The store of readings: kept, forgotten, and done without where it cannot be used."""

import json
import stat
import threading
from pathlib import Path

import pytest

from features.coder.reading import Reading
from features.coder.store import Kept, ReadingStore, default_store, reading_key
from tests.support.recorded_readings import RECORDED

READING = Reading.model_validate(json.loads(RECORDED.read_text(encoding="utf-8")))
KEPT = Kept(READING, 1700, 900, 0.01)


@pytest.fixture
def store(tmp_path: Path) -> ReadingStore:
    return ReadingStore(tmp_path / "folder" / "readings.db")


def test_a_reading_comes_back_as_it_was_kept(store: ReadingStore) -> None:
    assert store.get("a") is None
    store.put("a", KEPT)
    assert store.get("a") == KEPT
    assert ReadingStore(store.path).get("a") == KEPT
    assert store.get("b") is None


def test_only_its_owner_may_read_it(store: ReadingStore) -> None:
    store.put("a", KEPT)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_forgetting_deletes_the_file(store: ReadingStore) -> None:
    assert store.forget() == 0
    for key in "abc":
        store.put(key, KEPT)
    assert store.forget() == 3
    assert not store.path.exists()
    assert store.get("a") is None


@pytest.mark.parametrize("content", [b"not a database", b"SQLite format 3\0" + b"x" * 5000])
def test_a_damaged_store_is_reported_once_and_done_without(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "readings.db"
    path.write_bytes(content)
    told: list[str] = []
    store = ReadingStore(path, told.append)
    assert store.get("a") is None
    store.put("a", KEPT)
    assert store.get("a") is None
    assert len(told) == 1
    assert "enjoin coder forget" in told[0]
    store.forget()
    again = ReadingStore(path, told.append)
    again.put("a", KEPT)
    assert again.get("a") == KEPT


def test_a_store_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told: list[str] = []
    ReadingStore(tmp_path / "file" / "readings.db", told.append).put("a", KEPT)
    assert len(told) == 1


def test_many_threads_use_one_store(store: ReadingStore) -> None:
    others = [ReadingStore(store.path) for _ in range(3)]

    def work(number: int) -> None:
        for index in range(10):
            others[number].put(f"{number}-{index}", KEPT)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.forget() == 30


def test_a_reading_of_an_earlier_program_is_read_anew(store: ReadingStore) -> None:
    import sqlite3

    store.put("a", KEPT)
    rows = sqlite3.connect(store.path)
    with rows:
        rows.execute("update readings set answer = '{}'")
    rows.close()
    assert store.get("a") is None
    store.put("a", KEPT)
    assert store.get("a") == KEPT


def test_the_key_depends_on_all_that_a_reading_does() -> None:
    keys = {
        reading_key(papers, protocol, model, sample)
        for papers in (["ab"], ["a", "b"])
        for protocol in ("p", "q")
        for model in ("m", "n")
        for sample in (0, 1)
    }
    assert len(keys) == 16


def test_the_environment_names_the_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENJOIN_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("ENJOIN_CODER_STORE", raising=False)
    assert default_store() == tmp_path / "readings.db"
    monkeypatch.setenv("ENJOIN_CODER_STORE", str(tmp_path / "own.db"))
    assert default_store() == tmp_path / "own.db"
