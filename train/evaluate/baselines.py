"""Baselines that a sceptic would choose, each fitted on the training rows only."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import expit, logit
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from data.courts import find_court
from data.embedded import reader_forecasts
from features.frame import FeatureFrame
from train.dataset import Labelled, Rows
from train.evaluate.embeddings import embeddings
from train.model.calibration import Flags, Floats
from train.model.encoding import encode, fit_categories

PRIOR_WEIGHT = 5.0
"""How many rulings the wider rate counts for in a small cell."""
INFORMED = "motion type x claim area"
FORECASTS = "reader forecasts"
Baseline = Callable[[Labelled, Rows, Rows], Floats | None]
FrameBaseline = Callable[[FeatureFrame, Flags, FeatureFrame], Floats]


def base_rate(labelled: Labelled, train: Rows, test: Rows) -> Floats:
    """Give every motion the share granted in the training rows."""
    return np.full(len(test), labelled.granted[train].mean())


def informed_base_rate(labelled: Labelled, train: Rows, test: Rows) -> Floats:
    """Give the share granted for the same motion type and claim area, shrunk to the base rate."""
    keys = [(row.motion_type.value, row.claim_area) for row in labelled.rulings]
    overall = np.full(len(test), labelled.granted[train].mean())
    return _shrunk_rates(keys, labelled, train, test, overall)


def court_and_judge_rate(labelled: Labelled, train: Rows, test: Rows) -> Floats:
    """Give the judge's share granted, shrunk to the court's, and that to the base rate."""
    courts = [find_court(row.court).id for row in labelled.rulings]
    judges = [
        row.judge and (court, row.judge)
        for court, row in zip(courts, labelled.rulings, strict=True)
    ]
    overall = np.full(len(test), labelled.granted[train].mean())
    by_court = _shrunk_rates(courts, labelled, train, test, overall)
    return _shrunk_rates(judges, labelled, train, test, by_court)


def _shrunk_rates(
    keys: Sequence[object], labelled: Labelled, train: Rows, test: Rows, wider: Floats
) -> Floats:
    """Return each test row's share granted among training rows of its key, shrunk to `wider`."""
    cells: dict[object, list[bool]] = {}
    for row in train:
        cells.setdefault(keys[row], []).append(bool(labelled.granted[row]))
    cells.pop(None, None)
    mine = [cells.get(keys[row], []) for row in test]
    granted = np.array([sum(cell) for cell in mine], dtype=float)
    counts = np.array([len(cell) for cell in mine], dtype=float)
    rates: Floats = (granted + PRIOR_WEIGHT * wider) / (counts + PRIOR_WEIGHT)
    return rates


def logistic_regression(fitted: FeatureFrame, granted: Flags, test: FeatureFrame) -> Floats:
    """Fit logistic regression on the same features as the model sees in this mode.

    Parameters
    ----------
    fitted, granted
        Frame (with out-of-fold readings) and labels of the training rows.
    test
        Frame of the rows to predict.
    """
    names = fitted.names
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


def gradient_boosting(fitted: FeatureFrame, granted: Flags, test: FeatureFrame) -> Floats:
    """Fit scikit-learn's HistGradientBoostingClassifier on the same features, kept small."""
    names = fitted.names
    categories = fit_categories(fitted)
    model = HistGradientBoostingClassifier(
        learning_rate=0.03,
        max_iter=150,
        max_leaf_nodes=5,
        min_samples_leaf=25,
        l2_regularization=1.0,
        max_features=0.5,
        categorical_features=[name in categories for name in names],
        random_state=0,
    )
    taught, asked = encode(fitted, names, categories), encode(test, names, categories)
    empty = np.isnan(taught).all(axis=0)  # scikit-learn cannot bin a column without any value
    taught[:, empty] = asked[:, empty] = 0.0
    model.fit(taught, granted)
    p: Floats = model.predict_proba(asked)[:, 1]
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


def embedding_regression(labelled: Labelled, train: Rows, test: Rows) -> Floats | None:
    """Fit logistic regression on sentence embeddings of both papers; None without the extra."""
    matrix = embeddings(tuple((row.motion, row.opposition) for row in labelled.rulings))
    if matrix is None:
        return None
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.001, max_iter=2000))
    model.fit(matrix[train], labelled.granted[train])
    p: Floats = model.predict_proba(matrix[test])[:, 1]
    return p


def forecasts(labelled: Labelled, train: Rows, test: Rows) -> Floats | None:
    """Return the outcome-blind readers' forecasts, or None where a ruling has none."""
    known = reader_forecasts()
    ids = [labelled.rulings[row].id for row in test]
    return np.array([known[name] for name in ids]) if all(name in known for name in ids) else None


def recalibrated_forecasts(labelled: Labelled, train: Rows, test: Rows) -> Floats | None:
    """Return the forecasts put through a line on their log-odds that the training rows taught."""
    taught, asked = forecasts(labelled, test, train), forecasts(labelled, train, test)
    if taught is None or asked is None:
        return None
    line = LogisticRegression(C=np.inf).fit(_log_odds(taught), labelled.granted[train])
    p: Floats = expit(line.decision_function(_log_odds(asked)))
    return p


def _log_odds(p: Floats) -> Floats:
    return np.asarray(logit(np.clip(p, 0.01, 0.99)), dtype=float)[:, None]


WITH_FRAMES: dict[str, FrameBaseline] = {
    "logistic regression": logistic_regression,
    "HistGradientBoosting": gradient_boosting,
}
"""Baselines on the model's own features, one for each mode."""
PLAIN: dict[str, Baseline] = {
    "TF-IDF + logistic regression": tfidf_regression,
    "MiniLM + logistic regression": embedding_regression,
    INFORMED: informed_base_rate,
    "court and judge": court_and_judge_rate,
    "base rate": base_rate,
    FORECASTS: forecasts,
    "reader forecasts, recalibrated": recalibrated_forecasts,
}
"""Baselines that see the same whatever the mode."""
