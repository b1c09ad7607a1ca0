"""Harm evidence: which harm, how well supported, when, whether money would do, how late."""

from data.schema import Motion
from features.document import Papers
from features.families.delay import read_delay
from features.indicators import (
    NOT_SHOWN,
    Column,
    Indicator,
    as_scale,
    flag_columns,
    read_choice,
    read_flags,
    read_yes_no,
    value_column,
)
from features.phrases.hits import HitsByField
from features.text.dates import first_date

FAMILY = "harm"
COLUMNS = (
    *flag_columns(FAMILY, "harm_types"),
    value_column(
        f"{FAMILY}.evidence",
        "harm_evidence",
        "strength of support for the harm",
        "scale",
        monotone=1,
        authority="Winter v. NRDC, 555 U.S. 7, 22 (2008): harm must be likely, not possible",
    ),
    value_column(f"{FAMILY}.timing", "harm_timing", "timing of the harm"),
    Column(f"{FAMILY}.past_incident", "an incident of the feared kind has happened"),
    Column(
        f"{FAMILY}.incident_reaches_movant",
        "the incident touched the movant's own interest",
        monotone=1,
        authority="City of Los Angeles v. Lyons, 461 U.S. 95, 105 (1983)",
    ),
    Column(
        f"{FAMILY}.compensable",
        "money would make the loss whole",
        monotone=-1,
        authority="Sampson v. Murray, 415 U.S. 61, 90 (1974)",
    ),
    Column(
        f"{FAMILY}.delay_months",
        "months of delay before moving",
        "number",
        monotone=-1,
        authority="Citibank, N.A. v. Citytrust, 756 F.2d 273, 276 (2d Cir. 1985)",
    ),
    Column(f"{FAMILY}.dated", "the harm has a date"),
    Column(
        f"{FAMILY}.hedged",
        "share of the words of harm that only say it may come",
        "number",
        monotone=-1,
        authority="Winter v. NRDC, 555 U.S. 7, 22 (2008): harm must be likely, not possible",
    ),
    Column(f"{FAMILY}.from_record", "share of the words of harm that the record speaks", "number"),
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    hits = papers.hits_by_field
    kinds = read_flags(motion, hits, "harm_types")
    return (
        {f"{FAMILY}.{value}": indicator for value, indicator in kinds.items()}
        | {
            f"{FAMILY}.evidence": as_scale(
                read_choice(motion, hits, "harm_evidence"), "harm_evidence"
            ),
            f"{FAMILY}.timing": read_choice(motion, hits, "harm_timing"),
            f"{FAMILY}.past_incident": read_yes_no(motion, hits, "past_incident"),
            f"{FAMILY}.incident_reaches_movant": read_yes_no(
                motion, hits, "incident_reaches_movant"
            ),
            f"{FAMILY}.compensable": read_yes_no(motion, hits, "compensable"),
            f"{FAMILY}.delay_months": read_delay(motion, papers),
            f"{FAMILY}.dated": _dated(papers),
        }
        | _certainty(hits)
    )


def _dated(papers: Papers) -> Indicator:
    """Tell whether a sentence that speaks of harm to come names a day."""
    timing = papers.hits_by_field.get("harm_timing", ())
    coming = [hit for hit in timing if hit.value == "imminent" and not hit.negated]
    if not coming:
        return NOT_SHOWN
    # A date inside a citation is not the harm's.
    cleaned = {document.paper: document.cleaned for document in papers.documents}
    dated = tuple(
        hit for hit in coming if hit.sentence and first_date(cleaned[hit.paper], *hit.sentence)
    )
    return Indicator(float(bool(dated)), "text", dated or tuple(coming))


def _certainty(hits: HitsByField) -> dict[str, Indicator]:
    """Return how much of what the motion says of harm is hedged, and how much the record says."""
    harms = tuple(
        hit for hit in hits.get("harm_types", ()) if hit.paper == "motion" and not hit.negated
    )
    shares = {
        "hedged": tuple(hit for hit in harms if hit.uncertain),
        "from_record": tuple(hit for hit in harms if hit.speaker == "record"),
    }
    return {
        f"{FAMILY}.{name}": Indicator(len(some) / len(harms), "text", some) if harms else NOT_SHOWN
        for name, some in shares.items()
    }
