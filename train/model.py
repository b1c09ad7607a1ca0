"""The model: bagged LightGBM, for motions with ratings and for those without.

One model serves the three modes; inside, motions with ratings have their own boosters, since
boosters shared by all lean on the ratings and read codings and text worse where there are none.
Each bag is a LightGBM classifier fitted on a bootstrap of cases; `train.calibration` turns the
bags' scores into a probability and its interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from features import readings
from features.build import COLUMNS
from features.frame import FeatureFrame
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
from train.forest import Forest
from train.metrics import case_bootstrap
from train.modes import BASES, BASIS_OF, Basis, Mode
from train.readers import Readers
from train.scope import Scope, fit_scope
from train.tables import Leaves

ESTIMATE = ("p_grant", "p_low", "p_high")
AT_ONCE = 5_000
"""Rows dropped through the trees together, some 200 MB."""
MIN_RULINGS = 40
"""Fewer cannot both teach and calibrate; a usable model wants several hundred."""


@dataclass(frozen=True)
class Ensemble:
    """The trees of one basis and their calibration.

    `taught` holds the scores that the calibration was fitted on; it is not saved.
    """

    forest: Forest
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
        if frame.has_readings:
            return frame
        if self.readers is None:
            return frame.with_readings(np.full((len(frame), len(readings.COLUMNS)), np.nan))
        terms = self.readers.vocabulary.matrix(frame.papers)
        words = self.readers.words_behind(frame.papers, terms) if phrases else ()
        return frame.with_readings(self.readers.values(terms), words, terms)

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
        frame = self.read(frame)
        in_scope = np.array([not reasons for reasons in self.scope.reasons(frame)], dtype=bool)
        result = np.empty((len(frame), len(ESTIMATE)))
        for basis, rows, matrix in self.parts(frame, modes):
            ensemble = self.ensembles[basis]
            scores = _scores(ensemble.forest, matrix)
            result[rows] = probabilities(scores, ensemble.calibration, in_scope[rows])
        return pd.DataFrame(result, columns=list(ESTIMATE)).assign(in_scope=in_scope)

    def scores(self, frame: FeatureFrame, mode: Mode) -> Floats:
        """Return the (n, bags) raw log-odds of each row, before calibration."""
        return _scores(self.ensembles[BASIS_OF[mode]].forest, self.encoded(frame))

    def contributions(self, frame: FeatureFrame, modes: Sequence[Mode]) -> pd.DataFrame:
        """Return each column's TreeSHAP share of the calibrated log-odds, and `base`.

        A row sums to the log-odds of its `p_grant`.
        """
        shares = self.shares(self.parts(frame, modes))
        return pd.DataFrame(shares, columns=[*self.columns, "base"])

    def encoded(self, frame: FeatureFrame) -> Floats:
        """Return the (n, columns) numbers that the trees take; readings are added where missing."""
        return encode(self.read(frame), self.columns, self.categories)

    def parts(self, frame: FeatureFrame, modes: Sequence[Mode]) -> list["Part"]:
        """Return the rows of each basis, encoded.

        Raises
        ------
        ValueError
            If the frame's columns are not the ones the model was fitted on.
        """
        matrix = self.encoded(frame)
        return [Part(basis, rows, matrix[rows]) for basis, rows in _rows_by_basis(modes)]

    def look(self, parts: Sequence["Part"]) -> list[Leaves]:
        """Drop the rows of each part through its trees, once for all that is asked of them.

        Each row takes some 20 kB; `predict` and `contributions` do without.
        """
        return [self.ensembles[part.basis].forest.leaves(part.matrix) for part in parts]

    def estimate(
        self, parts: Sequence["Part"], leaves: Sequence[Leaves], in_scope: Flags
    ) -> Floats:
        """Return (n, 3): `ESTIMATE` of each row that was looked at."""
        result = np.empty((len(in_scope), len(ESTIMATE)))
        for part, mine in zip(parts, leaves, strict=True):
            ensemble = self.ensembles[part.basis]
            scores = ensemble.forest.scores(mine)
            result[part.rows] = probabilities(scores, ensemble.calibration, in_scope[part.rows])
        return result

    def shares(self, parts: Sequence["Part"]) -> Floats:
        """Return (n, columns + 1): what `contributions` gives, without a frame."""
        shares = np.empty((sum(len(part.rows) for part in parts), len(self.columns) + 1))
        for basis, rows, matrix in parts:
            ensemble = self.ensembles[basis]
            shares[rows] = ensemble.forest.shares(matrix) * ensemble.calibration.slope
            shares[rows, -1] += ensemble.calibration.intercept
        return shares


class Part(NamedTuple):
    """Rows of a frame that share a basis, and their numbers, encoded."""

    basis: Basis
    rows: npt.NDArray[np.intp]
    matrix: Floats


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
    forest = Forest.of(fit_bags_on(cluster, bags) if cluster else fit_bags(bags))
    measured = [
        _scores(forest, encode(copy.frame, names, categories)).T
        for copy in copies
        if copy.calibrates
    ]
    return Ensemble(forest, *calibrate(measured, drawn, granted))


def _scores(forest: Forest, matrix: Floats) -> Floats:
    """Return (n, bags) raw log-odds, some rows at a time: leaves take much memory."""
    parts = [
        forest.scores(forest.leaves(matrix[start : start + AT_ONCE]))
        for start in range(0, len(matrix), AT_ONCE)
    ]
    return np.vstack(parts) if parts else np.empty((0, len(forest.texts)))


def _rows_by_basis(modes: Sequence[Mode]) -> list[tuple[Basis, npt.NDArray[np.intp]]]:
    mine = [BASIS_OF[mode] for mode in modes]
    found = [(basis, np.flatnonzero([other == basis for other in mine])) for basis in BASES]
    return [(basis, rows) for basis, rows in found if len(rows)]
