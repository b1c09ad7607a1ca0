"""The bootstrap clustered on the case: how often each row is drawn in each replicate."""

import numpy as np

from data.arrays import Floats, Rows


def case_bootstrap(groups: Rows, replicates: int, seed: int = 0) -> Floats:
    """Draw cases with replacement and return how often each row was drawn.

    Parameters
    ----------
    groups
        n case numbers.

    Returns
    -------
    (replicates, n) counts.
    """
    _, case = np.unique(groups, return_inverse=True)
    n_cases = int(case.max()) + 1
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, n_cases, (replicates, n_cases))
    return np.stack([np.bincount(draw, minlength=n_cases)[case] for draw in draws]).astype(float)
