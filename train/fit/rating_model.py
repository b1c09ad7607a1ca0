"""Fit the factor readers, and read each training ruling with readers that never saw its case."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import logit
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold

from data.arrays import Floats, Rows
from data.cases import sample_cases
from data.schema import RATINGS, Ruling
from features.families.inferred_ratings import COLUMNS
from train.fit.vocabulary import TermCounts, fit_vocabulary
from train.model.rating_model import TARGETS, RatingModel

PENALTY = 2.0
FOLDS = 5
MAX_RULINGS = 20_000
"""Training rulings that readers are fitted on: a minute or two and some hundred MB. Of more, the
others are read as motions never seen, which is what out-of-fold readings are to be like."""
MIN_TARGETS = 100
"""With fewer rated rulings a factor is not read at all."""


def rating_targets(rulings: Sequence[Ruling], forecasts: dict[str, float]) -> Floats:
    """Return (n, targets) ratings and the log-odds of the readers' forecasts, NaN where unknown."""
    rows = [
        [getattr(ruling, factor) for factor in RATINGS] + [forecasts.get(ruling.id)]
        for ruling in rulings
    ]
    targets = np.array(rows, dtype=float).reshape(len(rows), len(TARGETS))
    # A forecast of 0 or 1 would be infinitely far out.
    targets[:, -1] = logit(np.clip(targets[:, -1], 0.02, 0.98))
    return targets


def rows_to_fit(targets: Floats, groups: Rows) -> Rows:
    """Return the rows of n training rulings that readers are fitted on.

    All of them, or of more than `MAX_RULINGS` as many, in whole cases that hold a rated ruling.
    """
    if len(groups) <= MAX_RULINGS:
        return np.arange(len(groups), dtype=np.intp)
    rated = np.isin(groups, groups[~np.isnan(targets).all(axis=1)])
    rows = np.flatnonzero(rated)
    return rows[sample_cases(groups[rows], MAX_RULINGS)]


def fit_rating_model(terms: TermCounts, targets: Floats) -> RatingModel | None:
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
    return RatingModel(vocabulary, weights, intercepts, np.full(len(TARGETS), np.nan))


def out_of_fold_ratings(terms: TermCounts, targets: Floats, groups: Rows) -> pd.DataFrame:
    """Read each of n training rulings with readers that never saw its case."""
    names = [column.name for column in COLUMNS]
    readings = pd.DataFrame(np.nan, index=range(len(terms)), columns=names)
    n_folds = min(FOLDS, len(np.unique(groups)))
    if n_folds < 2:
        return readings
    for seen, unseen in GroupKFold(n_folds).split(targets, groups=groups):
        readers = fit_rating_model(terms.of(seen), targets[seen])
        if readers is not None:
            readings.iloc[unseen] = readers.predict(terms.of(unseen).weighted(readers.vocabulary))
    return readings


def rating_errors(readings: pd.DataFrame, targets: Floats) -> Floats:
    """Return the root mean square error of each reading, NaN where none can be compared."""
    missed = (readings.to_numpy() - targets) ** 2
    compared = (~np.isnan(missed)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt(np.nansum(missed, axis=0) / compared), dtype=float)
