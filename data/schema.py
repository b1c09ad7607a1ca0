"""What a motion and a ruling are: the single source of truth for fields and allowed values.

The loader's errors, the JSON Schema, the HTTP interface, the codebook check and the feature
builders all derive from the two classes at the end of this module.
"""

import hashlib
import json
import math
import re
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import CoreSchema

from data.codes import (
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


def _no_blank(value: Any) -> Any:
    """Read an empty string or a data frame's null (NaN, NaT, NA) as 'not shown'."""
    blank = isinstance(value, str) and not value.strip()
    null = isinstance(value, float) and math.isnan(value)
    return None if blank or null or type(value).__name__ in {"NaTType", "NAType"} else value


def _coding(value: Any) -> Any:
    """Read a coding as people write it: `TRO` as `tro`, `Ex parte` as `ex_parte`."""
    value = _no_blank(value)
    return re.sub(r"[\s-]+", "_", value.strip().lower()) if isinstance(value, str) else value


def _codings(value: Any) -> Any:
    value = _no_blank(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(dict.fromkeys(map(_coding, value)))
    return value


def _name(value: Any) -> Any:
    """Read a number in a column of names (a spreadsheet's id 17, a data frame's 17.0) as text."""
    value = _no_blank(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.0f}" if number and float(value).is_integer() else value


def _court_id(value: Any) -> Any:
    value = _no_blank(value)
    return value.lower() if isinstance(value, str) else value


def _iso_date(value: Any) -> Any:
    """Read a spreadsheet's or data frame's date as ISO text, a bare number as a year."""
    value = _name(value)
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else value


def _no_yes_no(value: Any) -> Any:
    """Refuse a yes or no where a number is asked for, which would count as 1 or 0."""
    if isinstance(value, bool):
        raise ValueError("expected a number")
    return _no_blank(value)


def _yes_no(value: Any) -> Any:
    """Read `1.0` and `0.0`, which a data frame with gaps writes into CSV for yes and no."""
    return value == "1.0" if isinstance(value, str) and value in ("1.0", "0.0") else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("expected some text")
    return value


class _BlankToo:
    """Tells in a JSON Schema that an empty string is read as `null`."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler(core_schema)
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "string", "pattern": r"^\s*$"}]}


T = TypeVar("T")
Name = Annotated[str, Field(min_length=1)]
_NumberToo = Annotated[str, WithJsonSchema({"type": ["string", "integer"]})]
MaybeName = Annotated[_NumberToo | None, BeforeValidator(_name)]
Maybe = Annotated[T | None, BeforeValidator(_no_blank), _BlankToo()]
Coding = Annotated[T, BeforeValidator(_coding)]
MaybeCoding = Annotated[T | None, BeforeValidator(_coding), _BlankToo()]
MaybeCodings = Annotated[tuple[T, ...] | None, BeforeValidator(_codings), _BlankToo()]
_Day = Annotated[
    str,
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "pattern": r"^([1-9]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?$",
                },
                {"type": "integer", "minimum": 1000, "maximum": 9999},
            ]
        }
    ),
]
# Spreadsheets hold 1 and 0.
YesNo = Annotated[
    bool,
    BeforeValidator(_yes_no),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}]}),
]
Rating = Annotated[
    Annotated[int, Field(ge=1, le=5)] | None, BeforeValidator(_no_yes_no), _BlankToo()
]
# Papers are kept to the letter, so that the spans of phrases fit the text as it was sent.
Paper = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1),
    WithJsonSchema({"type": "string", "pattern": r"[^\s\x1c-\x1f\x85]"}),
]
MaybePaper = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=False)] | None, BeforeValidator(_no_blank)
]

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
    court: Annotated[str | None, BeforeValidator(_court_id)] = Field(
        None, description="CourtListener id of the trial court, e.g. ilnd"
    )
    docket_number: MaybeName = Field(None, description="as printed")
    decided: Annotated[_Day | None, BeforeValidator(_iso_date)] = Field(
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
    delay_months: Annotated[
        Annotated[float, Field(ge=0, allow_inf_nan=False)] | None,
        BeforeValidator(_no_yes_no),
        _BlankToo(),
    ] = Field(None, description="months between learning of the conduct and moving")

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

    motion: Annotated[Paper, AfterValidator(_not_blank)] = Field(
        description="what is asked and why, as the movant's papers put it"
    )
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

    id: Annotated[Name, BeforeValidator(_name)] = Field(description="slug: short caption and year")
    decided: Annotated[Name, BeforeValidator(_iso_date)] = Field(
        description="date of the ruling: YYYY-MM-DD, YYYY-MM or YYYY"
    )
    citation: Maybe[str] = Field(None, description="reporter citation of the ruling")
    source: Maybe[str] = Field(None, description="address of the page read")
    source_kind: MaybeCoding[SourceKind] = Field(None, description="kind of page read")
    outcome: Coding[Outcome] = Field(description="what the court did")
    outcome_basis: MaybeCodings[OutcomeBasis] = Field(None, description="what decided it")

    def as_motion(self) -> Motion:
        """Return what was known before the ruling: the same row without any later fact."""
        known = {name: getattr(self, name) for name in Motion.model_fields}
        return Motion.model_construct(**known)


LATER_FACTS = tuple(name for name in Ruling.model_fields if name not in Motion.model_fields)
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
