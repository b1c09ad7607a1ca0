"""Time the phrase engine beside one regular expression per lexicon entry, on the same text.

    python bench/phrases.py [FILE ...]

Without files the text is that of the embedded rulings' papers. Prints one table: seconds (best of
three), megabytes a second, and how many phrases each finds.
"""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from data.embedded import embedded_rulings
from features.automaton import phrase_ends
from features.lexicon import entries, phrase_pattern
from features.phrases import find_phrases


def main(paths: list[str]) -> None:
    """Time every engine on the files' text."""
    if paths:
        text = "\n".join(Path(path).read_text("utf-8", errors="replace") for path in paths)
    else:
        text = "\n".join(f"{row.motion}\n{row.opposition or ''}" for row in embedded_rulings())
    alternations = [
        re.compile("|".join(map(phrase_pattern, entry.phrases)), re.IGNORECASE)
        for entry in entries()
        if entry.phrases
    ]
    engines: dict[str, Callable[[], int]] = {
        "one regular expression per entry": lambda: sum(
            1 for pattern in alternations for _ in pattern.finditer(text)
        ),
        "automaton alone (where phrases may end)": lambda: len(phrase_ends(text)),
        "phrase engine (exact spans, negation)": lambda: len(find_phrases(text, "motion")),
    }
    table = Table("engine", "seconds", "MB/s", "found", title=f"{len(text) / 1e6:.2f} MB of text")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, run in engines.items():
        seconds, found = _best_of_three(run)
        rate = len(text) / 1e6 / seconds
        table.add_row(name, f"{seconds:.2f}", f"{rate:.2f}", str(found))
    Console().print(table)


def _best_of_three(run: Callable[[], int]) -> tuple[float, int]:
    timings = []
    found = run()  # the first run loads and compiles
    for _ in range(3):
        start = time.perf_counter()
        run()
        timings.append(time.perf_counter() - start)
    return min(timings), found


if __name__ == "__main__":
    main(sys.argv[1:])
