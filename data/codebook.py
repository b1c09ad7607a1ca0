"""The allowed values of every coded field, in the codebook's order (see CODEBOOK.md)."""

from enum import StrEnum


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
    """In order of strength, weakest first: the model treats them as an ordinal scale."""

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
    """In order of coverage, least first: the model treats them as an ordinal scale."""

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
