"""Run a benchmark on another commit too, and print its figures beside those of this checkout.

    python -m bench.NAME ... --against REF

The benchmark itself is that of this checkout both times; what it measures is that of REF, in a
temporary working tree, and then that of this checkout. A model that is given must be one that both
can read. So a commit that makes something slower shows.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

from rich.console import Console
from rich.table import Table

TABLES_FILE = "ENJOIN_BENCH_TABLES"
"""Environment variable: the file that a benchmark's tables are appended to, one a line."""
_ROOT = Path(__file__).parents[1]
_OPTION = "--against"


def run(main: Callable[[list[str]], None]) -> None:
    """Run a benchmark with the arguments of the command line, on two commits if so asked."""
    arguments = sys.argv[1:]
    if _OPTION not in arguments:
        main(arguments)
        return
    place = arguments.index(_OPTION)
    if place + 1 == len(arguments):
        sys.exit(f"{_OPTION}: expected a commit, branch or tag")
    reference = arguments[place + 1]
    del arguments[place : place + 2]
    spec = sys.modules["__main__"].__spec__
    compare(spec.name if spec else "", reference, arguments)


def show(*tables: Table, console: Console | None = None) -> None:
    """Print tables, and keep their cells where `compare` asks for them."""
    for table in tables:
        (console or Console()).print(table)
        if path := os.environ.get(TABLES_FILE):
            with Path(path).open("a", encoding="utf-8") as out:
                out.write(json.dumps(_plain(table)) + "\n")


def compare(module: str, reference: str, arguments: list[str]) -> None:
    """Run a benchmark on a commit and on this checkout, and print both figures of each cell."""
    with tempfile.TemporaryDirectory() as scratch:
        old = Path(scratch) / "old"
        git = ["git", "-C", str(_ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "--quiet", str(old), reference], check=True)
        try:
            rmtree(old / "bench", ignore_errors=True)
            copytree(_ROOT / "bench", old / "bench")
            before = _tables_of(old, module, arguments, Path(scratch) / "old.jsonl")
        finally:
            subprocess.run([*git, "remove", "--force", str(old)], check=False)
        after = _tables_of(_ROOT, module, arguments, Path(scratch) / "new.jsonl")
    for table in beside(before, after, reference):
        Console().print(table)


def _tables_of(root: Path, module: str, arguments: list[str], out: Path) -> list[dict[str, Any]]:
    environment = {**os.environ, "PYTHONPATH": str(root), TABLES_FILE: str(out)}
    command = [sys.executable, "-P", "-m", module, *arguments]  # -P: not what the folder holds
    subprocess.run(command, env=environment, check=True, stdout=sys.stderr)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def beside(
    before: list[dict[str, Any]], after: list[dict[str, Any]], reference: str
) -> list[Table]:
    """Return the tables of a benchmark with the figures of both runs, old -> new, in each cell.

    Rows are matched by their place and first cell, cells by the names of their columns.
    """
    tables = []
    for new, old in zip(after, before, strict=False):
        first, *others = new["columns"]
        title = f"{new['title']}: {reference} -> this checkout"
        table = Table(first, *others, title=title, title_justify="left")
        for row, (name, *cells) in enumerate(new["rows"]):
            same = old["rows"][row] if row < len(old["rows"]) else [None]
            known = dict(zip(old["columns"], same, strict=False)) if same[0] == name else {}
            pairs = zip([known.get(column) for column in others], cells, strict=True)
            table.add_row(
                name, *(now if was in (None, now) else f"{was} -> {now}" for was, now in pairs)
            )
        tables.append(table)
    return tables


def _plain(table: Table) -> dict[str, Any]:
    """Return a table's title, the names of its columns, and its rows."""
    cells = [[str(cell) for cell in column.cells] for column in table.columns]
    return {
        "title": str(table.title or ""),
        "columns": [str(column.header) for column in table.columns],
        "rows": [list(row) for row in zip(*cells, strict=True)],
    }
