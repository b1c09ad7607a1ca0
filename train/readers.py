"""Factor readers: from the words of both papers to the ratings an analyst would likely give.

Many users bring only text, while the four ratings of Winter v. NRDC, 555 U.S. 7, 20 (2008) carry
most of the signal. A reader is ridge regression on TF-IDF of words and word pairs. It is fitted on
the rated training rulings only; the model learns from out-of-fold readings, so that it meets
readings as good as those of motions never seen. A fifth reader learns the forecasts of
outcome-blind readers where training rulings have them: a soft target, never an input.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.special import logit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold

from data.schema import RATINGS, Ruling
from features.build import Papers
from features.characters import BLANK
from features.lexicon import PAPERS, PaperName
from features.papers import clean
from features.phrases import Hit, plain_hit
from features.readings import COLUMNS, FAMILY, OUTLOOK
from train.calibration import Floats

TARGETS = (*RATINGS, OUTLOOK)
PENALTY = 1.0
FOLDS = 5
MIN_TARGETS = 100
"""With fewer rated rulings a factor is not read at all."""
SHOWN_PHRASES = 5
_TOKEN = re.compile(r"\b\w\w+\b")


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
    terms
        k words and word pairs, in the order of the weights.
    idf
        k inverse document frequencies.
    weights, intercepts
        (targets, k) and (targets,) of the ridge regressions; NaN where a factor is not read.
    """

    terms: tuple[str, ...]
    idf: Floats
    weights: Floats
    intercepts: Floats

    def read(self, papers: Sequence[Papers]) -> pd.DataFrame:
        """Return n rows with a column per reading; NaN where a factor is not read."""
        names = [column.name for column in COLUMNS]
        if not papers:
            return pd.DataFrame(columns=names, dtype=float)
        values = self._tfidf(papers) @ np.nan_to_num(self.weights).T + self.intercepts
        return pd.DataFrame(values, columns=names)

    def phrases(self, papers: Papers) -> dict[str, tuple[Hit, ...]]:
        """Return the words that moved each reading of one motion most, with their places."""
        row = self._tfidf([papers])
        places = _places(papers, {self.terms[term] for term in row.indices})
        found = {}
        for target, column in zip(range(len(TARGETS)), COLUMNS, strict=True):
            moved = row.data * np.nan_to_num(self.weights[target, row.indices])
            strongest = np.argsort(-np.abs(moved), kind="stable")[:SHOWN_PHRASES]
            terms = [self.terms[row.indices[place]] for place in strongest if moved[place]]
            if terms:
                found[column.name] = tuple(places[term] for term in terms)
        return found

    def to_json(self) -> dict[str, Any]:
        """Return the readers as plain JSON values."""
        return {
            "terms": list(self.terms),
            "idf": self.idf.tolist(),
            "weights": [[_or_none(w) for w in row] for row in self.weights.tolist()],
            "intercepts": [_or_none(value) for value in self.intercepts.tolist()],
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> "Readers":
        """Read what `to_json` gave.

        Raises
        ------
        ValueError
            If the parts do not fit together.
        """
        terms = tuple(record["terms"])
        weights = np.array(record["weights"], dtype=float)
        idf = np.array(record["idf"], dtype=float)
        intercepts = np.array(record["intercepts"], dtype=float)
        shapes = (weights.shape, idf.shape, intercepts.shape)
        if shapes != ((len(TARGETS), len(terms)), (len(terms),), (len(TARGETS),)):
            raise ValueError(f"readers of {len(terms)} terms with parts of shapes {shapes}")
        return cls(terms, idf, weights, intercepts)

    def _tfidf(self, papers: Sequence[Papers]) -> csr_matrix:
        return csr_matrix(self._vectorizer.transform(papers))

    @cached_property
    def _vectorizer(self) -> TfidfVectorizer:
        vectorizer = _vectorizer(vocabulary={term: i for i, term in enumerate(self.terms)})
        vectorizer.idf_ = self.idf
        return vectorizer


def fit_readers(papers: Sequence[Papers], targets: Floats) -> Readers | None:
    """Fit the readers on n training rulings, or return None where none has enough targets."""
    readable = (~np.isnan(targets)).sum(axis=0) >= MIN_TARGETS
    if not readable.any():
        return None
    # Words in most papers ("in", "the") carry nothing and would be shown as reasons.
    vectorizer = _vectorizer(min_df=3, max_df=0.3)
    try:
        matrix = vectorizer.fit_transform(papers)
    except ValueError:  # no word is left between the two bounds
        return None
    weights = np.full((len(TARGETS), matrix.shape[1]), np.nan)
    intercepts = np.full(len(TARGETS), np.nan)
    for place in np.flatnonzero(readable):
        known = np.flatnonzero(~np.isnan(targets[:, place]))
        ridge = Ridge(alpha=PENALTY).fit(matrix[known], targets[known, place])
        weights[place], intercepts[place] = ridge.coef_, ridge.intercept_
    terms = tuple(vectorizer.get_feature_names_out().tolist())
    return Readers(terms, np.asarray(vectorizer.idf_, dtype=float), weights, intercepts)


def unseen_readings(
    papers: Sequence[Papers], targets: Floats, groups: npt.NDArray[np.intp]
) -> pd.DataFrame:
    """Read each of n training rulings with readers that never saw its case."""
    names = [column.name for column in COLUMNS]
    readings = pd.DataFrame(np.nan, index=range(len(papers)), columns=names)
    n_folds = min(FOLDS, len(np.unique(groups)))
    if n_folds < 2:
        return readings
    for seen, unseen in GroupKFold(n_folds).split(targets, groups=groups):
        readers = fit_readers([papers[row] for row in seen], targets[seen])
        if readers is not None:
            readings.iloc[unseen] = readers.read([papers[row] for row in unseen]).to_numpy()
    return readings


def _vectorizer(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True, analyzer=_terms_of, **settings)


def _terms_of(papers: Papers) -> list[str]:
    return [term for term, *_ in _placed_terms(papers)]


def _placed_terms(papers: Papers) -> Iterator[tuple[str, PaperName, int, int]]:
    """Give every word and pair of neighbouring words of each paper, with its place there."""
    for paper, text in zip(PAPERS, papers, strict=True):
        cleaned = clean(text or "")
        reading = cleaned.mended
        tokens = list(_TOKEN.finditer(reading.text))
        for token in tokens:
            yield token[0], paper, *reading.span(token.start(), token.end())
        for first, last in pairwise(tokens):
            if BLANK not in reading.text[first.end() : last.start()]:
                yield f"{first[0]} {last[0]}", paper, *reading.span(first.start(), last.end())


def _places(papers: Papers, terms: set[str]) -> dict[str, Hit]:
    """Find the first place of each of the terms."""
    found: dict[str, Hit] = {}
    for term, paper, start, end in _placed_terms(papers):
        if term in terms and term not in found:
            text = papers[PAPERS.index(paper)] or ""
            found[term] = plain_hit(FAMILY, term, paper, start, end, text)
    return found


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
