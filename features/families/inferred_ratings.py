"""Inferred ratings: the Winter ratings and the forecast that a fitted model infers from the papers.

The rating model is fitted on rated rulings (`train.model.rating_model`), so it adds these columns
after the builders have run. They are defined here beside the other columns.
"""

from data.schema import RATINGS
from features.indicators import Column

FAMILY = "inferred_ratings"
FORECAST = "forecast"
COLUMNS = (
    *(
        Column(
            f"{FAMILY}.{factor}",
            f"{factor.replace('_', ' ')} as inferred from the papers (1-5)",
            "number",
            1,
            "Winter v. NRDC, 555 U.S. 7, 20 (2008)",
        )
        for factor in RATINGS
    ),
    Column(
        f"{FAMILY}.{FORECAST}",
        "probability of a grant as forecast from the papers",
        "log_odds",
        1,
        "Winter v. NRDC, 555 U.S. 7, 20 (2008): the four factors together",
    ),
)
