"""Scores are written in every format, whole or not at all."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from data.io.rows import UnreadableInput
from serve.batch import sinks
from serve.batch.sinks import FileSink, as_cell, is_same_file

ROWS = [
    {"id": "a", "p_grant": 0.25, "harm_types": ["privacy", "reputation"], "comparables": []},
    {"id": "b", "p_grant": None, "harm_types": None, "comparables": [{"id": "x"}]},
]
TABLES = [pa.Table.from_pylist([row], schema=pa.Table.from_pylist(ROWS).schema) for row in ROWS]
CSV = 'id,p_grant,harm_types,comparables\na,0.25,privacy;reputation,[]\nb,,,"[{""id"": ""x""}]"\n'


def test_each_format_holds_the_rows(tmp_path: Path) -> None:
    for name in ("a.csv", "a.csv.gz", "a.csv.zst", "a.jsonl", "a.parquet"):
        FileSink(str(tmp_path / name)).write(TABLES)
    assert (tmp_path / "a.csv").read_text() == CSV
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()).decode() == CSV
    with pa.input_stream(str(tmp_path / "a.csv.zst"), compression="zstd") as stream:
        assert stream.read().decode() == CSV
    assert list(map(json.loads, (tmp_path / "a.jsonl").read_text().splitlines())) == ROWS
    assert pa.parquet.read_table(tmp_path / "a.parquet").to_pylist() == ROWS


def test_row_groups_hold_several_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "ROW_GROUP_ROWS", 3)
    path = tmp_path / "a.parquet"
    FileSink(str(path)).write(TABLES * 4)
    metadata = pa.parquet.read_metadata(path)
    assert [metadata.row_group(group).num_rows for group in range(3)] == [3, 3, 2]
    assert len(pd.read_parquet(path)) == 8


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    def failing() -> Iterator[pa.Table]:
        yield TABLES[0]
        raise OSError("the power went off")

    with pytest.raises(OSError, match="power"):
        FileSink(str(path)).write(failing())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.doc", "a", "a.parquet.gz", "a.xlsx.gz"])
def test_unknown_formats_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableInput, match="unknown output format"):
        FileSink(str(tmp_path / name)).check()


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    output = str(tmp_path / "file" / "out.csv")
    with pytest.raises(OSError, match=f"cannot write {output}: .*; choose another folder"):
        FileSink(output).check()


def test_a_link_is_the_same_file(tmp_path: Path) -> None:
    path, link = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_text("")
    link.symlink_to(path)
    assert is_same_file(str(path), f"file://{link}")
    assert not is_same_file(str(path), str(tmp_path / "c.csv"))
    assert not is_same_file("s3://bucket/a.csv", str(path))


def test_cells_are_text_or_numbers() -> None:
    assert [as_cell(value) for value in (None, True, 1.5, [], ["a", "b"])] == [
        None,
        True,
        1.5,
        "[]",
        "a;b",
    ]
