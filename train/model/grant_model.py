"""The model: bagged LightGBM, for motions with ratings and for those without.

One model serves the three modes; inside, motions with ratings have their own boosters, since
boosters shared by all lean on the ratings and read codings and text worse where there are none.
Each bag is a LightGBM classifier fitted on a bootstrap of cases; `train.model.calibration` turns the
bags' scores into a probability and its interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.families import inferred_ratings
from features.frame import FeatureFrame
from train.model.calibration import Calibration, Flags, Floats, OutOfBag, probabilities
from train.model.encoding import encode
from train.model.forest import Forest
from train.model.rating_model import Readers
from train.model.scope import Scope
from train.model.tree_tables import Leaves
from train.modes import BASES, BASIS_OF, Basis, Mode

ESTIMATE = ("p_grant", "p_low", "p_high")
DISTRIBUTION = "distribution"
"""Name of the fact that holds how features and answers of the training rulings are spread."""
AT_ONCE = 5_000
"""Rows dropped through the trees together, some 200 MB."""


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
            return frame.with_readings(None)
        terms = self.readers.vocabulary.matrix(frame.papers)
        words = self.readers.words_behind(frame.papers, terms) if phrases else ()
        return frame.with_readings(self.readers.values(terms), words, terms)

    def reading_errors(self) -> dict[str, float]:
        """Return how far off each reading of a motion not seen was (root mean square), by name."""
        errors = self.readers.errors if self.readers else np.empty(0)
        named = zip(inferred_ratings.COLUMNS, errors, strict=False)
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
            scores = scores_of(ensemble.forest, matrix)
            result[rows] = probabilities(scores, ensemble.calibration, in_scope[rows])
        return pd.DataFrame(result, columns=list(ESTIMATE)).assign(in_scope=in_scope)

    def scores(self, frame: FeatureFrame, mode: Mode) -> Floats:
        """Return the (n, bags) raw log-odds of each row, before calibration."""
        return scores_of(self.ensembles[BASIS_OF[mode]].forest, self.encoded(frame))

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


def scores_of(forest: Forest, matrix: Floats) -> Floats:
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


def in_part_words(facts: Mapping[str, Any]) -> str:
    """Say what the model of these facts takes for granted: relief "at least in part", or more."""
    return "at least in part" if facts.get("in_part", "granted") == "granted" else "in full"
