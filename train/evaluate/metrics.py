"""Metrics of probabilities against outcomes, computed under many weightings of the rows at once.

Brier score: mean squared difference of probability and outcome (Brier 1950). Log loss: mean
negative log-likelihood. Lower is better for both. ROC AUC: probability that a granted motion is
ranked above a denied one. PR AUC: average precision. Accuracy: share classified correctly at 0.5.

Calibration in the large: mean probability minus the grant rate. Calibration slope and intercept:
those of the logistic regression of the outcome on the log-odds of the probability (Cox 1958,
Biometrika 45:562-565); 1 and 0 when calibrated, a slope below 1 when probabilities are too extreme.
Calibration error: mean distance of the observed rate from the mean probability over bins of equal
count.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from data.arrays import Flags, Floats, Rows
from data.describe import wilson_interval
from train.evaluate.bootstrap import bootstrap_weights, interval_table

RANKING = ("roc_auc", "pr_auc")
PROPER = ("brier_score", "log_loss")
CALIBRATION = (
    "calibration_error",
    "calibration_in_the_large",
    "calibration_slope",
    "calibration_intercept",
)
METRICS = (*RANKING, *PROPER, "accuracy", *CALIBRATION)
RULINGS_PER_BIN = 50
"""Target size of the calibration error's bins; in smaller ones chance alone looks like error."""
MIN_BINS, MAX_BINS = 5, 15
_REPLICATES_PER_BLOCK = 64
"""Replicates computed at once, so that their weights stay in the processor's cache."""
_NEWTON_STEPS = 25
_REPLICATE_NEWTON_STEPS = 4
_MIN_PROBABILITY = 1e-6
_RIDGE = 1e-3
"""Penalty that draws the curve of `calibration_distance` to the diagonal: it keeps the fit finite
for constant or separating probabilities, and is negligible beside a hundred rulings."""


def score_predictions(
    granted: Flags, p: Floats, groups: Rows, baseline: Floats | None = None, seed: int = 0
) -> pd.DataFrame:
    """Compute every metric with its 95% interval, bootstrapped by case.

    Parameters
    ----------
    granted, p, groups
        n outcomes, probabilities and case numbers.
    baseline
        n other probabilities of the same rulings; the table then has the `paired_differences`
        (p minus baseline) too.

    Returns
    -------
    Rows of `metric`, `value`, `low`, `high`.
    """
    weights = bootstrap_weights(groups, seed)
    scores = weighted_scores(granted, p, weights)
    if baseline is not None:
        scores |= paired_differences(scores, weighted_scores(granted, baseline, weights))
    return interval_table(scores)


def weighted_scores(granted: Flags, p: Floats, weights: Floats) -> dict[str, Floats]:
    """Compute every metric under several weightings of the rows.

    Parameters
    ----------
    granted, p
        n outcomes and n probabilities.
    weights
        (replicates, n) row weights; the first row is the sample itself.

    Returns
    -------
    For each metric one value per replicate; NaN where a replicate does not determine it (ROC AUC
    and slope where it has one kind of outcome only, slope where all probabilities are equal).
    """
    total = weights.sum(axis=1)
    clipped = np.clip(p, 1e-15, 1 - 1e-15)
    per_row = {
        "brier_score": (p - granted) ** 2,
        "log_loss": -np.where(granted, np.log(clipped), np.log1p(-clipped)),
        "accuracy": ((p >= 0.5) == granted).astype(float),
        "calibration_in_the_large": p - granted,
    }
    slope, intercept = _slope_and_intercept(granted, p, weights)
    scores = ranking_scores(granted, p, weights)
    scores |= {name: weights @ values / total for name, values in per_row.items()}
    scores |= {
        "calibration_error": _calibration_error(_bins(p), granted, p, weights),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
    }
    return {name: scores[name] for name in METRICS}


def paired_differences(scores: dict[str, Floats], baseline: dict[str, Floats]) -> dict[str, Floats]:
    """Return scores minus baseline, for the Brier score, log loss and ROC AUC."""
    names = (("brier_score", "brier"), ("log_loss", "log_loss"), ("roc_auc", "roc_auc"))
    return {f"{name}_difference": scores[metric] - baseline[metric] for metric, name in names}


def ranking_scores(granted: Flags, p: Floats, weights: Floats) -> dict[str, Floats]:
    """Return `roc_auc` and `pr_auc` under each of (replicates, n) weightings.

    Rows with the same p form one step of the curve.
    """
    order = np.argsort(p, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(p[order]) > 0])
    parts = [_areas(granted, order, starts, block) for block in _blocks(weights)]
    roc, pr = (np.concatenate(part) for part in zip(*parts, strict=True))
    return {"roc_auc": roc, "pr_auc": pr}


def _areas(granted: Flags, order: Rows, starts: Rows, weights: Floats) -> tuple[Floats, Floats]:
    """Return the areas under the ROC and precision-recall curves for each row of weights."""
    positives = np.add.reduceat(weights[:, order] * granted[order], starts, axis=1)
    negatives = np.add.reduceat(weights[:, order] * ~granted[order], starts, axis=1)
    n_positives, n_negatives = positives.sum(axis=1), negatives.sum(axis=1)
    # Mann-Whitney form, ties counting one half.
    wins: Floats = (positives * (np.cumsum(negatives, axis=1) - negatives / 2)).sum(axis=1)
    # Precision among the rows at this p or above, averaged over the granted rows.
    positives_above = np.cumsum(positives[:, ::-1], axis=1)[:, ::-1]
    rows_above = positives_above + np.cumsum(negatives[:, ::-1], axis=1)[:, ::-1]
    precision = np.divide(
        positives_above, rows_above, out=np.zeros_like(rows_above), where=rows_above > 0
    )
    return (
        _ratio(wins, n_positives * n_negatives),
        _ratio((precision * positives).sum(axis=1), n_positives),
    )


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    undefined = np.full(len(numerator), np.nan)
    ratio: Floats = np.divide(numerator, denominator, out=undefined, where=denominator > 0)
    return ratio


def _blocks(weights: Floats) -> Iterator[Floats]:
    """Yield some rows of the weights at a time, in order."""
    step = _REPLICATES_PER_BLOCK
    return (weights[start : start + step] for start in range(0, len(weights), step))


def calibration_error_by_chance(p: Floats, draws: int = 400, seed: int = 0) -> float:
    """Return the calibration error that n perfectly calibrated probabilities show on average.

    Outcomes are simulated from the probabilities themselves, so what remains is sampling noise.
    """
    rng = np.random.default_rng(seed)
    bins = _bins(p)
    ones = np.ones((1, len(p)))
    simulated = rng.random((draws, len(p))) < p
    return float(np.mean([_calibration_error(bins, granted, p, ones)[0] for granted in simulated]))


def _bins(p: Floats) -> list[Rows]:
    n_bins = int(np.clip(len(p) // RULINGS_PER_BIN, MIN_BINS, MAX_BINS))
    return np.array_split(np.argsort(p, kind="stable"), min(n_bins, len(p)))


def _calibration_error(bins: list[Rows], granted: Flags, p: Floats, weights: Floats) -> Floats:
    gap = p - granted
    # |sum of weight x gap| is the bin's weight times the distance of its two means.
    distances = np.sum([np.abs(weights[:, rows] @ gap[rows]) for rows in bins], axis=0)
    error: Floats = distances / weights.sum(axis=1)
    return error


def _slope_and_intercept(granted: Flags, p: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Fit slope and intercept under each weighting, starting from the line of the first one."""
    log_odds = logit(np.clip(p, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY))
    undetermined = np.full(len(weights), np.nan)
    if np.ptp(log_odds) < 1e-9 or granted.all() or not granted.any():
        return undetermined, undetermined
    # The first line starts from zero: from the diagonal the fit of inverted probabilities diverges.
    sample = _fit_lines(granted, log_odds, weights[:1], np.zeros(2), _NEWTON_STEPS)
    lines = np.vstack(
        [
            _fit_lines(granted, log_odds, block, sample, _REPLICATE_NEWTON_STEPS)
            for block in _blocks(weights)
        ]
    )
    n_granted = weights @ granted
    one_outcome = (n_granted == 0) | (n_granted == weights.sum(axis=1))
    lines[one_outcome] = np.nan
    return lines[:, 1], lines[:, 0]


def _fit_lines(
    granted: Flags, log_odds: Floats, weights: Floats, start: Floats, steps: int, ridge: float = 0.0
) -> Floats:
    """Fit the logistic regression of n outcomes on log-odds by Newton's method, per weighting.

    Parameters
    ----------
    weights
        (replicates, n) row weights.
    start
        (intercept, slope) to start from.
    ridge
        Penalty on the squared distance from intercept 0 and slope 1.

    Returns
    -------
    (replicates, 2): intercept and slope.
    """
    lines = np.broadcast_to(start, (len(weights), 2)).copy()
    for _ in range(steps):
        fitted = expit(lines[:, :1] + lines[:, 1:] * log_odds)
        residuals, curvature = weights * (granted - fitted), weights * fitted * (1 - fitted)
        g0 = residuals.sum(axis=1) - ridge * lines[:, 0]
        g1 = residuals @ log_odds - ridge * (lines[:, 1] - 1)
        h00, h01 = curvature.sum(axis=1) + ridge, curvature @ log_odds
        h11 = curvature @ log_odds**2 + ridge
        with np.errstate(divide="ignore", invalid="ignore"):
            determinant = h00 * h11 - h01**2
            step = np.column_stack([h11 * g0 - h01 * g1, h00 * g1 - h01 * g0])
            step /= determinant[:, None]
        step = np.where(np.isfinite(step), step, 0.0)
        lines += step
        if np.abs(step).max() < 1e-9:
            break
    return lines


def calibration_distance(granted: Flags, p: Floats, weights: Floats) -> Floats:
    """Return the root mean square distance of probabilities from their calibration curve.

    The curve is the logistic one, `expit(intercept + slope * logit(p))`. It has two parameters, so
    that its bootstrap is stable on a few hundred rulings, where binned curves are not.

    Parameters
    ----------
    granted, p
        n outcomes and n probabilities.
    weights
        (replicates, n) row weights, such as bootstrap counts.

    Returns
    -------
    One distance per replicate, in probability (0.02 is two percentage points).

    References
    ----------
    Cox (1958), Biometrika 45:562-565 (the curve). Van Hoorde et al. (2015), Journal of Biomedical
    Informatics 54:283-293 (mean squared distance from a calibration curve, whose root this is).
    """
    log_odds = logit(np.clip(p, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY))
    lines = _fit_lines(granted, log_odds, weights, np.zeros(2), _NEWTON_STEPS, _RIDGE)
    curve = expit(lines[:, :1] + lines[:, 1:] * log_odds)
    distance: Floats = np.sqrt((weights * (p - curve) ** 2).sum(axis=1) / weights.sum(axis=1))
    return distance


def reliability(granted: Flags, p: Floats, n_bins: int = 8) -> pd.DataFrame:
    """Return the reliability curve: mean probability and observed rate in bins of equal count.

    Columns `n`, `p_mean`, `granted`, `low`, `high` (95% Wilson interval of the observed rate).
    """
    rows = []
    for bin_rows in np.array_split(np.argsort(p, kind="stable"), min(n_bins, len(p))):
        n_granted = int(granted[bin_rows].sum())
        low, high = wilson_interval(n_granted, len(bin_rows))
        rows.append(
            {
                "n": len(bin_rows),
                "p_mean": p[bin_rows].mean(),
                "granted": n_granted / len(bin_rows),
                "low": low,
                "high": high,
            }
        )
    return pd.DataFrame(rows)
