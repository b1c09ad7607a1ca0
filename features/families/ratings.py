"""Ratings: an analyst's 1-5 view of the four factors of Winter v. NRDC, 555 U.S. 7, 20 (2008).

They are the strongest inputs, so results are always reported with and without this family.
"""

from data.schema import RATINGS, Motion
from features.document import Papers
from features.indicators import Column, Indicator, coded

FAMILY = "ratings"
COLUMNS = tuple(
    Column(
        f"{FAMILY}.{factor}",
        f"analyst's rating of {factor.replace('_', ' ')} (1-5)",
        "number",
        1,
        "Winter v. NRDC, 555 U.S. 7, 20 (2008)",
        field=factor,
    )
    for factor in RATINGS
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name; none is read from text."""
    return {f"{FAMILY}.{factor}": coded(getattr(motion, factor)) for factor in RATINGS}
