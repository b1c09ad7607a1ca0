"""Fit the reader's line on the training rulings that have a forecast."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from data.arrays import Flags, Floats
from train.model.reader_line import ReaderLine

MIN_FORECASTS = 100
"""Fewest training rulings with a forecast that a line is fitted on."""


def fit_reader_line(forecasts: Floats, granted: Flags) -> ReaderLine | None:
    """Fit the line on n rulings; None if too few have a forecast, or theirs all have one outcome.

    Parameters
    ----------
    forecasts
        n forecasts in log-odds, NaN where a ruling has none.
    granted
        n labels.
    """
    known = ~np.isnan(forecasts)
    outcomes = granted[known]
    if known.sum() < MIN_FORECASTS or outcomes.all() or not outcomes.any():
        return None
    inputs = forecasts[known][:, None]
    fitted = LogisticRegression(C=np.inf).fit(inputs, outcomes)
    slope = float(fitted.coef_[0, 0])
    if slope <= 0:  # a line that falls would reverse the promise that a higher forecast counts more
        return None
    mean = float(fitted.decision_function(inputs).mean())
    return ReaderLine(float(fitted.intercept_[0]), slope, mean)
