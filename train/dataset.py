"""Turn labelled rulings into what the model learns from: frames per mode, labels and cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.cases import case_groups
from data.embedded import reader_forecasts
from data.labels import InPart, counted
from data.schema import Ruling
from features.frame import FeatureFrame
from features.phrases.hits import Papers
from train.cluster import Cluster
from train.fit.fit import Copy, fit
from train.fit.rating_model import (
    fit_readers,
    reading_errors,
    reading_targets,
    teaching_rows,
    unseen_readings,
)
from train.fit.vocabulary import count_terms
from train.frames import HALF_CODED, build_frames
from train.model.calibration import Flags, Floats
from train.model.grant_model import GrantModel
from train.model.rating_model import Readers, readings_of
from train.modes import BASES, MODES, Basis, Mode

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Labelled:
    """n rulings with their frames per mode, labels (granted or not) and case numbers.

    `partly` holds the frames of half-coded copies, for learning only; `targets` what the factor
    readers learn (see `reading_targets`); `cluster` is where models of them are fitted, None for
    this process.
    """

    rulings: tuple[Ruling, ...]
    frames: dict[Mode, FeatureFrame]
    partly: dict[Mode, FeatureFrame]
    granted: Flags
    groups: Rows
    targets: Floats
    cluster: Cluster | None = None

    def papers(self, rows: Rows) -> list[Papers]:
        """Return the papers of these rulings."""
        return [(self.rulings[row].motion, self.rulings[row].opposition) for row in rows]


def label_rulings(
    rulings: Sequence[Ruling],
    in_part: InPart = "granted",
    seed: int = 0,
    tell: Callable[[str], None] = lambda step: None,
    cluster: Cluster | None = None,
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
    cluster
        Where features are built, and later models fitted; None for this process.
    """
    rulings, labels = counted(rulings, in_part)
    built = build_frames(rulings, seed, cluster, tell)
    frames = {mode: built["whole", mode] for mode in MODES}
    partly = {mode: built["half-coded", mode] for mode in HALF_CODED}
    granted = np.array(labels, dtype=bool)
    targets = reading_targets(rulings, reader_forecasts())
    groups = case_groups(rulings)
    return Labelled(tuple(rulings), frames, partly, granted, groups, targets, cluster)


@dataclass(frozen=True)
class ReadRows:
    """What some training rows teach about reading: the readers, and out-of-fold readings."""

    readers: Readers | None
    unseen: pd.DataFrame


def read_rows(labelled: Labelled, rows: Rows) -> ReadRows:
    """Fit the readers on some rows, and read each of the rows with readers that never saw it."""
    targets, groups = labelled.targets[rows], labelled.groups[rows]
    papers = labelled.papers(rows)
    taught = teaching_rows(targets, groups)
    terms = count_terms([papers[row] for row in taught], labelled.cluster)
    readers = fit_readers(terms, targets[taught])
    unseen = unseen_readings(terms, targets[taught], groups[taught])
    if readers is not None:
        errors = reading_errors(unseen, targets[taught])
        readers = replace(readers, errors=errors)
    if len(taught) < len(rows):
        unseen = unseen.set_axis(taught).reindex(range(len(rows)))
        others = np.setdiff1d(np.arange(len(rows)), taught)
        if readers is not None:
            found = readings_of(readers, [papers[row] for row in others], labelled.cluster)
            unseen.iloc[others] = found.to_numpy()
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

    # Frames of a million rulings are not copied where all are asked for.
    everything = np.array_equal(rows, np.arange(len(labelled.rulings)))

    def shown(frames: dict[Mode, FeatureFrame]) -> dict[Mode, FeatureFrame]:
        mine = {m: frame if everything else frame.take(rows) for m, frame in frames.items()}
        mine = {m: frame.with_readings(read.unseen.to_numpy()) for m, frame in mine.items()}
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
    model = fit(copies, read.readers, granted, groups, parameters, n_bags, seed, labelled.cluster)
    return Fitted(model, whole)


def read_frames(
    labelled: Labelled, readers: Readers | None, rows: Rows
) -> dict[Mode, FeatureFrame]:
    """Return the frames of some rows in every mode with the readings, read just once."""
    frames = {mode: frame.take(rows) for mode, frame in labelled.frames.items()}
    values = None
    if readers is not None:
        values = readings_of(readers, labelled.papers(rows), labelled.cluster).to_numpy()
    return {mode: frame.with_readings(values) for mode, frame in frames.items()}
