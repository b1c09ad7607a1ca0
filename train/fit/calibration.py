"""Fit the calibration lines on scores of bags that did not see the ruling (`train.model.calibration`)."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from train.model.calibration import Calibration, Flags, Floats, OutOfBag


def calibrate(
    measured: Sequence[Floats], drawn: Floats, granted: Flags
) -> tuple[Calibration, OutOfBag]:
    """Fit the main line and one per bag on the out-of-bag scores of some copies of n rulings.

    Parameters
    ----------
    measured
        For each copy, (bags, n) raw log-odds; the copies' scores are pooled.
    drawn
        (bags, n): how often each bag drew each ruling.
    granted
        n labels.

    Returns
    -------
    The lines, and the scores that they were fitted on.
    """
    unseen = drawn == 0
    usable = unseen.any(axis=0)  # a row that every bag drew has no out-of-bag score
    unseen, drawn = unseen[:, usable], drawn[:, usable]
    means = [np.average(scores[:, usable], axis=0, weights=unseen) for scores in measured]
    out_of_bag = np.concatenate(means)
    labels = np.tile(granted[usable], len(means))
    intercept, slope = _line(out_of_bag, labels, np.ones(len(labels)))
    counted = np.tile(drawn, len(means))
    own = [_line(out_of_bag, labels, counts) for counts in counted]
    lines = tuple(line[0] for line in own), tuple(line[1] for line in own)
    spread = float(np.std(intercept + slope * out_of_bag))
    return Calibration(intercept, slope, *lines, spread), OutOfBag(out_of_bag, labels)


def _line(scores: Floats, granted: Flags, weights: Floats) -> tuple[float, float]:
    fitted = LogisticRegression(C=np.inf).fit(scores[:, None], granted, sample_weight=weights)
    slope = float(fitted.coef_[0, 0])
    if slope > 0:
        return float(fitted.intercept_[0]), slope
    # A falling line would turn every promise of direction around: fall back on the base rate.
    # Half a ruling more of each outcome, since those that a bag drew may all have one.
    rate = float((weights @ granted + 0.5) / (weights.sum() + 1.0))
    return float(np.log(rate / (1 - rate))), 0.0
