"""Forecast: a careful reader's own estimate of the chance of a grant, where the motion has one.

The reader (a person or a language model) does not know the outcome. It is the strongest single
input, so results are always reported with and without this family.
"""

import math

from data.schema import Motion
from features.document import Papers
from features.indicators import NOT_SHOWN, Column, Indicator, coded

FAMILY = "forecast"
COLUMN = f"{FAMILY}.reader"
COLUMNS = (
    Column(
        COLUMN,
        "a reader's own forecast of a grant",
        "log_odds",
        1,
        "Winter v. NRDC, 555 U.S. 7, 20 (2008): the four factors together",
        field="forecast",
    ),
)
EXTREMES = (0.02, 0.98)
"""Forecasts beyond count as these: 0 and 1 have infinite log-odds."""


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicator for one motion, by column name; never read from text."""
    if motion.forecast is None:
        return {COLUMN: NOT_SHOWN}
    return {COLUMN: coded(forecast_log_odds(motion.forecast))}


def forecast_log_odds(forecast: float) -> float:
    """Return the log-odds of a forecast, drawn in to `EXTREMES`."""
    low, high = EXTREMES
    p = min(max(forecast, low), high)
    return math.log(p / (1 - p))
