"""Inputs of any size: every format and packing, wrong lines among good ones, folders, addresses."""

import gzip
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fsspec
import pandas as pd
import pyarrow as pa
import pytest

from data.io import chunks
from data.io.chunks import Chunk
from data.io.load import read_raw_rows
from data.io.rows import BrokenRow, UnreadableInput
from data.io.sources import open_source

ROWS = [
    {"id": f"m{n}", "motion_type": "tro", "motion": f"A rival, \n copied {n} marks.", "court": "é"}
    for n in range(7)
]


def _written(folder: Path, kind: str, packed: str = "", rows: list[Any] = ROWS) -> Path:
    plain = folder / f"plain.{kind}"
    if kind == "jsonl":
        plain.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    elif kind == "json":
        plain.write_text(json.dumps(rows, indent=1))
    elif kind == "csv":
        pd.DataFrame(rows).to_csv(plain, index=False)
    else:
        pd.DataFrame(rows).to_parquet(plain)
    content = plain.read_bytes()
    plain.unlink()
    if packed == ".gz":  # two members, as `cat one.gz two.gz` gives
        content = gzip.compress(content[:50]) + gzip.compress(content[50:])
    elif packed == ".zst":
        content = b"".join(
            pa.compress(part, "zstd", asbytes=True) for part in (content[:50], content[50:])
        )
    path = folder / f"pending.{kind}{packed}"
    path.write_bytes(content)
    return path


def _chunks(given: str | Path, size: int = 3) -> list[Chunk]:
    with open_source(str(given)) as source:
        return list(source.chunks(size))


def _rows(given: str | Path) -> list[Any]:
    return [row for chunk in _chunks(given) for row in chunk.rows]


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_every_format_comes_in_chunks(tmp_path: Path, kind: str, packed: str) -> None:
    found = _chunks(_written(tmp_path, kind, packed))
    assert [row for chunk in found for row in chunk.rows] == ROWS
    assert [(chunk.number, chunk.start, chunk.end) for chunk in found] == [
        (0, 1, 3),
        (1, 4, 6),
        (2, 7, 7),
    ]
    shares = [chunk.fraction_read for chunk in found]
    assert shares == sorted(shares)
    assert shares[-1] > 0.99


@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_the_format_of_standard_input_is_detected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, packed: str
) -> None:
    content = _written(tmp_path, kind, packed).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert _rows("-") == ROWS


def test_a_folder_and_a_glob_come_in_name_order(tmp_path: Path) -> None:
    for name, row in zip(("b.jsonl", "a.jsonl", "c.json"), ROWS, strict=False):
        (tmp_path / name).write_text(json.dumps(row))
    (tmp_path / "notes.txt").write_text("no motion")
    (tmp_path / "a.jsonl.rejects.jsonl").write_text('{"row": 1}')
    assert [row["id"] for row in _rows(tmp_path)] == ["m1", "m0", "m2"]
    assert [row["id"] for row in _rows(tmp_path / "*.jsonl")] == ["m1", "m0"]
    [one, _] = _chunks(tmp_path, size=2)
    assert one.locate(2) == (str(tmp_path / "b.jsonl"), 1)
    with open_source(str(tmp_path), exclude=(str(tmp_path / "c.json"),)) as source:
        assert len(source.parts) == 2
    with pytest.raises(UnreadableInput, match="holds no file that ends in"):
        _rows(tmp_path / "*.csv")
    (tmp_path / "d.csv").touch()  # an export that failed is not to be passed over
    *others, empty = _rows(tmp_path)
    assert len(others) == 3
    assert isinstance(empty, BrokenRow)
    assert "the file is empty" in empty.expected


def test_addresses_are_read_through_fsspec(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    lines = "\n".join(map(json.dumps, ROWS)).encode()
    memory.pipe("/pending/a.jsonl", lines)
    memory.pipe("/pending/b.jsonl.gz", gzip.compress(lines))
    try:
        assert _rows("memory://pending/a.jsonl") == ROWS
        assert _rows("memory://pending") == _rows("memory://pending/*") == ROWS * 2
    finally:
        memory.rm("/pending", recursive=True)
    assert _rows(f"file://{_written(tmp_path, 'csv')}") == ROWS
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(UnreadableInput, match=r"s3:// needs the package s3fs; .*pip install s3fs"):
        _rows("s3://bucket/pending.csv")
    with pytest.raises(UnreadableInput, match="nothing://x"):
        _rows("nothing://x")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"id,motion\na,b\n", "lacks the required field"),
        ("a.csv", b"motion,motion\na,b\n", "more than one column named motion"),
        ("a.json", b'[{"id": 1}, {"id"]', "not JSON"),
        ("a.json", b'[{"id": 1}', "not JSON"),
        ("a.json", b'{"id": 1} {"id": 2}', "not JSON"),
        ("a.parquet", b"PAR1junk", "not a readable Parquet"),
        # Without the time: it would be part of the test's name, and pytest-xdist compares names.
        (
            "a.jsonl.gz",
            gzip.compress(b'{"id": 1}\n' * 99, mtime=0)[:-9],
            "cannot read .* to its end",
        ),
        ("a.jsonl.zst", b"junk", "cannot read .* to its end"),
        ("a.doc", b"x", "unknown format"),
        ("a.xlsx", b"x", "not a readable .xlsx workbook"),
    ],
)
def test_an_unreadable_file_says_why(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableInput, match=words):
        _rows(tmp_path / name)


def test_a_changed_file_is_another_input(tmp_path: Path) -> None:
    path = _written(tmp_path, "jsonl")
    with open_source(str(path)) as source:
        before = source.identity()
        assert source.identity() == before
    path.write_text(path.read_text().replace("m6", "n6"))
    with open_source(str(path)) as source:
        [changed], [was] = source.identity(), before
    assert changed["size"] == was["size"]
    assert changed["digest"] != was["digest"]


def test_long_rows_make_short_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MAX_CHARACTERS", 50)
    assert [len(chunk.rows) for chunk in _chunks(_written(tmp_path, "jsonl"), 100)] == [2, 2, 2, 1]


@pytest.mark.parametrize("packed", [".gz", ".zst"])
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_compressed_files_are_read_whole_or_not_at_all(
    tmp_path: Path, kind: str, packed: str
) -> None:
    path = _written(tmp_path, kind, packed)
    assert read_raw_rows(path) == ROWS
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UnreadableInput, match=f"cannot (read|decompress) .*{kind}{packed}"):
        read_raw_rows(path)
