"""Factor readers: from the words of both papers to the ratings an analyst would likely give.

Many users bring only text, while the four ratings of Winter v. NRDC, 555 U.S. 7, 20 (2008) carry
most of the signal. A reader is ridge regression on what the papers hold (`train.terms`): words and
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
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.special import logit
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold

from data.schema import RATINGS, Ruling
from data.splits import draw_cases
from features.hits import Hit, Papers
from features.readings import COLUMNS, OUTLOOK
from train.calibration import Floats
from train.cluster import Cluster, each, in_chunks
from train.term_counts import TermCounts, fit_vocabulary
from train.terms import BLOCKS, Vocabulary, places_of

TARGETS = (*RATINGS, OUTLOOK)
PENALTY = 2.0
FOLDS = 5
MOST_TAUGHT = 20_000
"""Training rulings that readers are fitted on: a minute or two and some hundred MB. Of more, the
others are read as motions never seen, which is what out-of-fold readings are to be like."""
MIN_TARGETS = 100
"""With fewer rated rulings a factor is not read at all."""
SHOWN_PHRASES = 5


def reading_targets(rulings: Sequence[Ruling], forecasts: dict[str, float]) -> Floats:
    """Return (n, targets) ratings and the log-odds of the readers' forecasts, NaN where unknown."""
    rows = [
        [getattr(ruling, factor) for factor in RATINGS] + [forecasts.get(ruling.id)]
        for ruling in rulings
    ]
    targets = np.array(rows, dtype=float).reshape(len(rows), len(TARGETS))
    # A forecast of 0 or 1 would be infinitely far out.
    targets[:, -1] = logit(np.clip(targets[:, -1], 0.02, 0.98))
    return targets


@dataclass(frozen=True, eq=False)
class Readers:
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

    def read(self, papers: Sequence[Papers]) -> pd.DataFrame:
        """Return n rows with a column per reading; NaN where a factor is not read."""
        values = self.values(self.vocabulary.matrix(papers))
        return pd.DataFrame(values, columns=[column.name for column in COLUMNS])

    def values(self, terms: csr_matrix) -> Floats:
        """Return the (n, targets) readings of motions whose terms were found."""
        return np.asarray(terms @ self._filled.T + self.intercepts, dtype=float)

    def words_behind(
        self, papers: Sequence[Papers], terms: csr_matrix
    ) -> list[dict[str, tuple[Hit, ...]]]:
        """Return the words that moved each reading most, for n motions, by column name."""
        bounds = zip(papers, pairwise(terms.indptr.tolist()), strict=True)
        return [
            self._words(pair, terms.indices[start:end], terms.data[start:end])
            for pair, (start, end) in bounds
        ]

    def _words(
        self, papers: Papers, places: npt.NDArray[np.intp], weights: Floats
    ) -> dict[str, tuple[Hit, ...]]:
        moved = weights * self._filled[:, places]
        strongest = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :SHOWN_PHRASES]
        columns = self.vocabulary.columns
        terms = [
            [columns[place] for place in places[row[mine[row] != 0]].tolist()]
            for row, mine in zip(strongest, moved, strict=True)
        ]
        found = places_of(papers, {term for some in terms for term in some})
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
    def from_json(cls, record: dict[str, Any]) -> "Readers":
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


def teaching_rows(targets: Floats, groups: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the rows of n training rulings that readers are fitted on.

    All of them, or of more than `MOST_TAUGHT` as many, in whole cases that hold a rated ruling.
    """
    if len(groups) <= MOST_TAUGHT:
        return np.arange(len(groups), dtype=np.intp)
    rated = np.isin(groups, groups[~np.isnan(targets).all(axis=1)])
    rows = np.flatnonzero(rated)
    return rows[draw_cases(groups[rows], MOST_TAUGHT)]


def readings_of(
    readers: Readers, papers: Sequence[Papers], cluster: Cluster | None = None
) -> pd.DataFrame:
    """Return what `readers.read` does of the papers of n motions, read chunk by chunk.

    Parameters
    ----------
    cluster
        Where they are read; None for this process.
    """
    chunks = [readers.read([]), *each(cluster, _read, in_chunks(papers), readers)]
    return pd.concat(chunks, ignore_index=True)


def _read(papers: Sequence[Papers], readers: Readers) -> pd.DataFrame:
    return readers.read(papers)


def fit_readers(terms: TermCounts, targets: Floats) -> Readers | None:
    """Fit the readers on n training rulings, or return None where none has enough targets."""
    readable = (~np.isnan(targets)).sum(axis=0) >= MIN_TARGETS
    vocabulary = fit_vocabulary(terms) if readable.any() else None
    if vocabulary is None:
        return None
    matrix = terms.weighted(vocabulary)
    weights = np.full((len(TARGETS), matrix.shape[1]), np.nan)
    intercepts = np.full(len(TARGETS), np.nan)
    for place in np.flatnonzero(readable):
        known = np.flatnonzero(~np.isnan(targets[:, place]))
        ridge = Ridge(alpha=PENALTY).fit(matrix[known], targets[known, place])
        weights[place], intercepts[place] = ridge.coef_, ridge.intercept_
    return Readers(vocabulary, weights, intercepts, np.full(len(TARGETS), np.nan))


def unseen_readings(
    terms: TermCounts, targets: Floats, groups: npt.NDArray[np.intp]
) -> pd.DataFrame:
    """Read each of n training rulings with readers that never saw its case."""
    names = [column.name for column in COLUMNS]
    readings = pd.DataFrame(np.nan, index=range(len(terms)), columns=names)
    n_folds = min(FOLDS, len(np.unique(groups)))
    if n_folds < 2:
        return readings
    for seen, unseen in GroupKFold(n_folds).split(targets, groups=groups):
        readers = fit_readers(terms.of(seen), targets[seen])
        if readers is not None:
            readings.iloc[unseen] = readers.values(terms.of(unseen).weighted(readers.vocabulary))
    return readings


def reading_errors(readings: pd.DataFrame, targets: Floats) -> Floats:
    """Return the root mean square error of each reading, NaN where none can be compared."""
    missed = (readings.to_numpy() - targets) ** 2
    compared = (~np.isnan(missed)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt(np.nansum(missed, axis=0) / compared), dtype=float)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
