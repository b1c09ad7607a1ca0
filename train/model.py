"""The model: for each mode, bagged LightGBM with a calibration line.

One model serves the three modes; inside, each mode has its own boosters, since boosters shared by
all modes lean on the ratings and read codings and text worse where there are none. Each bag is a
LightGBM classifier fitted on a bootstrap of cases. A ruling's out-of-bag score is the mean over the
bags that did not see its case; on these scores a line maps mean log-odds to calibrated log-odds
(Platt 1999). Bag b's own line, fitted on bootstrap b of the cases, gives replicate b of the
probability; the interval is the middle of these replicates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import joblib
import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from features.build import COLUMNS, FeatureFrame
from train.modes import MODES, Mode

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DEFAULTS: dict[str, Any] = {
    "learning_rate": 0.012,
    "num_iterations": 250,
    "num_leaves": 15,
    "min_data_in_leaf": 15,
    "feature_fraction": 0.75,
    "lambda_l2": 1.0,
    "cat_smooth": 70.0,
    "cat_l2": 2.0,
}
"""LightGBM parameters: the best of `enjoin tune --trials 30`, rounded. The search sees only rulings
before the first test year, so the headline test has no part in the choice."""
INTERVAL = 0.90
"""Share of bootstrap replicates between p_low and p_high."""
MIN_COURT_ROWS = 15
"""Courts with fewer training rows are left to their circuit and level."""


@dataclass(frozen=True)
class Calibration:
    """Lines `intercept + slope * score`: the main one, and one per bag."""

    intercept: float
    slope: float
    bag_intercepts: tuple[float, ...]
    bag_slopes: tuple[float, ...]


@dataclass(frozen=True)
class Ensemble:
    """The boosters of one mode and their calibration."""

    bags: tuple[lgb.Booster, ...]
    calibration: Calibration


@dataclass(frozen=True)
class GrantModel:
    """A fitted model of the probability that a motion is granted.

    Attributes
    ----------
    columns
        Names of the feature columns, in the order the boosters expect.
    categories
        For each category column, its values; a value's code is its place here.
    ensembles
        One per mode.
    base_rate
        Share granted among the training rulings.
    facts
        What the model is of: digests, rows, parameters, versions.
    """

    columns: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    ensembles: dict[Mode, Ensemble]
    base_rate: float
    facts: dict[str, Any] = field(default_factory=dict)

    def predict(self, frame: FeatureFrame, modes: Sequence[Mode]) -> pd.DataFrame:
        """Return `p_grant`, `p_low` and `p_high` for each row of the frame.

        Raises
        ------
        ValueError
            If the frame's columns are not the ones the model was fitted on.
        """
        matrix = encode(frame, self.columns, self.categories)
        result = np.empty((len(frame), 3))
        for mode, rows in _rows_by_mode(modes):
            ensemble = self.ensembles[mode]
            scores = _scores(ensemble.bags, matrix[rows])
            result[rows] = _probabilities(scores, ensemble.calibration)
        return pd.DataFrame(result, columns=["p_grant", "p_low", "p_high"])

    def contributions(self, frame: FeatureFrame, modes: Sequence[Mode]) -> pd.DataFrame:
        """Return each column's TreeSHAP share of the calibrated log-odds, and `base`.

        A row sums to the log-odds of its `p_grant`.

        References
        ----------
        Lundberg et al. (2020), Nature Machine Intelligence 2:56-67 (TreeSHAP).
        """
        matrix = encode(frame, self.columns, self.categories)
        shares = np.empty((len(frame), len(self.columns) + 1))
        for mode, rows in _rows_by_mode(modes):
            ensemble = self.ensembles[mode]
            raw = [bag.predict(matrix[rows], pred_contrib=True) for bag in ensemble.bags]
            shares[rows] = np.mean(raw, axis=0) * ensemble.calibration.slope
            shares[rows, -1] += ensemble.calibration.intercept
        return pd.DataFrame(shares, columns=[*self.columns, "base"])


def fit_categories(frame: FeatureFrame) -> dict[str, tuple[str, ...]]:
    """Fix the values of every category column from the training rows.

    Where the schema lists the values they are taken whole, so that codes never shift; otherwise
    (courts) the values with at least `MIN_COURT_ROWS` rows are kept, in alphabetical order.
    """
    categories = {}
    for column in COLUMNS:
        if column.kind == "category":
            counts = frame.values[column.name].value_counts()
            frequent = sorted(counts.index[counts >= MIN_COURT_ROWS])
            categories[column.name] = column.values or tuple(frequent)
    return categories


def encode(
    frame: FeatureFrame, columns: Sequence[str], categories: dict[str, tuple[str, ...]]
) -> Floats:
    """Turn a feature frame into the number matrix (n rows, len(columns)) the boosters take.

    A category becomes its place in `categories`; one that is not listed, like a missing value,
    becomes NaN.

    Raises
    ------
    ValueError
        If the frame's columns differ from `columns` in name or order.
    """
    if tuple(frame.values.columns) != tuple(columns):
        extra = set(frame.values.columns) ^ set(columns)
        raise ValueError(
            "this model was fitted on other feature columns"
            + (f" (differing: {', '.join(sorted(extra)[:5])})" if extra else " (other order)")
            + "; train again with `enjoin train`"
        )
    matrix = np.empty((len(frame), len(columns)))
    for place, name in enumerate(columns):
        values = frame.values[name]
        if name in categories:
            codes = {value: float(code) for code, value in enumerate(categories[name])}
            matrix[:, place] = [codes.get(value, np.nan) for value in values]
        else:
            matrix[:, place] = values.to_numpy(dtype=float)
    return matrix


def fit(
    frames: dict[Mode, tuple[FeatureFrame, ...]],
    granted: Flags,
    groups: npt.NDArray[np.intp],
    parameters: dict[str, Any] | None = None,
    n_bags: int = 20,
    seed: int = 0,
) -> GrantModel:
    """Fit the model on the same n training rulings as each mode shows them.

    Parameters
    ----------
    frames
        For each mode, frames of n rows: first the rulings in that mode, which also serve for
        calibration, then any half-masked copies, which serve only for learning.
    granted
        n labels.
    groups
        n case numbers; a bag takes or leaves a case whole.
    parameters
        LightGBM parameters over `DEFAULTS`.
    n_bags
        Boosters per mode, each on its own bootstrap of the cases.

    Raises
    ------
    ValueError
        If the labels are all alike, so that there is nothing to learn.
    """
    if granted.all() or not granted.any():
        raise ValueError("the training rulings all have the same outcome; nothing can be learned")
    settings = DEFAULTS | (parameters or {})
    categories = fit_categories(frames["rated"][0])
    names = tuple(column.name for column in COLUMNS)
    drawn = _bootstrap_counts(groups, n_bags, seed)
    ensembles = {}
    for mode in MODES:
        matrices = [encode(frame, names, categories) for frame in frames[mode]]
        ensembles[mode] = _fit_ensemble(matrices, granted, drawn, names, categories, settings, seed)
    facts = {"parameters": settings, "n_bags": n_bags, "seed": seed, "n_rulings": len(granted)}
    return GrantModel(names, categories, ensembles, float(granted.mean()), facts)


def _fit_ensemble(
    copies: list[Floats],
    granted: Flags,
    drawn: npt.NDArray[np.intp],
    names: tuple[str, ...],
    categories: dict[str, tuple[str, ...]],
    settings: dict[str, Any],
    seed: int,
) -> Ensemble:
    stacked, labels = np.vstack(copies), np.tile(granted, len(copies))

    def one_bag(bag: int) -> lgb.Booster:
        weights = np.tile(drawn[bag], len(copies)) / len(copies)
        kept = weights > 0
        return _fit_booster(
            stacked[kept], labels[kept], weights[kept], names, categories, settings, seed + bag
        )

    # Threads, not processes: LightGBM frees the interpreter lock and the matrix is shared.
    jobs = (joblib.delayed(one_bag)(bag) for bag in range(len(drawn)))
    bags = tuple(joblib.Parallel(n_jobs=-1, prefer="threads")(jobs))
    return Ensemble(bags, _calibrate(_scores(bags, copies[0]).T, drawn, granted))


def _fit_booster(
    matrix: Floats,
    labels: Flags,
    weights: Floats,
    names: tuple[str, ...],
    categories: dict[str, tuple[str, ...]],
    settings: dict[str, Any],
    seed: int,
) -> lgb.Booster:
    fixed = {
        "objective": "binary",
        "monotone_constraints": [column.monotone for column in COLUMNS],
        "monotone_constraints_method": "basic",
        "max_cat_to_onehot": 4,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "seed": seed,
        "verbosity": -1,
    }
    data = lgb.Dataset(
        matrix,
        labels.astype(float),
        weight=weights,
        feature_name=list(names),
        categorical_feature=list(categories),
        params={"verbosity": -1},
    )
    return lgb.train(settings | fixed, data)


def _bootstrap_counts(groups: npt.NDArray[np.intp], n_bags: int, seed: int) -> npt.NDArray[np.intp]:
    """Draw cases with replacement; return (n_bags, n rows) how often each row was drawn."""
    _, case = np.unique(groups, return_inverse=True)
    n_cases = int(case.max()) + 1
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, n_cases, (n_bags, n_cases))
    return np.stack([np.bincount(draw, minlength=n_cases)[case] for draw in draws])


def _scores(bags: Sequence[lgb.Booster], matrix: Floats) -> Floats:
    """Return (n rows, bags) raw log-odds."""
    return np.column_stack([bag.predict(matrix, raw_score=True, num_threads=1) for bag in bags])


def _rows_by_mode(modes: Sequence[Mode]) -> list[tuple[Mode, npt.NDArray[np.intp]]]:
    found = [(mode, np.flatnonzero([other == mode for other in modes])) for mode in MODES]
    return [(mode, rows) for mode, rows in found if len(rows)]


def _calibrate(scores: Floats, drawn: npt.NDArray[np.intp], granted: Flags) -> Calibration:
    """Fit the main line and one per bag on out-of-bag scores; arrays are (bags, n rows)."""
    unseen = drawn == 0
    usable = unseen.any(axis=0)  # a row that every bag drew has no out-of-bag score
    scores, unseen, drawn = scores[:, usable], unseen[:, usable], drawn[:, usable]
    out_of_bag = np.average(scores, axis=0, weights=unseen)
    labels = granted[usable]
    intercept, slope = _line(out_of_bag, labels, np.ones(len(labels)))
    own = [_line(out_of_bag, labels, counts.astype(float)) for counts in drawn]
    return Calibration(
        intercept, slope, tuple(line[0] for line in own), tuple(line[1] for line in own)
    )


def _line(scores: Floats, granted: Flags, weights: Floats) -> tuple[float, float]:
    fitted = LogisticRegression(C=np.inf).fit(scores[:, None], granted, sample_weight=weights)
    slope = float(fitted.coef_[0, 0])
    if slope > 0:
        return float(fitted.intercept_[0]), slope
    # A falling line would turn every promise of direction around: fall back on the base rate.
    rate = float(np.average(granted, weights=weights))
    return float(np.log(rate / (1 - rate))), 0.0


def _probabilities(scores: Floats, line: Calibration) -> Floats:
    point = expit(line.intercept + line.slope * scores.mean(axis=1))
    replicates = expit(np.array(line.bag_intercepts) + np.array(line.bag_slopes) * scores)
    tail = (1 - INTERVAL) / 2
    low, high = np.quantile(replicates, [tail, 1 - tail], axis=1)
    return np.column_stack([point, np.minimum(low, point), np.maximum(high, point)])
