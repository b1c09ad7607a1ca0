"""The rulings, forecasts and example that travel with the program."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from data.io.load import load
from data.schema import Motion, Ruling

_HERE = files("data")


@cache
def embedded_rulings() -> tuple[Ruling, ...]:
    """Return the embedded labelled rulings, in file order (see DATA_CARD.md)."""
    loaded = load(str(rulings_path()), Ruling)
    if loaded.rejects:
        raise ValueError(f"the embedded rulings are damaged: {loaded.rejects[0]}")
    return tuple(loaded.rows)


def rulings_path() -> Path:
    """Return where the embedded rulings lie."""
    return Path(str(_HERE / "rulings.jsonl"))


@cache
def reader_forecasts() -> dict[str, float]:
    """Return, by ruling id, the probability of grant that outcome-blind readers gave.

    A baseline to be judged against, and what a factor reader may learn to foretell from the words
    of training rulings; never an input about the motion at hand.
    """
    return {name: float(row["p"]) for name, row in _by_id("reader_forecasts.jsonl").items()}


@cache
def first_coding() -> dict[str, dict[str, Any]]:
    """Return, by ruling id, the fields as the first coder saw them, who knew the outcome.

    For telling how far two coders agree; nothing may learn from it (see DATA_CARD.md).
    """
    return _by_id("first_coding.jsonl")


def _by_id(name: str) -> dict[str, dict[str, Any]]:
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def clearview_motion() -> Motion:
    """Return the motion in In re Clearview AI (N.D. Ill., No. 1:21-cv-00135); no training row."""
    text = (_HERE / "examples" / "clearview.json").read_text(encoding="utf-8")
    return Motion.model_validate_json(text)
