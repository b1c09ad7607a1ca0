"""Harm evidence: the kind of harm, its support and timing, whether money compensates it, delay."""

from data.schema import Motion
from features.document import Papers
from features.families.delay import read_delay
from features.indicators import (
    Column,
    Indicator,
    as_scale,
    flag_columns,
    read_choice,
    read_flags,
    read_yes_no,
    value_column,
)

FAMILY = "harm"
COLUMNS = (
    *flag_columns(FAMILY, "harm_types"),
    value_column(
        f"{FAMILY}.evidence",
        "harm_evidence",
        "evidence of harm",
        "scale",
        monotone=1,
        authority="Winter v. NRDC, 555 U.S. 7, 22 (2008): harm must be likely, not possible",
    ),
    value_column(f"{FAMILY}.timing", "harm_timing", "timing of the harm"),
    Column(
        f"{FAMILY}.past_incident",
        "an incident of the feared kind has already occurred",
        field="past_incident",
    ),
    Column(
        f"{FAMILY}.incident_reaches_movant",
        "that incident affected the movant's own interest",
        monotone=1,
        authority="City of Los Angeles v. Lyons, 461 U.S. 95, 105 (1983)",
        field="incident_reaches_movant",
    ),
    Column(
        f"{FAMILY}.compensable",
        "money damages would compensate the loss",
        monotone=-1,
        authority="Sampson v. Murray, 415 U.S. 61, 90 (1974)",
        field="compensable",
    ),
    Column(
        f"{FAMILY}.delay_months",
        "months of delay before moving",
        "number",
        monotone=-1,
        authority="Citibank, N.A. v. Citytrust, 756 F.2d 273, 276 (2d Cir. 1985)",
        field="delay_months",
    ),
)


def build(motion: Motion, papers: Papers) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    hits = papers.hits_by_field
    harm_types = read_flags(motion, hits, "harm_types")
    return {f"{FAMILY}.{value}": indicator for value, indicator in harm_types.items()} | {
        f"{FAMILY}.evidence": as_scale(read_choice(motion, hits, "harm_evidence"), "harm_evidence"),
        f"{FAMILY}.timing": read_choice(motion, hits, "harm_timing"),
        f"{FAMILY}.past_incident": read_yes_no(motion, hits, "past_incident"),
        f"{FAMILY}.incident_reaches_movant": read_yes_no(motion, hits, "incident_reaches_movant"),
        f"{FAMILY}.compensable": read_yes_no(motion, hits, "compensable"),
        f"{FAMILY}.delay_months": read_delay(motion, papers),
    }
