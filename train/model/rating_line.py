"""The rating line: a logistic regression of outcomes on the Winter ratings by themselves.

Few training rulings have ratings at the ends of the scale, so trees treat a rating of 1 as one of
2, and one of 5 as one of 4. The boosters of motions with ratings, but no forecast, start from this
line (as LightGBM's `init_score`), which goes on to the ends, and learn what it leaves out. With a
forecast they start from the reader's line: given that, ratings add next to nothing.
"""

from dataclasses import dataclass

import numpy as np

from data.arrays import Floats


@dataclass(frozen=True)
class RatingLine:
    """Log-odds as `intercept + sum of slope * (rating - mean)`.

    Attributes
    ----------
    intercept
        The log-odds where every rating is at its mean.
    slopes, means
        One for each rating, in the order of `data.schema.RATINGS`; no slope is negative.
    """

    intercept: float
    slopes: tuple[float, ...]
    means: tuple[float, ...]

    def log_odds(self, ratings: Floats) -> Floats:
        """Return the n log-odds of (n, 4) ratings, NaN where one is not given."""
        total: Floats = self.intercept + self.terms(ratings).sum(axis=1)
        return total

    def terms(self, ratings: Floats) -> Floats:
        """Return the (n, 4) log-odds that each of (n, 4) ratings adds; 0 where NaN."""
        terms = (ratings - np.array(self.means)) * np.array(self.slopes)
        return np.where(np.isnan(terms), 0.0, terms)
