"""Boosters: one LightGBM classifier per bag, each on its own bootstrap of the cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import lightgbm as lgb
import numpy as np

from features.build import COLUMNS
from train.model.calibration import Flags, Floats

DEFAULTS: dict[str, Any] = {
    "learning_rate": 0.07,
    "num_iterations": 150,
    "num_leaves": 6,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.23,
    "lambda_l2": 2.2,
    "cat_smooth": 11.0,
    "cat_l2": 7.6,
}
"""LightGBM parameters: the best of `enjoin tune --trials 30`, rounded, with 150 rounds at a rate of
0.07 and 6 leaves in place of 400 at 0.028 and 14: a mean Brier score of 0.2007 on the folds of the
search instead of 0.1998 (the parameters before: 0.2016), in a third of the time, and trees small
enough for `train.model.tree_tables`. The search sees only rulings before the first test year, so the headline
test has no part in the choice."""


@dataclass(frozen=True)
class Bags:
    """What the boosters of an ensemble are to learn from, wherever they are fitted.

    Attributes
    ----------
    matrices
        For each copy of the n training rulings, (n, k) numbers as `train.model.encoding.encode` gives;
        asked for once, one after the other.
    shares
        What each copy counts, in all 1.
    granted
        n labels.
    drawn
        (bags, n): how often each bag drew each ruling.
    names, categories
        The k columns, and those of them that hold categories.
    settings
        LightGBM parameters.
    seed
        Of the first bag; the next has the next.
    """

    matrices: Iterable[Floats]
    shares: Floats
    granted: Flags
    drawn: Floats
    names: Sequence[str]
    categories: Sequence[str]
    settings: dict[str, Any]
    seed: int


def fit_bags(bags: Bags) -> tuple[lgb.Booster, ...]:
    """Fit a booster per bag in this process."""
    stacked = np.vstack(list(bags.matrices))
    labels = np.tile(bags.granted, len(bags.shares)).astype(float)

    def one_bag(bag: int) -> lgb.Booster:
        weights = np.outer(bags.shares, bags.drawn[bag]).ravel()
        kept = weights > 0
        data = lgb.Dataset(
            stacked[kept],
            labels[kept],
            weight=weights[kept],
            feature_name=list(bags.names),
            categorical_feature=list(bags.categories),
            params={"verbosity": -1},
        )
        parameters = booster_parameters(bags.settings, bags.seed + bag) | {"num_threads": 1}
        return lgb.train(parameters, data)

    # Threads, not processes: LightGBM frees the interpreter lock and the matrix is shared.
    jobs = (joblib.delayed(one_bag)(bag) for bag in range(len(bags.drawn)))
    return tuple(joblib.Parallel(n_jobs=-1, prefer="threads")(jobs))


def booster_parameters(settings: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return all parameters of one booster, wherever it is fitted."""
    fixed = {
        "objective": "binary",
        "monotone_constraints_method": "basic",
        "max_cat_to_onehot": 4,
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbosity": -1,
    }
    # `train.evaluate.choices` lifts the constraints, to see what they cost.
    promised = {"monotone_constraints": [column.monotone for column in COLUMNS]}
    return promised | settings | fixed
