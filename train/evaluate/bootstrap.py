"""The bootstrap clustered on the case: row weights of each replicate, and intervals from them.

Rulings of one case resemble each other, so cases are drawn with replacement and each drawn case
brings all of its rulings. A metric is computed once under the weights as observed (all ones) and
once per replicate; paired comparisons use the same replicates for both models.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data.arrays import Floats, Rows
from data.bootstrap import case_bootstrap

REPLICATES = 1000
MIN_REPLICATES = 100
MAX_WEIGHTS = 100_000_000
"""Row weights held at once (0.8 GB): above 100,000 rows fewer replicates are drawn."""


def bootstrap_weights(groups: Rows, seed: int = 0) -> Floats:
    """Return (1 + replicates, n) row weights: ones, then those of each bootstrap replicate."""
    replicates = min(REPLICATES, max(MIN_REPLICATES, MAX_WEIGHTS // len(groups)))
    return np.vstack([np.ones(len(groups)), case_bootstrap(groups, replicates, seed)])


def interval_table(scores: Mapping[str, Floats]) -> pd.DataFrame:
    """Return rows of `metric`, `value`, `low`, `high` (95%).

    The first entry of each metric is its value as observed, the others its replicates. The interval
    is the replicates' 2.5% and 97.5% quantiles, except for the calibration error: resampling
    inflates it as sampling did, so its quantiles are reflected about the value (the "basic"
    interval of Davison and Hinkley 1997, Bootstrap Methods and their Application, ch. 5).
    """
    rows = []
    for metric, values in scores.items():
        replicates = values[1:][np.isfinite(values[1:])]
        low, high = np.quantile(replicates, [0.025, 0.975]) if len(replicates) else (np.nan, np.nan)
        if metric == "calibration_error":
            low, high = max(0.0, 2 * values[0] - high), max(values[0], 2 * values[0] - low)
        rows.append({"metric": metric, "value": values[0], "low": low, "high": high})
    return pd.DataFrame(rows)
