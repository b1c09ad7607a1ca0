"""Dates of spreadsheets."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.io.dates import read_date


@pytest.mark.parametrize(
    ("text", "iso", "how"),
    [
        ("2025-02-16", "2025-02-16", "as given"),
        ("2025", "2025", "as given"),
        ("2/16/2025", "2025-02-16", "month/day/year"),
        ("2/16/2025 12:00:00 AM", "2025-02-16", "month/day/year"),
        ("02-16-2025", "2025-02-16", "month/day/year"),
        ("3/4/2025", "2025-03-04", "read as the former"),
        ("3/3/2025", "2025-03-03", "month/day/year"),
        ("16/2/2025", "2025-02-16", "day/month/year"),
        ("2/16/25", "2025-02-16", "two digits"),
        ("2/16/99", "1999-02-16", "two digits"),
        ("2025/2/16", "2025-02-16", "year first"),
        ("20250216", "2025-02-16", "year first"),
        ("2/2025", "2025-02", "month/year"),
        ("Feb. 16, 2025", "2025-02-16", "words"),
        ("Sunday, February 16th, 2025", "2025-02-16", "words"),
        ("16-Feb-25", "2025-02-16", "words"),
        ("February 2025", "2025-02", "words"),
    ],
)
def test_a_date_is_read_and_how_is_told(text: str, iso: str, how: str) -> None:
    found = read_date(text)
    assert found is not None
    assert found.iso == iso
    assert how in found.how
    assert ("read as the former" in found.how) is (text == "3/4/2025")


@pytest.mark.parametrize(
    "text", ["", "2/30/2025", "13/13/2025", "1/1/20210", "20210", "0025-01-01", "May", "soon", "7"]
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert read_date(text) is None


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_us_dates_are_read_as_written(day: date) -> None:
    found = read_date(f"{day.month}/{day.day}/{day.year}")
    assert found is not None
    assert found.iso == day.isoformat()


@given(st.text(max_size=20))
def test_no_text_breaks_it(text: str) -> None:
    found = read_date(text)
    assert found is None or 1000 <= int(found.iso[:4]) <= 9999
