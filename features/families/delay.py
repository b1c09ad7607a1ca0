"""Delay: the months between the movant's learning of the conduct and its motion.

Delay undercuts the claim of urgency: Citibank, N.A. v. Citytrust, 756 F.2d 273, 276 (2d Cir. 1985).
"""

import re
from collections.abc import Iterator
from functools import cache

from data.field_types import MAX_MONTHS
from data.schema import Motion
from features.document import Document, Papers
from features.indicators import NOT_SHOWN, Indicator, coded
from features.phrases.hits import Hit, HitsByField, plain_hit
from features.text.dates import DAYS_IN_MONTH, DateMatch, months_between

_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * tens for tens, word in enumerate(_TENS_WORDS.split(), start=2)}
_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_NUMBERS = {word: number for number, word in enumerate(_NUMBER_WORDS.split(), start=1)}
_NUMBERS |= {"a": 1, "an": 1} | _TENS
_MONTHS_IN = {"day": 1 / DAYS_IN_MONTH, "week": 7 / DAYS_IN_MONTH, "month": 1.0, "year": 12.0}
_COUNT = (
    rf"(half )?(?:({'|'.join(_TENS)})[ -](?!months?|weeks?|days?|years?))?"
    rf"(\d{{1,3}}(?:,\d{{3}})?|{'|'.join(_NUMBERS)})(?: \(\d{{1,4}}\))?"
    r"[\s-]+(day|week|month|year)s?( and a half)?"
)
_GROUPS = 5
"""Groups of `_COUNT`, which appears twice in `_DELAY`."""
_FLAGS = re.IGNORECASE | re.ASCII  # without ASCII the long s of old print matches an s
# Not "had not waited", not "waited until three days before", not "a two-year delay in trial".
_DELAY = (
    rf"(?<!not )(?<!never )(?<!n't )\b(?:waited|waiting|delayed|delaying|delay of)\s+"
    rf"(?:(?!until\b|hundred\b)\w+\s+){{0,3}}?(?<!hundred )(?<!hundred and ){_COUNT}\b"
    rf"|(?<!no )\b{_COUNT}[\s-]+(?:delay|wait)\b"
)
_WORD_OF_DELAY = re.compile("[Ww](?:ait|AIT)|[Dd](?:elay|ELAY)")
_MAX_COUNT = 80
"""Characters of a number and its unit before the word "delay"."""
_MAX_STATEMENT = 250
"""Characters of a statement of delay from such a word on."""
# "If relief is delayed six months", "courts hold that a delay of", "nor has it waited"
_HYPOTHETICAL = re.compile(
    r"\b(?:if|unless|would|could|might|should|courts|nor|not|never|far from)\b"
    r"(?:(?!\b(?:but|yet|instead|here|and)\b)[^.;,])*$",
    _FLAGS,
)
# "The agency waited three years to act"
_OTHER_ACTOR = re.compile(
    r"\b(?:agency|agencies|board|commission|court|judge|government|city|county|state|department"
    r"|defendants?|respondents?)(?:'s?)?\s+(?:had |has |have |then |also )?$",
    _FLAGS,
)
_CONTEXT = 80
"""Characters before a delay that show whose it is."""
_TO_COURT = re.compile(
    r"\s+(?:before|to|until|in)\s+(?:\w+\s+){0,2}?(?:fil|mov|su|seek|bring|ask|com)(?:e|ing)?\b",
    _FLAGS,
)
_OF_SOMETHING_ELSE = re.compile(
    r"\s+(?:in|on|to|for|of)\s+(?!(?:\w+\s+)?(?:fil|mov|su|seek|bring|ask|com|act)(?:e|ing)?\b)"
    r"|\s+(?:would|will|could|may|might)\b",
    _FLAGS,
)
_MAX_DELAY = 120.0
"""Months beyond which two dates are unlikely to be notice and motion."""


def read_delay(motion: Motion, papers: Papers) -> Indicator:
    """Read the months of delay.

    They are coded, or stated in a paper ("waited six months"), or else counted between two dates:
    the first near a phrase of learning of the conduct, and the next near a phrase of moving.
    """
    if motion.delay_months is not None:
        return coded(motion.delay_months)
    # The opponent's paper goes first. The cleaned text has no years of citations.
    documents = papers.documents[::-1]
    stated = [(document, match) for document in documents for match in _stated_in(document.cleaned)]
    if stated:
        # "waited six months before suing" says more than "six months' delay".
        document, match = min(stated, key=lambda pair: not _to_court(pair[1]))
        months = _months(match)
        return Indicator(months, "text", (_hit(document, *document.given_span(*match.span())),))
    for document in documents:
        learned = list(_dates_near(papers.hits_by_field, "first_notice", document))
        moved = list(_dates_near(papers.hits_by_field, "moved", document))
        if learned and moved:
            notice = min(learned, key=lambda date: date.day)
            later = [date for date in moved if date.day > notice.day]
            motion_date = min(later, key=lambda date: date.day, default=notice)
            months = months_between(notice.day, motion_date.day)
            if 0 < months <= _MAX_DELAY:
                hits = [_hit(document, date.start, date.end) for date in (notice, motion_date)]
                return Indicator(months, "text", tuple(hits))
    return NOT_SHOWN


def _stated_in(text: str) -> Iterator[re.Match[str]]:
    """Yield each statement of a movant's delay in a text."""
    for match in _delays(text):
        before = text[max(0, match.start() - _CONTEXT) : match.start()]
        of_another = _OF_SOMETHING_ELSE.match(text, match.end()) or (
            _OTHER_ACTOR.search(before) and not _to_court(match)
        )
        if not (of_another or _HYPOTHETICAL.search(before)) and _months(match) <= MAX_MONTHS:
            yield match


@cache
def delay_pattern() -> re.Pattern[str]:
    """Return the pattern of a statement of delay, compiled when it is needed, as this takes long.

    Its groups are those of `_COUNT`, twice.
    """
    return re.compile(_DELAY, _FLAGS)


def _delays(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of `delay_pattern`, looked for around words that each of them holds."""
    end = 0
    for word in _WORD_OF_DELAY.finditer(text):
        start = word.start()
        if start < end:  # in the match before
            continue
        match = delay_pattern().search(text, max(end, start - _MAX_COUNT), start + _MAX_STATEMENT)
        if match:
            end = match.end()
            yield match


def _to_court(match: re.Match[str]) -> bool:
    """Tell whether a delay is expressly in coming to court."""
    return _TO_COURT.match(match.string, match.end()) is not None


def _months(match: re.Match[str]) -> float:
    """Return the months of a stated delay."""
    groups = [group.lower() if group else "" for group in match.groups()]
    half, tens, count, unit, and_a_half = groups[:_GROUPS] if groups[2] else groups[_GROUPS:]
    number = _TENS.get(tens, 0) + (_NUMBERS.get(count) or int(count.replace(",", "")))
    return (number * (0.5 if half else 1) + bool(and_a_half) / 2) * _MONTHS_IN[unit]


def _dates_near(hits: HitsByField, event: str, document: Document) -> Iterator[DateMatch]:
    """Yield the date nearest to each phrase of an event, in its sentence."""
    for hit in hits.get("event", ()):
        if hit.value == event and hit.paper == document.paper and not hit.negated and hit.sentence:
            nearest = document.dates.nearest(hit.start, hit.end, hit.sentence)
            if nearest:
                yield nearest


def _hit(document: Document, start: int, end: int) -> Hit:
    return plain_hit("delay_months", "", document.paper, start, end, document.text)
