"""The model: bagged LightGBM, for motions with a forecast, with ratings, and with neither.

One model serves the four modes. Inside, motions with a forecast and motions with ratings have their
own ensembles, since boosters shared by all rely on these inputs and do worse where there are none.
Each bag is a LightGBM classifier fitted on a bootstrap of the cases; `train.model.calibration`
turns the bags' scores into a probability and its interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from data.arrays import Flags, Floats, Rows
from features.build import COLUMNS
from features.document import Papers
from features.families import forecast, inferred_ratings
from features.families import ratings as winter_ratings
from features.frame import FeatureFrame
from features.indicators import Reading
from features.readings import keep_counted
from train.model.calibration import Calibration, OutOfBagScores, probabilities
from train.model.encoding import encode
from train.model.forest import Forest
from train.model.length import are_long
from train.model.rating_line import RatingLine
from train.model.rating_model import RatingModel
from train.model.reader_line import ReaderLine
from train.model.readings import Precision, Readings
from train.model.scope import Scope
from train.model.tree_tables import LeafIndices
from train.modes import BASES, BASIS_OF, Basis, Mode

if TYPE_CHECKING:
    import pandas as pd

_NAMES = [column.name for column in COLUMNS]
_FORECAST = _NAMES.index(forecast.COLUMN)
_RATINGS = [_NAMES.index(column.name) for column in winter_ratings.COLUMNS]
ESTIMATE = ("p_grant", "p_low", "p_high")
DISTRIBUTION = "distribution"
"""Name of the fact that holds the distributions of the training rulings' features and answers."""
LONG_PAPERS = "long_papers"
"""Name of the fact that holds how the model does on long papers; None if that was not measured."""
LONG_PAPER_READINGS = "readings"
"""Name, in that record, of how many readings of each field were right, and of how many."""
VALUE_OUTCOMES = "value_outcomes"
"""Name of the fact that counts the training rulings with each coded value, and those granted (see
`train.value_outcomes`)."""


@dataclass(frozen=True)
class Ensemble:
    """The trees of one basis and their calibration.

    Attributes
    ----------
    forest, calibration
        The trees, and the lines that turn their scores into a probability.
    calibration_scores
        The scores that the calibration was fitted on; not saved.
    reader_line, rating_line
        What the trees started from, the one or the other; None of both if from nothing.
    """

    forest: Forest
    calibration: Calibration
    calibration_scores: OutOfBagScores | None = None
    reader_line: ReaderLine | None = None
    rating_line: RatingLine | None = None

    def offsets(self, matrix: Floats) -> Floats:
        """Return the n log-odds that the trees start from, for (n, columns) features."""
        if self.reader_line is not None:
            return self.reader_line.log_odds(matrix[:, _FORECAST])
        if self.rating_line is not None:
            return self.rating_line.log_odds(matrix[:, _RATINGS])
        return np.zeros(len(matrix))

    def probabilities(self, scores: Floats, matrix: Floats, spreads: Floats) -> Floats:
        """Return the (n, 3) `ESTIMATE` (see `train.model.calibration.probabilities`)."""
        return probabilities(scores, self.calibration, self.offsets(matrix), spreads)

    def forecast_effect(self) -> float:
        """Return by how much the log-odds move with those of a forecast, trees apart."""
        line = self.reader_line
        return 0.0 if line is None else self.calibration.offset_slope * line.slope

    def shap_values(self, matrix: Floats) -> Floats:
        """Return (n, columns + 1): SHAP values in calibrated log-odds, then the base value."""
        values = self.forest.shap_values(matrix) * self.calibration.slope
        values[:, -1] += self.calibration.intercept
        if self.reader_line is not None:
            # The SHAP value of a linear term is its distance from the mean.
            mean = self.reader_line.mean
            offsets = self.offsets(matrix) - mean
            values[:, _FORECAST] += self.calibration.offset_slope * offsets
            values[:, -1] += self.calibration.offset_slope * mean
        elif self.rating_line is not None:
            terms = self.rating_line.terms(matrix[:, _RATINGS])
            values[:, _RATINGS] += self.calibration.offset_slope * terms
            values[:, -1] += self.calibration.offset_slope * self.rating_line.intercept
        return values


@dataclass(frozen=True)
class GrantModel:
    """A fitted model of the probability that a motion is granted.

    Attributes
    ----------
    columns
        Names of the feature columns, in the order the boosters expect.
    categories
        For each category column, its values; a value's code is its index.
    ensembles
        One per basis.
    base_rate
        Share granted among the training rulings.
    scope
        What the training rulings are like.
    readings
        How often what phrases read was right.
    rating_model
        Infers the Winter ratings from text; None where too few training rulings had ratings.
    facts
        Digests, rows, parameters, versions.
    """

    columns: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    ensembles: dict[Basis, Ensemble]
    base_rate: float
    scope: Scope
    readings: Readings
    rating_model: RatingModel | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def prepare(self, frame: FeatureFrame, phrases: bool = False) -> FeatureFrame:
        """Return a frame as the model takes it; unchanged if it is so already.

        What phrases read is kept where such readings are right often enough (`readings`), in long
        papers as well where the motion's are long. The ratings inferred from text are added.

        Parameters
        ----------
        phrases
            Whether to find the phrases behind each inferred rating too, which takes longer.
        """
        if frame.has_inferred_ratings:
            return frame
        frame = keep_counted(frame, self.readings.counted)
        is_long = are_long(frame.papers, self.facts.get("median_words"))
        if is_long.any():
            frame = keep_counted(frame, self.counted_in_long_papers, is_long)
        if self.rating_model is None:
            return frame.with_inferred_ratings(None)
        terms = self.rating_model.vocabulary.matrix(frame.papers)
        evidence = self.rating_model.explain(frame.papers, terms) if phrases else ()
        return frame.with_inferred_ratings(self.rating_model.predict(terms), evidence, terms)

    @cached_property
    def counted_in_long_papers(self) -> frozenset[Reading]:
        """The readings that count in long papers: none, where that was not measured."""
        record = self.facts.get(LONG_PAPERS) or {}
        return self.readings.of_fields(record.get(LONG_PAPER_READINGS, {}))

    def precision_in(self, papers: Papers) -> dict[Reading, Precision]:
        """Return the precision of each reading that counts in the papers of a motion."""
        is_long = are_long([papers], self.facts.get("median_words"))[0]
        counted = self.counted_in_long_papers if is_long else self.readings.counted
        return {reading: self.readings.precision[reading] for reading in counted}

    def rating_errors(self) -> dict[str, float]:
        """Return the root mean square error of each inferred rating on unseen cases, by column."""
        errors = self.rating_model.errors if self.rating_model else np.empty(0)
        named = zip(inferred_ratings.COLUMNS, errors, strict=False)
        return {column.name: float(error) for column, error in named if not np.isnan(error)}

    def predict(self, frame: FeatureFrame, modes: Sequence[Mode]) -> "pd.DataFrame":
        """Return `p_grant`, `p_low`, `p_high` and `in_scope` for each row of the frame.

        Raises
        ------
        ValueError
            If the frame's columns are not the ones the model was fitted on.
        """
        import pandas as pd

        frame = self.prepare(frame)
        in_scope = self.in_scope(frame)
        batches = self.split_by_ensemble(frame, modes)
        scores = [self.ensembles[batch.basis].forest.raw_scores(batch.matrix) for batch in batches]
        estimates = self._estimates(batches, scores, self.scope_spreads(modes, in_scope))
        return pd.DataFrame(estimates, columns=list(ESTIMATE)).assign(in_scope=in_scope)

    def p_grant(self, frame: FeatureFrame, mode: Mode) -> Floats:
        """Return the n `p_grant` of a frame, all of one mode, without intervals and scope."""
        ensemble, matrix = self.ensembles[BASIS_OF[mode]], self.encode(frame)
        scores = ensemble.forest.raw_scores(matrix)
        return ensemble.probabilities(scores, matrix, np.zeros(len(frame)))[:, 0]

    def in_scope(self, frame: FeatureFrame) -> Flags:
        """Return which of n motions are like the training rulings (see `train.model.scope`)."""
        return np.array([not reasons for reasons in self.scope.reasons(frame)], dtype=bool)

    def scope_spreads(self, modes: Sequence[Mode], in_scope: Flags) -> Floats:
        """Return the (n,) standard deviations in log-odds that widen intervals out of scope.

        Of a motion out of scope the model knows little more than that motions differ, so it is
        the spread of the training rulings; 0 for a motion in scope.
        """
        spreads = [self.ensembles[BASIS_OF[mode]].calibration.spread for mode in modes]
        return np.where(in_scope, 0.0, np.array(spreads))

    def contributions(self, frame: FeatureFrame, modes: Sequence[Mode]) -> "pd.DataFrame":
        """Return each column's SHAP value in calibrated log-odds, and `base`.

        A row sums to the log-odds of its `p_grant`.
        """
        import pandas as pd

        values = self.shap_values(self.split_by_ensemble(frame, modes))
        return pd.DataFrame(values, columns=[*self.columns, "base"])

    def encode(self, frame: FeatureFrame) -> Floats:
        """Return the (n, columns) matrix for the trees, with inferred ratings."""
        return encode(self.prepare(frame), self.columns, self.categories)

    def split_by_ensemble(
        self, frame: FeatureFrame, modes: Sequence[Mode]
    ) -> list["EnsembleBatch"]:
        """Encode the rows and group them by the ensemble that answers their mode.

        Raises
        ------
        ValueError
            If the frame's columns are not the ones the model was fitted on.
        """
        matrix = self.encode(frame)
        basis_of_row = np.array([BASIS_OF[mode] for mode in modes], dtype=object)
        rows_by_basis = {basis: np.flatnonzero(basis_of_row == basis) for basis in BASES}
        return [
            EnsembleBatch(basis, rows, matrix[rows])
            for basis, rows in rows_by_basis.items()
            if len(rows)
        ]

    def leaf_indices(self, batches: Sequence["EnsembleBatch"]) -> list[LeafIndices]:
        """Return the leaves that the rows of each batch reach, for `estimate` and comparables.

        A row takes some 20 kB; `predict` and `contributions` do without.
        """
        return [self.ensembles[batch.basis].forest.leaf_indices(batch.matrix) for batch in batches]

    def estimate(
        self,
        batches: Sequence["EnsembleBatch"],
        leaves: Sequence[LeafIndices],
        spreads: Floats,
    ) -> Floats:
        """Return the (n, 3) `ESTIMATE` of each row from its leaf indices.

        Parameters
        ----------
        batches, leaves
            The rows of each ensemble, and the leaves they reach.
        spreads
            (n,) standard deviations in log-odds that widen the intervals (see `scope_spreads`).
        """
        scores = [
            self.ensembles[batch.basis].forest.leaf_scores(leaf_indices)
            for batch, leaf_indices in zip(batches, leaves, strict=True)
        ]
        return self._estimates(batches, scores, spreads)

    def _estimates(
        self,
        batches: Sequence["EnsembleBatch"],
        scores: Sequence[Floats],
        spreads: Floats,
    ) -> Floats:
        """Return the (n, 3) `ESTIMATE` of each row from the raw scores of each batch."""
        estimates = np.empty((len(spreads), len(ESTIMATE)))
        for (basis, rows, matrix), batch_scores in zip(batches, scores, strict=True):
            ensemble = self.ensembles[basis]
            estimates[rows] = ensemble.probabilities(batch_scores, matrix, spreads[rows])
        return estimates

    def shap_values(self, batches: Sequence["EnsembleBatch"]) -> Floats:
        """Return (n, columns + 1): SHAP values in calibrated log-odds, then the base value."""
        values = np.empty((sum(len(batch.rows) for batch in batches), len(self.columns) + 1))
        for basis, rows, matrix in batches:
            values[rows] = self.ensembles[basis].shap_values(matrix)
        return values


class EnsembleBatch(NamedTuple):
    """Rows of a frame that one ensemble answers, encoded."""

    basis: Basis
    rows: Rows
    matrix: Floats


def describe_relief(facts: Mapping[str, Any]) -> str:
    """Return how much relief counts as granted in this model: "at least in part" or "in full"."""
    partial_grants_as = facts.get("partial_grants_as", "granted")
    return "at least in part" if partial_grants_as == "granted" else "in full"
