"""Time the building of features, and show that it is linear in time and flat in memory.

    python -m bench.building [FILE ...]

Prints three tables: rates on short motions and on one long paper (the files, or the papers of the
embedded rulings); time by the length of hostile papers, which must grow in proportion; memory by
the number of motions.
"""

import resource
from functools import partial
from pathlib import Path

from rich.console import Console

from bench.against import run, show
from bench.timing import best_of, numbers_table
from data.codebook import MotionType
from data.embedded import embedded_rulings
from data.schema import Motion
from features.build import build_features

WORDS = 100
_OPENING = "A data breach is imminent. "
HOSTILE = {
    "one word without end": "a",
    "NULs": "\x00",
    "lone surrogates": "\ud800 ",
    "right-to-left marks": "\u202edata breach ",
    "nested quotes": "\"'",
    "open brackets": "(Smith v. Jones, ",
    "citations": "Doe v. Roe, 555 U.S. 7, 22 (2008). ",
    "line ends": "\n",
    "line ends and spaces": "\n ",
    "tabs": "\n\t\t\t\t",
    "hyphens": "-",
    "cues": "no may the plaintiff says ",
    "dates": "learned on May 3, 2020 moved ",
}
"""What hostile papers repeat, after a phrase that makes all stages run."""


def main(paths: list[str]) -> None:
    """Print the three tables."""
    console = Console()
    rates = numbers_table("Building features, one core", "papers", "MB", "motions/s", "MB/s")
    short = _short_motions()
    seconds, _ = best_of(3, lambda: len(build_features(short)))
    size = sum(len(motion.motion) for motion in short) / 1e6
    rates.add_row(
        f"{len(short):,} motions of {WORDS} words",
        f"{size:.2f}",
        f"{len(short) / seconds:,.0f}",
        f"{size / seconds:.2f}",
    )
    for name, text in _long_papers(paths).items():
        seconds, _ = best_of(1, partial(_build_alone, text))
        rates.add_row(name, f"{len(text) / 1e6:.2f}", "", f"{len(text) / 1e6 / seconds:.2f}")
    show(rates, console=console)
    lengths = (50_000, 200_000, 800_000)
    linear = numbers_table(
        "Seconds by length of a hostile paper", "paper of", *(f"{n:,}" for n in lengths)
    )
    for name, piece in HOSTILE.items():
        papers = [_OPENING + (piece * (n // len(piece) + 1))[:n] for n in lengths]
        timed = [best_of(1, partial(_build_alone, text)) for text in papers]
        linear.add_row(name, *(f"{seconds:.2f}" for seconds, _ in timed))
    show(linear, console=console)
    memory = numbers_table("Peak memory", "motions built", "MB")
    for times in (1, 10, 30):
        for _ in range(times):
            build_features(short)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        memory.add_row(f"{times * len(short):,} more", f"{peak:,.0f}")
    show(memory, console=console)


def _motion(text: str) -> Motion:
    return Motion.model_construct(motion_type=MotionType.TRO, motion=text)


def _build_alone(text: str) -> int:
    return len(build_features([_motion(text)]))


def _short_motions() -> list[Motion]:
    """Return a thousand motions of 100 words, cut from the embedded rulings' papers."""
    words = " ".join(row.motion for row in embedded_rulings()).split()
    pieces = [" ".join(words[start : start + WORDS]) for start in range(0, len(words), WORDS)]
    return [_motion(piece) for piece in (pieces * 3)[:1000]]


def _long_papers(paths: list[str]) -> dict[str, str]:
    if paths:
        texts = [Path(path).read_text("utf-8", errors="replace") for path in paths]
        return {f"{len(paths)} files as one paper": "\n\n".join(texts)}
    papers = [f"{row.motion}\n\n{row.opposition or ''}" for row in embedded_rulings()]
    return {"the rulings' papers as one": "\n\n".join(papers)}


if __name__ == "__main__":
    run(main)
