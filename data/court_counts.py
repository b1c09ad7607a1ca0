"""How often a court grants, from counts of the user's own: `court`, `granted`, `denied`."""

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

from data.courts import find_court
from data.io.load import load
from data.io.problems import Problem
from data.io.rows import UnreadableInput

Count = Annotated[int, Field(ge=0)]


class CourtCount(BaseModel):
    """One court's motions as its user counted them."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    court: Annotated[str, BeforeValidator(lambda court: str(court or "").lower())] = Field(
        description="CourtListener id of the court, as motions give it", min_length=1
    )
    granted: Count = Field(description="motions granted")
    denied: Count = Field(description="motions denied")

    @field_validator("denied")
    @classmethod
    def _some(cls, denied: int, info: ValidationInfo) -> int:
        if denied == 0 and info.data.get("granted") == 0:
            raise ValueError("expected at least one motion, granted or denied")
        return denied


def read_court_counts(path: str | Path) -> dict[str, CourtCount]:
    """Read a table of counts (CSV, JSONL, JSON or Parquet), by court id.

    Raises
    ------
    UnreadableInput
        If it cannot be read or has other columns, or a row is wrong, counts a court again or one
        that is not known: a court left out in silence would go unadjusted.
    """
    loaded = load(path, CourtCount)
    wrong = [str(reject) for reject in loaded.rejects]
    if loaded.unknown_columns:
        raise UnreadableInput(
            f"{loaded.name}: column(s) {', '.join(loaded.unknown_columns)} are not counted; "
            f"expected {', '.join(CourtCount.model_fields)}"
        )
    counts: dict[str, CourtCount] = {}
    for number, row in zip(loaded.row_numbers, loaded.rows, strict=True):
        if row.court in counts:
            problem = Problem("court", row.court, "each court once")
            wrong.append(f"row {number}: {problem}")
        if find_court(row.court).level is None:
            expected = "a trial court's CourtListener id, such as ilnd"
            wrong.append(f"row {number}: {Problem('court', row.court, expected)}")
        counts[row.court] = row
    if wrong:
        raise UnreadableInput(f"{loaded.name}: {'; '.join(wrong[:5])}")
    return counts
