"""Turn labelled rulings into what the model learns from: frames per mode, labels and cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.codes import Outcome
from data.embedded import reader_forecasts
from data.schema import Ruling
from data.splits import case_groups
from features.build import FeatureFrame, build_features
from train.calibration import Flags, Floats
from train.model import Copy, GrantModel, fit
from train.modes import BASES, MODES, Basis, Mode, masked, partly_masked
from train.readers import (
    Readers,
    fit_readers,
    reading_errors,
    reading_targets,
    unseen_readings,
)

InPart = Literal["granted", "denied", "left_out"]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Labelled:
    """n rulings with their frames per mode, labels (granted or not) and case numbers.

    `partly` holds the frames of half-coded copies, for learning only; `targets` what the factor
    readers learn (see `reading_targets`).
    """

    rulings: tuple[Ruling, ...]
    frames: dict[Mode, FeatureFrame]
    partly: dict[Mode, FeatureFrame]
    granted: Flags
    groups: Rows
    targets: Floats


def label_rulings(
    rulings: Sequence[Ruling],
    in_part: InPart = "granted",
    seed: int = 0,
    cache_dir: Path | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Labelled:
    """Build the frames of every mode and the labels.

    Features are a function of each motion alone, so they may be built before splitting; whatever
    is fitted (categories, boosters, calibration) is fitted on the training rows only.

    Parameters
    ----------
    in_part
        What a ruling granted in part counts as.
    tell
        Called with a line for each step, for a progress display.
    """
    if in_part == "left_out":
        rulings = [row for row in rulings if row.outcome is not Outcome.GRANTED_IN_PART]
    yes = {Outcome.GRANTED} | ({Outcome.GRANTED_IN_PART} if in_part == "granted" else set())
    motions = [ruling.as_motion() for ruling in rulings]
    frames: dict[Mode, FeatureFrame] = {}
    partly: dict[Mode, FeatureFrame] = {}
    for mode in MODES:
        tell(f"building features, {mode} mode")
        frames[mode] = build_features([masked(m, mode) for m in motions], -1, cache_dir)
        if mode != "text":
            partly[mode] = build_features(partly_masked(motions, mode, seed), -1, cache_dir)
    granted = np.array([ruling.outcome in yes for ruling in rulings], dtype=bool)
    targets = reading_targets(rulings, reader_forecasts())
    return Labelled(tuple(rulings), frames, partly, granted, case_groups(rulings), targets)


@dataclass(frozen=True)
class ReadRows:
    """What some training rows teach about reading: the readers, and out-of-fold readings."""

    readers: Readers | None
    unseen: pd.DataFrame


def read_rows(labelled: Labelled, rows: Rows) -> ReadRows:
    """Fit the readers on some rows, and read each of the rows with readers that never saw it."""
    targets, groups = labelled.targets[rows], labelled.groups[rows]
    papers = labelled.frames["text"].take(rows).papers
    readers, unseen = fit_readers(papers, targets), unseen_readings(papers, targets, groups)
    if readers is not None:
        readers = replace(readers, errors=reading_errors(unseen, targets))
    return ReadRows(readers, unseen)


@dataclass(frozen=True)
class Fitted:
    """A model, and the frames of its training rows as it saw them: with out-of-fold readings."""

    model: GrantModel
    frames: dict[Mode, FeatureFrame]


def fit_rows(
    labelled: Labelled,
    rows: Rows,
    parameters: dict[str, Any],
    n_bags: int,
    seed: int,
    bases: Sequence[Basis] = BASES,
    without: str | None = None,
    read: ReadRows | None = None,
) -> Fitted:
    """Fit readers and model on some rows of the labelled rulings.

    Parameters
    ----------
    bases
        Which boosters to fit; a model without some cannot answer in their modes.
    without
        A family of features to leave out.
    read
        What `read_rows` gave for these rows, where it was asked already.
    """
    read = read or read_rows(labelled, rows)

    def shown(frames: dict[Mode, FeatureFrame]) -> dict[Mode, FeatureFrame]:
        mine = {m: frame.take(rows).with_readings(read.unseen) for m, frame in frames.items()}
        return {m: frame.without(without) for m, frame in mine.items()} if without else mine

    whole, partly = shown(labelled.frames), shown(labelled.partly)
    copies: dict[Basis, tuple[Copy, ...]] = {
        "rated": (Copy(whole["rated"]), Copy(partly["rated"], calibrates=False)),
        "unrated": (
            # Equal weights cost coded motions 0.004 in Brier score (4-fold, rulings before 2022).
            Copy(whole["coded"], weight=6.0),
            Copy(partly["coded"], calibrates=False),
            Copy(whole["text"]),
        ),
    }
    copies = {basis: copies[basis] for basis in bases}
    granted, groups = labelled.granted[rows], labelled.groups[rows]
    model = fit(copies, read.readers, granted, groups, parameters, n_bags, seed)
    return Fitted(model, whole)
