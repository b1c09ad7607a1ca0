"""Merits: the area of law and the signs of the strength of the claim."""

from data.schema import Motion
from features.document import Papers
from features.indicators import Indicator, flag_columns, read_choice, read_flags, value_column

FAMILY = "merits"
COLUMNS = (
    value_column(f"{FAMILY}.claim_area", "claim_area", "area of law"),
    *flag_columns(FAMILY, "merits_signals"),
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    hits = papers.hits_by_field
    signals = read_flags(motion, hits, "merits_signals")
    return {f"{FAMILY}.claim_area": read_choice(motion, hits, "claim_area")} | {
        f"{FAMILY}.{value}": indicator for value, indicator in signals.items()
    }
