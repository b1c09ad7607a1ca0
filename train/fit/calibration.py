"""Fit the calibration on scores of bags that did not train on a ruling's case."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from data.arrays import Flags, Floats
from train.model.calibration import Calibration, OutOfBagScores


def fit_calibration(
    view_scores: Sequence[Floats], draw_counts: Floats, granted: Flags
) -> tuple[Calibration, OutOfBagScores]:
    """Fit the main line and one per bag on the out-of-bag scores of some views of n rulings.

    Parameters
    ----------
    view_scores
        For each view, (bags, n) raw log-odds; the views' scores are pooled.
    draw_counts
        (bags, n): how often each bag drew each ruling.
    granted
        n labels.

    Returns
    -------
    The calibration, and the scores that it was fitted on.
    """
    out_of_bag = draw_counts == 0
    usable = out_of_bag.any(axis=0)  # a row that every bag drew has no out-of-bag score
    out_of_bag, draw_counts = out_of_bag[:, usable], draw_counts[:, usable]
    means = [np.average(scores[:, usable], axis=0, weights=out_of_bag) for scores in view_scores]
    scores = np.concatenate(means)
    labels = np.tile(granted[usable], len(means))
    intercept, slope = _fit_line(scores, labels, np.ones(len(labels)))
    bag_lines = [_fit_line(scores, labels, np.tile(counts, len(means))) for counts in draw_counts]
    calibration = Calibration(
        intercept=intercept,
        slope=slope,
        bag_intercepts=tuple(line[0] for line in bag_lines),
        bag_slopes=tuple(line[1] for line in bag_lines),
        spread=float(np.std(intercept + slope * scores)),
    )
    return calibration, OutOfBagScores(scores, labels)


def _fit_line(scores: Floats, granted: Flags, weights: Floats) -> tuple[float, float]:
    """Return intercept and slope of a weighted logistic regression; the slope is never negative."""
    fitted = LogisticRegression(C=np.inf).fit(scores[:, None], granted, sample_weight=weights)
    slope = float(fitted.coef_[0, 0])
    if slope > 0:
        return float(fitted.intercept_[0]), slope
    # A negative slope would reverse every promise of direction: fall back on the base rate. Half
    # a ruling is added to each outcome, since those that a bag drew may all have one.
    rate = float((weights @ granted + 0.5) / (weights.sum() + 1.0))
    return float(np.log(rate / (1 - rate))), 0.0
