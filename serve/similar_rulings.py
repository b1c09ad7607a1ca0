"""Comparable rulings: the training rulings most like a motion, what they share, how they differ."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from data.courts import find_court
from data.describe import wilson_interval
from data.schema import Motion
from features.build import COLUMNS, build_features
from features.indicators import Column
from serve.responses import ComparableRate, plain
from train.model.calibration import Floats
from train.model.grant_model import GrantModel, in_part_words
from train.model.neighbors import Comparables
from train.model.tree_tables import Leaves
from train.model.vocabulary import TermRow, row_of
from train.modes import mode_of

NEAREST = 20
"""Rulings whose grant rate is given: fewer scatter, more are less alike (see `BLEND`)."""
SHOWN = 5
NAMED = 4
"""Shared and differing features named for each ruling."""


class NoComparables(LookupError):
    """The model holds no rulings to compare with."""


class Comparable(BaseModel):
    """One training ruling like the motion."""

    id: str
    caption: str | None
    court: str | None = Field(description="the court's name, or its id where the name is unknown")
    decided: str
    outcome: str
    citation: str | None
    source: str | None = Field(description="address of the page the ruling was coded from")
    likeness: float = Field(description="0 to 1: trees that see both alike, blended with words")
    shares: list[str] = Field(description="what both show, as far as it moves the probability")
    differs: list[str] = Field(description="the ruling's own, where the motion shows otherwise")


class ComparablesAnswer(BaseModel):
    """The most alike rulings, most alike first, and how often they granted relief."""

    court: str | None = Field(description="name of the motion's own court, or its id if unknown")
    comparable_rate: ComparableRate
    rulings: list[Comparable]
    model_version: str


def compare(
    model: GrantModel, comparables: Comparables, version: str, motion: Motion, most: int = SHOWN
) -> ComparablesAnswer:
    """Find the training rulings most like a motion; never one of its own case.

    Parameters
    ----------
    comparables
        The rulings kept with the model.
    version
        The name the model goes by.
    most
        How many rulings to name.
    """
    mode = mode_of(motion)
    frame = model.read(build_features([motion]))
    parts = model.parts(frame, [mode])
    (leaves,) = model.look(parts)
    terms = None if frame.terms is None else row_of(frame.terms, 0)
    likeness, order = _nearest(model, comparables, motion, leaves, terms, max(most, NEAREST))
    mine = parts[0].matrix[0]
    shares = dict(zip(model.columns, model.shares(parts)[0].tolist(), strict=False))
    found = []
    for row in order[:most]:
        record = comparables.records[row]
        theirs = comparables.matrices[mode][row].astype(float)
        same, other = _compared(mine, theirs, shares, model.categories)
        found.append(
            Comparable(
                **{name: record[name] for name in _COPIED},
                court=_court_name(record["court"]),
                likeness=float(likeness[row]),
                shares=same,
                differs=other,
            )
        )
    rate = _rate(model, comparables, order)
    return ComparablesAnswer(
        court=_court_name(motion.court),
        comparable_rate=rate,
        rulings=found,
        model_version=version,
    )


def comparable_rate(
    model: GrantModel,
    comparables: Comparables,
    motion: Motion,
    leaves: Leaves,
    terms: TermRow | None,
) -> ComparableRate:
    """Return how often the rulings most like a motion granted relief.

    Parameters
    ----------
    leaves, terms
        Of the motion, as in `Comparables.likeness`.
    """
    order = _nearest(model, comparables, motion, leaves, terms, NEAREST)[1]
    return _rate(model, comparables, order)


def nearest_outcomes(
    model: GrantModel,
    comparables: Comparables,
    motion: Motion,
    leaves: Leaves,
    terms: TermRow | None,
    most: int,
) -> list[dict[str, str]]:
    """Return `id` and `outcome` of the rulings most like a motion (see `comparable_rate`)."""
    order = _nearest(model, comparables, motion, leaves, terms, most)[1]
    records = [comparables.records[row] for row in order]
    return [{"id": str(each["id"]), "outcome": str(each["outcome"])} for each in records]


def _nearest(
    model: GrantModel,
    comparables: Comparables,
    motion: Motion,
    leaves: Leaves,
    terms: TermRow | None,
    most: int,
) -> tuple[Floats, list[int]]:
    """Return the likeness of all rulings, and the most alike of other cases, most alike first."""
    likeness = comparables.likeness(model, mode_of(motion), leaves, terms)
    rows = np.flatnonzero(comparables.of_other_cases(motion))
    apart = -likeness[rows]
    if most < len(rows):  # to sort them all would take longer than to find them
        near = apart <= np.partition(apart, most - 1)[most - 1]
        rows, apart = rows[near], apart[near]
    return likeness, rows[np.argsort(apart, kind="stable")[:most]].tolist()


_COPIED = ("id", "caption", "decided", "outcome", "citation", "source")


def _rate(model: GrantModel, comparables: Comparables, order: list[int]) -> ComparableRate:
    rows = order[:NEAREST]
    granted = int(comparables.granted[rows].sum())
    low, high = wilson_interval(granted, len(rows))
    rate = granted / len(rows) if rows else model.base_rate
    return ComparableRate(
        rulings=len(rows),
        granted=granted,
        counted=f"relief {in_part_words(model.facts)}",
        rate=rate,
        low=low,
        high=high,
    )


def _court_name(court: str | None) -> str | None:
    return (find_court(court).name or court) if court else None


def _compared(
    mine: "np.ndarray[Any, Any]",
    theirs: "np.ndarray[Any, Any]",
    shares: Mapping[str, float],
    categories: dict[str, tuple[str, ...]],
) -> tuple[list[str], list[str]]:
    """Name what two encoded rulings share and how the second differs, what moves most first.

    Readings and other fine-grained numbers are left out: two of them are never quite the same.
    """
    same: list[tuple[float, str]] = []
    other: list[tuple[float, str]] = []
    for place, column in enumerate(COLUMNS):
        if column.kind in ("number", "log_odds") or column.name == "forum.court":
            continue
        one, two = mine[place], theirs[place]
        if np.isnan(two) or (column.kind in ("flag", "scale") and not (one or two)):
            continue
        words = column.say(_decoded(column, float(two), categories))
        weight = abs(float(shares[column.name]))
        (same if one == two else other).append((weight, words))
    return _heaviest(same), _heaviest(other)


def _decoded(
    column: Column, code: float, categories: dict[str, tuple[str, ...]]
) -> float | str | None:
    if column.name in categories:
        return categories[column.name][int(code)]
    return plain(code)


def _heaviest(weighed: list[tuple[float, str]]) -> list[str]:
    return [words for _, words in sorted(weighed, key=lambda pair: -pair[0])[:NAMED]]
