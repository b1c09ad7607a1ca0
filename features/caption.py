"""What the caption of a paper says: court, docket number, title, kind of motion, parties, date.

It is offered for correction, so that a motion given as a file need not be described by hand. What
is not clear is left open.
"""

import re
from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from data.codebook import MotionType
from data.court_names import court_named
from data.documents.kinds import motion_type_of, title_of
from data.documents.titles import Heading, columns
from features.text.caption import DOCKET_NUMBER, HEAD, CaptionSpans, find_caption
from features.text.characters import plain_characters
from features.text.cleaning import without_page_edges
from features.text.dates import find_dates

_COURT_WORDS = 300
"""Characters in which a caption names its court, with county or district."""
_BEFORE_COURT = 120
"""Characters before the first words of a court that may name its state: "STATE OF OHIO"."""
_NUMBER = re.compile(r"(?:\d{1,2}:)?[A-Z\d][\w/.:-]*\d[\w/-]*", re.IGNORECASE)
_FILED = re.compile(r"\b(?:filed|received nyscef|e-filed|dated|date):?\s{1,4}", re.IGNORECASE)
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})\b")
_NOT_NAMES = re.compile(
    r"^[^\n]*(?:\b(?:court|division|circuit|district of|county of|case)\b|\bNo\.|\d{3}|@)[^\n]*$"
    r"|^[ \t]*(?:state|commonwealth) of [a-z ]{4,20}$|^[ \t]*[a-z-]+ county[, \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_DESCRIBED = re.compile(
    r",?\s+(?:an?\s+[a-z]+\s|individually|on behalf|by and through|d/b/a|dba"
    r"|in (?:his|her|its|their)\s|and (?:does|john doe)\b|as (?:an?|the)?\s)|;",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_-]{3,}x?|={3,}")
_INITIALS = re.compile(r"(?:[A-Z]\.)+,?")
_SMALL = frozenset(["and", "of", "the", "for", "in", "on", "ex", "rel", "et", "al", "v"])
_KEPT = frozenset(["LLC", "LLP", "LP", "PLLC", "PC", "NA", "USA", "US", "II", "III", "IV"])
_FIELDS = ("motion_type", "court", "docket_number", "caption")


class Caption(BaseModel):
    """What the caption of a paper says; null where it does not say it clearly."""

    model_config = ConfigDict(frozen=True)

    court: str | None = Field(default=None, description="court by its CourtListener id")
    docket_number: str | None = Field(default=None, description="the docket number")
    title: str | None = Field(default=None, description="the title of the paper")
    motion_type: MotionType | None = Field(
        default=None, description="the kind of motion that the title names"
    )
    caption: str | None = Field(default=None, description="the case: movant v. opponent")
    filed: date | None = Field(default=None, description="the day it was filed or signed")

    @property
    def fields(self) -> dict[str, str]:
        """The fields of a motion that it gives; the date of filing stands for that of the ruling.

        A ruling on interim relief follows within weeks, and only its year is read.
        """
        values = {name: getattr(self, name) for name in _FIELDS} | {"decided": self.filed}
        return {name: str(value) for name, value in values.items() if value is not None}


def read_caption(text: str) -> Caption | None:
    """Read the caption at the head of a paper; None if it has none, nor a title.

    Examples
    --------
    >>> paper = '''UNITED STATES DISTRICT COURT
    ... NORTHERN DISTRICT OF ILLINOIS
    ... ACME PUMPS, INC., Plaintiff,
    ... v.                                   No. 21-cv-00135
    ... RUTH HALE, Defendant.
    ... MOTION FOR TEMPORARY RESTRAINING ORDER
    ... Acme moves for an order that Hale return its files before she opens her shop.'''
    >>> read_caption(paper).fields
    {'motion_type': 'tro', 'court': 'ilnd', 'docket_number': '21-cv-00135', \
'caption': 'Acme Pumps, Inc. v. Ruth Hale'}
    """
    text = plain_characters(text)[0]
    plain = without_page_edges(text[: 2 * HEAD])
    spans, title = find_caption(plain), title_of(plain)
    if title and title[0] == "ruling":
        return None  # not a paper of a party
    words = _title_words(title[1]) if title else None
    caption = Caption(
        court=_court(plain, spans) if spans else None,
        docket_number=_docket_number(text, plain, spans) if spans else None,
        title=words,
        motion_type=motion_type_of(words) if words else None,
        caption=_case_name(plain, spans) if spans else None,
        filed=_filed(text),
    )
    return caption if spans or words else None


def _court(text: str, spans: CaptionSpans) -> str | None:
    """Return the court that the caption names, in the left or the right column."""
    left, right = columns(text[:HEAD])
    start = max(0, spans.court - _BEFORE_COURT)
    before = "\n".join(left[start : spans.court].splitlines()[-3:])
    named = left[spans.court : min(spans.before[1], spans.court + _COURT_WORDS)]
    places = (named, before + named, right[: spans.end])
    return next((court for place in places if (court := court_named(place))), None)


def _docket_number(text: str, plain: str, spans: CaptionSpans) -> str | None:
    """Return the first docket number of the caption, else that of a filing stamp."""
    for head in (plain[: spans.end], text[:HEAD]):
        if found := DOCKET_NUMBER.search(head):
            words = re.sub(r"^.*?\bnos?\.?:?\s*", "", found[0], flags=re.IGNORECASE | re.DOTALL)
            if number := _NUMBER.search(words):
                return number[0].rstrip(".,")
    return None


def _title_words(title: Heading) -> str:
    return " ".join(title.text.split()).strip(" .,:")


def _case_name(text: str, spans: CaptionSpans) -> str | None:
    left, _ = columns(text[:HEAD])
    first, second = (_party(left[start:end]) for start, end in (spans.before, spans.after))
    return f"{first} v. {second}" if first and second else None


def _party(side: str) -> str:
    """Return the first name on a side of a caption, without what the party is."""
    lines = _RULE.sub("", _NOT_NAMES.sub("\0", side)).rpartition("\0")[2]
    names = " ".join(lines.split()).strip(" ,;:*")
    first = _DESCRIBED.split(names, maxsplit=1)[0].strip(" ,;:*")
    n_capitals = sum(map(str.isupper, first))
    if 2 * n_capitals < sum(map(str.isalpha, first)):
        return first
    return " ".join(_as_written(word) for word in first.split())


def _as_written(word: str) -> str:
    """Return a word of a name in capitals as it is written elsewhere."""
    bare = word.strip(",.").replace(".", "")
    if bare in _KEPT or not bare.isupper() or _INITIALS.fullmatch(word):
        return word
    return word.lower() if bare.lower() in _SMALL else word.capitalize()


def _filed(text: str) -> date | None:
    """Return the date of the filing stamp, else of the signature."""
    return next(_dates_after(text[:HEAD]), None) or next(_dates_after(text[-HEAD:]), None)


def _dates_after(part: str) -> Iterator[date]:
    for filed in _FILED.finditer(part):
        words = part[filed.end() : filed.end() + 30]
        if slashes := _SLASHES.match(words):
            month, day, year = map(int, slashes.groups())
            try:
                yield date(year + 2000 if year < 100 else year, month, day)
            except ValueError:
                continue
        elif (found := find_dates(words).first(0, 2)) and found.end > len("May 2021"):
            yield found.day
