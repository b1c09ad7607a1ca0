"""Inferred ratings: the Winter ratings and forecast that a fitted model infers from the papers.

The rating model is fitted on rated rulings (`train.model.rating_model`), so the model adds these
columns, not a builder. They are defined here with the other columns and their doctrine.
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
        "chance of a grant that careful readers of such papers saw",
        "log_odds",
        1,
        "Winter v. NRDC, 555 U.S. 7, 20 (2008): the four factors together",
    ),
)
