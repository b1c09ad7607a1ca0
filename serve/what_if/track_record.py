"""What happened to the training rulings that had what a change brings about."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from data.schema import Motion, is_list
from train.model.grant_model import VALUE_OUTCOMES
from train.value_outcomes import value_name

MIN_RULINGS = 30
"""With fewer rulings that had a value, what the model makes of it is little more than chance."""
TOO_FEW = "too few rulings to say"


class TrackRecord(BaseModel):
    """The training rulings coded with the one value that a change adds or removes."""

    field: str
    value: str
    removed: bool = Field(description="whether the change removes the value")
    rulings: int = Field(description="training rulings coded with it")
    granted: int = Field(description="those of them that were granted")
    too_few: bool = Field(description=f"fewer than {MIN_RULINGS} rulings: too few to say")
    text: str = Field(description="the record in words")


def find_track_record(
    facts: Mapping[str, Any], changes: Mapping[str, Any], current: Mapping[str, Any]
) -> TrackRecord | None:
    """Return the record of a change; None if it changes several values or the model has no counts.

    Parameters
    ----------
    facts
        The facts of the model (`GrantModel.facts`); models trained before counts were kept have
        none.
    changes, current
        Fields and their new values, and the present ones.
    """
    counts = facts.get(VALUE_OUTCOMES)
    moved = _value_that_moves(changes, current)
    if not counts or moved is None:
        return None
    field, value, removed = moved
    if field not in counts or value not in counts[field]:
        return None
    rulings, granted = counts[field][value]
    return TrackRecord(
        field=field,
        value=value,
        removed=removed,
        rulings=rulings,
        granted=granted,
        too_few=rulings < MIN_RULINGS,
        text=_in_words(rulings, granted, removed),
    )


def _value_that_moves(
    changes: Mapping[str, Any], current: Mapping[str, Any]
) -> tuple[str, str, bool] | None:
    """Return the field and the one value that changes, and whether it is removed."""
    if len(changes) != 1:
        return None
    ((field, after),) = changes.items()
    before = current.get(field)
    if field not in Motion.model_fields or after is None:
        return None
    if not is_list(field):
        return None if after == before else (field, value_name(after), False)
    old, new = ({value_name(value) for value in values or ()} for values in (before, after))
    differ = old ^ new
    if len(differ) != 1:
        return None
    (value,) = differ
    return field, value, value in old


def _in_words(rulings: int, granted: int, removed: bool) -> str:
    """Put a record in words.

    >>> _in_words(41, 15, False)
    '41 training rulings had this, 15 of them granted (37%)'
    """
    what = "what this removes" if removed else "this"
    if rulings < MIN_RULINGS:
        count = f"{rulings} had {what}, {granted} granted" if rulings else f"none had {what}"
        return f"{TOO_FEW}: {count}"
    return (
        f"{rulings:,} training rulings had {what}, {granted:,} of them granted "
        f"({granted / rulings:.0%})"
    )
