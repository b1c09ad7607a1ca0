"""Chunks of a source: sizes, where rows come from, and ids reserved for rows to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from data.io import chunks
from data.io.chunks import Source


@dataclass(frozen=True)
class _Part:
    name: str
    raw: tuple[Any, ...]
    size: int = 100
    address: str = ""

    def identity(self) -> dict[str, Any]:
        return {"file": self.name}

    def rows(self) -> Iterator[tuple[Any, float]]:
        for number, row in enumerate(self.raw, start=1):
            yield row, number / len(self.raw)

    def count(self) -> int | None:
        return len(self.raw)


def _rows(*ids: str) -> tuple[dict[str, str], ...]:
    return tuple({"id": each} for each in ids)


def test_chunks_have_numbers_rows_and_the_fraction_read() -> None:
    source = Source("in", (_Part("a", _rows(*"abcd")), _Part("b", _rows(*"ef"))))
    found = list(source.chunks(4))
    assert [(chunk.number, chunk.start, chunk.end) for chunk in found] == [(0, 1, 4), (1, 5, 6)]
    assert [row["id"] for chunk in found for row in chunk.rows] == list("abcdef")
    assert [chunk.fraction_read for chunk in found] == [0.5, 1.0]
    assert source.count() == 6


def test_a_source_of_unknown_size_has_no_fraction() -> None:
    [chunk] = Source("in", (_Part("a", _rows("x"), size=0),)).chunks(4)
    assert chunk.fraction_read is None


def test_rows_are_located_in_their_file_across_chunks() -> None:
    source = Source("in", (_Part("a", _rows(*"abc")), _Part("b", _rows(*"de"))))
    located = [
        chunk.locate(row) for chunk in source.chunks(2) for row in range(1, len(chunk.rows) + 1)
    ]
    assert located == [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2)]
    [alone] = Source("in", (_Part("a", _rows("x", "y")),)).chunks(9)
    assert alone.locate(2) == ("", 2)


def test_long_rows_end_a_chunk_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MAX_CHARACTERS", 10)
    source = Source("in", (_Part("a", ({"motion": "x" * 6},) * 5),))
    assert [len(chunk.rows) for chunk in source.chunks(100)] == [2, 2, 1]


def test_ids_of_the_form_of_given_ids_are_reserved() -> None:
    ids = ("row-3", "row-1", "row-4-unnamed", "row-x", "row-" + "9" * 30, "row-6")
    found = list(Source("in", (_Part("a", _rows(*ids)),)).chunks(2))
    assert [chunk.reserved_ids for chunk in found] == [
        frozenset(),
        frozenset({"row-3", "row-4-unnamed"}),
        frozenset({"row-6"}),
    ]


def test_digests_tell_rows_and_their_numbers_apart() -> None:
    [first, second] = Source("in", (_Part("a", _rows("x", "x")),)).chunks(1)
    [again, _] = Source("in", (_Part("a", _rows("x", "x")),)).chunks(1)
    assert first.digest() == again.digest() != second.digest()
