"""The schema of motions and rulings: the single source of truth for fields and allowed values.

The loader's errors, the JSON Schema, the HTTP interface, the codebook check and the feature
builders all derive from `Motion` and `Ruling`.
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
    Code,
    Date,
    Name,
    OptionalCode,
    OptionalCodes,
    OptionalCourtId,
    OptionalDate,
    OptionalMonths,
    OptionalName,
    OptionalPaper,
    OptionalProbability,
    OptionalQuotes,
    OptionalSpread,
    OptionalValue,
    Paper,
    Rating,
    YesNo,
)

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def valid_date(value: str | None) -> str | None:
    """Return a date of the schema as it is.

    Raises
    ------
    ValueError
        If it is none: a date may be YYYY-MM-DD, YYYY-MM or YYYY.
    """
    if value is None:
        return None
    parts = _DATE.fullmatch(value)
    try:
        if parts is None:
            raise ValueError
        date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
    except ValueError:
        raise ValueError("expected a date YYYY-MM-DD, YYYY-MM or YYYY") from None
    return value


def _name_fields(schema: dict[str, Any]) -> None:
    """Add to the JSON Schema of quotes that its keys are fields of a motion."""
    quotes = next(part for part in schema["anyOf"] if part.get("type") == "object")
    quotes["propertyNames"] = {"enum": list(Motion.model_fields)}


class Motion(BaseModel):
    """A motion for interim injunctive relief, as known before the ruling.

    Only `motion_type` and the text `motion` are required. `None` means "not shown", and an empty
    list means "none". Functions that must not see labels take a `Motion`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: OptionalName = Field(None, description="slug: short caption and year")
    case_id: OptionalName = Field(None, description="shared by all rulings of one case")
    caption: OptionalValue[str] = Field(None, description="case name, Bluebook short form")
    court: OptionalCourtId = Field(
        None, description="CourtListener id of the trial court, e.g. ilnd"
    )
    docket_number: OptionalName = Field(None, description="as printed")
    decided: OptionalDate = Field(
        None,
        description="YYYY-MM-DD, YYYY-MM or YYYY; for a pending motion, today's date or that of "
        "the expected ruling (only the year is used)",
    )
    judge: OptionalValue[str] = Field(None, description="deciding judge, First M. Last")

    motion_type: Code[MotionType] = Field(description="type of interim relief requested")
    relief_form: OptionalCode[ReliefForm] = Field(
        None, description="mandatory relief compels an act or alters the status quo"
    )
    notice: OptionalCode[Notice] = Field(
        None, description="whether the motion is ex parte, opposed or unopposed"
    )
    movant_type: OptionalCode[PartyType] = Field(None, description="type of movant")
    respondent_type: OptionalCode[PartyType] = Field(None, description="type of respondent")
    pro_se: OptionalValue[YesNo] = Field(None, description="movant appears without counsel")
    class_or_mdl: OptionalValue[YesNo] = Field(None, description="putative class action or MDL")
    claim_area: OptionalCode[ClaimArea] = Field(None, description="area of law of the main claim")

    harm_types: OptionalCodes[HarmType] = Field(None, description="kinds of harm asserted")
    harm_evidence: OptionalCode[HarmEvidence] = Field(
        None, description="strongest evidence of harm mentioned"
    )
    harm_timing: OptionalCode[HarmTiming] = Field(None, description="when the harm occurs")
    past_incident: OptionalValue[YesNo] = Field(
        None, description="an incident of the kind feared has already occurred"
    )
    incident_reaches_movant: OptionalValue[YesNo] = Field(
        None, description="that incident affected the interest the movant seeks to protect"
    )
    compensable: OptionalValue[YesNo] = Field(
        None, description="money damages would compensate the loss"
    )
    delay_months: OptionalMonths = Field(
        None, description="months from learning of the conduct to filing the motion"
    )

    remedial_steps: OptionalCodes[RemedialStep] = Field(
        None, description="steps the opponent took before the ruling"
    )
    remedial_scope: OptionalCode[RemedialScope] = Field(
        None, description="how much of the relief sought the steps provide"
    )
    remedial_trigger: OptionalCode[RemedialTrigger] = Field(
        None, description="what prompted the steps"
    )

    speculation_signals: OptionalCodes[SpeculationSignal] = Field(
        None, description="signs that the asserted harm is speculative"
    )
    merits_signals: OptionalCodes[MeritsSignal] = Field(
        None, description="signs of the strength of the merits"
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

    forecast: OptionalProbability = Field(
        None,
        description="chance of a grant, 0 to 1, as estimated by a careful reader (a person or a "
        "language model) who does not know the outcome",
    )
    forecast_spread: OptionalSpread = Field(
        None,
        description="standard deviation of the log-odds of several such forecasts; the interval "
        "is wider by it",
    )

    motion: Paper = Field(description="relief requested and grounds, as in the movant's papers")
    opposition: OptionalPaper = Field(None, description="what the opponent argues or has done")
    summary: OptionalPaper = Field(
        None,
        description="neutral account of the motion in 45 to 120 words, read in place of the papers",
    )
    opposition_summary: OptionalPaper = Field(
        None, description="neutral account of the opposition in one to three sentences"
    )
    quotes: OptionalQuotes = Field(
        None,
        description="for coded fields, words of the papers that bear the value out",
        json_schema_extra=_name_fields,
    )

    @field_validator("decided")
    @classmethod
    def _valid_date(cls, value: str | None) -> str | None:
        return valid_date(value)

    @field_validator("quotes")
    @classmethod
    def _known_fields(
        cls, value: dict[str, tuple[str, ...]] | None
    ) -> dict[str, tuple[str, ...]] | None:
        if unknown := sorted(set(value or ()) - set(Motion.model_fields)):
            raise ValueError(f"expected names of fields, not {unknown[0]}")
        return value

    @property
    def year(self) -> int | None:
        """Calendar year of `decided`, None if that is not shown."""
        return int(self.decided[:4]) if self.decided else None

    @property
    def texts_read(self) -> tuple[str, str | None]:
        """The texts that features are read from: summaries where given, else the papers."""
        return self.summary or self.motion, self.opposition_summary or self.opposition

    def as_motion(self) -> "Motion":
        """Return the same row without the fields that exist only after a ruling."""
        return self


class Ruling(Motion):
    """A motion with its labels: the outcome and its basis.

    `id`, `decided` and `outcome` are required in addition to the motion's required fields. Rows
    without a `case_id` are grouped into cases by docket and parties (see `data.cases`).
    """

    id: Name = Field(description="slug: short caption and year")
    decided: Date = Field(description="date of the ruling: YYYY-MM-DD, YYYY-MM or YYYY")
    citation: OptionalValue[str] = Field(None, description="reporter citation of the ruling")
    source: OptionalValue[str] = Field(None, description="URL of the page coded")
    source_kind: OptionalCode[SourceKind] = Field(None, description="type of page coded")
    outcome: Code[Outcome] = Field(description="the court's ruling on the motion")
    outcome_basis: OptionalCodes[OutcomeBasis] = Field(
        None, description="grounds the ruling rests on"
    )
    outcome_quote: OptionalPaper = Field(
        None, description="sentence of the opinion that tells the outcome"
    )
    outcome_confidence: OptionalProbability = Field(
        None, description="how plainly the opinion tells the outcome, 0 to 1"
    )
    outcome_read_by: OptionalValue[str] = Field(
        None, description="who read the outcome: rules, or a language model"
    )

    def as_motion(self) -> Motion:
        known = {name: getattr(self, name) for name in Motion.model_fields}
        return Motion.model_construct(**known)


POST_RULING_FIELDS = tuple(name for name in Ruling.model_fields if name not in Motion.model_fields)
"""Fields that exist only after the court has ruled; never features."""
RATINGS = ("likelihood_of_success", "irreparable_harm", "balance_of_hardships", "public_interest")
"""The four factors of Winter v. NRDC, 555 U.S. 7, 20 (2008), as rated by an analyst."""
ORDERED_FIELDS = ("harm_evidence", "remedial_scope")
"""Fields whose allowed values are in order, the least first (see `data.codebook`)."""


@cache
def allowed_values(field: str) -> tuple[str, ...]:
    """Return the allowed values of an enumerated field, () for any other field.

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
def is_yes_no(field: str) -> bool:
    """Tell whether the field holds true or false."""
    return _holds_bool(Ruling.model_fields[field].annotation)


@cache
def schema_digest() -> str:
    """Return the SHA-256 of the motion's JSON Schema without titles and descriptions.

    The digest changes with fields, types and allowed values, not with wording.
    """
    text = json.dumps(_without_wording(Motion.model_json_schema()), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_wording(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_wording(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # A field named "title" would hold a schema, not a string.
    wording = {key for key in ("title", "description") if isinstance(schema.get(key), str)}
    return {key: _without_wording(part) for key, part in schema.items() if key not in wording}


def _enum_in(annotation: Any) -> type[StrEnum] | None:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return annotation
    return next((enum for part in get_args(annotation) if (enum := _enum_in(part))), None)


def _holds_bool(annotation: Any) -> bool:
    return annotation is bool or any(map(_holds_bool, get_args(annotation)))


def _holds_tuple(annotation: Any) -> bool:
    if get_origin(annotation) is dict:  # quotes by field
        return False
    return get_origin(annotation) is tuple or any(map(_holds_tuple, get_args(annotation)))
