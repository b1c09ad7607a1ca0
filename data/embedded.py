"""The data shipped with the package: rulings, forecasts, first coding and an example motion."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from data.io.load import load
from data.schema import Motion, Ruling

_PACKAGE = files("data")


@cache
def embedded_rulings() -> tuple[Ruling, ...]:
    """Return the embedded labelled rulings, in file order, with forecasts (see DATA_CARD.md)."""
    loaded = load(str(rulings_path()), Ruling)
    if loaded.rejects:
        raise ValueError(f"the embedded rulings are damaged: {loaded.rejects[0]}")
    return tuple(with_forecasts(loaded.rows))


def rulings_path() -> Path:
    """Return the path of the embedded rulings."""
    return Path(str(_PACKAGE / "rulings.jsonl"))


@cache
def reader_forecasts() -> dict[str, float]:
    """Return, by ruling id, the probability of a grant estimated by outcome-blind readers."""
    return {name: float(row["p"]) for name, row in _by_id("reader_forecasts.jsonl").items()}


def with_forecasts(rulings: Sequence[Ruling]) -> list[Ruling]:
    """Return rulings with the forecasts of the embedded ones, where they have none of their own.

    Forecasts are matched by id, so that a file that adds to the embedded rulings keeps theirs.
    """
    forecasts = reader_forecasts()
    return [
        ruling.model_copy(update={"forecast": forecasts[ruling.id]})
        if ruling.forecast is None and ruling.id in forecasts
        else ruling
        for ruling in rulings
    ]


@cache
def first_coding() -> dict[str, dict[str, Any]]:
    """Return, by ruling id, the fields as first coded, with the outcome in view.

    For measuring agreement between coders; never for training (see DATA_CARD.md).
    """
    return _by_id("first_coding.jsonl")


@cache
def judged_circumstances() -> dict[str, dict[str, bool]]:
    """Return, by ruling id, whether the papers show each circumstance that phrases read in them.

    For measuring the circumstances of `features/lexicons/doctrine.toml`, which are not coded (see
    DATA_CARD.md).
    """
    return {
        id_: {**dict.fromkeys(row["shown"], True), **dict.fromkeys(row["not_shown"], False)}
        for id_, row in _by_id("circumstances.jsonl").items()
    }


def _by_id(name: str) -> dict[str, dict[str, Any]]:
    lines = (_PACKAGE / name).read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def clearview_motion() -> Motion:
    """Return the motion in In re Clearview AI (N.D. Ill., No. 1:21-cv-00135).

    It is not among the embedded rulings.
    """
    text = (_PACKAGE / "examples" / "clearview.json").read_text(encoding="utf-8")
    return Motion.model_validate_json(text)
