"""What became of a docket that was coded, and what is kept beside each coding."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.io.understood import Understood
from data.schema import RATINGS, Motion
from features.coder.coder import Coding
from features.coder.reading import CODED
from features.coder.spent import Spent
from serve.coding.agreement import Agreement
from serve.coding.journal import CodedRow

TEXTS = ("motion", "opposition", "summary", "opposition_summary")
"""Fields with words of papers."""


@dataclass
class CodingSummary:
    """What became of the rows of an input.

    Attributes
    ----------
    rows, coded, rejected
        Number of rows, and of each kind.
    instructed
        Motions whose papers tell a language model what to do.
    from_store
        Motions for which nothing had to be asked.
    failures
        Readings that failed, by the kind of failure.
    unproven
        Values that were taken out because their quotes are not in the papers, by field.
    values
        The coded values of each motion, by its id: no words of papers.
    problems, rejects
        The first rejects in words, and the path of the rejects file, if there are rejects.
    unknown_columns, post_ruling_columns
        Columns that were ignored.
    understood
        Columns and values that were read as something else than they say.
    tokens_in, tokens_out, cost, seconds
        What this run has taken, failed readings included.
    """

    model: str = ""
    rows: int = 0
    coded: int = 0
    rejected: int = 0
    instructed: int = 0
    from_store: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    unproven: Counter[str] = field(default_factory=Counter)
    agreement: Agreement = field(default_factory=Agreement)
    values: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    rejects: Path | None = None
    unknown_columns: dict[str, None] = field(default_factory=dict)
    post_ruling_columns: dict[str, None] = field(default_factory=dict)
    understood: Understood = field(default_factory=Understood)
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    seconds: float = 0.0

    def add(self, row: CodedRow) -> None:
        """Add a coded motion."""
        self.coded += 1
        self.instructed += bool(row.details["instructions"])
        self.from_store += bool(row.details["from_store"])
        self.unproven.update(item["field"] for item in row.details["unproven"])
        self.agreement.add(row.agreement)
        self.values.append({name: v for name, v in row.motion.items() if name not in TEXTS})

    def take(self, spent: Spent, seconds: float) -> None:
        """Note what has been spent so far."""
        self.tokens_in, self.tokens_out = spent.tokens_in, spent.tokens_out
        self.cost, self.seconds = spent.cost, seconds


def coding_details(coding: Coding, motion: Motion) -> dict[str, Any]:
    """Return what is kept beside a coding: quotes, reasons, unproven values, and who read it."""
    fields = motion.model_dump(mode="json")
    return {
        "id": motion.id,
        "quotes": {name: list(quotes) for name, quotes in (motion.quotes or {}).items()},
        # A quote or a reason is for this value; one that a person puts in its place has none.
        "values": {name: fields[name] for name in (*(motion.quotes or {}), *coding.reasons)},
        "reasons": coding.reasons,
        "unproven": [
            {"field": item.field, "value": item.value, "reason": item.reason}
            for item in coding.checked.unproven
        ],
        "instructions": [told.text for told in coding.checked.instructions],
        "model": coding.model,
        "protocol": coding.protocol_digest,
        "key": coding.key,
        "from_store": coding.from_store,
    }


def motion_to_correct(motion: Motion) -> str:
    """Return a coded motion as JSON to be corrected by hand: what is not shown is there as null.

    Its quotes are left out; they stand in the sidecar.
    """
    fields = motion.model_dump(mode="json", exclude={"quotes"})
    to_fill = (*CODED, *RATINGS, "forecast")
    shown = {name: value for name, value in fields.items() if value is not None or name in to_fill}
    return json.dumps(shown, indent=2, ensure_ascii=False)
