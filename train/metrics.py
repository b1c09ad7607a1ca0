"""Scores of probabilities against outcomes, with intervals clustered by case.

Brier score: mean squared difference of probability and outcome, lower is better (Brier 1950).
Log loss: mean negative log-likelihood. ROC AUC: chance that a granted motion is ranked above a
denied one. Accuracy: share right when "granted" is said at 0.5 or more.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.describe import wilson_interval
from train.calibration import Flags, Floats

METRICS = ("roc_auc", "brier_score", "log_loss", "accuracy")
BETTER_LOW = {"brier_score", "log_loss"}
REPLICATES = 1000


def weighted_scores(granted: Flags, p: Floats, weights: Floats) -> dict[str, Floats]:
    """Compute every metric under several weightings of the rows at once.

    Parameters
    ----------
    granted, p
        n outcomes and n probabilities.
    weights
        (replicates, n) row weights, such as bootstrap counts.

    Returns
    -------
    For each metric an array of one value per replicate; ROC AUC is NaN where a replicate holds
    one kind of outcome only.
    """
    total = weights.sum(axis=1)
    clipped = np.clip(p, 1e-15, 1 - 1e-15)
    loss = -np.where(granted, np.log(clipped), np.log1p(-clipped))
    per_row = {
        "brier_score": (p - granted) ** 2,
        "log_loss": loss,
        "accuracy": ((p >= 0.5) == granted).astype(float),
    }
    scores = {name: weights @ values / total for name, values in per_row.items()}
    return {"roc_auc": _auc(granted, p, weights)} | scores


def _auc(granted: Flags, p: Floats, weights: Floats) -> Floats:
    """Mann-Whitney form of the area under the ROC curve, ties counting one half."""
    order = np.argsort(p, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(p[order]) > 0])
    yes = np.add.reduceat(weights[:, order] * granted[order], starts, axis=1)
    no = np.add.reduceat(weights[:, order] * ~granted[order], starts, axis=1)
    below = np.cumsum(no, axis=1) - no / 2
    pairs = yes.sum(axis=1) * no.sum(axis=1)
    wins: Floats = (yes * below).sum(axis=1)
    area: Floats = np.divide(wins, pairs, out=np.full(len(wins), np.nan), where=pairs > 0)
    return area


def case_bootstrap(groups: npt.NDArray[np.intp], replicates: int, seed: int = 0) -> Floats:
    """Draw cases with replacement; return (replicates, n) how often each row was drawn."""
    _, case = np.unique(groups, return_inverse=True)
    n_cases = int(case.max()) + 1
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, n_cases, (replicates, n_cases))
    return np.stack([np.bincount(draw, minlength=n_cases)[case] for draw in draws]).astype(float)


def scored(
    granted: Flags,
    p: Floats,
    groups: npt.NDArray[np.intp],
    beside: Floats | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Score probabilities, each metric with a 95% interval by bootstrap clustered on the case.

    Parameters
    ----------
    beside
        Another n probabilities for the same rows; the table then holds the paired differences (p
        minus beside) as metrics `brier_difference` and `roc_auc_difference`.

    Returns
    -------
    Rows of `metric`, `value`, `low`, `high`.
    """
    weights = np.vstack([np.ones(len(p)), case_bootstrap(groups, REPLICATES, seed)])
    values = weighted_scores(granted, p, weights)
    if beside is not None:
        other = weighted_scores(granted, beside, weights)
        values["brier_difference"] = values["brier_score"] - other["brier_score"]
        values["roc_auc_difference"] = values["roc_auc"] - other["roc_auc"]
    rows = []
    for metric, replicates in values.items():
        low, high = np.nanquantile(replicates[1:], [0.025, 0.975])
        rows.append({"metric": metric, "value": replicates[0], "low": low, "high": high})
    return pd.DataFrame(rows)


def reliability(granted: Flags, p: Floats, n_bins: int = 8) -> pd.DataFrame:
    """Return the reliability curve: equal-count bins of mean probability and observed rate.

    Columns `n`, `p_mean`, `granted`, `low`, `high` (Wilson interval of the observed rate).
    """
    rows = []
    for bin_rows in np.array_split(np.argsort(p, kind="stable"), min(n_bins, len(p))):
        hits = int(granted[bin_rows].sum())
        low, high = wilson_interval(hits, len(bin_rows))
        rows.append(
            {
                "n": len(bin_rows),
                "p_mean": p[bin_rows].mean(),
                "granted": hits / len(bin_rows),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)
