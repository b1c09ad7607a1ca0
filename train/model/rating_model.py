"""Factor readers: from the words of both papers to the ratings an analyst would likely give.

Many users bring only text, while the four ratings of Winter v. NRDC, 555 U.S. 7, 20 (2008) carry
most of the signal. A reader is ridge regression on what the papers hold (`train.model.vocabulary`): words and
word pairs, the phrases of the families, and the circumstances that doctrine weighs. It is fitted on
the rated training rulings only; the model learns from out-of-fold readings, so that it meets
readings as good as those of motions never seen. A fifth reader learns the forecasts of
outcome-blind readers where training rulings have them: a soft target, never an input.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from data.arrays import Floats, Rows
from data.schema import RATINGS
from features.document import Papers
from features.families.inferred_ratings import COLUMNS, FORECAST
from features.phrases.hits import Hit
from train.cluster import Cluster, in_chunks, map_in_order
from train.model.vocabulary import BLOCKS, Vocabulary, find_terms

TARGETS = (*RATINGS, FORECAST)
SHOWN_PHRASES = 5


@dataclass(frozen=True, eq=False)
class RatingModel:
    """Fitted readers of the factors.

    Attributes
    ----------
    vocabulary
        The terms read, k columns in all.
    weights, intercepts
        (targets, k) and (targets,) of the ridge regressions; NaN where a factor is not read.
    errors
        (targets,) root mean square error of readings of cases not seen; NaN where not known.
    """

    vocabulary: Vocabulary
    weights: Floats
    intercepts: Floats
    errors: Floats

    def infer(self, papers: Sequence[Papers]) -> pd.DataFrame:
        """Return n rows with a column per reading; NaN where a factor is not read."""
        values = self.predict(self.vocabulary.matrix(papers))
        return pd.DataFrame(values, columns=[column.name for column in COLUMNS])

    def predict(self, terms: csr_matrix) -> Floats:
        """Return the (n, targets) readings of motions whose terms were found."""
        return np.asarray(terms @ self._filled.T + self.intercepts, dtype=float)

    def explain(
        self, papers: Sequence[Papers], terms: csr_matrix
    ) -> list[dict[str, tuple[Hit, ...]]]:
        """Return the words that moved each reading most, for n motions, by column name."""
        bounds = zip(papers, pairwise(terms.indptr.tolist()), strict=True)
        return [
            self._words(pair, terms.indices[start:end], terms.data[start:end])
            for pair, (start, end) in bounds
        ]

    def _words(self, papers: Papers, places: Rows, weights: Floats) -> dict[str, tuple[Hit, ...]]:
        moved = weights * self._filled[:, places]
        strongest = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :SHOWN_PHRASES]
        columns = self.vocabulary.columns
        terms = [
            [columns[place] for place in places[row[mine[row] != 0]].tolist()]
            for row, mine in zip(strongest, moved, strict=True)
        ]
        found = find_terms(papers, {term for some in terms for term in some})
        return {
            column.name: tuple(found[term] for term in some)
            for column, some in zip(COLUMNS, terms, strict=True)
            if some
        }

    @cached_property
    def _filled(self) -> Floats:
        return np.nan_to_num(self.weights)

    def to_json(self) -> dict[str, Any]:
        """Return the readers as plain JSON values."""
        return {
            "terms": {block: list(terms) for block, terms in self.vocabulary.terms.items()},
            "idf": {block: idf.tolist() for block, idf in self.vocabulary.idf.items()},
            "weights": [[_or_none(w) for w in row] for row in self.weights.tolist()],
            "intercepts": [_or_none(value) for value in self.intercepts.tolist()],
            "errors": [_or_none(value) for value in self.errors.tolist()],
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "RatingModel":
        """Read what `to_json` gave.

        Raises
        ------
        ValueError
            If the parts do not fit together.
        """
        vocabulary = Vocabulary(
            {block: tuple(record["terms"][block]) for block in BLOCKS},
            {block: np.array(record["idf"][block], dtype=float) for block in BLOCKS},
        )
        weights = np.array(record["weights"], dtype=float)
        intercepts = np.array(record["intercepts"], dtype=float)
        errors = np.array(record["errors"], dtype=float)
        uneven = [b for b in BLOCKS if len(vocabulary.terms[b]) != len(vocabulary.idf[b])]
        n_terms = len(vocabulary.columns)
        expected = ((len(TARGETS), n_terms), (len(TARGETS),), (len(TARGETS),))
        if uneven or (weights.shape, intercepts.shape, errors.shape) != expected:
            raise ValueError(f"readers of {n_terms} terms with weights of shape {weights.shape}")
        return cls(vocabulary, weights, intercepts, errors)


def infer_ratings(
    readers: RatingModel, papers: Sequence[Papers], cluster: Cluster | None = None
) -> pd.DataFrame:
    """Return what `readers.read` does of the papers of n motions, read chunk by chunk.

    Parameters
    ----------
    cluster
        Where they are read; None for this process.
    """
    chunks = [readers.infer([]), *map_in_order(cluster, _read, in_chunks(papers), readers)]
    return pd.concat(chunks, ignore_index=True)


def _read(papers: Sequence[Papers], readers: RatingModel) -> pd.DataFrame:
    return readers.infer(papers)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
