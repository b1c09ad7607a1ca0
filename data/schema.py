"""What a motion and a ruling are: the single source of truth for fields and allowed values.

The loader's errors, the JSON Schema, the HTTP interface, the codebook check and the feature
builders all derive from the two classes at the end of this module.
"""

import math
import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator


class SourceKind(StrEnum):
    OPINION = "opinion"
    BRIEF = "brief"
    APPEAL = "appeal"
    NEWS = "news"


class MotionType(StrEnum):
    PRELIMINARY_INJUNCTION = "preliminary_injunction"
    TRO = "tro"
    TRO_AND_PI = "tro_and_pi"
    STAY = "stay"
    INJUNCTION_PENDING_APPEAL = "injunction_pending_appeal"
    STATUTORY_INJUNCTION = "statutory_injunction"


class ReliefForm(StrEnum):
    PROHIBITORY = "prohibitory"
    MANDATORY = "mandatory"
    ASSET_FREEZE = "asset_freeze"


class Notice(StrEnum):
    EX_PARTE = "ex_parte"
    OPPOSED = "opposed"
    UNOPPOSED = "unopposed"


class PartyType(StrEnum):
    INDIVIDUAL = "individual"
    PRISONER_DETAINEE = "prisoner_detainee"
    BUSINESS = "business"
    NONPROFIT_ASSOCIATION = "nonprofit_association"
    UNION = "union"
    CLASS = "class"
    FEDERAL_GOVERNMENT = "federal_government"
    STATE_LOCAL_GOVERNMENT = "state_local_government"
    FOREIGN_OR_UNKNOWN_DEFENDANTS = "foreign_or_unknown_defendants"
    SCHOOL_UNIVERSITY = "school_university"
    OTHER = "other"


class ClaimArea(StrEnum):
    TRADEMARK = "trademark"
    COPYRIGHT = "copyright"
    PATENT = "patent"
    TRADE_SECRET = "trade_secret"
    NONCOMPETE = "noncompete"
    CONTRACT_BUSINESS = "contract_business"
    FRANCHISE = "franchise"
    ANTITRUST = "antitrust"
    SECURITIES_CORPORATE = "securities_corporate"
    CONSUMER_FINANCE = "consumer_finance"
    PRIVACY_DATA = "privacy_data"
    INTERNET_TELECOM = "internet_telecom"
    SPEECH = "speech"
    RELIGION = "religion"
    DUE_PROCESS_EQUAL_PROTECTION = "due_process_equal_protection"
    SECOND_AMENDMENT = "second_amendment"
    ABORTION_MEDICAL = "abortion_medical"
    ELECTION = "election"
    IMMIGRATION = "immigration"
    AGENCY_ACTION = "agency_action"
    PUBLIC_CONTRACT = "public_contract"
    ENVIRONMENT = "environment"
    LAND_USE_PROPERTY = "land_use_property"
    FORECLOSURE_HOUSING = "foreclosure_housing"
    LABOR = "labor"
    EMPLOYMENT = "employment"
    EDUCATION = "education"
    DISABILITY_BENEFITS = "disability_benefits"
    PRISON_CONDITIONS = "prison_conditions"
    HEALTH_LICENSING = "health_licensing"
    TAX_BANKRUPTCY = "tax_bankruptcy"
    FAMILY_PROBATE = "family_probate"
    TRIBAL = "tribal"
    OTHER = "other"


class HarmType(StrEnum):
    CONSTITUTIONAL_RIGHT = "constitutional_right"
    LIBERTY_REMOVAL = "liberty_removal"
    HEALTH_SAFETY = "health_safety"
    PRIVACY_EXPOSURE = "privacy_exposure"
    REPUTATION_GOODWILL = "reputation_goodwill"
    LOST_CUSTOMERS_MARKET = "lost_customers_market"
    CONFIDENTIAL_INFORMATION = "confidential_information"
    IP_EXCLUSIVITY = "ip_exclusivity"
    BUSINESS_SURVIVAL = "business_survival"
    REAL_PROPERTY_HOME = "real_property_home"
    ENVIRONMENTAL = "environmental"
    EMPLOYMENT_LOSS = "employment_loss"
    EDUCATION_LOSS = "education_loss"
    VOTING = "voting"
    PROCEDURAL_OPPORTUNITY = "procedural_opportunity"
    ASSET_DISSIPATION = "asset_dissipation"
    MONETARY = "monetary"


class HarmEvidence(StrEnum):
    """Weakest support first: the order is the ordinal scale the model sees."""

    ALLEGATION = "allegation"
    DECLARATION = "declaration"
    DOCUMENTARY = "documentary"
    ADMITTED = "admitted"


class HarmTiming(StrEnum):
    ONGOING = "ongoing"
    IMMINENT = "imminent"
    CONTINGENT = "contingent"
    PAST_ONLY = "past_only"


class RemedialStep(StrEnum):
    CEASED_CONDUCT = "ceased_conduct"
    CHANGED_POLICY = "changed_policy"
    RESTRICTED_ACCESS = "restricted_access"
    IMPROVED_SECURITY = "improved_security"
    WITHDREW_PRODUCT = "withdrew_product"
    REDESIGNED = "redesigned"
    STIPULATED_UNDERTAKING = "stipulated_undertaking"
    COMPENSATED_OR_RESTORED = "compensated_or_restored"
    CORRECTIVE_NOTICE = "corrective_notice"
    REPEALED_MEASURE = "repealed_measure"


class RemedialScope(StrEnum):
    """Least cover first: the order is the ordinal scale the model sees."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class RemedialTrigger(StrEnum):
    VOLUNTARY = "voluntary"
    AFTER_SUIT = "after_suit"
    ORDERED_OR_LEGISLATED = "ordered_or_legislated"


class SpeculationSignal(StrEnum):
    THIRD_PARTY_CONTINGENCY = "third_party_contingency"
    FUTURE_CONTINGENCY = "future_contingency"
    NO_INCIDENT_TO_DATE = "no_incident_to_date"
    POSSIBILITY_LANGUAGE = "possibility_language"
    INFORMATION_AND_BELIEF = "information_and_belief"
    RAISED_IN_REPLY = "raised_in_reply"
    CONTRADICTED_BY_RECORD = "contradicted_by_record"
    GENERALIZED_HARM = "generalized_harm"


class MeritsSignal(StrEnum):
    STATUTORY_PRESUMPTION = "statutory_presumption"
    REGISTERED_RIGHT = "registered_right"
    IRREPARABLE_HARM_CLAUSE = "irreparable_harm_clause"
    PRIOR_RULING_FOR_MOVANT = "prior_ruling_for_movant"
    PRIOR_RULING_AGAINST_MOVANT = "prior_ruling_against_movant"
    BINDING_PRECEDENT_CITED_FOR_MOVANT = "binding_precedent_cited_for_movant"
    GOVERNMENT_ENFORCEMENT = "government_enforcement"
    FACIAL_CHALLENGE = "facial_challenge"
    DISPUTED_FACTS = "disputed_facts"
    JURISDICTION_CONTESTED = "jurisdiction_contested"
    DEFAULT = "default"
    NOVEL_CLAIM = "novel_claim"


class Outcome(StrEnum):
    GRANTED = "granted"
    GRANTED_IN_PART = "granted_in_part"
    DENIED = "denied"


class OutcomeBasis(StrEnum):
    MERITS = "merits"
    IRREPARABLE_HARM = "irreparable_harm"
    BALANCE = "balance"
    PUBLIC_INTEREST = "public_interest"
    JURISDICTION_STANDING = "jurisdiction_standing"
    PROCEDURE_NOTICE = "procedure_notice"
    MOOT = "moot"
    ALL_FACTORS = "all_factors"


def _no_blank(value: Any) -> Any:
    """Read an empty string or a float NaN (a data frame's null) as 'not shown'."""
    blank = isinstance(value, str) and not value.strip()
    return None if blank or (isinstance(value, float) and math.isnan(value)) else value


def _unique(value: Any) -> Any:
    value = _no_blank(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(dict.fromkeys(value))
    return value


T = TypeVar("T")
Maybe = Annotated[T | None, BeforeValidator(_no_blank)]
MaybeList = Annotated[tuple[T, ...] | None, BeforeValidator(_unique)]
Rating = Annotated[int, Field(ge=1, le=5)]
Text = Annotated[str, Field(min_length=1)]

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class Motion(BaseModel):
    """A motion for interim injunctive relief as it stands before the ruling.

    Only `motion_type` and the text `motion` are required; `None` means "not shown", and an empty
    list means "none". Functions that must not see labels take a `Motion`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: Maybe[str] = Field(None, description="slug: short caption and year")
    case_id: Maybe[str] = Field(None, description="shared by all rulings of one case")
    caption: Maybe[str] = Field(None, description="case name, Bluebook short form")
    court: Maybe[str] = Field(None, description="CourtListener id of the trial court, e.g. ilnd")
    docket_number: Maybe[str] = Field(None, description="as printed")
    decided: Maybe[str] = Field(
        None,
        description="YYYY-MM-DD, YYYY-MM or YYYY; for a pending motion today's or the expected "
        "date (only the year is used)",
    )
    judge: Maybe[str] = Field(None, description="deciding judge, First M. Last")

    motion_type: MotionType = Field(description="kind of interim relief asked for")
    relief_form: Maybe[ReliefForm] = Field(
        None, description="mandatory orders an act or alters the status quo"
    )
    notice: Maybe[Notice] = Field(None, description="whether the opponent is heard")
    movant_type: Maybe[PartyType] = Field(None, description="who moves")
    respondent_type: Maybe[PartyType] = Field(None, description="against whom")
    pro_se: Maybe[bool] = Field(None, description="movant appears without counsel")
    class_or_mdl: Maybe[bool] = Field(None, description="putative class action or MDL")
    claim_area: Maybe[ClaimArea] = Field(None, description="field of law of the main claim")

    harm_types: MaybeList[HarmType] = Field(None, description="kinds of harm asserted")
    harm_evidence: Maybe[HarmEvidence] = Field(None, description="strongest support mentioned")
    harm_timing: Maybe[HarmTiming] = Field(None, description="when the harm falls")
    past_incident: Maybe[bool] = Field(
        None, description="an incident of the feared kind has already happened"
    )
    incident_reaches_movant: Maybe[bool] = Field(
        None, description="that incident touched the very interest the movant seeks to protect"
    )
    compensable: Maybe[bool] = Field(None, description="money would make the loss whole")
    delay_months: Maybe[Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        None, description="months between learning of the conduct and moving"
    )

    remedial_steps: MaybeList[RemedialStep] = Field(
        None, description="steps the opponent took before the ruling"
    )
    remedial_scope: Maybe[RemedialScope] = Field(
        None, description="how far the steps cover the relief sought"
    )
    remedial_trigger: Maybe[RemedialTrigger] = Field(None, description="what led to the steps")

    speculation_signals: MaybeList[SpeculationSignal] = Field(
        None, description="signs that the theory of harm is speculative"
    )
    merits_signals: MaybeList[MeritsSignal] = Field(
        None, description="signs of how the merits stand"
    )

    likelihood_of_success: Maybe[Rating] = Field(
        None, description="Winter factor, 1 clearly unlikely to 5 clearly likely"
    )
    irreparable_harm: Maybe[Rating] = Field(
        None, description="Winter factor, 1 none to 5 grave, certain and imminent"
    )
    balance_of_hardships: Maybe[Rating] = Field(
        None, description="Winter factor, 1 strongly the opponent's to 5 strongly the movant's"
    )
    public_interest: Maybe[Rating] = Field(
        None, description="Winter factor, 1 strongly against relief to 5 strongly for"
    )

    motion: Text = Field(description="what is asked and why, as the movant's papers put it")
    opposition: Maybe[str] = Field(None, description="what the opponent says or did")

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

    id: Annotated[str, Field(min_length=1)] = Field(description="slug: short caption and year")
    decided: Text = Field(description="date of the ruling: YYYY-MM-DD, YYYY-MM or YYYY")
    citation: Maybe[str] = Field(None, description="reporter citation of the ruling")
    source: Maybe[str] = Field(None, description="address of the page read")
    source_kind: Maybe[SourceKind] = Field(None, description="kind of page read")
    outcome: Outcome = Field(description="what the court did")
    outcome_basis: MaybeList[OutcomeBasis] = Field(None, description="what decided it")

    def as_motion(self) -> Motion:
        """Return what was known before the ruling: the same row without any later fact."""
        known = {name: getattr(self, name) for name in Motion.model_fields}
        return Motion.model_construct(**known)


LATER_FACTS = tuple(name for name in Ruling.model_fields if name not in Motion.model_fields)
"""Fields that exist only once the court has ruled; never features."""
RATINGS = ("likelihood_of_success", "irreparable_harm", "balance_of_hardships", "public_interest")
"""The four factors of Winter v. NRDC, 555 U.S. 7, 20 (2008), as rated by an analyst."""


def allowed_values(field: str) -> tuple[str, ...]:
    """Return the allowed values of an enumerated field, or () where it is free.

    >>> allowed_values("remedial_scope")
    ('none', 'partial', 'full')
    """
    enum = _enum_in(Ruling.model_fields[field].annotation)
    return tuple(member.value for member in enum) if enum else ()


def is_list(field: str) -> bool:
    """Tell whether the field holds a list of values (`;`-separated in CSV)."""
    return _holds_tuple(Ruling.model_fields[field].annotation)


def _enum_in(annotation: Any) -> type[StrEnum] | None:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return annotation
    return next((found for part in get_args(annotation) if (found := _enum_in(part))), None)


def _holds_tuple(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(map(_holds_tuple, get_args(annotation)))
