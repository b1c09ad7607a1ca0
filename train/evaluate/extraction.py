"""Evaluate what is read from text against the codings: how often it is right, then how complete.

Phrases are written while looking only at the cases of the writing split (`data.splits`); the
figures that count are those of the held-out split.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from data.arrays import Flags, Floats
from data.schema import RATINGS, Ruling
from data.splits import phrase_split
from features.build import BUILT
from features.document import Papers
from features.indicators import Reading
from features.phrases.hits import Hit
from train.evaluate.bootstrap import bootstrap_weights
from train.fit.readings import ReadingChecks, check_readings, fit_readings, held_out_rows
from train.model.readings import MIN_HITS
from train.modes import masked

Split = Literal["held_out", "writing", "all"]
Coding = Mapping[str, Any]
"""Fields of a ruling as a coder saw them; None or absent where the papers do not show one."""
DOCTRINE = "doctrine"
"""The family of the circumstances of `doctrine.toml`, which have no columns of their own."""
MIN_POSITIVES = 10
"""Readings with fewer positives are listed but excluded from the family's mean."""
_FAMILY_OF = {column.field: column.family for column in BUILT} | dict.fromkeys(RATINGS, DOCTRINE)


@dataclass(frozen=True)
class Extraction:
    """What was coded and what was read from text.

    Attributes
    ----------
    rulings
        The n rulings evaluated.
    checks
        What phrases read in them, beside their codings.
    hits
        The phrases matched in each ruling's papers.
    """

    rulings: tuple[Ruling, ...]
    checks: ReadingChecks
    hits: tuple[tuple[Hit, ...], ...]


def extract(rulings: Sequence[Ruling], split: Split = "held_out") -> Extraction:
    """Read everything that phrases can read from text alone, next to its coding.

    Parameters
    ----------
    split
        Which cases: those held out from phrase writers, the writing split, or all.
    """
    rows = np.arange(len(rulings), dtype=np.intp)
    if split == "held_out":
        rows = held_out_rows(rulings)
    elif split == "writing":
        rows = np.flatnonzero([_is_for_writing(ruling) for ruling in rulings])
    selected = tuple(rulings[row] for row in rows.tolist())
    papers = [Papers.of(masked(ruling.as_motion(), "text")) for ruling in selected]
    checks = check_readings(selected, np.arange(len(selected)), papers)
    return Extraction(selected, checks, tuple(pair.hits for pair in papers))


def extraction_tables(
    extraction: Extraction, codings: Mapping[str, Coding] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score an extraction.

    Parameters
    ----------
    codings
        By ruling id, the fields as a second coder saw them. The agreement of two coders of the same
        papers is the benchmark for reading them automatically.

    Returns
    -------
    readings
        One row per reading: `family`, `field`, `value`, `hits` (rulings in which it was read and
        coded), `precision` with its 95% interval `low`, `high`, bootstrapped by case; `counts`
        (whether it is read often and rightly enough to count); `n` rulings coded, `positives`,
        `recall`, `f1`; `coders_f1` of the second coder, NaN where fewer than `MIN_POSITIVES`
        positives were coded by both. Circumstances of doctrine are judged only where they are read,
        so they have no recall.
    families
        One row per family: `readings` with at least `train.model.readings.MIN_HITS` hits, those
        that are `counted`, the pooled `precision` of these with its interval `low`, `high`; the
        `macro_f1` of readings with at least `MIN_POSITIVES`, and the same of the second coder,
        `coders_macro_f1`.
    """
    checks = extraction.checks
    measured = fit_readings(checks).precision
    scores = _scores(checks.groups, checks.read, checks.known, checks.coded, checks.right)
    readings = pd.DataFrame(checks.names, columns=["field", "value"]).assign(**scores)
    readings.insert(0, "family", readings["field"].map(_FAMILY_OF))
    is_doctrine = readings["family"] == DOCTRINE
    readings.loc[is_doctrine, ["recall", "f1"]] = np.nan
    for bound in ("low", "high"):
        bounds = [getattr(measured.get(name), bound, np.nan) for name in checks.names]
        readings[bound] = np.where(readings["hits"] > 0, bounds, np.nan)
    readings["counts"] = [name in measured and measured[name].counts for name in checks.names]
    coders = _coders_f1(extraction, codings or {})
    readings["coders_f1"] = np.where(is_doctrine, np.nan, coders)
    pooled = _pooled_precision(checks, readings)
    families = []
    for family, rows in readings.groupby("family", sort=False):
        of_mean = rows[(rows["positives"] >= MIN_POSITIVES) & (rows["value"] != "")]
        precision, low, high = pooled[str(family)]
        families.append(
            {
                "family": family,
                "readings": int((rows["hits"] >= MIN_HITS).sum()),
                "counted": int(rows["counts"].sum()),
                "precision": precision,
                "low": low,
                "high": high,
                "macro_f1": of_mean["f1"].mean(),
                "coders_macro_f1": of_mean["coders_f1"].mean(),
            }
        )
    order = ["family", "field", "value", "hits", "precision", "low", "high", "counts", "n"]
    return readings[[*order, "positives", "recall", "f1", "coders_f1"]], pd.DataFrame(families)


def later_precision(
    extraction: Extraction, first_year: int
) -> tuple[float, float, float, int] | None:
    """Return how often readings chosen on earlier years are right in later ones.

    Which readings count is chosen by their precision, so that precision flatters them a little;
    this one does not.

    Returns
    -------
    Pooled precision, the ends of its 95% interval, and the number of readings pooled; None where
    the later years have none.
    """
    checks = extraction.checks
    later = np.array([ruling.year or 0 for ruling in extraction.rulings]) >= first_year
    counted = fit_readings(checks, np.flatnonzero(np.logical_not(later))).counted
    chosen = np.array([name in counted for name in checks.names], dtype=bool)
    hits = (checks.read & checks.known)[np.ix_(later, chosen)]
    if not hits.any():
        return None
    right = checks.right[np.ix_(later, chosen)]
    return (*_pooled(checks.groups[later], hits, right), int(hits.sum()))


def _scores(
    groups: Any, read: Flags, known: Flags, coded: Flags, right: Flags
) -> dict[str, Floats]:
    hits, positives = (read & known).sum(axis=0), coded.sum(axis=0)
    n_right = right.sum(axis=0).astype(float)
    return {
        "hits": hits,
        "precision": np.where(hits > 0, _ratio(n_right, hits), np.nan),
        "n": known.sum(axis=0),
        "positives": positives,
        "recall": _ratio(n_right, positives),
        "f1": _ratio(2 * n_right, hits + positives),
    }


def _pooled_precision(
    checks: ReadingChecks, readings: pd.DataFrame
) -> dict[str, tuple[float, float, float]]:
    """Return, by family, the pooled precision of the readings that count, with its interval."""
    pooled = {}
    for family, rows in readings.groupby("family", sort=False):
        columns = rows.index[rows["counts"]].to_numpy()
        hits = (checks.read & checks.known)[:, columns]
        pooled[str(family)] = _pooled(checks.groups, hits, checks.right[:, columns])
    return pooled


def _pooled(groups: Any, hits: Flags, right: Flags) -> tuple[float, float, float]:
    if not hits.any():
        return np.nan, np.nan, np.nan
    weights = bootstrap_weights(groups)
    shares = _ratio(weights @ right.sum(axis=1), weights @ hits.sum(axis=1))
    low, high = np.quantile(shares[1:], [0.025, 0.975]).tolist()
    return float(shares[0]), low, high


def _coders_f1(extraction: Extraction, codings: Mapping[str, Coding]) -> Floats:
    """Return the F1 of a second coder on each reading; NaN with too few positives."""
    checks = extraction.checks
    read, known = np.zeros_like(checks.read), np.zeros_like(checks.known)
    for row, ruling in enumerate(extraction.rulings):
        coding = codings.get(ruling.id, {})
        for column, (field, value) in enumerate(checks.names):
            if value and coding.get(field) is not None:
                known[row, column] = checks.known[row, column]
                read[row, column] = _has_value(coding[field], value)
    coded = checks.coded & known
    scores = _scores(checks.groups, read, known, coded, read & coded)
    enough = scores["positives"] >= MIN_POSITIVES
    return np.asarray(np.where(enough, scores["f1"], np.nan), dtype=float)


def misread(extraction: Extraction, field: str, value: str) -> list[tuple[Ruling, str, list[Hit]]]:
    """List the rulings where something was missed or wrongly read, with its phrases.

    Raises
    ------
    ValueError
        If phrases cannot read it, or the extraction has held-out cases, which phrase writers may
        not read.
    """
    checks = extraction.checks
    if (reading := Reading(field, value)) not in checks.names:
        raise ValueError(f"phrases do not read {reading}; `enjoin features evaluate` lists all")
    if not all(map(_is_for_writing, extraction.rulings)):
        raise ValueError("phrase writers may not read held-out cases; use --split writing")
    column = checks.names.index(reading)
    errors = []
    for row, ruling in enumerate(extraction.rulings):
        coded, read = checks.coded[row, column], checks.read[row, column]
        if checks.known[row, column] and coded != read:
            hits = [hit for hit in extraction.hits[row] if (hit.field, hit.value) == (field, value)]
            errors.append((ruling, "missed" if coded else "wrongly detected", hits))
    return errors


def _is_for_writing(ruling: Ruling) -> bool:
    return phrase_split(ruling) == "writing"


def _has_value(coding: object, value: str) -> bool:
    if isinstance(coding, bool):
        return coding == (value == "true")
    return value in coding if isinstance(coding, (tuple, list)) else str(coding) == value


def _ratio(numerator: Any, denominator: Any) -> Floats:
    shares = np.zeros(np.shape(numerator))
    np.divide(numerator, denominator, out=shares, where=denominator > 0)
    return shares
