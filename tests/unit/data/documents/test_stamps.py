"""Stamps of filing systems: told from the words of a paper, and scans by them."""

import tomllib
from importlib.resources import files

import pytest

from data.documents.stamps import is_page_number, is_stamp, scanned_pages, systems

TABLES = tomllib.loads((files("data") / "documents" / "stamps.toml").read_text(encoding="utf-8"))
CASES = [(name, line) for name, table in TABLES.items() for line in table["matches"]]
MISSES = [(name, line) for name, table in TABLES.items() for line in table["misses"]]


@pytest.mark.parametrize(("name", "line"), CASES)
def test_a_stamp_is_recognized(name: str, line: str) -> None:
    assert is_page_number(line) if name == "page" else is_stamp(line)
    assert is_page_number(f"  {line} ") if name == "page" else is_stamp(f"  {line} ")


@pytest.mark.parametrize(("name", "line"), MISSES)
def test_words_of_a_paper_are_no_stamp(name: str, line: str) -> None:
    assert not is_stamp(line)
    assert not is_page_number(line)


def test_each_system_says_what_it_is() -> None:
    assert set(systems()) == set(TABLES)
    assert all(
        table["meaning"] and table["matches"] and table["misses"] for table in TABLES.values()
    )


def test_pages_with_nothing_but_stamps_are_scans() -> None:
    stamps = "\n".join(table["matches"][0] for table in TABLES.values())
    typed = f"{stamps}\nMovant asks for a temporary restraining order."
    assert scanned_pages([stamps, typed, "\n\n12\n", "Exhibit A"]) == [1, 3]


def test_a_stamp_that_nobody_listed_is_known_by_coming_again() -> None:
    stamped = [f"Lodged at window {page}, docket of Example Court, no. 77" for page in range(4)]
    assert scanned_pages(stamped) == [1, 2, 3, 4]
    assert scanned_pages([*stamped, f"{stamped[0]}\nMovant asks for relief."]) == [1, 2, 3, 4]
    assert scanned_pages(stamped[:2]) == []
