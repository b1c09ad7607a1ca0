"""The rating model: infers the ratings of the Winter factors, and a forecast, from the papers.

The four ratings of Winter v. NRDC, 555 U.S. 7, 20 (2008) carry most of the signal, but many users
have only the papers. The rating model is one ridge regression per target on the TF-IDF weights of
the papers' terms (`train.model.vocabulary`). Its targets are an analyst's ratings of the four
factors, where training rulings have them, and the log-odds of forecasts made in ignorance of the
outcome, where there are any. The grant model is trained on out-of-fold ratings, which are as
accurate as those of new motions; the forecasts are targets only, never inputs.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix

from data.arrays import Flags, Floats, Rows
from data.schema import RATINGS
from features.document import Papers
from features.families.inferred_ratings import COLUMNS, FORECAST
from features.phrases.hits import Hit
from train.cluster import Cluster, in_chunks, map_in_order
from train.model.vocabulary import BLOCKS, Vocabulary, find_terms

if TYPE_CHECKING:
    import pandas as pd

TARGETS = (*RATINGS, FORECAST)
MAX_PHRASES = 5
"""Terms shown as the evidence of one inferred rating."""


@dataclass(frozen=True, eq=False)
class RatingModel:
    """Fitted ridge regressions, one per target.

    Attributes
    ----------
    vocabulary
        The terms, k columns in all.
    weights
        (targets, k) coefficients; NaN for a target that was not fitted.
    intercepts
        (targets,) intercepts; NaN for a target that was not fitted.
    errors
        (targets,) root mean square errors on cases not seen in fitting; NaN if not known.
    """

    vocabulary: Vocabulary
    weights: Floats
    intercepts: Floats
    errors: Floats

    def infer(self, papers: Sequence[Papers]) -> "pd.DataFrame":
        """Return the ratings of n motions, one column per target; NaN if it was not fitted."""
        import pandas as pd

        ratings = self.predict(self.vocabulary.matrix(papers))
        return pd.DataFrame(ratings, columns=[column.name for column in COLUMNS])

    def predict(self, terms: csr_matrix) -> Floats:
        """Return the (n, targets) ratings for (n, k) weights of terms."""
        return np.asarray(terms @ self._finite_weights.T + self.intercepts, dtype=float)

    def explain(
        self, papers: Sequence[Papers], terms: csr_matrix
    ) -> list[dict[str, tuple[Hit, ...]]]:
        """Return, for each of n motions, the terms that moved each rating most, by column name.

        Words that say nothing of the case (`is_stop_term`) are left out.

        Parameters
        ----------
        papers
            The papers of the n motions.
        terms
            Their (n, k) weights: `vocabulary.matrix(papers)`.
        """
        rows = zip(papers, pairwise(terms.indptr.tolist()), strict=True)
        return [
            self._strongest_terms(pair, terms.indices[start:end], terms.data[start:end])
            for pair, (start, end) in rows
        ]

    def _strongest_terms(
        self, papers: Papers, term_columns: Rows, weights: Floats
    ) -> dict[str, tuple[Hit, ...]]:
        contributions = weights * self._finite_weights[:, term_columns] * self._tells[term_columns]
        strongest = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :MAX_PHRASES]
        names = self.vocabulary.columns
        terms_by_target = [
            [names[column] for column in term_columns[order[of_target[order] != 0]].tolist()]
            for order, of_target in zip(strongest, contributions, strict=True)
        ]
        hits = find_terms(papers, {term for terms in terms_by_target for term in terms})
        return {
            column.name: tuple(hits[term] for term in terms)
            for column, terms in zip(COLUMNS, terms_by_target, strict=True)
            if terms
        }

    @cached_property
    def _tells(self) -> Flags:
        """(k,) whether each term says something of the case."""
        return np.array(
            [block != "words" or not is_stop_term(term) for block, term in self.vocabulary.columns],
            dtype=bool,
        )

    @cached_property
    def _finite_weights(self) -> Floats:
        return np.nan_to_num(self.weights)

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain JSON values."""
        return {
            "terms": {block: list(terms) for block, terms in self.vocabulary.terms.items()},
            "idf": {block: idf.tolist() for block, idf in self.vocabulary.idf.items()},
            "weights": [[_or_none(value) for value in row] for row in self.weights.tolist()],
            "intercepts": [_or_none(value) for value in self.intercepts.tolist()],
            "errors": [_or_none(value) for value in self.errors.tolist()],
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "RatingModel":
        """Return the model that `to_json` wrote.

        Raises
        ------
        ValueError
            If the shapes of its arrays do not agree.
        """
        vocabulary = Vocabulary(
            {block: tuple(record["terms"][block]) for block in BLOCKS},
            {block: np.array(record["idf"][block], dtype=float) for block in BLOCKS},
        )
        weights = np.array(record["weights"], dtype=float)
        intercepts = np.array(record["intercepts"], dtype=float)
        errors = np.array(record["errors"], dtype=float)
        uneven = any(len(vocabulary.terms[block]) != len(vocabulary.idf[block]) for block in BLOCKS)
        n_terms = len(vocabulary.columns)
        expected = ((len(TARGETS), n_terms), (len(TARGETS),), (len(TARGETS),))
        if uneven or (weights.shape, intercepts.shape, errors.shape) != expected:
            raise ValueError(
                f"a rating model of {n_terms} terms has weights of shape {weights.shape}"
            )
        return cls(vocabulary, weights, intercepts, errors)


@cache
def stop_words() -> frozenset[str]:
    """Return the words that say nothing of a case, of `stop_words.toml`."""
    listed = tomllib.loads(files("train").joinpath("model", "stop_words.toml").read_text("utf-8"))
    return frozenset(chain.from_iterable(listed.values()))


def is_stop_term(term: str) -> bool:
    """Return whether a term of one or more words says nothing of the case.

    >>> [is_stop_term(term) for term in ("the", "says that", "2021", "the site", "lanham act")]
    [True, True, True, False, False]
    """
    words = term.replace("_", " ").split()
    return all(
        word in stop_words() or not any(character.isalpha() for character in word) for word in words
    )


def infer_ratings(
    rating_model: RatingModel, papers: Sequence[Papers], cluster: Cluster | None = None
) -> "pd.DataFrame":
    """Return `rating_model.infer(papers)`, computed chunk by chunk.

    Parameters
    ----------
    rating_model
        The fitted model.
    papers
        The papers of n motions.
    cluster
        Where to read them; None for this process.
    """
    import pandas as pd

    chunks = map_in_order(cluster, _infer, in_chunks(papers), rating_model)
    return pd.concat([rating_model.infer([]), *chunks], ignore_index=True)


def _infer(papers: Sequence[Papers], rating_model: RatingModel) -> "pd.DataFrame":
    return rating_model.infer(papers)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
