"""The model: bagged LightGBM, for motions with ratings and for those without.

One model serves the three modes; inside, motions with ratings have their own boosters, since
boosters shared by all lean on the ratings and read codings and text worse where there are none.
Each bag is a LightGBM classifier fitted on a bootstrap of cases; `train.calibration` turns the
bags' scores into a probability and its interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd

from features import readings
from features.build import COLUMNS, FeatureFrame
from train.boosters import DEFAULTS, Bags, fit_bags
from train.calibration import (
    Calibration,
    Flags,
    Floats,
    OutOfBag,
    calibrate,
    probabilities,
)
from train.cluster import Cluster
from train.distributed import fit_bags_on
from train.encoding import encode, fit_categories
from train.metrics import case_bootstrap
from train.modes import BASES, BASIS_OF, Basis, Mode
from train.readers import Readers
from train.scope import Scope, fit_scope

MANY_ROWS = 256
"""Rows from which threads are worth starting."""
MIN_RULINGS = 40
"""Fewer cannot both teach and calibrate; a usable model wants several hundred."""


@dataclass(frozen=True)
class Ensemble:
    """The boosters of one basis and their calibration.

    `taught` holds the scores that the calibration was fitted on; it is not saved.
    """

    bags: tuple[lgb.Booster, ...]
    calibration: Calibration
    taught: OutOfBag | None = None


@dataclass(frozen=True)
class GrantModel:
    """A fitted model of the probability that a motion is granted.

    Attributes
    ----------
    columns
        Names of the feature columns, in the order the boosters expect.
    categories
        For each category column, its values; a value's code is its place here.
    ensembles
        One per basis.
    base_rate
        Share granted among the training rulings.
    scope
        What the training rulings are like.
    readers
        The fitted factor readers, or None where the training rulings had too few ratings.
    facts
        What the model is of: digests, rows, parameters, versions.
    """

    columns: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    ensembles: dict[Basis, Ensemble]
    base_rate: float
    scope: Scope
    readers: Readers | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def read(self, frame: FeatureFrame, phrases: bool = False) -> FeatureFrame:
        """Add what the fitted readers make of the words; a frame that has it is given back.

        Parameters
        ----------
        phrases
            Whether to find the words behind each reading too, which takes longer.
        """
        if readings.COLUMNS[0].name in frame.values:
            return frame
        names = [column.name for column in readings.COLUMNS]
        if self.readers is None:
            return frame.with_readings(pd.DataFrame(np.nan, index=range(len(frame)), columns=names))
        if phrases:
            return frame.with_readings(*self.readers.read_with_words(frame.papers))
        return frame.with_readings(self.readers.read(frame.papers))

    def reading_errors(self) -> dict[str, float]:
        """Return how far off each reading of a motion not seen was (root mean square), by name."""
        errors = self.readers.errors if self.readers else np.empty(0)
        named = zip(readings.COLUMNS, errors, strict=False)
        return {column.name: float(error) for column, error in named if not np.isnan(error)}

    def predict(self, frame: FeatureFrame, modes: Sequence[Mode]) -> pd.DataFrame:
        """Return `p_grant`, `p_low`, `p_high` and `in_scope` for each row of the frame.

        Raises
        ------
        ValueError
            If the frame's columns are not the ones the model was fitted on.
        """
        matrix = encode(self.read(frame), self.columns, self.categories)
        in_scope = np.array([not reasons for reasons in self.scope.reasons(frame)], dtype=bool)
        result = np.empty((len(frame), 3))
        for basis, rows in _rows_by_basis(modes):
            ensemble = self.ensembles[basis]
            scores = _scores(ensemble.bags, matrix[rows])
            result[rows] = probabilities(scores, ensemble.calibration, in_scope[rows])
        answer = pd.DataFrame(result, columns=["p_grant", "p_low", "p_high"])
        return answer.assign(in_scope=in_scope)

    def scores(self, frame: FeatureFrame, mode: Mode) -> Floats:
        """Return the (n, bags) raw log-odds of each row, before calibration."""
        matrix = encode(self.read(frame), self.columns, self.categories)
        return _scores(self.ensembles[BASIS_OF[mode]].bags, matrix)

    def contributions(self, frame: FeatureFrame, modes: Sequence[Mode]) -> pd.DataFrame:
        """Return each column's TreeSHAP share of the calibrated log-odds, and `base`.

        A row sums to the log-odds of its `p_grant`.

        References
        ----------
        Lundberg et al. (2020), Nature Machine Intelligence 2:56-67 (TreeSHAP).
        """
        matrix = encode(self.read(frame), self.columns, self.categories)
        shares = np.empty((len(frame), len(self.columns) + 1))
        for basis, rows in _rows_by_basis(modes):
            ensemble = self.ensembles[basis]
            # For few rows, starting threads takes a hundred times as long as the work.
            threads = 1 if len(rows) < MANY_ROWS else 0
            raw = [
                bag.predict(matrix[rows], pred_contrib=True, num_threads=threads)
                for bag in ensemble.bags
            ]
            shares[rows] = np.mean(raw, axis=0) * ensemble.calibration.slope
            shares[rows, -1] += ensemble.calibration.intercept
        return pd.DataFrame(shares, columns=[*self.columns, "base"])


@dataclass(frozen=True)
class Copy:
    """The training rulings as one kind of user would show them.

    `weight` is what this copy counts beside the others; its out-of-bag scores help to fit the
    calibration line where `calibrates`.
    """

    frame: FeatureFrame
    weight: float = 1.0
    calibrates: bool = True


def fit(
    copies: dict[Basis, tuple[Copy, ...]],
    readers: Readers | None,
    granted: Flags,
    groups: npt.NDArray[np.intp],
    parameters: dict[str, Any] | None = None,
    n_bags: int = 20,
    seed: int = 0,
    cluster: Cluster | None = None,
) -> GrantModel:
    """Fit the model on n training rulings, each seen in several copies.

    Parameters
    ----------
    copies
        For each basis, copies of n rows each, in the same order, with out-of-fold readings.
    readers
        Fitted on these rulings; the model reads new motions with them.
    granted
        n labels.
    groups
        n case numbers; a bag takes or leaves a case whole.
    parameters
        LightGBM parameters over `train.boosters.DEFAULTS`.
    n_bags
        Boosters per basis, each on its own bootstrap of the cases.
    cluster
        Where the boosters are fitted; None for this process.

    Raises
    ------
    ValueError
        If there are too few rulings, or the labels are all alike.
    """
    if len(granted) < MIN_RULINGS:
        raise ValueError(
            f"{len(granted)} training ruling(s); at least {MIN_RULINGS} are needed to learn from "
            "and to calibrate on"
        )
    if granted.all() or not granted.any():
        raise ValueError("the training rulings all have the same outcome; nothing can be learned")
    settings = DEFAULTS | (parameters or {})
    categories = fit_categories(next(iter(copies.values()))[0].frame)
    drawn = case_bootstrap(groups, n_bags, seed)
    names = tuple(column.name for column in COLUMNS)
    ensembles = {
        basis: _fit_ensemble(shown, granted, drawn, names, categories, settings, seed, cluster)
        for basis, shown in copies.items()
    }
    facts = {"parameters": settings, "n_bags": n_bags, "seed": seed, "n_rulings": len(granted)}
    scope = fit_scope(next(iter(copies.values()))[0].frame, groups)
    return GrantModel(names, categories, ensembles, float(granted.mean()), scope, readers, facts)


def _fit_ensemble(
    copies: Sequence[Copy],
    granted: Flags,
    drawn: Floats,
    names: tuple[str, ...],
    categories: dict[str, tuple[str, ...]],
    settings: dict[str, Any],
    seed: int,
    cluster: Cluster | None,
) -> Ensemble:
    shares = np.array([copy.weight for copy in copies], dtype=float)
    shares /= shares.sum()
    # Encoded again when asked for: of a million rulings no more than one copy is held at a time.
    matrices = (encode(copy.frame, names, categories) for copy in copies)
    bags = Bags(matrices, shares, granted, drawn, names, tuple(categories), settings, seed)
    boosters = fit_bags_on(cluster, bags) if cluster else fit_bags(bags)
    measured = [
        _scores(boosters, encode(copy.frame, names, categories)).T
        for copy in copies
        if copy.calibrates
    ]
    return Ensemble(boosters, *calibrate(measured, drawn, granted))


def _scores(bags: Sequence[lgb.Booster], matrix: Floats) -> Floats:
    """Return (n rows, bags) raw log-odds."""
    return np.column_stack([bag.predict(matrix, raw_score=True, num_threads=1) for bag in bags])


def _rows_by_basis(modes: Sequence[Mode]) -> list[tuple[Basis, npt.NDArray[np.intp]]]:
    mine = [BASIS_OF[mode] for mode in modes]
    found = [(basis, np.flatnonzero([other == basis for other in mine])) for basis in BASES]
    return [(basis, rows) for basis, rows in found if len(rows)]
