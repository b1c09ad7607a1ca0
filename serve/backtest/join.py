"""Join known outcomes to the predictions that `enjoin score` wrote earlier."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from data.cases import is_case_id
from data.codebook import Outcome
from data.field_types import Code, OptionalName, OptionalValue
from data.io.columns import AS_GIVEN
from data.io.load import Loaded, load
from data.io.problems import Problem, Reject
from data.io.rejects import write_rejects_beside
from data.io.rows import UnreadableInput
from data.labels import PartialGrants, counted_as_granted
from data.schema import Motion
from data.synonyms import find_undecided, find_value
from train.modes import Mode


def _require(name: str | None) -> str:
    if name is None:
        raise ValueError("expected a value: this field is required")
    return name


Id = Annotated[OptionalName, AfterValidator(_require)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Prediction(BaseModel):
    """A row of `enjoin score` or of an audit log; other columns are ignored.

    A motion without an id is identified by its request's, which the page and its memo show.
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
    why_out_of_scope: OptionalName = None

    @field_validator("id", mode="before")
    @classmethod
    def _default_to_request_id(cls, value: Any, info: ValidationInfo) -> Any:
        is_blank = value is None or (isinstance(value, str) and not value.strip())
        return info.data.get("request_id") if is_blank else value

    @field_validator("p_high")
    @classmethod
    def _check_order(cls, p_high: float, info: ValidationInfo) -> float:
        p_low, p_grant = info.data.get("p_low"), info.data.get("p_grant")
        if p_low is not None and p_grant is not None and not p_low <= p_grant <= p_high:
            raise ValueError(
                f"expected p_low <= p_grant <= p_high (found {p_low:g}, {p_grant:g}, {p_high:g})"
            )
        return p_high


class Result(StrEnum):
    """What became of a motion: an outcome, or no ruling."""

    GRANTED = Outcome.GRANTED.value
    GRANTED_IN_PART = Outcome.GRANTED_IN_PART.value
    DENIED = Outcome.DENIED.value
    MOOT = "moot"
    WITHDRAWN = "withdrawn"
    PENDING = "pending"


UNDECIDED = (Result.MOOT, Result.WITHDRAWN)
"""Results that are no ruling and will not become one."""


def _as_written(value: Any) -> Any:
    """Return the result that a wording such as "denied as moot" stands for."""
    if not isinstance(value, str):
        return value
    return find_undecided(value) or find_value("outcome", value) or value


class KnownOutcome(BaseModel):
    """The outcome of one motion, or why there is none."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    id: Id
    outcome: Annotated[Code[Result], BeforeValidator(_as_written)]
    case_id: OptionalName = None


RowType = TypeVar("RowType", Prediction, KnownOutcome)


@dataclass(frozen=True)
class InputRows:
    """The usable rows of one input.

    Attributes
    ----------
    rows
        In file order; each key appears once.
    duplicates
        Number of rows left out because an earlier one has the same key and content.
    rejects, rejects_path
        Invalid rows, and the file they were written to. A later row with the same key but other
        content is one of them.
    loaded
        How the file was read.
    """

    rows: list[Any]
    duplicates: int
    rejects: list[Reject]
    rejects_path: Path | None
    loaded: Loaded[Any] = field(default_factory=Loaded)


def read_predictions(path: str) -> InputRows:
    """Read predictions, one for each motion and model version.

    Raises
    ------
    UnreadableInput
        If the file cannot be read, lacks a column, or has no usable row.
    """
    key = ("id", "model_version")
    return _read(path, Prediction, key, lambda row: (row.p_grant, row.p_low, row.p_high))


def read_outcomes(path: str, column_map: Mapping[str, str] = AS_GIVEN) -> InputRows:
    """Read outcomes: `id`, `outcome` and optionally `case_id`.

    Parameters
    ----------
    column_map
        The field of columns that the user names, here or in another table.
    Rows whose outcome is still pending are left out.

    Parameters
    ----------
    column_map
        The field of columns that the user names, here or in another table.

    Raises
    ------
    UnreadableInput
        If the file cannot be read, lacks a column, or has no usable row.
    """
    read = _read(path, KnownOutcome, ("id",), lambda row: row.outcome, column_map)
    known = [row for row in read.rows if row.outcome is not Result.PENDING]
    if not known:
        raise UnreadableInput(f"{path} has no outcome yet: all {len(read.rows)} are pending")
    return replace(read, rows=known)


def read_docket(path: str, column_map: Mapping[str, str] = AS_GIVEN) -> InputRows:
    """Read the motions that were scored; `column_map` as for `read_outcomes`.

    Raises
    ------
    UnreadableInput
        If the file cannot be read or lacks a column.
    """
    loaded = load(path, Motion, column_map, shared_map=True)
    return InputRows(loaded.rows, 0, loaded.rejects, write_rejects_beside(loaded, path), loaded)


def _read(
    path: str,
    row_type: type[RowType],
    key: tuple[str, ...],
    content: Callable[[RowType], Hashable],
    column_map: Mapping[str, str] | None = None,
) -> InputRows:
    loaded: Loaded[RowType] = load(path, row_type, column_map, shared_map=True)
    first: dict[tuple[str, ...], tuple[int, RowType]] = {}
    duplicates = 0
    for number, row in zip(loaded.row_numbers, loaded.rows, strict=True):
        row_key = tuple(getattr(row, name) for name in key)
        first_number, earlier = first.setdefault(row_key, (number, row))
        if first_number == number:
            continue
        if content(earlier) == content(row):
            duplicates += 1
            continue
        expected = f"one row per {' and '.join(key)} (row {first_number} is different, and is used)"
        problem = Problem("id", row.id, expected)
        loaded.rejects.append(Reject(number, (problem,), row.model_dump(mode="json")))
    loaded.rejects.sort(key=lambda reject: reject.row)
    rejects_path = None
    if loaded.rejects or row_type is not Prediction:
        # Beside the output of a scoring is the file of what it rejected: not ours to clear.
        rejects_path = write_rejects_beside(loaded, path)
    if not first:
        example = f"; {loaded.rejects[0]}" if loaded.rejects else ""
        raise UnreadableInput(f"{path} has no usable row{example}")
    rows = [row for _, row in first.values()]
    return InputRows(rows, duplicates, loaded.rejects, rejects_path, loaded)


@dataclass(frozen=True)
class JoinedOutcomes:
    """Predictions of one model version, with their outcomes if known.

    Attributes
    ----------
    predictions
        All of them: the columns of `Prediction`.
    table
        Those with an outcome; also `outcome`, `granted` and `case` (a number for each case).
    pending
        Number of predictions without an outcome.
    left_out
        Number of predictions granted in part, if these are left out.
    undecided
        Number of predictions of motions that were never ruled on, by why.
    """

    predictions: pd.DataFrame
    table: pd.DataFrame
    pending: int
    left_out: int
    undecided: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_cases(self) -> int:
        """Number of cases with a known outcome."""
        return int(self.table["case"].nunique())


def join_outcomes(
    predictions: pd.DataFrame, outcomes: pd.DataFrame, partial_grants_as: PartialGrants
) -> JoinedOutcomes:
    """Join one version's predictions to outcomes by `id`.

    Parameters
    ----------
    predictions, outcomes
        Rows of `Prediction` and of `KnownOutcome`, with unique ids.
    partial_grants_as
        What a ruling granted in part counts as.
    """
    joined = predictions.merge(outcomes, on="id", how="inner", validate="one_to_one")
    pending = len(predictions) - len(joined)
    is_undecided = joined["outcome"].isin(UNDECIDED)
    undecided = joined.loc[is_undecided, "outcome"].value_counts().to_dict()
    joined = joined[~is_undecided].reset_index(drop=True)
    granted = pd.Series(
        counted_as_granted(joined["outcome"], partial_grants_as), joined.index, dtype=object
    )
    is_counted = granted.notna()
    table = joined.assign(granted=granted)[is_counted].reset_index(drop=True)
    # A motion without a case id is a case of its own.
    cases = [
        ("case", case_id) if isinstance(case_id, str) and is_case_id(case_id) else ("row", row_id)
        for case_id, row_id in zip(table["case_id"], table["id"], strict=True)
    ]
    case_numbers = pd.factorize(pd.Series(cases, dtype=object))[0]
    table = table.assign(granted=table["granted"].astype(bool), case=case_numbers)
    return JoinedOutcomes(predictions, table, pending, int((~is_counted).sum()), undecided)


def as_table(rows: list[Any]) -> pd.DataFrame:
    """Return rows as a table, a column per field."""
    return pd.DataFrame([row.model_dump(mode="json") for row in rows])
