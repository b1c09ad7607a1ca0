"""Names of files may hold any bytes: what is not UTF-8 is read, written and shown by its codes."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from data.fetch.case_index import open_case_index
from data.fetch.parquet import rows_if_made_from, write_opinions
from data.io.chunks import Chunk
from data.io.database import check_table, redacted_url
from data.io.shown import storable
from serve.batch.checkpoint import open_checkpoint
from serve.batch.chunk import OutputOptions, score_chunk
from serve.batch.job import checkpoint_folder
from serve.batch.sinks import FileSink


@pytest.fixture(params=[b"\xff", b"100% #1?"], ids=repr)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / os.fsdecode(request.param)
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("names are UTF-8 here")
    return folder


def test_finished_chunks(folder: Path) -> None:
    chunk = Chunk(0, 1, [{"motion": "invalid"}], ((0, "", 1),))
    scored = score_chunk(None, chunk, OutputOptions())  # type: ignore[arg-type]
    with open_checkpoint(folder / "a.checkpoint", {}, False, print) as kept:
        kept.keep(0, scored)
        assert kept.is_finished(chunk)
        assert list(kept.tables(1)) == []
    sink = FileSink(str(folder / "a.csv"))
    assert checkpoint_folder(sink, Path("chunks")).parent == Path("chunks")


def test_opinions_of_a_download(folder: Path) -> None:
    path = folder / "opinions.parquet"
    assert write_opinions(path, [], "identity") == 0
    assert rows_if_made_from(path, "identity") == 0
    assert rows_if_made_from(path, "another") is None


def test_an_index_of_cases(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "cases.db")) as rows:
        rows.execute("create table clusters (id integer)")
    with open_case_index(folder / "cases.db"):
        pass
    assert [path.name for path in folder.iterdir()] == ["cases.db"]


def test_a_database(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.db")
    check_table(f"sqlite:///{path}", "t", replace=False)
    redacted_url(f"sqlite:///{path}").encode()
    assert storable("ok.csv") == "ok.csv"
