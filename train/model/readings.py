"""Readings: how often each thing that phrases read from papers was right, and whether it counts.

A reading counts where it was right in at least `MIN_PRECISION` of at least `MIN_HITS` rulings whose
cases phrase writers have not read. The bar is on the share as measured; its interval is shown
beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from features.indicators import Reading

MIN_PRECISION = 0.80
MIN_HITS = 10


class Precision(NamedTuple):
    """How often a reading was right.

    Attributes
    ----------
    hits
        Rulings in which phrases read it and a coder said whether it is so.
    right
        Those of them in which it is so.
    low, high
        95% interval of the share that is right, bootstrapped by case; Wilson's, where all or none
        are.
    """

    hits: int
    right: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share that is right; NaN if nothing was read."""
        return self.right / self.hits if self.hits else float("nan")

    @property
    def counts(self) -> bool:
        """Whether the reading is right often enough to count."""
        return self.hits >= MIN_HITS and self.value >= MIN_PRECISION


@dataclass(frozen=True)
class Readings:
    """The precision of every reading that was measured."""

    precision: Mapping[Reading, Precision]

    @cached_property
    def counted(self) -> frozenset[Reading]:
        """The readings that count."""
        return frozenset(reading for reading, measured in self if measured.counts)

    def of_fields(self, right_of_hits: Mapping[str, Sequence[int]]) -> frozenset[Reading]:
        """Return the readings that count of fields that are read rightly elsewhere, too.

        Parameters
        ----------
        right_of_hits
            By field, how many readings were right there, and of how many.
        """
        fields = {
            field
            for field, (right, hits) in right_of_hits.items()
            if Precision(hits, right, 0.0, 1.0).counts
        }
        return frozenset(reading for reading in self.counted if reading.field in fields)

    def __iter__(self) -> Iterator[tuple[Reading, Precision]]:
        return iter(self.precision.items())

    def to_json(self) -> list[dict[str, Any]]:
        """Return the readings as plain JSON values."""
        return [{**reading._asdict(), **measured._asdict()} for reading, measured in self]

    @classmethod
    def from_json(cls, records: list[dict[str, Any]]) -> "Readings":
        """Return the readings that `to_json` wrote."""
        return cls(
            {
                Reading(str(record["field"]), str(record["value"])): Precision(
                    int(record["hits"]),
                    int(record["right"]),
                    float(record["low"]),
                    float(record["high"]),
                )
                for record in records
            }
        )
