"""Read a scored docket: the rows `enjoin score` wrote, with what is known of each motion."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, create_model

from data.field_types import Maybe, MaybeName
from data.io.load import check_rows, load
from data.io.rows import UnreadableInput
from data.io.whole import all_rows
from data.schema import Motion
from features.build import FAMILIES
from serve.backtest.join import Prediction, Probability
from serve.batch.chunk import give_ids

DETAILS = ("caption", "docket_number", "court", "claim_area", "motion_type", "decided")
"""What a reader knows a motion by: carried through by the scoring, or joined from its input."""
UNNAMED = re.compile(r"row-\d+(-unnamed)*")
"""Ids that tell the place in a file only, as `serve.batch.chunk.give_ids` gives them."""
_TOP = re.compile(r"(?P<says>.*) \((?P<points>[+-]\d+\.\d) points\)", re.DOTALL)


class _Scored(Prediction):
    in_scope: bool
    prior: Maybe[Probability] = None
    caption: MaybeName = None
    docket_number: MaybeName = None
    court: MaybeName = None
    claim_area: MaybeName = None
    motion_type: MaybeName = None
    decided: MaybeName = None


_TOPS: dict[str, Any] = {f"top_{family}": (MaybeName, None) for family in FAMILIES}
ScoredRow: type[BaseModel] = create_model("ScoredRow", __base__=_Scored, **_TOPS)
"""The row as written: `_Scored` with the `top_<family>` columns of the present families."""


@dataclass(frozen=True)
class Moving:
    """The feature of one family that moves a motion's probability most."""

    family: str
    says: str
    points: float


@dataclass(frozen=True)
class ScoredMotion:
    """One motion of a scored docket.

    Attributes
    ----------
    details
        Those of `DETAILS` that are known.
    moving
        One per family that has any share, the strongest first.
    prior
        The grant rate the probabilities were adjusted to, if any.
    """

    id: str
    p_grant: float
    p_low: float
    p_high: float
    in_scope: bool
    mode: str
    model_version: str
    prior: float | None
    details: Mapping[str, str]
    moving: tuple[Moving, ...]

    @property
    def unnamed(self) -> bool:
        """Whether its id tells only where it stood in its file."""
        return UNNAMED.fullmatch(self.id) is not None


@dataclass(frozen=True)
class ScoredDocket:
    """The motions of one scored file, in file order, each id once."""

    name: str
    written: datetime
    motions: tuple[ScoredMotion, ...]

    @property
    def versions(self) -> tuple[str, ...]:
        """The model versions that scored it, the commonest first."""
        counted = Counter(motion.model_version for motion in self.motions)
        return tuple(version for version, _ in counted.most_common())

    @property
    def priors(self) -> tuple[float, ...]:
        """The grant rates its probabilities were adjusted to, in order."""
        return tuple(sorted({m.prior for m in self.motions if m.prior is not None}))


def read_scored(path: Path, motions: str | None = None) -> ScoredDocket:
    """Read what `enjoin score` wrote.

    Parameters
    ----------
    path
        The scored file.
    motions
        The file that was scored: fills in caption, court and so on where the scored file does not
        carry them.

    Raises
    ------
    UnreadableInput
        If it is no scored docket, a row is not as `enjoin score` writes it, an id stands twice, or
        `motions` holds none of its ids.
    """
    rows = all_rows(path).rows()
    known = _known_of(motions) if motions else {}
    _check_columns(path, rows)
    checked = check_rows(rows, ScoredRow)
    if checked.rejects:
        shown = "; ".join(map(str, checked.rejects[:3]))
        raise UnreadableInput(
            f"{path.name}: {len(checked.rejects)} row(s) are not as `enjoin score` writes them: "
            f"{shown}. Score the motions again"
        )
    if repeated := checked.repeated_ids:
        shown = ", ".join(repeated[:5]) + (" ..." if len(repeated) > 5 else "")
        raise UnreadableInput(
            f"{path.name}: {len(repeated)} id(s) stand on more than one row ({shown}); expected "
            "each motion once. Give the motions ids of their own, and score them again"
        )
    rows_found: list[Any] = checked.rows
    found = tuple(_motion(row, known.get(row.id, {})) for row in rows_found)
    if motions and not any(motion.id in known for motion in found):
        raise UnreadableInput(
            f"{motions} has no id in common with {path.name}; expected the file that was scored"
        )
    written = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    return ScoredDocket(path.name, written, found)


def _check_columns(path: Path, rows: list[Any]) -> None:
    columns = {key for row in rows if isinstance(row, Mapping) for key in row}
    needed = [name for name, info in ScoredRow.model_fields.items() if info.is_required()]
    if missing := [name for name in needed if name not in columns]:
        raise UnreadableInput(
            f"{path.name} is not a scored docket: it lacks the column(s) {', '.join(missing)}. "
            f"Run `enjoin score {path.name} scored.csv`, then `enjoin docket scored.csv`"
        )


def _known_of(motions: str) -> dict[str, dict[str, str]]:
    loaded = load(motions, Motion)
    give_ids(loaded)  # as the scoring gave them, so that rows without an id are found again
    return {str(motion.id): _details(motion) for motion in loaded.rows}


def _details(row: Any) -> dict[str, str]:
    known = {name: getattr(row, name) for name in DETAILS}
    return {name: str(value) for name, value in known.items() if value}


def _motion(row: Any, known: Mapping[str, str]) -> ScoredMotion:
    tops = {family: getattr(row, f"top_{family}") for family in FAMILIES}
    moving = [_moving(family, top) for family, top in tops.items() if top]
    return ScoredMotion(
        row.id,
        row.p_grant,
        row.p_low,
        row.p_high,
        row.in_scope,
        row.mode,
        row.model_version,
        row.prior,
        {**known, **_details(row)},
        tuple(sorted(moving, key=lambda one: -abs(one.points))),
    )


def _moving(family: str, top: str) -> Moving:
    parts = _TOP.fullmatch(top)
    if parts is None:
        return Moving(FAMILIES[family], top, 0.0)
    return Moving(FAMILIES[family], parts["says"], float(parts["points"]))
