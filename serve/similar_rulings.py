"""Comparable rulings: the training rulings most like a motion, what they share, how they differ."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from data.arrays import Floats
from data.courts import find_court
from data.describe import wilson_interval
from data.schema import Motion
from features.build import COLUMNS, build_features
from features.indicators import Column
from serve.responses import ComparableRate, plain
from train.model.grant_model import GrantModel, describe_relief
from train.model.neighbors import Neighbors
from train.model.tree_tables import LeafIndices
from train.model.vocabulary import TermRow, row_of
from train.modes import mode_of

RATE_RULINGS = 20
"""Rulings whose grant rate is given: with fewer the rate is noisy, with more they are less alike
(see `train.model.neighbors.TEXT_WEIGHT`)."""
DEFAULT_LIMIT = 5
"""Rulings listed unless another number is asked for."""
MAX_FEATURES = 4
"""Shared and differing features listed for each ruling."""
_RECORD_FIELDS = ("id", "caption", "decided", "outcome", "citation", "source")


class NoComparables(LookupError):
    """The model holds no rulings to compare with."""


class Comparable(BaseModel):
    """One training ruling similar to the motion."""

    id: str
    caption: str | None
    court: str | None = Field(description="the court's name, or its id where the name is unknown")
    decided: str
    outcome: str
    citation: str | None
    source: str | None = Field(description="address of the page the ruling was coded from")
    similarity: float = Field(
        description="0 to 1: share of the trees that put both in one leaf, blended with how alike "
        "their words are"
    )
    shared: list[str] = Field(description="features both have, those with most effect first")
    differences: list[str] = Field(
        description="features of the ruling that the motion does not share, those with most "
        "effect first"
    )


class ComparablesAnswer(BaseModel):
    """The training rulings most like a motion, most similar first, and their grant rate."""

    court: str | None = Field(description="name of the motion's own court, or its id if unknown")
    comparable_rate: ComparableRate
    rulings: list[Comparable]
    model_version: str


def find_comparables(
    model: GrantModel,
    neighbors: Neighbors,
    version: str,
    motion: Motion,
    limit: int = DEFAULT_LIMIT,
) -> ComparablesAnswer:
    """Find the training rulings most like a motion; rulings of its own case are left out.

    Parameters
    ----------
    neighbors
        The rulings kept with the model.
    version
        The model's version, for the answer.
    limit
        Number of rulings to list.
    """
    mode = mode_of(motion)
    frame = model.add_inferred_ratings(build_features([motion]))
    batches = model.split_by_ensemble(frame, [mode])
    (leaves,) = model.leaf_indices(batches)
    terms = None if frame.terms is None else row_of(frame.terms, 0)
    similarity, rows = _nearest(model, neighbors, motion, leaves, terms, max(limit, RATE_RULINGS))
    encoded = batches[0].matrix[0]
    shap = dict(zip(model.columns, model.shap_values(batches)[0].tolist(), strict=False))
    rulings = []
    for row in rows[:limit]:
        record = neighbors.records[row]
        other = neighbors.matrices[mode][row].astype(float)
        shared, differences = _compare_features(encoded, other, shap, model.categories)
        rulings.append(
            Comparable(
                **{name: record[name] for name in _RECORD_FIELDS},
                court=_court_name(record["court"]),
                similarity=float(similarity[row]),
                shared=shared,
                differences=differences,
            )
        )
    return ComparablesAnswer(
        court=_court_name(motion.court),
        comparable_rate=_grant_rate(model, neighbors, rows),
        rulings=rulings,
        model_version=version,
    )


def comparable_rate(
    model: GrantModel,
    neighbors: Neighbors,
    motion: Motion,
    leaves: LeafIndices,
    terms: TermRow | None,
) -> ComparableRate:
    """Return how often the training rulings most like a motion granted relief.

    Parameters
    ----------
    leaves, terms
        The motion's, as for `Neighbors.similarity`.
    """
    _, rows = _nearest(model, neighbors, motion, leaves, terms, RATE_RULINGS)
    return _grant_rate(model, neighbors, rows)


def nearest_outcomes(
    model: GrantModel,
    neighbors: Neighbors,
    motion: Motion,
    leaves: LeafIndices,
    terms: TermRow | None,
    limit: int,
) -> list[dict[str, str]]:
    """Return `id` and `outcome` of the rulings most like a motion (see `comparable_rate`)."""
    _, rows = _nearest(model, neighbors, motion, leaves, terms, limit)
    records = [neighbors.records[row] for row in rows]
    return [{name: str(record[name]) for name in ("id", "outcome")} for record in records]


def _nearest(
    model: GrantModel,
    neighbors: Neighbors,
    motion: Motion,
    leaves: LeafIndices,
    terms: TermRow | None,
    limit: int,
) -> tuple[Floats, list[int]]:
    """Return the similarity of all rulings, and the rows of the nearest from other cases."""
    similarity = neighbors.similarity(model, mode_of(motion), leaves, terms)
    rows = np.flatnonzero(neighbors.from_other_cases(motion))
    distance = -similarity[rows]
    if limit < len(rows):  # a partition first: sorting all rulings would take longer
        near = distance <= np.partition(distance, limit - 1)[limit - 1]
        rows, distance = rows[near], distance[near]
    return similarity, rows[np.argsort(distance, kind="stable")[:limit]].tolist()


def _grant_rate(model: GrantModel, neighbors: Neighbors, rows: Sequence[int]) -> ComparableRate:
    nearest = list(rows[:RATE_RULINGS])
    granted = int(neighbors.granted[nearest].sum())
    low, high = wilson_interval(granted, len(nearest))
    return ComparableRate(
        rulings=len(nearest),
        granted=granted,
        counted_as=f"relief {describe_relief(model.facts)}",
        rate=granted / len(nearest) if nearest else model.base_rate,
        low=low,
        high=high,
    )


def _court_name(court: str | None) -> str | None:
    return (find_court(court).name or court) if court else None


def _compare_features(
    encoded: Floats,
    other: Floats,
    shap: Mapping[str, float],
    categories: Mapping[str, Sequence[str]],
) -> tuple[list[str], list[str]]:
    """Return the features a ruling shares with the motion, and those in which it differs.

    Inferred ratings and other continuous values are left out, as two are never quite equal.

    Parameters
    ----------
    encoded, other
        (columns,) encoded features of the motion and of the ruling.
    shap
        Shares of the motion's log-odds by column; the largest come first.
    """
    shared: list[tuple[float, str]] = []
    differences: list[tuple[float, str]] = []
    for index, column in enumerate(COLUMNS):
        if column.kind in ("number", "log_odds") or column.name == "forum.court":
            continue
        value, other_value = encoded[index], other[index]
        absent = column.kind in ("flag", "scale") and not (value or other_value)
        if np.isnan(other_value) or absent:
            continue
        label = column.describe(_decode(column, float(other_value), categories))
        weight = abs(float(shap[column.name]))
        (shared if value == other_value else differences).append((weight, label))
    return _heaviest(shared), _heaviest(differences)


def _decode(column: Column, code: float, categories: Mapping[str, Sequence[str]]) -> Any:
    return categories[column.name][int(code)] if column.name in categories else plain(code)


def _heaviest(weighted: list[tuple[float, str]]) -> list[str]:
    return [label for _, label in sorted(weighted, key=lambda pair: -pair[0])[:MAX_FEATURES]]
