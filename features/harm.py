"""Harm evidence: which harm, how well supported, when, whether money would do, how late."""

import re
from collections.abc import Sequence

from data.schema import Motion
from features.indicator import (
    NOT_SHOWN,
    Column,
    Indicator,
    as_scale,
    coded,
    flag_columns,
    read_choice,
    read_flags,
    read_yes_no,
    value_column,
)
from features.lexicon import PaperName
from features.phrases import Hit

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
)

_NUMBERS: tuple[str, ...] = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NUMBERS += ("ten", "eleven", "twelve")
_MONTHS_IN = {"day": 1 / 30.4, "week": 7 / 30.4, "month": 1.0, "year": 12.0}
_COUNT = rf"(\d{{1,3}}|an?|{'|'.join(_NUMBERS)})[\s-]+(day|week|month|year)s?"
_DELAY = re.compile(
    rf"\b(?:waited|waiting|delayed|delaying|delay of)\s+(?:\w+\s+){{0,3}}?{_COUNT}\b"
    rf"|\b{_COUNT}[\s-]+(?:delay|wait)\b",
    re.IGNORECASE,
)


def build(motion: Motion, hits: Sequence[Hit]) -> dict[str, Indicator]:
    """Return this family's indicators for one motion, by column name."""
    kinds = read_flags(motion, hits, "harm_types")
    return {f"{FAMILY}.{value}": indicator for value, indicator in kinds.items()} | {
        f"{FAMILY}.evidence": as_scale(read_choice(motion, hits, "harm_evidence"), "harm_evidence"),
        f"{FAMILY}.timing": read_choice(motion, hits, "harm_timing"),
        f"{FAMILY}.past_incident": read_yes_no(motion, hits, "past_incident"),
        f"{FAMILY}.incident_reaches_movant": read_yes_no(motion, hits, "incident_reaches_movant"),
        f"{FAMILY}.compensable": read_yes_no(motion, hits, "compensable"),
        f"{FAMILY}.delay_months": _delay(motion),
    }


def _delay(motion: Motion) -> Indicator:
    """Read the months of delay: coded, or "waited six months" and the like in either paper."""
    if motion.delay_months is not None:
        return coded(motion.delay_months)
    papers: tuple[tuple[PaperName, str | None], ...] = (
        ("opposition", motion.opposition),
        ("motion", motion.motion),
    )
    for paper, text in papers:
        for match in _DELAY.finditer(text or ""):
            count, unit = (part.lower() for part in match.groups() if part)
            number = _NUMBERS.index(count) + 1 if count in _NUMBERS else 1
            months = (int(count) if count.isdigit() else number) * _MONTHS_IN[unit]
            hit = Hit("delay_months", f"{months:g}", paper, *match.span(), match[0], negated=False)
            return Indicator(months, "text", (hit,))
    return NOT_SHOWN
