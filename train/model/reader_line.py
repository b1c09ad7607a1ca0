"""The reader's line: a logistic regression that recalibrates readers' forecasts by themselves.

Readers, persons and language models alike, lean: their forecasts are too timid or too bold as a
whole. The line says what a forecast alone was worth among the training rulings. The boosters of
motions with a forecast start from it and learn what it leaves out (as LightGBM's `init_score`).
"""

from dataclasses import dataclass

import numpy as np

from data.arrays import Floats


@dataclass(frozen=True)
class ReaderLine:
    """Calibrated log-odds as `intercept + slope * forecast`, the forecast in log-odds.

    `mean` is the mean calibrated log-odds of the training rulings with a forecast.
    """

    intercept: float
    slope: float
    mean: float

    def log_odds(self, forecasts: Floats) -> Floats:
        """Return the calibrated log-odds of n forecasts (log-odds); the mean where NaN."""
        line = self.intercept + self.slope * forecasts
        return np.where(np.isnan(line), self.mean, line)
