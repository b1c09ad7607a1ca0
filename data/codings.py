"""Codings: what one person or program made of some motions, without their papers.

A file of codings may be one of motions or rulings, or hold only `id` and the coded fields.
"""

from math import log1p
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, create_model

from data.schema import ORDERED_FIELDS, RATINGS, Motion, Ruling, allowed_values, is_yes_no

NUMBERS = ("delay_months", "forecast")
IDENTIFYING = ("id", "case_id", "caption", "court", "docket_number")
_NOT_CODED = ("source_kind",)
CODED_FIELDS = tuple(
    name
    for name in Ruling.model_fields
    if name not in _NOT_CODED
    and (allowed_values(name) or is_yes_no(name) or name in (*RATINGS, *NUMBERS))
)
"""Fields that a coder fills in, in the order of the schema."""
SCALES = (*ORDERED_FIELDS, *RATINGS, *NUMBERS)
"""Coded fields whose values are in order, so that some differences are larger than others."""


def _optional(name: str) -> tuple[Any, None]:
    """Return the type of a field that may be missing, and its default."""
    return Ruling.model_fields[name].rebuild_annotation() | None, None


if TYPE_CHECKING:

    class Coding(BaseModel):
        """The codings of one motion, by `id`; None is "not shown"."""

        id: str

else:
    Coding = create_model(
        "Coding",
        __config__=ConfigDict(frozen=True, str_strip_whitespace=True),
        __doc__='The codings of one motion, by `id`; None is "not shown".',
        id=(Ruling.model_fields["id"].rebuild_annotation(), ...),
        **{name: _optional(name) for name in (*IDENTIFYING[1:], *CODED_FIELDS)},
    )


def scale_position(name: str, value: Any) -> float:
    """Return where a value is on the scale of its field; months of delay are on a log scale.

    >>> scale_position("remedial_scope", "full")
    2.0
    """
    if name == "delay_months":  # one motion filed after ten years would outweigh all others
        return log1p(value)
    values = allowed_values(name)
    return float(values.index(value)) if values else float(value)


def as_case(coding: Coding, other: Coding) -> Motion:
    """Return what two codings of one motion say of its case, for `data.cases.case_groups`."""
    known: dict[str, Any] = {
        name: getattr(coding, name) or getattr(other, name) for name in IDENTIFYING if name != "id"
    }
    return Motion.model_construct(id=coding.id, motion="", **known)
