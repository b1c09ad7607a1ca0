"""Boosters: one LightGBM classifier per bag, each on its own bootstrap of the cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import lightgbm as lgb
import numpy as np

from data.arrays import Flags, Floats
from features.build import COLUMNS

DEFAULT_PARAMETERS: dict[str, Any] = {
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
enough for `train.model.tree_tables`. The search uses only rulings before the first test year, so
the headline test has no part in the choice."""


@dataclass(frozen=True)
class BaggingTask:
    """What the boosters of one ensemble are fitted on, here or on a cluster.

    Attributes
    ----------
    matrices
        For each view of the n training rulings, an (n, k) matrix as `train.model.encoding.encode`
        gives; iterated once, one at a time.
    view_weights
        The weight of each view; their sum is 1.
    granted
        n labels.
    draw_counts
        (bags, n): how often each bag drew each ruling.
    columns, categorical_columns
        The k columns, and those of them that hold categories.
    parameters
        LightGBM parameters.
    seed
        Seed of the first bag; bag b has `seed + b`.
    offsets
        For each view, (n,) log-odds that the boosters start from; None starts from the share
        granted.
    """

    matrices: Iterable[Floats]
    view_weights: Floats
    granted: Flags
    draw_counts: Floats
    columns: Sequence[str]
    categorical_columns: Sequence[str]
    parameters: dict[str, Any]
    seed: int
    offsets: Sequence[Floats] | None = None


def fit_boosters(task: BaggingTask) -> tuple[lgb.Booster, ...]:
    """Fit a booster per bag in this process."""
    stacked = np.vstack(list(task.matrices))
    n_views = len(task.view_weights)
    labels = np.tile(task.granted, n_views).astype(float)
    offsets = None if task.offsets is None else np.concatenate(task.offsets)

    def fit_bag(bag: int) -> lgb.Booster:
        weights = np.outer(task.view_weights, task.draw_counts[bag]).ravel()
        drawn = weights > 0
        data = lgb.Dataset(
            stacked[drawn],
            labels[drawn],
            weight=weights[drawn],
            init_score=None if offsets is None else offsets[drawn],
            feature_name=list(task.columns),
            categorical_feature=list(task.categorical_columns),
            params={"verbosity": -1},
        )
        parameters = booster_parameters(task.parameters, task.seed + bag) | {"num_threads": 1}
        return lgb.train(parameters, data)

    # Threads, not processes: LightGBM releases the interpreter lock and the matrix is shared.
    jobs = (joblib.delayed(fit_bag)(bag) for bag in range(len(task.draw_counts)))
    return tuple(joblib.Parallel(n_jobs=-1, prefer="threads")(jobs))


def booster_parameters(parameters: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return all parameters of one booster: the fixed ones win over those given."""
    fixed = {
        "objective": "binary",
        "monotone_constraints_method": "basic",
        "max_cat_to_onehot": 4,
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbosity": -1,
    }
    # Not fixed: `train.evaluate.refits` lifts the constraints to measure their cost.
    constraints = {"monotone_constraints": [column.monotone for column in COLUMNS]}
    return constraints | parameters | fixed
