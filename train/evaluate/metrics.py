"""Scores of probabilities against outcomes, with intervals clustered by case.

Brier score: mean squared difference of probability and outcome, lower is better (Brier 1950).
Log loss: mean negative log-likelihood. ROC AUC: chance that a granted motion is ranked above a
denied one. PR AUC: mean precision over the granted motions, from the top down (average precision).
Accuracy: share right when "granted" is said at 0.5 or more. `train.evaluate.calibration_metrics` adds what
says whether the probabilities are true to size.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.describe import wilson_interval
from train.evaluate.calibration_metrics import calibration_scores, in_blocks
from train.model.calibration import Flags, Floats

RANKING = ("roc_auc", "pr_auc")
PROPER = ("brier_score", "log_loss")
CALIBRATION = (
    "calibration_error",
    "calibration_in_the_large",
    "calibration_slope",
    "calibration_intercept",
)
METRICS = (*RANKING, *PROPER, "accuracy", *CALIBRATION)
REPLICATES = 1000
MOST_WEIGHTS = 100_000_000
"""Row weights held at a time (0.8 GB): of more than 100,000 rows fewer replicates are drawn."""


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
    For each metric an array of one value per replicate; NaN where a replicate does not determine
    it (ROC AUC where it holds one kind of outcome only, a slope where all probabilities are alike).
    """
    total = weights.sum(axis=1)
    clipped = np.clip(p, 1e-15, 1 - 1e-15)
    loss = -np.where(granted, np.log(clipped), np.log1p(-clipped))
    per_row = {
        "brier_score": (p - granted) ** 2,
        "log_loss": loss,
        "accuracy": ((p >= 0.5) == granted).astype(float),
    }
    scores = areas(granted, p, weights)
    scores |= {name: weights @ values / total for name, values in per_row.items()}
    scores |= calibration_scores(granted, p, weights)
    return {name: scores[name] for name in METRICS}


def areas(granted: Flags, p: Floats, weights: Floats) -> dict[str, Floats]:
    """Return `roc_auc` and `pr_auc` under each of (replicates, n) weightings.

    Rows with the same p count as one step of the curve.
    """
    order = np.argsort(p, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(p[order]) > 0])
    parts = [_areas(granted, order, starts, some) for some in in_blocks(weights)]
    roc, pr = (np.concatenate(part) for part in zip(*parts, strict=True))
    return {"roc_auc": roc, "pr_auc": pr}


def _areas(
    granted: Flags, order: npt.NDArray[np.intp], starts: npt.NDArray[np.intp], weights: Floats
) -> tuple[Floats, Floats]:
    yes = np.add.reduceat(weights[:, order] * granted[order], starts, axis=1)
    no = np.add.reduceat(weights[:, order] * ~granted[order], starts, axis=1)
    all_yes, all_no = yes.sum(axis=1), no.sum(axis=1)
    # Mann-Whitney form, ties counting one half.
    wins: Floats = (yes * (np.cumsum(no, axis=1) - no / 2)).sum(axis=1)
    # Precision among the rows at this p or above; its mean over the granted rows.
    above_yes = np.cumsum(yes[:, ::-1], axis=1)[:, ::-1]
    above = above_yes + np.cumsum(no[:, ::-1], axis=1)[:, ::-1]
    precision = np.divide(above_yes, above, out=np.zeros_like(above), where=above > 0)
    return _ratio(wins, all_yes * all_no), _ratio((precision * yes).sum(axis=1), all_yes)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    found: Floats = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
    return found


def case_bootstrap(groups: npt.NDArray[np.intp], replicates: int, seed: int = 0) -> Floats:
    """Draw cases with replacement; return (replicates, n) how often each row was drawn."""
    _, case = np.unique(groups, return_inverse=True)
    n_cases = int(case.max()) + 1
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, n_cases, (replicates, n_cases))
    return np.stack([np.bincount(draw, minlength=n_cases)[case] for draw in draws]).astype(float)


def observed_and_drawn(groups: npt.NDArray[np.intp], seed: int = 0) -> Floats:
    """Return the rows' own weights (ones), then those of each bootstrap replicate of the cases."""
    replicates = min(REPLICATES, max(100, MOST_WEIGHTS // len(groups)))
    return np.vstack([np.ones(len(groups)), case_bootstrap(groups, replicates, seed)])


def with_intervals(values: dict[str, Floats]) -> pd.DataFrame:
    """Return rows of `metric`, `value`, `low`, `high` (95%).

    Each metric's first entry is its value on the rows as observed, the others its replicates. The
    interval is the replicates' own quantiles, but for the calibration error: resampling adds noise
    to it much as sampling did, so its quantiles are turned about the value (the "basic" interval of
    Davison and Hinkley 1997, Bootstrap Methods and their Application, ch. 5).
    """
    rows = []
    for metric, found in values.items():
        drawn = found[1:][np.isfinite(found[1:])]
        low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
        if metric == "calibration_error":
            low, high = max(0.0, 2 * found[0] - high), max(found[0], 2 * found[0] - low)
        rows.append({"metric": metric, "value": found[0], "low": low, "high": high})
    return pd.DataFrame(rows)


def differences(mine: dict[str, Floats], other: dict[str, Floats]) -> dict[str, Floats]:
    """Return the paired differences (mine less other) of Brier score, log loss and ROC AUC."""
    named = (("brier_score", "brier"), ("log_loss", "log_loss"), ("roc_auc", "roc_auc"))
    return {f"{name}_difference": mine[metric] - other[metric] for metric, name in named}


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
        Another n probabilities for the same rows; the table then holds the paired `differences` (p
        less beside) too.

    Returns
    -------
    Rows of `metric`, `value`, `low`, `high`.
    """
    weights = observed_and_drawn(groups, seed)
    values = weighted_scores(granted, p, weights)
    if beside is not None:
        values |= differences(values, weighted_scores(granted, beside, weights))
    return with_intervals(values)


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
