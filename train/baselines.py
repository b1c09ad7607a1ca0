"""Baselines that a sceptic would choose, each fitted on the training rows only."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from data.embedded import reader_forecasts
from features.build import FeatureFrame
from train.calibration import Flags, Floats
from train.encoding import encode, fit_categories
from train.rulings import Labelled, Rows

PRIOR_WEIGHT = 5.0
"""How many rulings the overall base rate counts for in a small cell."""


def base_rate(labelled: Labelled, train: Rows, test: Rows) -> Floats:
    """Give every motion the share granted in the training rows."""
    return np.full(len(test), labelled.granted[train].mean())


def informed_base_rate(labelled: Labelled, train: Rows, test: Rows) -> Floats:
    """Give the share granted for the same motion type and claim area, shrunk to the base rate."""
    overall = labelled.granted[train].mean()
    cells: dict[tuple[str, str | None], list[bool]] = {}
    keys = [(row.motion_type.value, row.claim_area) for row in labelled.rulings]
    for row in train:
        cells.setdefault(keys[row], []).append(bool(labelled.granted[row]))
    rates = {
        key: (sum(cell) + PRIOR_WEIGHT * overall) / (len(cell) + PRIOR_WEIGHT)
        for key, cell in cells.items()
    }
    return np.array([rates.get(keys[row], overall) for row in test])


def logistic_regression(fitted: FeatureFrame, granted: Flags, test: FeatureFrame) -> Floats:
    """Fit logistic regression on the same features as the model sees in this mode.

    Parameters
    ----------
    fitted, granted
        Frame (with out-of-fold readings) and labels of the training rows.
    test
        Frame of the rows to predict.
    """
    names = tuple(fitted.values.columns)
    categories = fit_categories(fitted)
    is_category = [name in categories for name in names]
    numbers = make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    codes = make_pipeline(
        SimpleImputer(strategy="constant", fill_value=-1, keep_empty_features=True),
        OneHotEncoder(handle_unknown="ignore"),
    )
    columns = ColumnTransformer(
        [
            ("numbers", numbers, np.flatnonzero(~np.array(is_category))),
            ("codes", codes, np.flatnonzero(is_category)),
        ]
    )
    model = make_pipeline(columns, LogisticRegression(C=0.02, max_iter=2000))
    model.fit(encode(fitted, names, categories), granted)
    p: Floats = model.predict_proba(encode(test, names, categories))[:, 1]
    return p


def tfidf_regression(labelled: Labelled, train: Rows, test: Rows) -> Floats:
    """Fit TF-IDF of words and word pairs of both papers, then logistic regression."""
    texts = [f"{row.motion} {row.opposition or ''}" for row in labelled.rulings]
    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True, min_df=3, ngram_range=(1, 2)), LogisticRegression(C=2.0)
    )
    model.fit([texts[row] for row in train], labelled.granted[train])
    p: Floats = model.predict_proba([texts[row] for row in test])[:, 1]
    return p


def forecasts(labelled: Labelled, test: Rows) -> Floats | None:
    """Return the outcome-blind readers' forecasts, or None where a ruling has none."""
    known = reader_forecasts()
    ids = [labelled.rulings[row].id for row in test]
    return np.array([known[name] for name in ids]) if all(name in known for name in ids) else None
