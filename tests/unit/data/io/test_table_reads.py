"""A table that the input reads is never replaced, by whatever name or path (SQLite)."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from data.io.database import check_table, database, write_table
from data.io.rows import UnreadableInput
from data.io.table_reads import TableRead
from enjoin.commands.score import IoSpec, open_io
from serve.batch.sinks import is_same_file

TYPES = {"id": "text", "motion_type": "text", "motion": "text"}
ROWS = [{"id": "1", "motion_type": "tro", "motion": "A mark."}]


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/docket.db"
    write_table(address, "pending", False, TYPES, [ROWS])
    write_table(address, "scored", False, {"n": "integer"}, [[{"n": 1}]])
    with database(address) as engine, engine.begin() as connection:
        for statement in (
            "create view on_file as select * from pending",
            "create view open_ones as with o as (select * from on_file) select * from o",
            "create table entries (id text, of text references scored (n) on delete cascade)",
        ):
            connection.exec_driver_sql(statement)
    return address


def refuses(url: str, table: str, read: TableRead) -> bool:
    """Tell whether a table is refused, both before the scoring and when it is written."""
    before = _rows(url)
    verdicts = []
    for attempt in (
        lambda: check_table(url, table, True, read),
        lambda: write_table(url, table, True, {"n": "integer"}, [[{"n": 2}]], read),
    ):
        with suppress(UnreadableInput):
            attempt()
            verdicts.append(False)
            continue
        verdicts.append(True)
    assert len(set(verdicts)) == 1
    assert not verdicts[0] or _rows(url) == before
    return verdicts[0]


def _rows(url: str) -> list[Any]:
    with database(url) as engine, engine.connect() as connection:
        return list(connection.exec_driver_sql("select * from pending").all())


@pytest.mark.parametrize("table", ["pending", "main.pending", "Pending", "main.PENDING"])
@pytest.mark.parametrize(
    "query",
    [
        None,
        'select * from "Pending"',
        "select count(*) as motion, 'tro' as motion_type from pending",
        "select * from open_ones where id > ':x' -- those on file",
        "select 'x' as motion, 'tro' as motion_type where exists (select 1 from on_file)",
        "with a as (select * from main.pending) select * from a union select * from a;",
    ],
)
def test_an_input_table_is_not_replaced(url: str, table: str, query: str | None) -> None:
    assert refuses(url, table, TableRead(url, query, None if query else "pending"))


@pytest.mark.parametrize("view", ["on_file", "open_ones"])
def test_a_view_read_as_a_table_protects_what_it_reads(url: str, view: str) -> None:
    assert refuses(url, "pending", TableRead(url, None, view))
    assert refuses(url, view, TableRead(url, None, "pending"))  # a view is no table


@pytest.mark.parametrize("spelling", ["dots", "symlink", "hardlink", "relative", "uri"])
def test_another_path_to_the_file_is_the_same_file(
    url: str, tmp_path: Path, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if spelling == "symlink":
        (tmp_path / "symlink.db").symlink_to(tmp_path / "docket.db")
    if spelling == "hardlink":
        os.link(tmp_path / "docket.db", tmp_path / "hardlink.db")
    other = {
        "dots": f"sqlite:///{tmp_path}/../{tmp_path.name}/./docket.db",
        "relative": "sqlite:///docket.db",
        "uri": f"sqlite:///file:{tmp_path}/docket.db?mode=ro&uri=true",
    }.get(spelling, f"sqlite+pysqlite:///{tmp_path}/{spelling}.db")
    assert refuses(url, "pending", TableRead(other, None, "pending"))


def test_other_tables_and_other_files_are_replaced(url: str, tmp_path: Path) -> None:
    assert not refuses(url, "scored", TableRead(url, None, "pending"))
    other = f"sqlite:///{tmp_path}/other.db"
    write_table(other, "pending", False, TYPES, [ROWS])
    assert not refuses(other, "pending", TableRead(url, None, "pending"))


def test_what_a_trigger_empties_counts_too(url: str) -> None:
    with database(url) as engine, engine.begin() as connection:
        connection.exec_driver_sql(
            "create trigger clear after delete on scored begin delete from pending; end"
        )
    assert refuses(url, "scored", TableRead(url, None, "pending"))


def test_what_the_database_cannot_tell_is_refused(url: str) -> None:
    with database(url) as engine, engine.begin() as connection:
        connection.exec_driver_sql(
            "create virtual table words using fts5(motion, content='pending')"
        )
    assert refuses(url, "scored", TableRead(url, None, "words"))


@pytest.mark.parametrize("table", ["main.pending", "Pending"])
def test_the_command_refuses_it_before_it_scores(url: str, table: str) -> None:
    for query, name in (("select * from pending", None), (None, "pending"), (None, "on_file")):
        spec = IoSpec(url, url, query, name, table, replace=True)
        with pytest.raises(UnreadableInput, match="destroy"), open_io(spec):
            pass


def test_what_the_coder_read_is_not_replaced(url: str, tmp_path: Path) -> None:
    """With `--coder` the rows come from a file, which was made of the table."""
    coded = tmp_path / "coded.jsonl"
    coded.write_text('{"motion_type": "tro", "motion": "A mark."}\n')
    spec = IoSpec(
        str(coded), url, None, None, "main.pending", True, read=TableRead(url, None, "pending")
    )
    with pytest.raises(UnreadableInput, match="destroy"), open_io(spec):
        pass


@pytest.fixture
def hard_link(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("motion\n")
    os.link(first, second)
    return first, second


def test_two_names_of_one_file_are_the_same_file(hard_link: tuple[Path, Path]) -> None:
    first, second = hard_link
    assert is_same_file(str(first), str(second))
    assert not is_same_file(str(first), f"{second}.new")
