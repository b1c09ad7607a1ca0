"""Judge how well indicators are read from text, against the codings.

Phrases are written looking only at one part of the cases (`data.splits.phrase_part`); the figures
that count are those of the other part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from data.cases import case_groups
from data.schema import RATINGS, Motion, Ruling, allowed_values, is_list
from data.splits import phrase_part
from features.families.remedial import read_scope, read_trigger, steps_taken
from features.indicators import Indicator, read_choice, read_flags, read_yes_no
from features.phrases.hits import Hit, HitsByField, by_field
from features.phrases.lexicon import entries
from features.phrases.matcher import read_papers
from train.evaluate.metrics import observed_and_drawn
from train.model.calibration import Floats

Part = Literal["held_out", "writing", "all"]
Coding = Mapping[str, Any]
"""Fields of a ruling as a coder saw them; None or absent where the papers do not show one."""
MIN_POSITIVES = 10
"""Indicators with fewer positives are listed but left out of the family's mean."""
OF_STEPS = {"remedial_scope": read_scope, "remedial_trigger": read_trigger}
SILENCE = {"remedial_scope": {"none"}}
"""What a builder takes silence to say (`features.families.remedial`: no step told is no step taken)."""


@dataclass(frozen=True)
class Extraction:
    """What was coded and what was read, for n rulings and k indicators.

    Attributes
    ----------
    rulings
        The n rulings judged.
    names
        The k indicators as (family, field, value).
    coded, found, known
        (n, k) 0/1: coded as present, read as present, and whether the field was coded at all.
    hits
        The phrases found in each ruling's papers.
    """

    rulings: tuple[Ruling, ...]
    names: tuple[tuple[str, str, str], ...]
    coded: Floats
    found: Floats
    known: Floats
    hits: tuple[tuple[Hit, ...], ...]


def extract(rulings: Sequence[Ruling], part: Part = "held_out") -> Extraction:
    """Read every indicator of the lexicons from text alone and set it beside its coding.

    The kind of motion is always given and is not judged; a yes/no field is judged on its yes.

    Parameters
    ----------
    part
        Which cases: those held out from phrase writers, the writing part, or all.
    """
    groups = case_groups(rulings)
    seen = {group for group, row in zip(groups, rulings, strict=True) if _may_be_read(row)}
    chosen = [
        row
        for group, row in zip(groups, rulings, strict=True)
        # A held-out ruling whose case a writer has met under another id is held out no longer.
        if part == "all" or (_may_be_read(row) if part == "writing" else group not in seen)
    ]
    names = tuple(
        (entry.family, entry.field, entry.value)
        for entry in entries()
        # Only what the codebook codes can be judged against codings.
        if entry.phrases and entry.value != "false" and is_coded(entry.field)
    )
    shape = (len(chosen), len(names))
    coded, found, known = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    all_hits = []
    for row, ruling in enumerate(chosen):
        hits = read_papers(ruling.motion, ruling.opposition)
        all_hits.append(hits)
        given = ruling.model_dump(include={"motion_type", "motion", "opposition"})
        bare = Motion.model_validate(given)
        sorted_hits = by_field(hits)
        read = {field: _read(bare, sorted_hits, field) for field in {name[1] for name in names}}
        for place, (_, field, value) in enumerate(names):
            truth = getattr(ruling, field)
            if truth is None:
                continue
            known[row, place] = 1.0
            coded[row, place] = float(_says(truth, value))
            found[row, place] = float(value in read[field])
    return Extraction(tuple(chosen), names, coded, found, known, tuple(all_hits))


def extraction_tables(
    extraction: Extraction,
    codings: Mapping[str, Coding] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score an extraction.

    Parameters
    ----------
    codings
        By ruling id, the fields as another coder saw them. How far two coders of the same papers
        agree is the mark for what reads them.

    Returns
    -------
    indicators
        One row per indicator: `family`, `field`, `value`, `n` rulings coded, `positives`,
        `precision`, `recall`, `f1`; `coders_f1` of the other coder, NaN where fewer than
        `MIN_POSITIVES` positives were coded by both.
    families
        One row per family: `indicators` counted (those with at least `MIN_POSITIVES`), `macro_f1`
        and its 95% interval `low`, `high` by bootstrap clustered on the case; the same of the
        other coder: `coders_indicators`, `coders_macro_f1`, `coders_low`, `coders_high`.
    """
    indicators, families = _scored(extraction)
    theirs, means = _scored(_second(extraction, codings or {}))
    enough = theirs["positives"] >= MIN_POSITIVES
    indicators["coders_f1"] = theirs["f1"].where(enough)
    return indicators, families.join(means.drop(columns="family").add_prefix("coders_"))


def _second(extraction: Extraction, codings: Mapping[str, Coding]) -> Extraction:
    """Return the extraction with what another coder saw as found; known where both coded."""
    found, known = np.zeros_like(extraction.found), np.zeros_like(extraction.known)
    for row, ruling in enumerate(extraction.rulings):
        coding = codings.get(ruling.id, {})
        for place, (_, field, value) in enumerate(extraction.names):
            if coding.get(field) is not None:
                known[row, place] = extraction.known[row, place]
                found[row, place] = float(_says(coding[field], value))
    return replace(extraction, found=found, known=known)


def _scored(extraction: Extraction) -> tuple[pd.DataFrame, pd.DataFrame]:
    groups = case_groups(extraction.rulings)
    weights = observed_and_drawn(groups)
    right = weights @ (extraction.coded * extraction.found * extraction.known)
    said = weights @ (extraction.found * extraction.known)
    true = weights @ (extraction.coded * extraction.known)
    f1 = _ratio(2 * right, said + true)
    table = pd.DataFrame(extraction.names, columns=["family", "field", "value"]).assign(
        n=extraction.known.sum(axis=0).astype(int),
        positives=true[0].astype(int),
        precision=_ratio(right[0], said[0]),
        recall=_ratio(right[0], true[0]),
        f1=f1[0],
    )
    rows = []
    for family, mine in table.groupby("family", sort=False):
        places = mine.index[mine["positives"] >= MIN_POSITIVES]
        macro = f1[:, places].mean(axis=1) if len(places) else np.full(len(f1), np.nan)
        low, high = np.nanquantile(macro[1:], [0.025, 0.975]) if len(places) else (np.nan, np.nan)
        rows.append(
            {
                "family": family,
                "indicators": len(places),
                "macro_f1": macro[0],
                "low": low,
                "high": high,
            }
        )
    return table, pd.DataFrame(rows)


def misread(extraction: Extraction, field: str, value: str) -> list[tuple[Ruling, str, list[Hit]]]:
    """List the rulings where one indicator was missed or wrongly found, with its phrases.

    Raises
    ------
    ValueError
        If no lexicon has the indicator, or the extraction holds held-out cases, which phrase
        writers may not read.
    """
    places = [place for place, name in enumerate(extraction.names) if name[1:] == (field, value)]
    if not places:
        raise ValueError(f"no indicator {field}.{value} is read from text")
    if not all(map(_may_be_read, extraction.rulings)):
        raise ValueError("held-out cases may not be read by phrase writers; use --part writing")
    found = []
    for row, ruling in enumerate(extraction.rulings):
        coded, read = extraction.coded[row, places[0]], extraction.found[row, places[0]]
        if extraction.known[row, places[0]] and coded != read:
            mine = [hit for hit in extraction.hits[row] if (hit.field, hit.value) == (field, value)]
            found.append((ruling, "missed" if coded else "wrongly found", mine))
    return found


def is_coded(field: str) -> bool:
    """Tell whether the codebook codes a lexicon's field: not what only words can show."""
    return field in Motion.model_fields and field not in RATINGS


def _may_be_read(ruling: Ruling) -> bool:
    return phrase_part(ruling) == "writing"


def _read(motion: Motion, hits: HitsByField, field: str) -> set[str]:
    if is_list(field):
        flags = read_flags(motion, hits, field)
        return {value for value, indicator in flags.items() if indicator.value}
    if field in OF_STEPS:
        steps = steps_taken(motion, hits)
        return _chosen(OF_STEPS[field](motion, hits, steps)) or SILENCE.get(field, set())
    if allowed_values(field):
        return _chosen(read_choice(motion, hits, field))
    return {"true"} if read_yes_no(motion, hits, field).value else set()


def _chosen(indicator: Indicator) -> set[str]:
    return set() if indicator.value is None else {str(indicator.value)}


def _says(truth: object, value: str) -> bool:
    if isinstance(truth, bool):
        return truth and value == "true"
    return value in truth if isinstance(truth, (tuple, list)) else str(truth) == value


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
