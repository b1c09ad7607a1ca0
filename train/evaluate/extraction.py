"""Evaluate the indicators read from text against the codings.

Phrases are written while looking only at the cases of the writing split (`data.splits`); the
figures that count are those of the held-out split.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from data.arrays import Floats
from data.cases import case_groups
from data.schema import RATINGS, Motion, Ruling, allowed_values, is_list
from data.splits import phrase_split
from features.document import Papers
from features.families.remedial import read_scope, read_trigger, steps_taken
from features.indicators import Indicator, read_choice, read_flags, read_yes_no
from features.phrases.hits import Hit, HitsByField
from features.phrases.lexicon import entries
from train.evaluate.bootstrap import bootstrap_weights

Split = Literal["held_out", "writing", "all"]
Coding = Mapping[str, Any]
"""Fields of a ruling as a coder saw them; None or absent where the papers do not show one."""
MIN_POSITIVES = 10
"""Indicators with fewer positives are listed but excluded from the family's mean."""
READERS_OF_STEPS = {"remedial_scope": read_scope, "remedial_trigger": read_trigger}
"""Fields that are read from the remedial steps, not from phrases of their own."""
VALUE_IF_SILENT = {"remedial_scope": {"none"}}
"""What the builder reads from silence : no step described, none taken."""


@dataclass(frozen=True)
class Extraction:
    """What was coded and what was read from text, for n rulings and k indicators.

    Attributes
    ----------
    rulings
        The n rulings evaluated.
    names
        The k indicators as (family, field, value).
    coded, detected, known
        (n, k) 0/1: coded as present, detected in the text, and whether the field was coded at all.
    hits
        The phrases matched in each ruling's papers.
    """

    rulings: tuple[Ruling, ...]
    names: tuple[tuple[str, str, str], ...]
    coded: Floats
    detected: Floats
    known: Floats
    hits: tuple[tuple[Hit, ...], ...]


def extract(rulings: Sequence[Ruling], split: Split = "held_out") -> Extraction:
    """Read every indicator of the lexicons from text alone, next to its coding.

    The motion type is always given, so it is not evaluated; a yes/no field is evaluated on its yes.

    Parameters
    ----------
    split
        Which cases: those held out from phrase writers, the writing split, or all.
    """
    selected = _select(rulings, split)
    names = tuple(
        (entry.family, entry.field, entry.value)
        for entry in entries()
        if entry.phrases and entry.value != "false" and _is_coded(entry.field)
    )
    fields = {field for _, field, _ in names}
    coded, detected, known = (np.zeros((len(selected), len(names))) for _ in range(3))
    hits = []
    for row, ruling in enumerate(selected):
        uncoded = Motion.model_validate(
            ruling.model_dump(include={"motion_type", "motion", "opposition"})
        )
        papers = Papers.of(uncoded)
        hits.append(papers.hits)
        values_read = {field: _read(uncoded, papers.hits_by_field, field) for field in fields}
        for column, (_, field, value) in enumerate(names):
            coding = getattr(ruling, field)
            if coding is None:
                continue
            known[row, column] = 1.0
            coded[row, column] = float(_has_value(coding, value))
            detected[row, column] = float(value in values_read[field])
    return Extraction(tuple(selected), names, coded, detected, known, tuple(hits))


def _select(rulings: Sequence[Ruling], split: Split) -> list[Ruling]:
    if split == "all":
        return list(rulings)
    if split == "writing":
        return [ruling for ruling in rulings if _is_for_writing(ruling)]
    # A case that a phrase writer has met under another id is no longer held out.
    groups = case_groups(rulings)
    seen = {group for group, row in zip(groups, rulings, strict=True) if _is_for_writing(row)}
    return [row for group, row in zip(groups, rulings, strict=True) if group not in seen]


def _is_coded(field: str) -> bool:
    """Return whether the codebook codes a lexicon's field; some can be read from text only."""
    return field in Motion.model_fields and field not in RATINGS


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
    indicators
        One row per indicator: `family`, `field`, `value`, `n` rulings coded, `positives`,
        `precision`, `recall`, `f1`; `coders_f1` of the second coder, NaN where fewer than
        `MIN_POSITIVES` positives were coded by both.
    families
        One row per family: the number of `indicators` with at least `MIN_POSITIVES`, their
        `macro_f1` and its 95% interval `low`, `high`, bootstrapped by case; the same of the second
        coder: `coders_indicators`, `coders_macro_f1`, `coders_low`, `coders_high`.
    """
    indicators, families = _score(extraction)
    second_indicators, second_families = _score(_as_detected(extraction, codings or {}))
    enough = second_indicators["positives"] >= MIN_POSITIVES
    indicators["coders_f1"] = second_indicators["f1"].where(enough)
    return indicators, families.join(second_families.drop(columns="family").add_prefix("coders_"))


def _as_detected(extraction: Extraction, codings: Mapping[str, Coding]) -> Extraction:
    """Return the extraction with a second coding as detected; known where both were coded."""
    detected, known = np.zeros_like(extraction.detected), np.zeros_like(extraction.known)
    for row, ruling in enumerate(extraction.rulings):
        coding = codings.get(ruling.id, {})
        for column, (_, field, value) in enumerate(extraction.names):
            if coding.get(field) is not None:
                known[row, column] = extraction.known[row, column]
                detected[row, column] = float(_has_value(coding[field], value))
    return replace(extraction, detected=detected, known=known)


def _score(extraction: Extraction) -> tuple[pd.DataFrame, pd.DataFrame]:
    weights = bootstrap_weights(case_groups(extraction.rulings))
    true_positives = weights @ (extraction.coded * extraction.detected * extraction.known)
    detected = weights @ (extraction.detected * extraction.known)
    coded = weights @ (extraction.coded * extraction.known)
    f1 = _ratio(2 * true_positives, detected + coded)
    table = pd.DataFrame(extraction.names, columns=["family", "field", "value"]).assign(
        n=extraction.known.sum(axis=0).astype(int),
        positives=coded[0].astype(int),
        precision=_ratio(true_positives[0], detected[0]),
        recall=_ratio(true_positives[0], coded[0]),
        f1=f1[0],
    )
    families = []
    for family, rows in table.groupby("family", sort=False):
        columns = rows.index[rows["positives"] >= MIN_POSITIVES]
        macro_f1, low, high = np.full(len(f1), np.nan), np.nan, np.nan
        if len(columns):
            macro_f1 = f1[:, columns].mean(axis=1)
            low, high = np.nanquantile(macro_f1[1:], [0.025, 0.975])
        families.append(
            {
                "family": family,
                "indicators": len(columns),
                "macro_f1": macro_f1[0],
                "low": low,
                "high": high,
            }
        )
    return table, pd.DataFrame(families)


def misread(extraction: Extraction, field: str, value: str) -> list[tuple[Ruling, str, list[Hit]]]:
    """List the rulings where one indicator was missed or wrongly detected, with its phrases.

    Raises
    ------
    ValueError
        If no lexicon has the indicator, or the extraction has held-out cases, which phrase writers
        may not read.
    """
    columns = [c for c, name in enumerate(extraction.names) if name[1:] == (field, value)]
    if not columns:
        raise ValueError(f"no indicator {field}.{value} is read from text")
    if not all(map(_is_for_writing, extraction.rulings)):
        raise ValueError("phrase writers may not read held-out cases; use --split writing")
    errors = []
    for row, ruling in enumerate(extraction.rulings):
        coded, detected = extraction.coded[row, columns[0]], extraction.detected[row, columns[0]]
        if extraction.known[row, columns[0]] and coded != detected:
            hits = [hit for hit in extraction.hits[row] if (hit.field, hit.value) == (field, value)]
            errors.append((ruling, "missed" if coded else "wrongly detected", hits))
    return errors


def _is_for_writing(ruling: Ruling) -> bool:
    return phrase_split(ruling) == "writing"


def _read(motion: Motion, hits: HitsByField, field: str) -> set[str]:
    """Return the values of a field that the builders read from the text."""
    if is_list(field):
        flags = read_flags(motion, hits, field)
        return {value for value, indicator in flags.items() if indicator.value}
    if field in READERS_OF_STEPS:
        steps = steps_taken(motion, hits)
        read = _value(READERS_OF_STEPS[field](motion, hits, steps))
        return read or VALUE_IF_SILENT.get(field, set())
    if allowed_values(field):
        return _value(read_choice(motion, hits, field))
    return {"true"} if read_yes_no(motion, hits, field).value else set()


def _value(indicator: Indicator) -> set[str]:
    return set() if indicator.value is None else {str(indicator.value)}


def _has_value(coding: object, value: str) -> bool:
    if isinstance(coding, bool):
        return coding and value == "true"
    return value in coding if isinstance(coding, (tuple, list)) else str(coding) == value


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
