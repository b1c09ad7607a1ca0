"""Workbooks: where the table is, what its cells are, and what is written."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from data.io import workbook_writer
from data.io.rows import BrokenRow, UnreadableInput
from data.io.workbook import find_table, workbook_rows
from data.io.workbook_writer import write_workbook


def _book(*sheets: tuple[str, list[list[Any]]], hidden: str = "") -> io.BytesIO:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title == hidden:
            sheet.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream


def _read(stream: io.BytesIO, **column_map: str) -> tuple[str, list[Any]]:
    table = find_table(stream, "xlsx", "a.xlsx", column_map)
    return table.note, list(workbook_rows(stream, "xlsx", "a.xlsx", table))


DOCKET: list[list[Any]] = [["Motion Type", "Brief"], ["PI", "text"]]
FOUND = {"Motion Type": "PI", "Brief": "text"}


def test_the_table_is_found_among_sheets_and_titles() -> None:
    assert _read(_book(("a", DOCKET))) == ("", [FOUND])
    titled = [["Docket of 2025"], [], *DOCKET]
    assert _read(_book(("a", titled))) == ("its header in row 3", [FOUND])
    several = _book(("Read me", [["Nothing here"]]), ("Docket", titled))
    assert _read(several) == ('the sheet "Docket", its header in row 3', [FOUND])
    hidden = _book(("Old", [*DOCKET, ["TRO", "old"]]), ("New", DOCKET), hidden="Old")
    assert _read(hidden) == ("", [FOUND])
    own = _book(("a", [["Title"], ["Art", "Worte"], ["PI", "text"]]))
    assert _read(own, Art="motion_type", Worte="motion")[1] == [{"Art": "PI", "Worte": "text"}]


def test_cells_keep_their_types_and_blank_rows_are_skipped() -> None:
    day = datetime(2025, 2, 16)
    rows = [["id", "decided", "pro_se", "delay_months", "motion"]]
    rows.append([7, day, True, 1.5, "=1+1 is no formula"])  # type: ignore[list-item]
    rows += [[None] * 5, ["", " ", None, None, None], ["b"]]  # type: ignore[list-item]
    stream = io.BytesIO()
    write_workbook(stream, rows[0], rows[1:])
    _, (first, last) = _read(stream)
    assert first == {
        "id": 7,
        "decided": day,
        "pro_se": True,
        "delay_months": 1.5,
        "motion": "=1+1 is no formula",
    }
    assert last == {"id": "b"} | dict.fromkeys(["decided", "pro_se", "delay_months", "motion"])


def test_long_numbers_are_shown_as_rounded() -> None:
    rows = [["id", "motion"], [1234567890123456789, "a"], [123456789012345, "b"]]
    _, found = _read(_book(("a", rows)))
    assert [row["id"] for row in found] == ["1.23456789012346E+18", 123456789012345]


def test_a_value_beside_the_table_rejects_its_row() -> None:
    _, (row,) = _read(_book(("a", [DOCKET[0], ["PI", "text", None, "a remark"]])))
    assert isinstance(row, BrokenRow)
    assert "without a name" in row.expected


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (io.BytesIO(b"junk"), "not a readable .xlsx workbook"),
        (_book(("a", [])), "no rows"),
        (_book(("a", [["motion", "motion"]])), "more than one column named motion"),
    ],
    ids=["junk", "empty", "twice"],
)
def test_what_is_no_table_is_refused(stream: io.BytesIO, words: str) -> None:
    with pytest.raises(UnreadableInput, match=words):
        _read(stream)


def test_a_written_workbook_is_the_same_each_time_and_cuts_visibly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    streams = [io.BytesIO(), io.BytesIO()]
    for stream in streams:
        write_workbook(stream, ["id", "motion"], [["a\x01b", "x" * 40_000]])
    assert streams[0].getvalue() == streams[1].getvalue()
    sheet = load_workbook(streams[0]).worksheets[0]
    assert sheet["A2"].value == "a\ufffdb"
    text = str(sheet["B2"].value)
    assert len(text) == workbook_writer.MAX_CELL
    assert text.endswith("[cut: a cell of Excel holds 32,767 characters]")
    monkeypatch.setattr(workbook_writer, "MAX_ROWS", 2)
    with pytest.raises(UnreadableInput, match="holds 2 rows"):
        write_workbook(io.BytesIO(), ["id"], [["a"], ["b"]])


def test_a_missing_reader_of_ods_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(UnreadableInput, match=r"enjoin\[ods\]"):
        find_table(io.BytesIO(b"x"), "ods", "a.ods", {})
