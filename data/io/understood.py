"""What was understood of a table, and how: for the report beside its scores."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MAX_READINGS = 1000
"""Distinct readings of values kept."""
NOT_READ = ""
"""The field of a column that is not read, as another column is that field."""


@dataclass
class Understood:
    """Columns and values that were read as something else than they say.

    Attributes
    ----------
    columns
        For each column of the schema its field (`NOT_READ` if another column is that field) and
        why: `name`, `synonym` or `--map`.
    rows
        For each column the number of rows that have a value in it.
    readings
        For a field, what stands there and what it was read as: the number of rows. Words of papers
        are never in it.
    """

    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    readings: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def is_literal(self) -> bool:
        """Whether every column has a field's own name, and every value was taken as it stands."""
        return not self.readings and all(name == read for name, (read, _) in self.columns.items())

    def read_as(self, name: str, written: str, value: str) -> None:
        """Count one value that was read as another."""
        key = (name, written, value)
        if key in self.readings or len(self.readings) < MAX_READINGS:
            self.readings[key] += 1

    def add(self, other: "Understood") -> None:
        """Add what was understood of more rows of the table."""
        for column, match in other.columns.items():
            if self.columns.get(column, (NOT_READ,))[0] == NOT_READ:
                self.columns[column] = match
        self.rows += other.rows
        for reading, rows in other.readings.items():
            if reading in self.readings or len(self.readings) < MAX_READINGS:
                self.readings[reading] += rows

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "columns": {column: list(match) for column, match in self.columns.items()},
            "rows": dict(self.rows),
            "readings": [[*reading, rows] for reading, rows in self.readings.items()],
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Understood":
        """Return what `as_json` wrote."""
        return cls(
            {column: (match[0], match[1]) for column, match in content["columns"].items()},
            Counter(content["rows"]),
            Counter({(name, written, value): n for name, written, value, n in content["readings"]}),
        )
