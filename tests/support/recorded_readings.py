"""Recorded readings: what the fake language model answers to papers that it knows, or does not."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from data.embedded import clearview_motion

RECORDED = Path(__file__).with_name("clearview_reading.json")
LONG_PAPERS = Path(__file__).parents[3] / "shared" / "longpapers"
_MARKED = re.compile(r"^=+ BEGIN [^\n]*=+\n(.*?)\n=+ END ", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"[a-z]{2,}")
_SHARED = 0.3
"""Share of one text's runs of words found in the other, from which they are the same paper."""


def answer_to(prompt: str) -> str:
    """Return the recorded reading of the papers in a prompt, else a plain one of their first words.

    Where the prompt holds readings of parts, to be merged, it is the first of these.
    """
    papers = [paper[1] for paper in _MARKED.finditer(prompt)]
    paper = "\n".join(papers) or prompt
    if papers and paper.startswith('{"motion_type"'):
        return paper.splitlines()[0]
    asked = _runs(paper)
    for runs, reading in _recordings():
        shared = len(runs & asked)
        if shared > _SHARED * min(len(runs), len(asked)):
            return reading
    return json.dumps(plain_reading(" ".join(paper.split()[:12])))


def plain_reading(quote: str) -> dict[str, Any]:
    """Return a reading that says little, with one quote."""
    reading = json.loads(RECORDED.read_text(encoding="utf-8"))
    for name, part in reading.items():
        if "quotes" in part:
            part |= {"value": None, "quotes": []}
        elif name != "summary":
            part |= {"value": 0.5 if name == "forecast" else 3, "reason": "The papers say little."}
    reading["motion_type"]["value"] = "preliminary_injunction"
    reading["harm_evidence"] |= {"value": "allegation", "quotes": [quote]}
    reading["summary"] = {"motion": "A party asks for an order.", "opposition": None}
    return reading


@cache
def _recordings() -> list[tuple[frozenset[tuple[str, ...]], str]]:
    """Return the recorded readings, each with the runs of words of its paper."""
    clearview = clearview_motion()
    reading = json.loads(RECORDED.read_text(encoding="utf-8"))
    recordings = [(_runs(f"{clearview.motion} {clearview.opposition}"), json.dumps(reading))]
    if (LONG_PAPERS / "readings.jsonl").exists():
        papers = {paper["id"]: paper for paper in _rows(LONG_PAPERS / "papers.jsonl")}
        for row in _rows(LONG_PAPERS / "readings.jsonl"):
            paper = papers[row.pop("id")]
            text = f"{paper['motion']} {paper.get('opposition') or ''}"
            recordings.append((_runs(text), json.dumps(row)))
    return recordings


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """Return the runs of four words; blanks of names and dates break few of them."""
    words = _WORD.findall(text.lower())
    return frozenset(zip(words, words[1:], words[2:], words[3:], strict=False))
