"""Fit the rating model, and infer each training ruling's ratings without having seen its case."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold

from data.arrays import Floats, Rows
from data.cases import sample_cases
from data.schema import RATINGS, Ruling
from features.families.forecast import forecast_log_odds
from features.families.inferred_ratings import COLUMNS
from train.fit.vocabulary import TermCounts, fit_vocabulary
from train.model.rating_model import TARGETS, RatingModel

PENALTY = 2.0
"""The ridge penalty (scikit-learn's `alpha`)."""
FOLDS = 5
MAX_RULINGS = 20_000
"""Most training rulings that the model is fitted on, within a minute or two and some hundred MB.
The ratings of the others are inferred as for new motions, which is also out of fold."""
MIN_TARGETS = 100
"""Fewest rated rulings with which a target is fitted."""


def rating_targets(rulings: Sequence[Ruling]) -> Floats:
    """Return (n, targets) ratings and log-odds of forecasts of n rulings, NaN where unknown."""
    rows = [
        [getattr(ruling, factor) for factor in RATINGS]
        + [None if ruling.forecast is None else forecast_log_odds(ruling.forecast)]
        for ruling in rulings
    ]
    return np.array(rows, dtype=float).reshape(len(rows), len(TARGETS))


def rows_to_fit(targets: Floats, groups: Rows) -> Rows:
    """Return the rows of n training rulings that the rating model is fitted on.

    These are all rows, or up to `MAX_RULINGS` of them, drawn as whole cases with a rated ruling.
    """
    if len(groups) <= MAX_RULINGS:
        return np.arange(len(groups), dtype=np.intp)
    rated = np.isin(groups, groups[~np.isnan(targets).all(axis=1)])
    rows = np.flatnonzero(rated)
    return rows[sample_cases(groups[rows], MAX_RULINGS)]


def fit_rating_model(terms: TermCounts, targets: Floats) -> RatingModel | None:
    """Fit a rating model; return None if no target is known for enough rulings.

    Parameters
    ----------
    terms
        The term counts of n training rulings.
    targets
        (n, targets), NaN where unknown.
    """
    fittable = (~np.isnan(targets)).sum(axis=0) >= MIN_TARGETS
    vocabulary = fit_vocabulary(terms) if fittable.any() else None
    if vocabulary is None:
        return None
    matrix = terms.weighted(vocabulary)
    weights = np.full((len(TARGETS), matrix.shape[1]), np.nan)
    intercepts = np.full(len(TARGETS), np.nan)
    for target in np.flatnonzero(fittable):
        known = np.flatnonzero(~np.isnan(targets[:, target]))
        ridge = Ridge(alpha=PENALTY).fit(matrix[known], targets[known, target])
        weights[target], intercepts[target] = ridge.coef_, ridge.intercept_
    return RatingModel(vocabulary, weights, intercepts, np.full(len(TARGETS), np.nan))


def out_of_fold_ratings(terms: TermCounts, targets: Floats, groups: Rows) -> pd.DataFrame:
    """Infer the ratings of n training rulings, each with a model that never saw its case.

    Parameters
    ----------
    terms
        Their term counts.
    targets
        (n, targets), NaN where unknown.
    groups
        n case numbers.

    Returns
    -------
    n rows with a column per target; NaN if a target could not be fitted.
    """
    names = [column.name for column in COLUMNS]
    ratings = pd.DataFrame(np.nan, index=range(len(terms)), columns=names)
    n_folds = min(FOLDS, len(np.unique(groups)))
    if n_folds < 2:
        return ratings
    for seen, unseen in GroupKFold(n_folds).split(targets, groups=groups):
        rating_model = fit_rating_model(terms.take(seen), targets[seen])
        if rating_model is not None:
            weights = terms.take(unseen).weighted(rating_model.vocabulary)
            ratings.iloc[unseen] = rating_model.predict(weights)
    return ratings


def rating_errors(ratings: pd.DataFrame, targets: Floats) -> Floats:
    """Return the root mean square error of each target, NaN if no ruling has it.

    Parameters
    ----------
    ratings
        n rows of inferred ratings.
    targets
        (n, targets), NaN where unknown.
    """
    squared_errors = (ratings.to_numpy() - targets) ** 2
    n_compared = (~np.isnan(squared_errors)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt(np.nansum(squared_errors, axis=0) / n_compared), dtype=float)
