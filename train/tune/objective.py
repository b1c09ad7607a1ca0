"""Cross-validate LightGBM parameters on fixed folds, and compare two sets of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from data.arrays import Floats, Rows
from data.splits import grouped_folds
from features.frame import FeatureFrame
from train.dataset import (
    InferredRatings,
    TrainingSet,
    fit_inferred_ratings,
    fit_subset,
    prepared_frames,
)
from train.evaluate.bootstrap import bootstrap_weights, interval_table
from train.modes import MODES, Mode
from train.settings import TrainSettings

MEAN_OF_MODES = "all"


@dataclass(frozen=True)
class PreparedFold:
    """A fold with its inferred ratings, which do not depend on the LightGBM parameters."""

    train: Rows
    test: Rows
    ratings: InferredRatings
    frames: dict[Mode, FeatureFrame]


def prepare_folds(training_set: TrainingSet, settings: TrainSettings) -> list[PreparedFold]:
    """Split the rulings into grouped folds and infer the ratings of each.

    Raises
    ------
    ValueError
        If there are fewer cases than folds.
    """
    folds = []
    for train, test in grouped_folds(
        training_set.rulings, training_set.granted, settings.n_folds, settings.seed
    ):
        ratings = fit_inferred_ratings(training_set, train)
        frames = prepared_frames(training_set, ratings.readings, ratings.rating_model, test)
        folds.append(PreparedFold(train, test, ratings, frames))
    return folds


@dataclass(frozen=True)
class CrossValidation:
    """Computes the squared errors of parameters on the same folds, once for each set of them."""

    training_set: TrainingSet
    folds: list[PreparedFold]
    settings: TrainSettings
    _known: dict[str, Floats] = field(default_factory=dict)

    def errors_by_fold(self, parameters: dict[str, Any]) -> Iterator[Floats]:
        """Yield after each fold the (modes, n) squared errors; NaN in the folds still to come."""
        training_set, settings = self.training_set, self.settings
        errors = np.full((len(MODES), len(training_set.rulings)), np.nan)
        for fold in self.folds:
            model = fit_subset(
                training_set,
                fold.train,
                parameters,
                settings.n_bags,
                settings.seed,
                ratings=fold.ratings,
            ).model
            granted = training_set.granted[fold.test]
            for index, (mode, frame) in enumerate(fold.frames.items()):
                errors[index, fold.test] = (model.p_grant(frame, mode) - granted) ** 2
            yield errors.copy()
        self._known[_key(parameters)] = errors

    def errors(self, parameters: dict[str, Any]) -> Floats:
        """Return the (modes, n) squared errors."""
        if _key(parameters) not in self._known:
            for _ in self.errors_by_fold(parameters):
                pass
        return self._known[_key(parameters)]


def _key(parameters: dict[str, Any]) -> str:
    return json.dumps(parameters, sort_keys=True)


def compare_errors(tuned: Floats, current: Floats, groups: Rows) -> pd.DataFrame:
    """Compare the Brier scores of two models of the same n rulings, paired by ruling.

    Parameters
    ----------
    tuned, current
        (modes, n) squared errors.
    groups
        n case numbers.

    Returns
    -------
    A row for the mean of the modes ("all") and one per mode: `mode`, `current`, `tuned`,
    `difference` (tuned minus current), and its 95% interval `low` to `high`, bootstrapped by case.
    """
    weights = bootstrap_weights(groups)
    rows = []
    for mode, after, before in zip(
        (MEAN_OF_MODES, *MODES), _with_mean(tuned), _with_mean(current), strict=True
    ):
        difference = weights @ (after - before) / weights.sum(axis=1)
        interval = interval_table({"difference": difference}).iloc[0]
        rows.append(
            {
                "mode": mode,
                "current": before.mean(),
                "tuned": after.mean(),
                "difference": interval["value"],
                "low": interval["low"],
                "high": interval["high"],
            }
        )
    return pd.DataFrame(rows)


def _with_mean(errors: Floats) -> Floats:
    return np.vstack([errors.mean(axis=0), errors])
