"""Tables that no office makes are refused at once, before they take the memory."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from data.io.load import load
from data.io.rows import UnreadableInput
from data.schema import Motion


def test_too_many_columns(tmp_path: Path) -> None:
    path = tmp_path / "pending.csv"
    path.write_text(",".join(f"column{number}" for number in range(200_000)) + "\n")
    with pytest.raises(UnreadableInput, match=r"has 200,000 columns; expected at most 16,384"):
        load(str(path), Motion)


def test_columns_of_one_name_are_named_shortly(tmp_path: Path) -> None:
    path = tmp_path / "pending.csv"
    path.write_text(",".join(f"{'x' * 500}{number % 50}" for number in range(100)) + "\n")
    with pytest.raises(UnreadableInput) as error:
        load(str(path), Motion)
    assert len(str(error.value)) < 600


def test_too_many_sheets(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    for number in range(1_001):
        book.create_sheet(f"s{number}").append(["motion_type", "motion"])
    path = tmp_path / "pending.xlsx"
    book.save(path)
    with pytest.raises(UnreadableInput, match=r"has 1,001 sheets; expected at most 1,000"):
        load(str(path), Motion)


@pytest.mark.parametrize("name", ["pending.xlsx", "pending.ods"])
def test_a_workbook_that_unpacks_to_far_more_than_it_is(name: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _ in range(200):
            sheet.write(b"a" * 1_000_000)
    (tmp_path / name).write_bytes(packed.getvalue())
    with pytest.raises(UnreadableInput, match=r"unpacks to 200 MB, .* times its size"):
        load(str(tmp_path / name), Motion)
