"""Whether probabilities are true to size: calibration error, in the large, slope and intercept.

Calibration in the large: mean probability less the share granted. Slope and intercept: of the
logistic regression of the outcome on the log-odds of the probability (Cox 1958, Biometrika
45:562-565); 1 and 0 when calibrated, a slope below 1 where probabilities are too bold. Calibration
error: mean distance of observed rate and mean probability over bins of equal count.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from train.model.calibration import Flags, Floats

PER_BIN = 50
"""Rulings a bin of the calibration error aims at: fewer, and chance alone looks like error."""
FEWEST_BINS, MOST_BINS = 5, 15
_NEWTON_STEPS = 25
_REPLICATE_STEPS = 4
_CLIP = 1e-6
_BLOCK = 64
"""Replicates at a time: what is reckoned with their weights stays in the processor's cache."""


def in_blocks(weights: Floats) -> Iterator[Floats]:
    """Yield some rows of the weights at a time, in order."""
    return (weights[start : start + _BLOCK] for start in range(0, len(weights), _BLOCK))


def calibration_scores(granted: Flags, p: Floats, weights: Floats) -> dict[str, Floats]:
    """Compute the calibration metrics under several weightings of the rows at once.

    Parameters
    ----------
    granted, p
        n outcomes and n probabilities.
    weights
        (replicates, n) row weights.

    Returns
    -------
    For each metric an array of one value per replicate; slope and intercept are NaN where the
    probabilities are all alike or a replicate holds one kind of outcome only.
    """
    slope, intercept = _cox_lines(granted, p, weights)
    return {
        "calibration_error": _error(granted, p, weights),
        "calibration_in_the_large": weights @ (p - granted) / weights.sum(axis=1),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
    }


def calibration_error_by_chance(p: Floats, draws: int = 400, seed: int = 0) -> float:
    """Return the calibration error to be expected of n probabilities that are all true.

    Outcomes are drawn with these very probabilities: what a finite sample shows even so.
    """
    rng = np.random.default_rng(seed)
    bins = _bins(p)
    ones = np.ones((1, len(p)))
    drawn = (rng.random((draws, len(p))) < p).astype(float)
    return float(np.mean([_error_in(bins, row, p, ones)[0] for row in drawn]))


def _bins(p: Floats) -> list[npt.NDArray[np.intp]]:
    n_bins = int(np.clip(len(p) // PER_BIN, FEWEST_BINS, MOST_BINS))
    return np.array_split(np.argsort(p, kind="stable"), min(n_bins, len(p)))


def _error(granted: Flags, p: Floats, weights: Floats) -> Floats:
    return _error_in(_bins(p), granted.astype(float), p, weights)


def _error_in(
    bins: list[npt.NDArray[np.intp]], granted: Floats, p: Floats, weights: Floats
) -> Floats:
    gap = p - granted
    # |sum of weight x gap| is the bin's weight times the distance of its two means.
    off = np.sum([np.abs(weights[:, rows] @ gap[rows]) for rows in bins], axis=0)
    found: Floats = off / weights.sum(axis=1)
    return found


def _cox_lines(granted: Flags, p: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Fit slope and intercept under each weighting, by Newton's method from the first one's line.

    The first row of weights is the sample itself; its line starts the others, which lie near.
    """
    log_odds = logit(np.clip(p, _CLIP, 1 - _CLIP))
    undetermined = np.full(len(weights), np.nan)
    if np.ptp(log_odds) < 1e-9 or granted.all() or not granted.any():
        return undetermined, undetermined
    line = np.zeros((1, 2))  # from the line of calibration, bold and wrong ones run away
    for _ in range(_NEWTON_STEPS):
        line = _newton(line, log_odds, granted, weights[:1])
    blocks = []
    for some in in_blocks(weights):
        block = np.repeat(line, len(some), axis=0)
        for _ in range(_REPLICATE_STEPS):
            block = _newton(block, log_odds, granted, some)
        blocks.append(block)
    lines = np.vstack(blocks)
    held = weights @ granted
    one_kind = (held == 0) | (held == weights.sum(axis=1))
    lines[one_kind] = np.nan
    return lines[:, 1], lines[:, 0]


def _newton(lines: Floats, log_odds: Floats, granted: Flags, weights: Floats) -> Floats:
    """Take one Newton step of weighted logistic regression for each (intercept, slope)."""
    said = expit(lines[:, :1] + lines[:, 1:] * log_odds)
    missed = weights * (granted - said)
    spread = weights * said * (1 - said)
    g0, g1 = missed.sum(axis=1), missed @ log_odds
    h00, h01, h11 = spread.sum(axis=1), spread @ log_odds, spread @ log_odds**2
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = h00 * h11 - h01**2
        step = np.column_stack([(h11 * g0 - h01 * g1) / whole, (h00 * g1 - h01 * g0) / whole])
    found: Floats = lines + np.where(np.isfinite(step), step, 0.0)
    return found
