"""How often courts grant interim relief, by a count other than that of the training rulings.

Published rulings are a selection in which grants are overstated, so their base rate needs the
courthouse's beside it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from data.codebook import MotionType


@dataclass(frozen=True)
class CountedRate:
    """A grant rate that somebody counted.

    Attributes
    ----------
    rate
        Share granted at least in part.
    population
        What was counted, in words.
    courts
        The courts, as a sentence names them: "in federal court".
    motion_types
        The kinds of motion for which it is worth stating.
    source
        Where the count was published.
    """

    rate: float
    population: str
    courts: str
    motion_types: Collection[MotionType]
    source: str


FEDERAL_COURTS = CountedRate(
    rate=0.37,
    population="over 12,000 orders on preliminary injunctions, of which 63% were denied outright",
    courts="in federal court",
    motion_types=(MotionType.PRELIMINARY_INJUNCTION, MotionType.TRO, MotionType.TRO_AND_PI),
    source='Law Street Media, "Report Reveals High Bar for Preliminary Injunctions", '
    "lawstreetmedia.com/uncategorized/how-common-are-preliminary-injunctions/ (undated; a count "
    "of docket analytics)",
)
"""What federal courts grant: 100% less the 63% denied outright."""
