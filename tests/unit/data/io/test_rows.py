"""Formats by name, required columns, and cells of CSV."""

from typing import Any

import pytest

from data.io.rows import (
    BrokenRow,
    UnreadableInput,
    check_columns,
    csv_header,
    csv_row,
    json_line,
    parse_cell,
    require_format,
    split_suffixes,
)
from data.schema import Motion, Ruling


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Pending.CSV.gz", ("csv", ".gz")),
        ("s3://bucket/a.b/rows.jsonl.zst", ("jsonl", ".zst")),
        ("rows.parquet", ("parquet", "")),
        ("rows.gz", ("", ".gz")),
        ("rows", ("", "")),
    ],
)
def test_suffixes(name: str, expected: tuple[str, str]) -> None:
    assert split_suffixes(name) == expected


def test_an_unknown_format_names_the_known_ones() -> None:
    assert require_format("a.json.gz") == ("json", ".gz")
    for name in ("a.doc", "a.gz", "a"):
        with pytest.raises(UnreadableInput, match=r"\.parquet"):
            require_format(name)


def test_required_columns_are_those_of_the_type_of_row() -> None:
    check_columns(["motion", "motion_type"], Motion, "a.csv")
    with pytest.raises(UnreadableInput, match="id, decided, outcome"):
        check_columns(["motion", "motion_type"], Ruling, "a.csv")


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("harm_types", "monetary; voting;", ["monetary", "voting"]),
        ("harm_types", "[]", []),
        ("harm_types", " ", None),
        ("caption", "a;b", "a;b"),
        ("caption", "", None),
        ("id", "7.0", "7"),
        ("id", "7.10", "7.10"),
        ("docket_number", "7.0", "7.0"),
        ("motion", " kept ", " kept "),
    ],
)
def test_cells(column: str, cell: str, value: Any) -> None:
    assert parse_cell(column, cell) == value


@pytest.mark.parametrize(
    ("cells", "keyword"),
    [(["a;b"], "semicolons"), (["a\tb"], "tabs"), (["sep=;"], "Excel"), (["a", "b", "a"], "a")],
)
def test_a_header_that_is_not_comma_separated_names(cells: list[str], keyword: str) -> None:
    with pytest.raises(UnreadableInput, match=keyword):
        csv_header(cells, "m.csv")


def test_a_row_has_one_cell_per_column() -> None:
    header = csv_header(["id", " court ", ""], "m.csv")
    assert csv_row(header, ["1", "ilnd", " "]) == {"id": "1", "court": "ilnd"}
    for cells in (["1", "ilnd"], ["1", "ilnd", "x"], ["1", "ilnd", "", ""]):
        assert isinstance(csv_row(header, cells), BrokenRow)


def test_a_line_that_is_not_json_is_a_broken_row() -> None:
    assert json_line('{"a": NaN}')["a"] != 0
    for line in ("{", "[" * 100_000, ""):
        broken = json_line(line)
        assert isinstance(broken, BrokenRow)
        assert broken.found == line
