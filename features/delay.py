"""Delay: the months a movant let pass between learning of the conduct and coming to court.

Delay speaks against urgency: Citibank, N.A. v. Citytrust, 756 F.2d 273, 276 (2d Cir. 1985).
"""

import re
from collections.abc import Iterator

from data.schema import Motion
from features.dates import DAYS_IN_MONTH, DateFound, months_between, nearest_date
from features.hits import Hit, HitsByField, plain_hit
from features.indicator import NOT_SHOWN, Indicator, coded
from features.lexicon import PaperName
from features.papers import clean

_NUMBERS = re.findall(r"\w+", "one two three four five six seven eight nine ten eleven twelve")
_MONTHS_IN = {"day": 1 / DAYS_IN_MONTH, "week": 7 / DAYS_IN_MONTH, "month": 1.0, "year": 12.0}
_COUNT = rf"(\d{{1,3}}|an?|{'|'.join(_NUMBERS)})[\s-]+(day|week|month|year)s?"
# Not "had not waited", not "waited until three days before", not "a two-year delay in trial".
_DELAY = re.compile(
    rf"(?<!not )(?<!never )(?<!n't )\b(?:waited|waiting|delayed|delaying|delay of)\s+"
    rf"(?:(?!until\b)\w+\s+){{0,3}}?{_COUNT}\b"
    rf"|(?<!no )\b{_COUNT}[\s-]+(?:delay|wait)\b",
    re.IGNORECASE,
)
_SOMEONE_ELSES = re.compile(
    r"\s+(?:in|on|to|for|of)\s+(?!(?:\w+\s+)?(?:fil|mov|su|seek|bring|ask|com|act)(?:e|ing)?\b)",
    re.IGNORECASE,
)
_LONGEST_DELAY = 120.0
"""Months beyond which two dates hardly are notice and motion."""


def read_delay(motion: Motion, hits: HitsByField) -> Indicator:
    """Read the months of delay.

    Coded, or else told in either paper ("waited six months"), or else counted between dates: from
    the first that stands by words of learning of the conduct to the last by words of moving.
    """
    if motion.delay_months is not None:
        return coded(motion.delay_months)
    papers: tuple[tuple[PaperName, str], ...] = (
        ("opposition", motion.opposition or ""),
        ("motion", motion.motion),
    )
    for paper, text in papers:
        # Looking for the bare words first is ten times as fast, and most papers hold none.
        likely = "wait" in (lowered := text.lower()) or "delay" in lowered
        for match in _DELAY.finditer(text) if likely else ():
            if _SOMEONE_ELSES.match(text, match.end()):
                continue
            count, unit = (part.lower() for part in match.groups() if part)
            number = _NUMBERS.index(count) + 1 if count in _NUMBERS else 1
            months = (int(count) if count.isdigit() else number) * _MONTHS_IN[unit]
            return Indicator(months, "text", (_hit(months, paper, text, *match.span()),))
    for paper, given in papers:
        text = clean(given).plain  # a date inside a citation is not the movant's
        learned = list(_dates_near(hits, "first_notice", paper, text))
        moved = list(_dates_near(hits, "moved", paper, text))
        if learned and moved:
            first = min(learned, key=lambda found: found.day)
            last = max(moved, key=lambda found: found.day)
            months = months_between(first.day, last.day)
            if 0 < months <= _LONGEST_DELAY:
                places = (first, last)
                behind = [_hit(months, paper, text, place.start, place.end) for place in places]
                return Indicator(months, "text", tuple(behind))
    return NOT_SHOWN


def _dates_near(hits: HitsByField, event: str, paper: PaperName, text: str) -> Iterator[DateFound]:
    """Give, for each phrase of an event, the date that stands nearest to it in its sentence."""
    for hit in hits.get("event", ()):
        if hit.value == event and hit.paper == paper and not hit.negated and hit.sentence:
            found = nearest_date(text, hit.start, hit.end, hit.sentence)
            if found:
                yield found


def _hit(months: float, paper: PaperName, text: str, start: int, end: int) -> Hit:
    return plain_hit("delay_months", f"{months:g}", paper, start, end, text)
