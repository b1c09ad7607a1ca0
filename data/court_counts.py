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

from data.load import Problem, load
from data.rows import UnreadableInput

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
        If it cannot be read, or a row is wrong or counts a court again: a court left out in silence
        would go unadjusted.
    """
    loaded = load(path, CourtCount)
    wrong = [str(reject) for reject in loaded.rejects]
    counts: dict[str, CourtCount] = {}
    for number, row in zip(loaded.row_numbers, loaded.rows, strict=True):
        if row.court in counts:
            problem = Problem("court", row.court, "each court once")
            wrong.append(f"row {number}: {problem}")
        counts[row.court] = row
    if wrong:
        raise UnreadableInput(f"{loaded.name}: {'; '.join(wrong[:5])}")
    return counts
