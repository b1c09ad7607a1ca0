"""Forum: the court, its circuit and level, and the year."""

from data.courts import CIRCUITS, LEVELS, circuit_name, court_citation, find_court
from data.schema import Motion
from features.document import Papers
from features.indicators import Column, Indicator, coded

FAMILY = "forum"
COLUMNS = (
    Column(f"{FAMILY}.court", "court", "category", value_words=court_citation),
    Column(f"{FAMILY}.circuit", "circuit", "category", values=CIRCUITS, value_words=circuit_name),
    Column(f"{FAMILY}.level", "court level", "category", values=LEVELS),
    Column(f"{FAMILY}.year", "year", "number"),
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name; none is read from text."""
    court = find_court(motion.court)
    return {
        f"{FAMILY}.court": coded(court.id),
        f"{FAMILY}.circuit": coded(court.circuit),
        f"{FAMILY}.level": coded(court.level),
        f"{FAMILY}.year": coded(motion.year),
    }
