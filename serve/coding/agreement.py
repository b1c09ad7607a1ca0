"""How often a language model's codings are those of a person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from features.coder.reading import CODED, Reading


def compare(reading: Reading, fields: Mapping[str, Any]) -> dict[str, bool]:
    """Tell for each field that a person coded whether the reading says the same.

    The order of a list does not matter.
    """
    return {
        name: _comparable(reading.coded[name].value) == _comparable(fields[name])
        for name in CODED
        if fields.get(name) is not None
    }


def _comparable(value: Any) -> Any:
    return frozenset(map(str, value)) if isinstance(value, list | tuple) else value


@dataclass
class Agreement:
    """For each field, how many codings there are to compare with, and how many agree."""

    compared: Counter[str] = field(default_factory=Counter)
    agreeing: Counter[str] = field(default_factory=Counter)

    def add(self, agreement: Mapping[str, bool]) -> None:
        """Add what `compare` found."""
        for name, agrees in agreement.items():
            self.compared[name] += 1
            self.agreeing[name] += agrees

    @property
    def share(self) -> float | None:
        """Share of all codings that agree; None where there is none to compare with."""
        total = self.compared.total()
        return self.agreeing.total() / total if total else None
