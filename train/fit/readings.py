"""Measure what phrases read from papers against what coders found there.

Only rulings whose cases phrase writers have not read are compared (`data.splits.phrase_split`).
Circumstances of doctrine, which the codebook does not code, are compared with the judgements of
`data/circumstances.jsonl`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from data.arrays import Flags, Floats, Rows
from data.cases import case_groups
from data.describe import wilson_interval
from data.embedded import embedded_rulings, judged_circumstances
from data.schema import RATINGS, Motion, Ruling, allowed_values, is_list
from data.splits import phrase_split
from features.build import BUILT, build_features
from features.document import Papers
from features.frame import FeatureFrame
from features.indicators import CODED_CODE, TEXT_CODE, Column, Reading
from features.phrases.lexicon import entries
from train.evaluate.bootstrap import bootstrap_weights
from train.model.readings import Precision, Readings
from train.modes import is_coded, masked

MAX_CHECKED = 5_000
"""Most rulings compared: enough to measure a share of one half within two points."""
DELAY_TOLERANCE = (1.0, 0.25)
"""A delay is read rightly within one month, or within a quarter of the delay coded."""
_NEVER_READ = frozenset({"motion_type", "forecast", *RATINGS})
"""Fields with a column that are always given, or never read from text."""


@dataclass(frozen=True)
class ReadingChecks:
    """What was read from text and what was coded, for m rulings and k readings.

    Attributes
    ----------
    rows
        The m rulings, as row numbers of those given.
    groups
        Their case numbers.
    names
        The k readings.
    read
        (m, k) whether phrases read it.
    known
        (m, k) whether a coder said if it is so. A coder who codes a ruling and leaves a field empty
        says that its papers do not show it, so a reading of it there is wrong.
    coded
        (m, k) whether it is so, of those known.
    right
        (m, k) whether what was read is so, of those known.
    """

    rows: Rows
    groups: Rows
    names: tuple[Reading, ...]
    read: Flags
    known: Flags
    coded: Flags
    right: Flags


def held_out_rows(rulings: Sequence[Ruling]) -> Rows:
    """Return the rows whose cases phrase writers have not read, under this id or another."""
    writing = np.array([phrase_split(ruling) == "writing" for ruling in rulings], dtype=bool)
    groups = case_groups(rulings)
    return np.flatnonzero(~np.isin(groups, groups[writing]))


def check_readings(
    rulings: Sequence[Motion], rows: Rows, papers: Sequence[Papers] | None = None
) -> ReadingChecks:
    """Read some rulings from text alone, next to their codings.

    Parameters
    ----------
    rulings
        n rulings, or coded motions.
    rows
        The m of them to compare.
    papers
        The papers of these m, if they exist already.
    """
    motions = [rulings[row].as_motion() for row in rows.tolist()]
    if papers is None:
        papers = [Papers.of(masked(motion, "text")) for motion in motions]
    text = build_features([masked(motion, "text") for motion in motions], papers)
    coded = build_features(motions, papers)
    was_coded = np.array([is_coded(motion) for motion in motions], dtype=bool)
    parts = [_check_column(index, text, coded, was_coded) for index in range(len(BUILT))]
    names = [reading for columns, _ in parts for reading in columns]
    cells = [cells for _, cells in parts]
    circumstances = [
        Reading(entry.field, entry.value) for entry in entries() if entry.field in RATINGS
    ]
    cells.append(_check_circumstances(circumstances, motions, papers))
    read, known, is_so, right = (np.hstack(arrays) for arrays in zip(*cells, strict=True))
    return ReadingChecks(
        rows,
        case_groups(rulings)[rows],
        (*names, *circumstances),
        read,
        known,
        is_so,
        right,
    )


_Cells = tuple[Flags, Flags, Flags, Flags]
"""`read`, `known`, `coded` and `right` of `ReadingChecks`, of some readings."""


def _check_column(
    index: int, text: FeatureFrame, coded: FeatureFrame, was_coded: Flags
) -> tuple[list[Reading], _Cells]:
    """Compare the values of one column, in coded rulings if any coder used its field."""
    column = BUILT[index]
    codes = _values(column)
    shape = (len(text), len(codes))
    read, known, is_so, right = (np.zeros(shape, dtype=bool) for _ in range(4))
    has_code = coded.provenance[:, index] == CODED_CODE
    known[:] = (has_code | (was_coded & has_code.any()))[:, None]
    was_read = text.provenance[:, index] == TEXT_CODE
    values_read, values_coded = text.column(column.name), coded.column(column.name)
    for k, value in enumerate(codes):
        if value is None:  # a number
            read[:, k], is_so[:, k] = was_read, has_code
            right[:, k] = has_code & _close(values_read, values_coded)
        else:
            read[:, k] = was_read & (values_read == value)
            is_so[:, k] = right[:, k] = has_code & (values_coded == value)
    readings = [column.reading(0.0 if value is None else value) for value in codes]
    return [reading for reading in readings if reading], (
        read,
        known,
        is_so & known,
        right & read & known,
    )


def _values(column: Column) -> list[float | str | None]:
    """Return the values of a column that phrases may read; None stands for any number."""
    if not column.field or column.field in _NEVER_READ:
        return []
    if column.kind == "number":
        return [None]
    if column.kind == "category":
        return [*allowed_values(column.field)]
    if column.kind == "scale":
        first = 1 if column.silent == 0.0 else 0  # the first value is silence
        return [float(code) for code in range(first, len(column.values))]
    return [1.0] if is_list(column.field) else [1.0, 0.0]


def _close(read: Floats, coded: Floats) -> Flags:
    months, share = DELAY_TOLERANCE
    return np.asarray(np.abs(read - coded) <= np.maximum(months, share * coded), dtype=bool)


def _check_circumstances(
    circumstances: Sequence[Reading], motions: Sequence[Motion], papers: Sequence[Papers]
) -> _Cells:
    """Compare the circumstances of doctrine with the judgements of them."""
    column_of = {circumstance: index for index, circumstance in enumerate(circumstances)}
    shape = (len(motions), len(circumstances))
    read, known, is_so = (np.zeros(shape, dtype=bool) for _ in range(3))
    judged = judged_circumstances()
    for row, (motion, pair) in enumerate(zip(motions, papers, strict=True)):
        for name, holds in judged.get(motion.id or "", {}).items():
            field, _, value = name.partition(".")
            column = column_of.get(Reading(field, value))
            if column is not None:
                known[row, column], is_so[row, column] = True, holds
        for hit in pair.hits:
            column = column_of.get(Reading(hit.field, hit.value))
            if column is not None and not hit.negated:
                read[row, column] = True
    return read, known, is_so & known, is_so & read & known


def fit_readings(checks: ReadingChecks, rows: Rows | None = None) -> Readings:
    """Return the precision of each reading, measured on the checked ones of some rulings.

    A field that no ruling codes takes the figures of the embedded rulings: the phrases are the
    same, and someone must have said whether they are right.

    Parameters
    ----------
    checks
        Of all rulings.
    rows
        The rulings that may be used, as row numbers; None for all.
    """
    chosen = np.isin(checks.rows, rows) if rows is not None else np.ones(len(checks.rows), bool)
    precision: dict[Reading, Precision] = {}
    if chosen.any():
        weights = bootstrap_weights(checks.groups[chosen])
        hits = weights @ (checks.read & checks.known)[chosen]
        right = weights @ checks.right[chosen]
        with np.errstate(invalid="ignore"):
            shares = right / hits
        for k in np.flatnonzero(hits[0]).tolist():
            low, high = np.nanquantile(shares[1:, k], [0.025, 0.975]).tolist()
            n_hits, n_right = int(hits[0, k]), int(right[0, k])
            if n_right in (0, n_hits):  # resampling cannot show how wrong such a share may be
                low, high = wilson_interval(n_right, n_hits)
            precision[checks.names[k]] = Precision(n_hits, n_right, low, high)
    coded_fields = {
        checks.names[k].field for k in np.flatnonzero(checks.known.any(axis=0)).tolist()
    }
    if {reading.field for reading in checks.names} - coded_fields:
        precision |= {
            reading: measured
            for reading, measured in embedded_readings()
            if reading.field not in coded_fields
        }
    return Readings(precision)


@cache
def embedded_readings() -> Readings:
    """Return the precision of each reading on the embedded rulings."""
    rulings = embedded_rulings()
    return fit_readings(check_readings(rulings, held_out_rows(rulings)))
