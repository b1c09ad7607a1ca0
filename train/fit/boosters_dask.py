"""Boosters fitted by LightGBM on a Dask cluster, each on the rows of all workers together."""

from collections.abc import Sequence
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from data.arrays import Flags, Floats, Rows
from train.cluster import Cluster, check_workers
from train.fit.boosters import BaggingTask, booster_parameters

MIN_ROWS_PER_WORKER = 100
"""Rulings a worker needs to take part: LightGBM lets each worker bin some features by its own rows,
and with fewer the bins would be arbitrary."""
ROWS_PER_KNOWN_VALUE = 10_000
"""A category with less than one known value in so many rows of a worker is left out of a bag."""
_NETWORK_PARAMETERS = ("[machines:", "[local_listen_port:", "[num_machines:", "[time_out:")
Singles = npt.NDArray[np.float32]


def fit_boosters_on_dask(cluster: Cluster, task: BaggingTask) -> tuple[lgb.Booster, ...]:
    """Fit the boosters that `train.fit.boosters.fit_boosters` would, bag by bag, on the workers.

    The rulings are distributed to the workers at random, all views of one together, and sent once,
    in single precision. For each bag only the weights are sent.

    References
    ----------
    LightGBM documentation, "Distributed Learning Guide" (data-parallel trees).
    """
    check_workers(cluster)
    client = cluster.client
    n_rulings = len(task.granted)
    n_parts = min(len(cluster.workers), max(1, n_rulings // MIN_ROWS_PER_WORKER))
    workers = cluster.workers[:n_parts]
    order = np.random.default_rng(task.seed).permutation(n_rulings)
    # In file order a worker would see some years or courts only, and bin the features by them.
    rows_of_worker = [np.sort(part) for part in np.array_split(order, n_parts)]
    matrices_on_worker: list[list[Any]] = [[] for _ in workers]
    categorical = [task.columns.index(name) for name in task.categorical_columns]
    known_counts = np.zeros((n_rulings, len(categorical)))
    for matrix in task.matrices:
        known_counts += ~np.isnan(matrix[:, categorical])
        for worker, rows, sent in zip(workers, rows_of_worker, matrices_on_worker, strict=True):
            part = matrix[rows].astype(np.float32)
            sent.append(client.scatter(part, workers=[worker], hash=False))
    # Offsets of zero are not the same as none: LightGBM would not start from the share granted.
    outcomes = [task.granted, *(task.offsets or ())]
    outcomes_on_worker = [
        client.scatter(
            np.column_stack([column[rows] for column in outcomes]).astype(np.float32),
            workers=[worker],
            hash=False,
        )
        for worker, rows in zip(workers, rows_of_worker, strict=True)
    ]

    def fit_bag(bag: int) -> lgb.Booster:
        check_workers(cluster)
        rare = _rare_categories(known_counts, task.draw_counts[bag] > 0, rows_of_worker)
        blank = [column for column, is_rare in zip(categorical, rare, strict=True) if is_rare]
        kept_categories = [
            name
            for name, is_rare in zip(task.categorical_columns, rare, strict=True)
            if not is_rare
        ]
        parts = []
        for worker, rows, matrices, outcomes in zip(
            workers, rows_of_worker, matrices_on_worker, outcomes_on_worker, strict=True
        ):
            counts = task.draw_counts[bag, rows].astype(np.float32)
            counts_there = client.scatter(counts, workers=[worker], hash=False)
            arguments = matrices, outcomes, counts_there, task.view_weights, blank
            part = client.submit(_drawn_rows, *arguments, workers=[worker], pure=False)
            parts.append((part, int((counts > 0).sum()) * len(matrices)))
        return _fit_booster(cluster, parts, task, kept_categories, task.seed + bag)

    return tuple(fit_bag(bag) for bag in range(len(task.draw_counts)))


def _rare_categories(known_counts: Floats, drawn: Flags, rows_of_worker: Sequence[Rows]) -> Flags:
    """Return which categories are hardly ever known in the drawn rows of some worker.

    LightGBM 4.7 crashes where a worker is to bin a category and finds no known value among the
    rows that it samples for this, 200,000 at most.
    """
    rare = []
    for rows in rows_of_worker:
        drawn_rows = rows[drawn[rows]]
        rare.append(
            known_counts[drawn_rows].sum(axis=0) < max(1.0, len(drawn_rows) / ROWS_PER_KNOWN_VALUE)
        )
    return np.asarray(np.any(rare, axis=0))


def _drawn_rows(
    matrices: list[Singles],
    outcomes: Singles,
    draw_counts: Singles,
    view_weights: Floats,
    blank: list[int],
) -> tuple[Singles, Singles, Singles]:
    """Return a worker's rows that a bag drew, with their weights and their outcomes.

    The outcomes given are labels, and offsets for each view if there are any; those returned are
    the labels, and the offsets of the row's view. The columns of `blank` are set to missing (see
    `_rare_categories`).
    """
    drawn = draw_counts > 0
    weights = np.outer(view_weights, draw_counts[drawn]).ravel().astype(np.float32)
    matrix = np.concatenate([view[drawn] for view in matrices])
    matrix[:, blank] = np.nan
    labels, offsets = outcomes[drawn, :1], outcomes[drawn, 1:]
    by_view = [
        np.hstack([labels, offsets[:, view : view + 1]]) for view in range(len(matrices))
    ]  # without offsets, labels alone
    return matrix, weights, np.concatenate(by_view)


def _fit_booster(
    cluster: Cluster,
    parts: Sequence[tuple[Any, int]],
    task: BaggingTask,
    categories: Sequence[str],
    seed: int,
) -> lgb.Booster:
    """Fit one booster; a part is a future of `_drawn_rows`, and its number of rows."""
    from dask import array, delayed

    n_outcomes = 1 if task.offsets is None else 2
    blocks: list[list[Any]] = [[], [], []]
    for part, n in parts:
        for index, shape in enumerate(((n, len(task.columns)), (n,), (n, n_outcomes))):
            block = array.from_delayed(delayed(part)[index], shape, dtype=np.float32)
            blocks[index].append(block)
    matrix, weights, outcomes = (array.concatenate(arrays, axis=0) for arrays in blocks)
    parameters = booster_parameters(task.parameters, seed)
    n_rounds = parameters.pop("num_iterations")
    # Not the classifier: each worker would number the outcomes by those that it happens to hold.
    estimator = lgb.DaskLGBMRegressor(client=cluster.client, n_estimators=n_rounds, **parameters)
    estimator.fit(
        matrix,
        outcomes[:, 0],
        sample_weight=weights,
        init_score=None if task.offsets is None else outcomes[:, 1],
        feature_name=list(task.columns),
        categorical_feature=list(categories),
    )
    return lgb.Booster(model_str=_without_network(estimator.booster_.model_to_string()))


def _without_network(model: str) -> str:
    """Leave the workers' addresses and ports out of a model's text: they change with each run."""
    lines = model.split("\n")
    return "\n".join(line for line in lines if not line.startswith(_NETWORK_PARAMETERS))
