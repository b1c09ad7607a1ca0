"""What a motion and a ruling are: the single source of truth for fields and allowed values.

The loader's errors, the JSON Schema, the HTTP interface, the codebook check and the feature
builders all derive from the two classes at the end of this module.
"""

import hashlib
import json
import re
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, field_validator

from data.codebook import (
    ClaimArea,
    HarmEvidence,
    HarmTiming,
    HarmType,
    MeritsSignal,
    MotionType,
    Notice,
    Outcome,
    OutcomeBasis,
    PartyType,
    ReliefForm,
    RemedialScope,
    RemedialStep,
    RemedialTrigger,
    SourceKind,
    SpeculationSignal,
)
from data.field_types import (
    Coding,
    Day,
    Maybe,
    MaybeAmount,
    MaybeCoding,
    MaybeCodings,
    MaybeCourt,
    MaybeDay,
    MaybeName,
    MaybePaper,
    Name,
    Paper,
    Rating,
    YesNo,
)

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class Motion(BaseModel):
    """A motion for interim injunctive relief as it stands before the ruling.

    Only `motion_type` and the text `motion` are required; `None` means "not shown", and an empty
    list means "none". Functions that must not see labels take a `Motion`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: MaybeName = Field(None, description="slug: short caption and year")
    case_id: MaybeName = Field(None, description="shared by all rulings of one case")
    caption: Maybe[str] = Field(None, description="case name, Bluebook short form")
    court: MaybeCourt = Field(None, description="CourtListener id of the trial court, e.g. ilnd")
    docket_number: MaybeName = Field(None, description="as printed")
    decided: MaybeDay = Field(
        None,
        description="YYYY-MM-DD, YYYY-MM or YYYY; for a pending motion today's or the expected "
        "date (only the year is used)",
    )
    judge: Maybe[str] = Field(None, description="deciding judge, First M. Last")

    motion_type: Coding[MotionType] = Field(description="kind of interim relief asked for")
    relief_form: MaybeCoding[ReliefForm] = Field(
        None, description="mandatory orders an act or alters the status quo"
    )
    notice: MaybeCoding[Notice] = Field(None, description="whether the opponent is heard")
    movant_type: MaybeCoding[PartyType] = Field(None, description="who moves")
    respondent_type: MaybeCoding[PartyType] = Field(None, description="against whom")
    pro_se: Maybe[YesNo] = Field(None, description="movant appears without counsel")
    class_or_mdl: Maybe[YesNo] = Field(None, description="putative class action or MDL")
    claim_area: MaybeCoding[ClaimArea] = Field(None, description="field of law of the main claim")

    harm_types: MaybeCodings[HarmType] = Field(None, description="kinds of harm asserted")
    harm_evidence: MaybeCoding[HarmEvidence] = Field(
        None, description="strongest support mentioned"
    )
    harm_timing: MaybeCoding[HarmTiming] = Field(None, description="when the harm falls")
    past_incident: Maybe[YesNo] = Field(
        None, description="an incident of the feared kind has already happened"
    )
    incident_reaches_movant: Maybe[YesNo] = Field(
        None, description="that incident touched the very interest the movant seeks to protect"
    )
    compensable: Maybe[YesNo] = Field(None, description="money would make the loss whole")
    delay_months: MaybeAmount = Field(
        None, description="months between learning of the conduct and moving"
    )

    remedial_steps: MaybeCodings[RemedialStep] = Field(
        None, description="steps the opponent took before the ruling"
    )
    remedial_scope: MaybeCoding[RemedialScope] = Field(
        None, description="how far the steps cover the relief sought"
    )
    remedial_trigger: MaybeCoding[RemedialTrigger] = Field(
        None, description="what led to the steps"
    )

    speculation_signals: MaybeCodings[SpeculationSignal] = Field(
        None, description="signs that the theory of harm is speculative"
    )
    merits_signals: MaybeCodings[MeritsSignal] = Field(
        None, description="signs of how the merits stand"
    )

    likelihood_of_success: Rating = Field(
        None, description="Winter factor, 1 clearly unlikely to 5 clearly likely"
    )
    irreparable_harm: Rating = Field(
        None, description="Winter factor, 1 none to 5 grave, certain and imminent"
    )
    balance_of_hardships: Rating = Field(
        None, description="Winter factor, 1 strongly the opponent's to 5 strongly the movant's"
    )
    public_interest: Rating = Field(
        None, description="Winter factor, 1 strongly against relief to 5 strongly for"
    )

    motion: Paper = Field(description="what is asked and why, as the movant's papers put it")
    opposition: MaybePaper = Field(None, description="what the opponent says or did")

    @field_validator("decided")
    @classmethod
    def _real_date(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = _DATE.fullmatch(value)
        try:
            if parts is None:
                raise ValueError
            date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
        except ValueError:
            raise ValueError("expected a date as YYYY-MM-DD, YYYY-MM or YYYY") from None
        return value

    @property
    def year(self) -> int | None:
        """Calendar year of `decided`, or None where it is not shown."""
        return int(self.decided[:4]) if self.decided else None


class Ruling(Motion):
    """A motion with its labels: what the court did, and on which ground.

    `id`, `decided` and `outcome` are required beside the motion's own required fields. A file
    without `case_id` is read as one case per row.
    """

    id: Name = Field(description="slug: short caption and year")
    decided: Day = Field(description="date of the ruling: YYYY-MM-DD, YYYY-MM or YYYY")
    citation: Maybe[str] = Field(None, description="reporter citation of the ruling")
    source: Maybe[str] = Field(None, description="address of the page read")
    source_kind: MaybeCoding[SourceKind] = Field(None, description="kind of page read")
    outcome: Coding[Outcome] = Field(description="what the court did")
    outcome_basis: MaybeCodings[OutcomeBasis] = Field(None, description="what decided it")

    def as_motion(self) -> Motion:
        """Return what was known before the ruling: the same row without any later fact."""
        known = {name: getattr(self, name) for name in Motion.model_fields}
        return Motion.model_construct(**known)


POST_RULING_FIELDS = tuple(name for name in Ruling.model_fields if name not in Motion.model_fields)
"""Fields that exist only once the court has ruled; never features."""
RATINGS = ("likelihood_of_success", "irreparable_harm", "balance_of_hardships", "public_interest")
"""The four factors of Winter v. NRDC, 555 U.S. 7, 20 (2008), as rated by an analyst."""


@cache
def allowed_values(field: str) -> tuple[str, ...]:
    """Return the allowed values of an enumerated field, or () where it is free.

    >>> allowed_values("remedial_scope")
    ('none', 'partial', 'full')
    """
    enum = _enum_in(Ruling.model_fields[field].annotation)
    return tuple(member.value for member in enum) if enum else ()


@cache
def is_list(field: str) -> bool:
    """Tell whether the field holds a list of values (`;`-separated in CSV)."""
    return _holds_tuple(Ruling.model_fields[field].annotation)


@cache
def schema_digest() -> str:
    """Return the SHA-256 of the motion's JSON Schema: its fields, their kinds and allowed values.

    Titles and descriptions are left out, since a better wording changes no motion.
    """
    text = json.dumps(_without_wording(Motion.model_json_schema()), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_wording(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_wording(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # A field of that name would hold a schema, not words.
    words = {key for key in ("title", "description") if isinstance(schema.get(key), str)}
    return {key: _without_wording(part) for key, part in schema.items() if key not in words}


def _enum_in(annotation: Any) -> type[StrEnum] | None:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return annotation
    return next((found for part in get_args(annotation) if (found := _enum_in(part))), None)


def _holds_tuple(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(map(_holds_tuple, get_args(annotation)))
