"""Join the outcomes that came in to the predictions that `enjoin score` had written."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from data.cases import is_case_id
from data.codebook import Outcome
from data.field_types import Code, OptionalName, OptionalValue
from data.io.load import Loaded, load
from data.io.problems import Problem, Reject
from data.io.rejects import write_rejects_beside
from data.io.rows import UnreadableInput
from data.labels import PartialGrants, counted_as_granted
from data.schema import Motion
from train.modes import Mode


def _given(name: str | None) -> str:
    if name is None:
        raise ValueError("expected a value: this field is required")
    return name


Id = Annotated[OptionalName, AfterValidator(_given)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Prediction(BaseModel):
    """A row of `enjoin score` or of an audit log; other columns are not needed here.

    A motion without an id goes by its request's, which the page and its memo show.
    """

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    request_id: OptionalName = None
    id: Id
    p_grant: Probability
    p_low: Probability
    p_high: Probability
    mode: Mode
    model_version: Annotated[str, Field(min_length=1)]
    p_grant_unadjusted: OptionalValue[Probability] = None

    @field_validator("id", mode="before")
    @classmethod
    def _or_the_requests(cls, value: Any, info: ValidationInfo) -> Any:
        nameless = value is None or (isinstance(value, str) and not value.strip())
        return info.data.get("request_id") if nameless else value

    @field_validator("p_high")
    @classmethod
    def _in_order(cls, p_high: float, info: ValidationInfo) -> float:
        below = info.data.get("p_low"), info.data.get("p_grant")
        if None not in below and not below[0] <= below[1] <= p_high:  # type: ignore[operator]
            raise ValueError(
                f"expected p_low, p_grant, p_high to rise (found {below[0]:g}, "
                f"{below[1]:g}, {p_high:g})"
            )
        return p_high


class KnownOutcome(BaseModel):
    """What a court did with one motion."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    id: Id
    outcome: Code[Outcome]
    case_id: OptionalName = None


Row = TypeVar("Row", Prediction, KnownOutcome)


@dataclass(frozen=True)
class Rows:
    """The usable rows of one input, each key of predictions and outcomes once.

    Attributes
    ----------
    rows
        In file order.
    repeated
        Rows left out since an earlier one says the same.
    rejects, rejects_path
        Wrong rows, and the file they went to; a second row that says something else is one.
    """

    rows: list[Any]
    repeated: int
    rejects: list[Reject]
    rejects_path: Path | None


def read_predictions(path: str) -> Rows:
    """Read what `enjoin score` wrote; a prediction is one of an id by a model version.

    Raises
    ------
    UnreadableInput
        If it cannot be read, lacks a column, or no row is usable.
    """
    key = ("id", "model_version")
    return _read(path, Prediction, key, lambda row: (row.p_grant, row.p_low, row.p_high))


def read_outcomes(path: str) -> Rows:
    """Read `id`, `outcome` and perhaps `case_id`.

    Raises
    ------
    UnreadableInput
        If it cannot be read, lacks a column, or no row is usable.
    """
    return _read(path, KnownOutcome, ("id",), lambda row: row.outcome)


def read_docket(path: str) -> Rows:
    """Read the motions that were scored.

    Raises
    ------
    UnreadableInput
        If the file cannot be read or lacks a column.
    """
    loaded = load(path, Motion)
    return Rows(loaded.rows, 0, loaded.rejects, write_rejects_beside(loaded, path))


def _read(
    path: str, kind: type[Row], key: tuple[str, ...], says: Callable[[Row], Hashable]
) -> Rows:
    loaded: Loaded[Row] = load(path, kind)
    first: dict[tuple[str, ...], tuple[int, Row]] = {}
    repeated = 0
    for number, row in zip(loaded.row_numbers, loaded.rows, strict=True):
        name = tuple(getattr(row, part) for part in key)
        place, earlier = first.setdefault(name, (number, row))
        if place == number:
            continue
        if says(earlier) == says(row):
            repeated += 1
            continue
        expected = f"one row per {' and '.join(key)} (row {place} says something else, and is used)"
        problem = Problem("id", row.id, expected)
        loaded.rejects.append(Reject(number, (problem,), row.model_dump(mode="json")))
    loaded.rejects.sort(key=lambda reject: reject.row)
    written = write_rejects_beside(loaded, path)
    if not first:
        shown = f"; {loaded.rejects[0]}" if loaded.rejects else ""
        raise UnreadableInput(f"{path}: no row can be used{shown}")
    return Rows([row for _, row in first.values()], repeated, loaded.rejects, written)


@dataclass(frozen=True)
class Joined:
    """Predictions of one model version, with their outcomes where these are known.

    Attributes
    ----------
    predictions
        All of them: the columns of `Prediction`.
    table
        Those with an outcome: also `outcome`, `granted` and `case` (a number per case).
    pending
        Predictions still without an outcome.
    left_out
        Predictions granted in part, where these are left out.
    """

    predictions: pd.DataFrame
    table: pd.DataFrame
    pending: int
    left_out: int

    @property
    def cases(self) -> int:
        """Return of how many cases the outcomes are."""
        return int(self.table["case"].nunique())


def join(
    predictions: pd.DataFrame, outcomes: pd.DataFrame, partial_grants_as: PartialGrants
) -> Joined:
    """Join one version's predictions to outcomes by `id`.

    Parameters
    ----------
    predictions, outcomes
        Rows of `Prediction` and of `KnownOutcome`, each id once.
    partial_grants_as
        What granted in part counts as.
    """
    both = predictions.merge(outcomes, on="id", how="inner", validate="one_to_one")
    pending = len(predictions) - len(both)
    granted = pd.Series(
        counted_as_granted(both["outcome"], partial_grants_as), both.index, dtype=object
    )
    counts = granted.notna()
    table = both.assign(granted=granted)[counts].reset_index(drop=True)
    cases = [
        ("case", case) if isinstance(case, str) and is_case_id(case) else ("row", name)
        for case, name in zip(table["case_id"], table["id"], strict=True)
    ]
    numbers = pd.factorize(pd.Series(cases, dtype=object))[0]
    table = table.assign(granted=table["granted"].astype(bool), case=numbers)
    return Joined(predictions, table, pending, int((~counts).sum()))


def as_table(rows: "list[Any]") -> pd.DataFrame:
    """Return rows as a table, a column per field."""
    return pd.DataFrame([row.model_dump(mode="json") for row in rows])
