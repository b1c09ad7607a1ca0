"""What a spreadsheet would run is quoted where it is written, and read back as it was."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from data.io.formulas import quote_formula, table_as_csv, unquote_formula
from data.io.load import read_raw_rows
from data.io.workbook_writer import write_workbook
from serve.batch.sinks import FileSink

RUN = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(1)")
KEPT = ("Doe v. Roe", "'t Hooft v. Roe", "a=b", "-0.5", "+3", "-1e-05", "1998-2", "")
QUOTED = ("'=1+1", "''=1", "'-x")
"""Texts that have the quote already: they get another, so that theirs comes back."""


@pytest.mark.parametrize("text", [*RUN, *QUOTED])
def test_a_formula_is_quoted_and_comes_back(text: str) -> None:
    assert quote_formula(text) == f"'{text}"
    assert unquote_formula(f"'{text}") == text


@pytest.mark.parametrize("value", [*KEPT, -0.5, None, True])
def test_numbers_and_other_texts_stay(value: Any) -> None:
    assert quote_formula(value) is value
    assert unquote_formula(value) is value


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "xlsx", "jsonl", "parquet"])
def test_scores_come_back_as_they_were(tmp_path: Path, suffix: str) -> None:
    texts = [text for text in (*RUN, *KEPT, *QUOTED, "a\r=1") if text]
    table = pa.table({"caption": texts, "p_grant": [-0.25] * len(texts)})
    path = tmp_path / f"out.{suffix}"
    FileSink(str(path)).write([table])
    rows = read_raw_rows(path)
    assert [row["caption"] for row in rows] == texts
    assert {float(row["p_grant"]) for row in rows} == {-0.25}


def test_csv_holds_no_cell_that_begins_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    FileSink(str(path)).write([pa.table({"caption": list(RUN), "points": [-1.5] * len(RUN)})])
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert not any(cell[0] in "=+-@\t\r" for cell in cells["caption"])
    assert set(cells["points"]) == {"-1.5"}


def test_a_workbook_holds_texts_and_says_that_they_stay_texts() -> None:
    stream = io.BytesIO()
    write_workbook(stream, ["caption", "n"], [["=1+1", -1.5], ["Doe", 2]])
    sheet: Any = openpyxl.load_workbook(stream).active
    assert [cell.data_type for cell in sheet[2]] == ["s", "n"]
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].quotePrefix
    assert not sheet["A3"].quotePrefix


def test_a_table_keeps_its_numbers() -> None:
    table = pd.DataFrame({"id": ["=1", "a"], "p": [-1.0, 2.0], "is": [True, None]})
    assert table_as_csv(table) == "id,p,is\n'=1,-1.0,True\na,2.0,\n"
