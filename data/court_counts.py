"""Grant rates by court, from the user's own counts of motions granted and denied."""

from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from data.court_lookup import look_up_court
from data.courts import find_court
from data.io.load import load
from data.io.problems import Problem
from data.io.rows import UnreadableInput

_MAX_ERRORS = 5
Count = Annotated[int, Field(ge=0, le=10**9)]


def _court_id(court: object) -> str:
    """Return the id of a court by any of its names, or what is given in lower case."""
    text = str(court or "").strip()
    return look_up_court(text) or text.lower()


class CourtCount(BaseModel):
    """The number of motions that one court granted and denied."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    court: Annotated[str, BeforeValidator(_court_id)] = Field(
        description="CourtListener id of the court, Bluebook form or name", min_length=1
    )
    granted: Count = Field(description="motions granted")
    denied: Count = Field(description="motions denied")

    @field_validator("denied")
    @classmethod
    def _not_empty(cls, denied: int, info: ValidationInfo) -> int:
        if denied == 0 and info.data.get("granted") == 0:
            raise ValueError("expected at least one motion, granted or denied")
        return denied


def read_court_counts(path: str | Path) -> dict[str, CourtCount]:
    """Read a table with columns `court`, `granted` and `denied` (CSV, JSONL, JSON or Parquet).

    Returns
    -------
    The counts by court id.

    Raises
    ------
    UnreadableInput
        If the table cannot be read or has other columns, or a row is invalid, repeats a court or
        names an unknown one: a court dropped silently would go unadjusted.
    """
    loaded = load(path, CourtCount)
    errors = [str(reject) for reject in loaded.rejects]
    if loaded.unknown_columns:
        raise UnreadableInput(
            f"{loaded.name}: unknown column(s) {', '.join(loaded.unknown_columns)}; "
            f"expected {', '.join(CourtCount.model_fields)}"
        )
    counts: dict[str, CourtCount] = {}
    for number, row in zip(loaded.row_numbers, loaded.rows, strict=True):
        if row.court in counts:
            problem = Problem("court", row.court, "each court once")
            errors.append(f"row {number}: {problem}")
        if find_court(row.court).level is None:
            expected = (
                "a trial court's CourtListener id (ilnd), Bluebook form (N.D. Ill.) or full name"
            )
            errors.append(f"row {number}: {Problem('court', row.court, expected)}")
        counts[row.court] = row
    if errors:
        raise UnreadableInput(f"{loaded.name}: {'; '.join(errors[:_MAX_ERRORS])}")
    return counts
