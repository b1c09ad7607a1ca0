"""What each field of a motion is called: one name on the page, the worksheet and in notes."""

from data.schema import Motion
from features.indicators import plain_words

_OWN_NAMES = {
    "motion_type": "type of motion",
    "claim_area": "area of law",
    "caption": "case name",
    "decided": "date of ruling",
    "relief_form": "form of relief",
    "notice": "notice to the opponent",
    "movant_type": "movant",
    "respondent_type": "opponent",
    "pro_se": "movant without counsel",
    "class_or_mdl": "class action or MDL",
    "harm_types": "kinds of harm",
    "harm_evidence": "evidence of harm",
    "harm_timing": "timing of the harm",
    "past_incident": "earlier incident of the kind",
    "incident_reaches_movant": "incident reached the movant",
    "compensable": "compensable in money",
    "delay_months": "months of delay",
    "remedial_scope": "reach of the remedial steps",
    "remedial_trigger": "what prompted the steps",
}
"""Names of fields whose key does not say it as a lawyer would."""
FIELD_LABELS = {name: _OWN_NAMES.get(name, plain_words(name)) for name in Motion.model_fields}
"""The name of each field, in the order of the schema."""
