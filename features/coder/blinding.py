"""Blind a paper: what names the case is replaced, so that a language model reads, not remembers.

Names of the parties become [party A] and [party B] ([party C] for whoever was brought in later),
lines that name counsel are left out, the docket number becomes [docket], judges [judge], its
court [court]. Dates become days from the first date in the motion, as in [day +45], so that delay
can still be read; a month without a day counts as its fifteenth. Years and days without a year,
cited cases and first names stay. A quote of a blinded paper is found in the paper as given, since
`features.coder.quotes` takes a placeholder for any few words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from features.coder.counsel import counsel_spans
from features.coder.parties import are_parties_named, party_spans
from features.coder.reading import PartialMotion, known_fields
from features.phrases.lexicon import PAPERS
from features.text.caption import DOCKET_NUMBER
from features.text.dates import find_dates

_PLACE = r"[A-Z]\w+(?:[ ][A-Z]\w+){0,2}"
_COURT = re.compile(
    r"\b(?:united states|u\.s\.|federal)\s+(?:district|bankruptcy)\s+court,?\s+(?:for|in|of)\s+"
    r"(?:the\s+)?(?:(?:\w+\s+){0,2}district\s+of\s+)?(?-i:" + _PLACE + ")"
    r"|\b(?:united states\s+)?court of appeals\s+for\s+the\s+\w+(?:\s+of\s+columbia)?\s+circuit"
    r"|\b(?:superior|supreme|circuit|district|chancery|county|probate|trial)\s+court\s+(?:of|for|in)"
    r"\s+(?!the united states)(?:the\s+)?(?-i:"
    + _PLACE
    + r")(?:,?\s+(?-i:County of "
    + _PLACE
    + "))?"
    r"|\bcourt of (?:chancery|common pleas)(?:\s+of\s+(?-i:" + _PLACE + "))?",
    re.IGNORECASE,
)
_COURT_LINE = re.compile(
    r"^[ \t]*(?:(?:FOR|IN) THE )?(?:(?:NORTHERN|SOUTHERN|EASTERN|WESTERN|MIDDLE|CENTRAL) )?"
    r"(?:DISTRICT OF [A-Z ]{3,30}|COUNTY OF [A-Z ]{3,30}|[A-Z ]{3,30} (?:DIVISION|COUNTY))"
    r"(?=[ \t.,]*$)",
    re.MULTILINE,
)
_NAME = r"[A-Z][\w'\u2019-]*\.?(?:[ \t]{1,3}[A-Z][\w'\u2019-]*\.?){0,4}"
_JUDGE = re.compile(r"\bHon(?:orable\b|\.)|\b(?:JUDGE|JUSTICE|Judge|Justice)s?\b|\b[CPS]?\.?\s?J\.")
_RANK = (
    r"(?:(?:Chief|Circuit|District|Senior|Magistrate|Presiding|Associate|Acting|U\.\s?S\.|United"
    r"|States|Superior|Trial|Court|CHIEF|DISTRICT|CIRCUIT|MAGISTRATE)\s+){0,4}"
)
_BEFORE_JUDGE = re.compile(
    rf"{_NAME}(?:(?:,\s+and|,|\s+and)\s+{_NAME}){{0,3}},(?:\s+[JS]r\.,)?\s+{_RANK}\Z"
)
_AFTER_JUDGE = re.compile(rf"\s+({_NAME})")
_NO_NAME = frozenset(
    {"department", "system", "center", "act", "advocate", "court", "of", "in", "the", "this"}
    | {"that", "at", "it"}
)
_SHORT_DATE = re.compile(r"\b\d{1,2}[/-]\d{1,2}[/-]\d{2}\b")
_MAX_NAMES = 120
"""Characters of names before "Judges"."""


def blind(text: str, motion: PartialMotion) -> str:
    """Return a paper with placeholders for what names the case.

    Parameters
    ----------
    text
        One of the motion's papers, or a part of it.
    motion
        The motion: its caption, docket number and judge, if it has them, are looked for, and the
        first date of its papers is day 0.

    Examples
    --------
    >>> paper = "On May 3, 2021, Hale left Acme. It sued by June 2, 2021."
    >>> blind(paper, {"caption": "Acme Pumps, Inc. v. Hale", "motion": paper})
    'On [day 0], [party B] left [party A]. It sued by [day +30].'
    """
    fields = known_fields(motion)
    names = {name: str(fields.get(name, "")) for name in ("caption", "docket_number", "judge")}
    parties = party_spans(text, names["caption"], _papers(fields))
    spans = [
        *((start, end, "") for start, end in counsel_spans(text)),
        *_dockets(text, names["docket_number"]),
        *_matches((_COURT, _COURT_LINE), text, "court"),
        *_judges(text, names["judge"]),
        *_dates(text, fields),
        *((start, end, f"party {side}") for start, end, side in parties),
    ]
    parts, since = [], 0
    for start, end, name in _without_overlaps(spans):
        parts += [text[since:start], f"[{name}]" if name else ""]
        since = end
    return "".join(parts) + text[since:]


def names_found(text: str, motion: PartialMotion) -> bool:
    """Tell whether it is known who the parties are, so that their names can be replaced.

    Parameters
    ----------
    text
        One of the motion's papers.
    motion
        The motion, as `blind` takes it.

    Examples
    --------
    >>> names_found("He copied the list.", {"motion": "He copied the list."})
    False
    """
    fields = known_fields(motion)
    return are_parties_named(str(fields.get("caption", "")), [*_papers(fields), text])


def _papers(fields: Mapping[str, Any]) -> list[str]:
    return [str(fields[name]) for name in PAPERS if fields.get(name)]


_Span = tuple[int, int, str]


def _matches(patterns: Iterable[re.Pattern[str]], text: str, name: str) -> Iterator[_Span]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield match.start(), match.end(), name


def _dockets(text: str, docket_number: str) -> Iterator[_Span]:
    """Yield what looks like a docket number, and the motion's own in any spelling of its dashes."""
    own = []
    if pieces := re.findall(r"\w+", docket_number):
        own = [re.compile(r"\b" + r"[\W_]{1,2}".join(pieces) + r"\b", re.IGNORECASE)]
    return _matches((DOCKET_NUMBER, *own), text, "docket")


def _judges(text: str, judge: str) -> Iterator[_Span]:
    """Yield names beside the title of a judge, with the title, and the judge's surname."""
    for title in _JUDGE.finditer(text):
        start, end = title.span()
        first = max(0, start - _MAX_NAMES)
        named = False
        may_follow = not title[0].startswith("Hon") and "," in text[first:start]
        if may_follow and (before := _BEFORE_JUDGE.search(text[first:start])):
            start, named = first + before.start(), True
        after = _AFTER_JUDGE.match(text, end)
        if after and not title[0].endswith("J.") and after[1].split()[0].lower() not in _NO_NAME:
            end, named = after.end(), True
        if named:
            yield start, end, "judge"
    names = [word for word in re.findall(r"[\w'-]{3,}", judge) if word.lower() != "hon"]
    if names:
        surname = re.escape(names[-1])
        pattern = re.compile(rf"\b(?:{surname}|{surname.upper()})\b")
        yield from _matches((pattern,), text, "judge")


def _dates(text: str, fields: Mapping[str, Any]) -> Iterator[_Span]:
    """Yield dates, as days from the first date in the motion's papers."""
    first = next((day for name in PAPERS for *_, day in _days(fields.get(name, ""))), None)
    for start, end, day in _days(text):
        days = (day - (first or day)).days
        yield start, end, f"day {days:+d}" if days else "day 0"
    for span in find_dates(text).spans:
        yield *span, "date"  # what is no day of the calendar, such as "June 31, 2020"
    yield from _matches((_SHORT_DATE,), text, "date")


def _days(text: str) -> Iterator[tuple[int, int, date]]:
    dates = find_dates(text)
    for start, end in dates.spans:
        if found := dates.first(start, end):
            yield found.start, found.end, found.day


def _without_overlaps(spans: Iterable[_Span]) -> Iterator[_Span]:
    """Yield spans in order; of those that overlap, what was listed first, and as long as all."""
    order = {span: rank for rank, span in enumerate(spans)}
    whole: _Span | None = None
    best = 0
    for span in sorted(order, key=lambda span: (span[0], order[span])):
        if whole is None or span[0] >= whole[1]:
            if whole:
                yield whole
            whole, best = span, order[span]
            continue
        name = span[2] if order[span] < best else whole[2]
        whole, best = (whole[0], max(whole[1], span[1]), name), min(best, order[span])
    if whole:
        yield whole
