"""Stamps of filing systems: told from the words of a paper, and scans by them."""

import tomllib
from importlib.resources import files

import pytest

from data.documents.stamps import is_page_number, is_scan, is_stamp, systems

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


def test_a_page_with_nothing_but_stamps_is_a_scan() -> None:
    stamps = [lines[0] for lines in (table["matches"] for table in TABLES.values())]
    assert is_scan("\n".join(stamps))
    assert is_scan("\n\n12\n")
    assert not is_scan("\n".join([*stamps, "Movant asks for a temporary restraining order."]))
