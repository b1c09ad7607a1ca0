"""The figures of two commits stand side by side."""

import json

from rich.console import Console
from rich.table import Table

from bench.against import TABLES_FILE, beside, show


def _figures(speed: str, memory: str = "10") -> Table:
    table = Table("way", "speed", "memory", title="Scoring")
    table.add_row("one process", speed, memory)
    table.add_row("two processes", "7", "20")
    return table


def _tables(table: Table, path, monkeypatch) -> list[dict]:
    monkeypatch.setenv(TABLES_FILE, str(path))
    show(table, console=Console(quiet=True))
    return [json.loads(line) for line in path.read_text().splitlines()]


def _cells(table: Table) -> list[tuple]:
    return list(zip(*(column.cells for column in table.columns), strict=True))


def test_changed_figures_show_both(tmp_path, monkeypatch):
    before = _tables(_figures("5"), tmp_path / "old", monkeypatch)
    after = _tables(_figures("4"), tmp_path / "new", monkeypatch)
    (table,) = beside(before, after, "v1")
    assert _cells(table) == [("one process", "5 -> 4", "10"), ("two processes", "7", "20")]
    assert table.title == "Scoring: v1 -> this checkout"


def test_a_row_that_the_other_commit_lacks_shows_alone(tmp_path, monkeypatch):
    before = _tables(_figures("5"), tmp_path / "old", monkeypatch)
    longer = _figures("5")
    longer.add_row("four processes", "9", "40")
    after = _tables(longer, tmp_path / "new", monkeypatch)
    (table,) = beside(before, after, "v1")
    assert _cells(table)[-1] == ("four processes", "9", "40")
