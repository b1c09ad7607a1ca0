"""Fit the calibration on scores of bags that did not train on a ruling's case."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from data.arrays import Flags, Floats
from train.model.calibration import Calibration, OutOfBagScores


def fit_calibration(
    view_scores: Sequence[Floats],
    draw_counts: Floats,
    granted: Flags,
    offsets: Sequence[Floats] | None = None,
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
    offsets
        For each view, (n,) log-odds that the boosters started from; None if from nothing.

    Returns
    -------
    The calibration, and the scores that it was fitted on.
    """
    out_of_bag = draw_counts == 0
    usable = out_of_bag.any(axis=0)  # a row that every bag drew has no out-of-bag score
    out_of_bag, draw_counts = out_of_bag[:, usable], draw_counts[:, usable]
    means = [np.average(scores[:, usable], axis=0, weights=out_of_bag) for scores in view_scores]
    n_views = len(means)
    scores = np.concatenate(means)
    labels = np.tile(granted[usable], n_views)
    inputs = scores[:, None]
    if offsets is not None:
        inputs = np.column_stack([scores, np.concatenate([start[usable] for start in offsets])])
    main = fit_line(inputs, labels, np.ones(len(labels)))
    bag_lines = [fit_line(inputs, labels, np.tile(counts, n_views)) for counts in draw_counts]
    calibration = Calibration(
        intercept=main.intercept,
        slope=main.slopes[0],
        bag_intercepts=tuple(line.intercept for line in bag_lines),
        bag_slopes=tuple(line.slopes[0] for line in bag_lines),
        spread=float(np.std(main.intercept + inputs @ main.slopes)),
        offset_slope=sum(main.slopes[1:]),
        bag_offset_slopes=tuple(sum(line.slopes[1:]) for line in bag_lines),
    )
    return calibration, OutOfBagScores(inputs.sum(axis=1), labels)


class Line(NamedTuple):
    intercept: float
    slopes: list[float]


def fit_line(inputs: Floats, granted: Flags, weights: Floats) -> Line:
    """Fit a weighted logistic regression on (n, k) inputs, k slopes that are never negative.

    A negative slope would reverse every promise of direction: its input is left out.
    """
    kept = list(range(inputs.shape[1]))
    while kept:
        fitted = LogisticRegression(C=np.inf).fit(inputs[:, kept], granted, sample_weight=weights)
        slopes = dict(zip(kept, fitted.coef_[0].tolist(), strict=True))
        if min(slopes.values()) > 0:
            every = [slopes.get(index, 0.0) for index in range(inputs.shape[1])]
            return Line(float(fitted.intercept_[0]), every)
        kept.remove(min(slopes, key=slopes.__getitem__))
    # Nothing predicts: the base rate. Half a ruling is added to each outcome, since those that a
    # bag drew may all have one.
    rate = float((weights @ granted + 0.5) / (weights.sum() + 1.0))
    return Line(float(np.log(rate / (1 - rate))), [0.0] * inputs.shape[1])
