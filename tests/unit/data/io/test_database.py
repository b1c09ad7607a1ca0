"""Rows of a SQLite database, and tables written all at once (PostgreSQL: tests/e2e)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.io.database import check_table, database, open_query, redacted_url, write_table
from data.io.rows import UnreadableInput

TYPES = {"id": "text", "motion_type": "text", "motion": "text", "harm_types": "text"}
ROWS = [
    {"id": str(n), "motion_type": "tro", "motion": "x", "harm_types": harms}
    for n, harms in enumerate(["monetary;voting", '["monetary"]', "[]", None, "[broken"])
]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/docket.db"


def _read(url: str, query: str) -> list[dict[str, Any]]:
    with database(url) as engine, engine.connect() as connection:
        return [dict(row) for row in connection.exec_driver_sql(query).mappings()]


def test_list_fields_are_parsed(url: str) -> None:
    write_table(url, "pending", False, TYPES, [ROWS])
    source = open_query(url, None, "pending")
    rows = [row for chunk in source.chunks(2) for row in chunk.rows]
    assert [row["id"] for row in rows] == list("01234")
    assert [row["harm_types"] for row in rows] == [
        ["monetary", "voting"],
        ["monetary"],
        [],
        None,
        "[broken",
    ]


def test_a_query_may_contain_colons(url: str) -> None:
    write_table(url, "pending", False, TYPES, [ROWS])
    query = "select * from pending where motion <> ':x' and id < '2'"
    source = open_query(url, query, None)
    assert sum(len(chunk.rows) for chunk in source.chunks(9)) == 2
    assert source.identity()[0]["--query"] == query
    assert source.count() is None


@pytest.mark.parametrize(
    ("query", "table", "keyword"),
    [(None, None, "--query or --table"), ("select 1", "pending", "not both")],
)
def test_one_of_query_and_table_is_given(
    url: str, query: str | None, table: str | None, keyword: str
) -> None:
    with pytest.raises(UnreadableInput, match=keyword):
        open_query(url, query, table)


def test_a_query_without_the_required_columns_is_refused(url: str) -> None:
    with pytest.raises(UnreadableInput, match="motion_type"):
        open_query(url, "select 1 as motion", None)


def test_a_failed_write_leaves_the_old_table(url: str) -> None:
    def batches() -> Iterator[list[dict[str, Any]]]:
        yield [{"n": 3}]
        raise OSError("the power went off")

    write_table(url, "scored", False, {"n": "integer"}, [[{"n": 1}], [{"n": 2}]])
    for types in ({"n": "integer"}, {"n": "float"}):
        with pytest.raises(OSError, match="power"):
            write_table(url, "scored", True, types, batches())
        assert _read(url, "select n from scored") == [{"n": 1}, {"n": 2}]


def test_a_table_is_replaced_only_on_request(url: str) -> None:
    write_table(url, "scored", False, {"n": "integer"}, [[{"n": 1}]])
    with pytest.raises(UnreadableInput, match="--replace"):
        check_table(url, "scored", replace=False)
    with pytest.raises(UnreadableInput, match="--replace"):
        write_table(url, "scored", False, {"n": "integer"}, [])
    check_table(url, "scored", replace=True)
    write_table(url, "scored", True, {"sure": "boolean"}, [[{"sure": True}]])
    assert _read(url, "select * from scored") == [{"sure": 1}]


def test_unknown_databases_are_refused() -> None:
    with (
        pytest.raises(UnreadableInput, match="SQLAlchemy address"),
        database("mysql+nothing://x/y"),
    ):
        pass


def test_an_address_is_shown_without_its_password() -> None:
    assert redacted_url("postgresql+psycopg://ann:x@h/db") == "postgresql+psycopg://ann:***@h/db"
