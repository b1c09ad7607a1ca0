"""Readings: what a fitted reader makes of the words of the papers.

The readers themselves are fitted on rated rulings (`train.model.rating_model`), so these columns are added by
the model and not by a builder; they stand here beside the other columns, with their doctrine.
"""

from data.schema import RATINGS
from features.indicators import Column

FAMILY = "readings"
OUTLOOK = "outlook"
COLUMNS = (
    *(
        Column(
            f"{FAMILY}.{factor}",
            f"{factor.replace('_', ' ')} as the words suggest it (1-5)",
            "number",
            1,
            "Winter v. NRDC, 555 U.S. 7, 20 (2008)",
        )
        for factor in RATINGS
    ),
    Column(
        f"{FAMILY}.{OUTLOOK}",
        "chance of a grant as careful readers of such words saw it",
        "log_odds",
        1,
        "Winter v. NRDC, 555 U.S. 7, 20 (2008): the four factors together",
    ),
)
