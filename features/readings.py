"""Keep only what phrases read rightly: a wrong reading is worse than none.

What the builders read from text is measured against codings (`train.fit.readings`). A reading that
is right too seldom does not count: its value becomes "not shown", and its phrases are not shown as
evidence, not even of a coded value.
"""

from collections.abc import Container
from dataclasses import replace

import numpy as np

from data.arrays import Flags
from features.build import BUILT
from features.frame import FeatureFrame, HitsByColumn
from features.indicators import NOT_SHOWN_CODE, TEXT_CODE, Column, Reading

_BY_NAME = {column.name: column for column in BUILT}
_INDEX_OF = {column.name: index for index, column in enumerate(BUILT)}
_COUNTED_BY = {
    column.name: [_INDEX_OF[other.name] for other in BUILT if other.field == column.counts]
    for column in BUILT
    if column.counts
}
"""For each column that counts the values of a list field, the indices of their columns."""


def keep_counted(
    frame: FeatureFrame, counted: Container[Reading], only: Flags | None = None
) -> FeatureFrame:
    """Return the frame with every reading that does not count "not shown".

    Values of columns that are not read by phrases (court, ratings, cases cited) stay.

    Parameters
    ----------
    frame
        As built, without inferred ratings.
    counted
        The readings that count.
    only
        (n,) the motions that this is of; the others stay as they are. None for all.
    """
    of = np.ones(len(frame), dtype=bool) if only is None else only
    numeric, provenance = frame.numeric.copy(), frame.provenance.copy()
    categorical = dict(frame.categorical)
    from_text = (provenance == TEXT_CODE) & of[:, None]
    for index in np.flatnonzero(from_text.any(axis=0)).tolist():
        column = _BY_NAME[frame.names[index]]
        rows = np.flatnonzero(from_text[:, index])
        values = frame.column(column.name)[rows]
        dropped = rows[[not _counts(column, value, counted) for value in values.tolist()]]
        if not len(dropped):
            continue
        provenance[dropped, index] = NOT_SHOWN_CODE
        if column.name in categorical:
            categorical[column.name] = categorical[column.name].copy()
            categorical[column.name][dropped] = None
        else:
            numeric[dropped, index] = column.silent
    for name, of_values in _COUNTED_BY.items():
        index = _INDEX_OF[name]
        rows = np.flatnonzero(from_text[:, index])
        if len(rows):
            numeric[rows, index] = np.nansum(numeric[rows][:, of_values], axis=1)
            silent = rows[numeric[rows, index] == 0]
            provenance[silent, index] = NOT_SHOWN_CODE
    hits = tuple(
        _hits_kept(frame, row, counted) if of[row] else frame.hits[row] for row in range(len(frame))
    )
    return replace(
        frame, numeric=numeric, categorical=categorical, provenance=provenance, hits=hits
    )


def _counts(column: Column, value: float | str, counted: Container[Reading]) -> bool:
    reading = column.reading(value)
    return reading is None or reading in counted


def _hits_kept(frame: FeatureFrame, row: int, counted: Container[Reading]) -> HitsByColumn:
    """Return the phrases of one row that bear out a reading that counts."""
    kept: HitsByColumn = {}
    for name, hits in frame.hits[row].items():
        column = _BY_NAME[name]
        if column.counts:
            shown = tuple(hit for hit in hits if Reading(hit.field, hit.value) in counted)
            if shown:
                kept[name] = shown
        elif _counts(column, frame.column(name)[row], counted):
            kept[name] = hits
    return kept
