"""Boosters fitted by LightGBM on a Dask cluster, each on the rows of all workers together."""

from collections.abc import Sequence
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from train.cluster import Cluster, check_workers
from train.fit.boosters import Bags, booster_parameters
from train.model.calibration import Flags, Floats

FEWEST = 100
"""Rulings a worker must have to take part: with fewer its bins of a feature would be arbitrary,
since in LightGBM each worker fixes those of some features by its own rows."""
ONCE_IN = 10_000
"""A category shown less often than once in so many rulings is left out of a bag."""
_OF_THE_NETWORK = ("[machines:", "[local_listen_port:", "[num_machines:", "[time_out:")
Rows = npt.NDArray[np.intp]
Singles = npt.NDArray[np.float32]


def fit_bags_on(cluster: Cluster, bags: Bags) -> tuple[lgb.Booster, ...]:
    """Fit the boosters that `train.fit.boosters.fit_bags` would, bag after bag, on the workers.

    The rulings are dealt to the workers at random, all copies of one together, and sent once, in
    single precision. A bag is then told by its weights.

    References
    ----------
    LightGBM documentation, "Distributed Learning Guide" (data-parallel trees).
    """
    check_workers(cluster)
    client = cluster.client
    n_parts = min(len(cluster.workers), max(1, len(bags.granted) // FEWEST))
    workers = cluster.workers[:n_parts]
    order = np.random.default_rng(bags.seed).permutation(len(bags.granted))
    # In file order a worker would see some years or courts only, and bin the features by them.
    dealt = [np.sort(part) for part in np.array_split(order, n_parts)]
    copies: list[list[Any]] = [[] for _ in workers]
    places = [bags.names.index(name) for name in bags.categories]
    shown = np.zeros((len(bags.granted), len(places)))
    for matrix in bags.matrices:
        shown += ~np.isnan(matrix[:, places])
        for place, (worker, rows) in enumerate(zip(workers, dealt, strict=True)):
            part = matrix[rows].astype(np.float32)
            copies[place].append(client.scatter(part, workers=[worker], hash=False))
    labels = [
        client.scatter(bags.granted[rows].astype(np.float32), workers=[worker], hash=False)
        for worker, rows in zip(workers, dealt, strict=True)
    ]

    def one_bag(bag: int) -> lgb.Booster:
        check_workers(cluster)
        parts = []
        hidden = _hardly_shown(shown, bags.drawn[bag] > 0, dealt)
        blank = [place for place, hide in zip(places, hidden, strict=True) if hide]
        told = [name for name, hide in zip(bags.categories, hidden, strict=True) if not hide]
        for worker, rows, mine, outcomes in zip(workers, dealt, copies, labels, strict=True):
            times = bags.drawn[bag, rows].astype(np.float32)
            sent = client.scatter(times, workers=[worker], hash=False)
            given = mine, outcomes, sent, bags.shares, blank
            kept = client.submit(_kept, *given, workers=[worker], pure=False)
            parts.append((kept, int((times > 0).sum()) * len(mine)))
        return _fitted(cluster, parts, bags, told, bags.seed + bag)

    return tuple(one_bag(bag) for bag in range(len(bags.drawn)))


def _hardly_shown(shown: Floats, kept: Flags, dealt: Sequence[Rows]) -> Flags:
    """Tell which categories the kept rows of some worker hardly ever show.

    LightGBM 4.7 crashes where a worker is to fix the bins of a category and finds no value of it
    among the rows that it looks at, 200,000 at most.
    """
    counts = [shown[rows[kept[rows]]].sum(axis=0) for rows in dealt]
    fewest = [max(1.0, kept[rows].sum() / ONCE_IN) for rows in dealt]
    hardly = [few < most for few, most in zip(counts, fewest, strict=True)]
    return np.asarray(np.any(hardly, axis=0))


def _kept(
    copies: list[Singles], granted: Singles, times: Singles, shares: Floats, blank: list[int]
) -> tuple[Singles, Singles, Singles]:
    """Return the rows of a worker that a bag drew, with their labels and weights.

    The columns of `blank` are left out: no worker can learn from them.
    """
    kept = times > 0
    weights = np.outer(shares, times[kept]).ravel().astype(np.float32)
    matrix = np.concatenate([copy[kept] for copy in copies])
    matrix[:, blank] = np.nan
    return matrix, np.tile(granted[kept], len(copies)), weights


def _fitted(
    cluster: Cluster,
    parts: Sequence[tuple[Any, int]],
    bags: Bags,
    categories: Sequence[str],
    seed: int,
) -> lgb.Booster:
    """Fit one booster; a part is what `_kept` gives, on its worker, and its number of rows."""
    from dask import array, delayed

    blocks: list[list[Any]] = [[], [], []]
    for kept, n in parts:
        for place, shape in enumerate(((n, len(bags.names)), (n,), (n,))):
            block = array.from_delayed(delayed(kept)[place], shape, dtype=np.float32)
            blocks[place].append(block)
    matrix, labels, weights = (array.concatenate(mine, axis=0) for mine in blocks)
    parameters = booster_parameters(bags.settings, seed)
    rounds = parameters.pop("num_iterations")
    # Not the classifier: each worker would number the outcomes by those that it happens to hold.
    estimator = lgb.DaskLGBMRegressor(client=cluster.client, n_estimators=rounds, **parameters)
    estimator.fit(
        matrix,
        labels,
        sample_weight=weights,
        feature_name=list(bags.names),
        categorical_feature=list(categories),
    )
    return lgb.Booster(model_str=_without_network(estimator.booster_.model_to_string()))


def _without_network(model: str) -> str:
    """Leave addresses and ports of the workers out of a model's text; they change with each run."""
    lines = model.split("\n")
    return "\n".join(line for line in lines if not line.startswith(_OF_THE_NETWORK))
