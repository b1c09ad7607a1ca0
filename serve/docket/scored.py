"""Read a scored docket: the rows that `enjoin score` wrote, with details of each motion."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, create_model

from data.field_types import OptionalName, OptionalValue
from data.io.columns import AS_GIVEN
from data.io.load import Loaded, check_rows, load, read_raw_rows
from data.io.rows import UnreadableInput
from data.schema import Motion
from features.build import FAMILIES
from serve.backtest.join import Prediction, Probability
from serve.batch.chunk import assign_ids

DETAILS = ("caption", "docket_number", "court", "claim_area", "motion_type", "decided")
"""Fields that identify a motion to a reader: in the scored file, or in the file that was scored."""
ASSIGNED_ID = re.compile(r"row-\d+(-unnamed)*")
"""Ids that `serve.batch.chunk.assign_ids` gives; they are row numbers, not names."""


class _ScoreRow(Prediction):
    in_scope: bool
    why_out_of_scope: OptionalName = None
    base_rate: OptionalValue[Probability] = None
    caption: OptionalName = None
    docket_number: OptionalName = None
    court: OptionalName = None
    claim_area: OptionalName = None
    motion_type: OptionalName = None
    decided: OptionalName = None


_OptionalPoints = OptionalValue[float]
_TOP_COLUMNS: dict[str, Any] = {}
for _family in FAMILIES:
    _TOP_COLUMNS[f"top_{_family}"] = (OptionalName, None)
    _TOP_COLUMNS[f"top_{_family}_points"] = (_OptionalPoints, None)
ScoreRow: type[BaseModel] = create_model("ScoreRow", __base__=_ScoreRow, **_TOP_COLUMNS)
"""A row of a scored file, with the `top_<family>` columns of the present families."""


@dataclass(frozen=True)
class TopFactor:
    """The feature of a family that moves a motion's probability most.

    Attributes
    ----------
    label
        The feature and its value in words.
    points
        Percentage points by which it moves the probability.
    """

    family: str
    label: str
    points: float


@dataclass(frozen=True)
class ScoredMotion:
    """One motion of a scored docket.

    Attributes
    ----------
    why_out_of_scope
        The reasons, if it is and the file has them.
    base_rate
        The rate the probabilities were adjusted to, if any.
    details
        Those of `DETAILS` that are known.
    top_factors
        One for each family that moves the probability, the strongest first.
    """

    id: str
    p_grant: float
    p_low: float
    p_high: float
    in_scope: bool
    why_out_of_scope: str | None
    mode: str
    model_version: str
    base_rate: float | None
    details: Mapping[str, str]
    top_factors: tuple[TopFactor, ...]

    @property
    def has_own_id(self) -> bool:
        """Whether its id was given by the user, not assigned from its row number."""
        return ASSIGNED_ID.fullmatch(self.id) is None


@dataclass(frozen=True)
class ScoredDocket:
    """The motions of one scored file, in file order, with unique ids.

    `scored_from` is the table of the motions that were scored, where it was given.
    """

    name: str
    written: datetime
    motions: tuple[ScoredMotion, ...]
    scored_from: Loaded[Motion] | None = None

    @property
    def versions(self) -> tuple[str, ...]:
        """The model versions that scored it, the most frequent first."""
        counts = Counter(motion.model_version for motion in self.motions)
        return tuple(version for version, _ in counts.most_common())

    @property
    def base_rates(self) -> tuple[float, ...]:
        """The rates the probabilities were adjusted to, in ascending order."""
        rates = {motion.base_rate for motion in self.motions if motion.base_rate is not None}
        return tuple(sorted(rates))


def read_scored(
    path: Path, motions: str | None = None, column_map: Mapping[str, str] = AS_GIVEN
) -> ScoredDocket:
    """Read what `enjoin score` wrote.

    Parameters
    ----------
    path
        The scored file.
    motions
        The file that was scored, for details that the scored file does not have.
    column_map
        The field of columns of that file that the user names.

    Raises
    ------
    UnreadableInput
        If the file is not a scored docket, a row of it is invalid, an id is duplicated, or
        `motions` has none of its ids.
    """
    rows = read_raw_rows(path)
    table = load(motions, Motion, column_map) if motions else None
    details = _details_by_id(table) if table else {}
    _check_columns(path, rows)
    checked = check_rows(rows, ScoreRow)
    if checked.rejects:
        listed = "; ".join(map(str, checked.rejects[:3]))
        raise UnreadableInput(
            f"{path.name}: {len(checked.rejects)} row(s) are not as `enjoin score` writes them: "
            f"{listed}. Score the motions again"
        )
    if ids := checked.duplicate_ids:
        listed = ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
        raise UnreadableInput(
            f"{path.name}: {len(ids)} duplicate id(s) ({listed}); expected each motion once. Give "
            "the motions unique ids and score them again"
        )
    score_rows: list[Any] = checked.rows
    docket = tuple(_scored_motion(row, details.get(row.id, {})) for row in score_rows)
    if motions and not any(motion.id in details for motion in docket):
        raise UnreadableInput(
            f"{motions} has no id in common with {path.name}; expected the file that was scored"
        )
    written = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    return ScoredDocket(path.name, written, docket, table)


def _check_columns(path: Path, rows: list[Any]) -> None:
    columns = {key for row in rows if isinstance(row, Mapping) for key in row}
    required = [name for name, info in ScoreRow.model_fields.items() if info.is_required()]
    if missing := [name for name in required if name not in columns]:
        raise UnreadableInput(
            f"{path.name} is not a scored docket: it lacks the column(s) {', '.join(missing)}. "
            f"Run `enjoin score {path.name} scored.csv`, then `enjoin docket scored.csv`"
        )


def _details_by_id(loaded: Loaded[Motion]) -> dict[str, dict[str, str]]:
    assign_ids(loaded)  # as in the scoring, so that rows without an id are found by the same id
    return {str(motion.id): _details(motion) for motion in loaded.rows}


def _details(row: Any) -> dict[str, str]:
    values = {name: getattr(row, name) for name in DETAILS}
    return {name: str(value) for name, value in values.items() if value}


def _scored_motion(row: Any, details: Mapping[str, str]) -> ScoredMotion:
    factors = [
        TopFactor(name, label, getattr(row, f"top_{family}_points") or 0.0)
        for family, name in FAMILIES.items()
        if (label := getattr(row, f"top_{family}"))
    ]
    return ScoredMotion(
        row.id,
        row.p_grant,
        row.p_low,
        row.p_high,
        row.in_scope,
        row.why_out_of_scope,
        row.mode,
        row.model_version,
        row.base_rate,
        {**details, **_details(row)},
        tuple(sorted(factors, key=lambda factor: -abs(factor.points))),
    )
