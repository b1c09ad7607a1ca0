"""One trial of a search: parameters judged fold by fold, and two of them compared."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from data.splits import grouped_folds
from features.frame import FeatureFrame
from train.dataset import Labelled, ReadRows, Rows, fit_rows, read_frames, read_rows
from train.evaluate.metrics import observed_and_drawn, with_intervals
from train.model.calibration import Floats
from train.modes import MODES, Mode

ALL_MODES = "all"


@dataclass(frozen=True)
class PreparedFold:
    """A fold with what no LightGBM parameter touches done once: the reading of its papers."""

    train: Rows
    test: Rows
    read: ReadRows
    frames: dict[Mode, FeatureFrame]


def prepare_folds(labelled: Labelled, n_folds: int, seed: int) -> list[PreparedFold]:
    """Split the rulings into grouped folds, fit each fold's readers and read its test rows.

    Raises
    ------
    ValueError
        If there are fewer cases than folds.
    """
    folds = []
    for train, test in grouped_folds(labelled.rulings, labelled.granted, n_folds, seed):
        read = read_rows(labelled, train)
        folds.append(PreparedFold(train, test, read, read_frames(labelled, read.readers, test)))
    return folds


@dataclass(frozen=True)
class Judge:
    """Judges parameters by the same folds each time, and remembers what it found.

    Attributes
    ----------
    labelled
        n rulings.
    known
        (modes, n) squared errors by parameters.
    """

    labelled: Labelled
    folds: list[PreparedFold]
    n_bags: int
    seed: int
    known: dict[str, Floats] = field(default_factory=dict)

    def fold_by_fold(self, parameters: dict[str, Any]) -> Iterator[Floats]:
        """Yield after each fold the (modes, n) squared errors, NaN in folds still to come."""
        errors = np.full((len(MODES), len(self.labelled.rulings)), np.nan)
        for fold in self.folds:
            fitted = fit_rows(
                self.labelled, fold.train, parameters, self.n_bags, self.seed, read=fold.read
            )
            granted = self.labelled.granted[fold.test]
            for place, (mode, frame) in enumerate(fold.frames.items()):
                p = fitted.model.predict(frame, [mode] * len(frame))["p_grant"]
                errors[place, fold.test] = (p.to_numpy(dtype=float) - granted) ** 2
            yield errors.copy()
        self.known[_key(parameters)] = errors

    def errors(self, parameters: dict[str, Any]) -> Floats:
        """Return the (modes, n) squared errors, judging the parameters if that was not yet done."""
        if _key(parameters) not in self.known:
            for _ in self.fold_by_fold(parameters):
                pass
        return self.known[_key(parameters)]


def _key(parameters: dict[str, Any]) -> str:
    return json.dumps(parameters, sort_keys=True)


def compare(after: Floats, before: Floats, groups: Rows) -> pd.DataFrame:
    """Compare the Brier scores of two models of the same n rulings, paired by ruling.

    Parameters
    ----------
    after, before
        (modes, n) squared errors.
    groups
        n case numbers.

    Returns
    -------
    A row for the mean of the modes ("all") and one per mode: `mode`, `before`, `after`,
    `difference` (after less before), and its 95% interval `low` to `high`, bootstrapped by case.
    """
    weights = observed_and_drawn(groups)
    rows = []
    pairs = zip((ALL_MODES, *MODES), _with_mean(after), _with_mean(before), strict=True)
    for mode, mine, other in pairs:
        drawn = weights @ (mine - other) / weights.sum(axis=1)
        found = with_intervals({"difference": drawn}).iloc[0]
        rows.append(
            {
                "mode": mode,
                "before": other.mean(),
                "after": mine.mean(),
                "difference": found["value"],
                "low": found["low"],
                "high": found["high"],
            }
        )
    return pd.DataFrame(rows)


def _with_mean(errors: Floats) -> Floats:
    return np.vstack([errors.mean(axis=0), errors])
