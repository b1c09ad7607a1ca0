"""Find rulings or motions that appear in several sources, by docket, court, date and caption.

An opinion from one source, a docket entry from another and a row of a firm's own table may be one
ruling, each with its own id and spelling. Rows are compared in blocks of one court, field by field;
captions are compared with RapidFuzz. `data.duplicates` compares the words of accounts besides, but
only for rulings of one file.

References
----------
Fellegi and Sunter (1969), A Theory for Record Linkage, JASA 64:1183-1210 (blocks, comparison of
fields, and a decision from them).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, create_model, field_validator
from rapidfuzz import fuzz

from data.captions import sides_in_words
from data.cases import normalized_docket
from data.codebook import MotionType
from data.courts import find_court
from data.pairs import MAX_BLOCK, pairs_within
from data.schema import Ruling, valid_date

MIN_CAPTION = 85.0
"""Similarity of two captions, 0 to 100, from which they may name one case without a docket."""
MIN_CAPTION_ON_DOCKET = 55.0
"""The same for two rows of one docket number, which two divisions of a court may both have."""
MAX_DAYS_ON_DOCKET = 3
"""Days between the dates of one ruling: an order is often entered days after it is signed."""
MAX_WITH_WORD = 200
"""Rows of one court and party word that are still compared: "commissioner" names no case."""
_OFFICE = re.compile(r"^\D*(\d):\d\d-")
_FORMS = frozenset(
    {
        "the",
        "of",
        "et",
        "al",
        "in",
        "re",
        "ex",
        "rel",
        "and",
        "for",
        "inc",
        "llc",
        "lp",
        "llp",
        "co",
    }
    | {"corp", "ltd", "company", "corporation", "na", "plc", "pllc", "pc", "a", "no"}
)

if TYPE_CHECKING:

    class Listed(BaseModel):
        """What a row of any source says of its case and ruling; None is "not shown"."""

        id: str | None
        caption: str | None
        court: str | None
        docket_number: str | None
        decided: str | None
        motion_type: MotionType | None
        outcome: str | None

else:
    Listed = create_model(
        "Listed",
        __config__=ConfigDict(frozen=True, str_strip_whitespace=True),
        __validators__={"valid_date": field_validator("decided")(valid_date)},
        __doc__='What a row of any source says of its case and ruling; None is "not shown".',
        **{
            name: (Ruling.model_fields[name].rebuild_annotation() | None, None)
            for name in (
                "id",
                "caption",
                "court",
                "docket_number",
                "decided",
                "motion_type",
                "outcome",
            )
        },
    )

Kind = Literal["ruling", "case"]


@dataclass(frozen=True)
class Link:
    """Two rows that are one ruling, or rulings of one case.

    Attributes
    ----------
    first, second
        Row numbers in the order given, from 0, the earlier first.
    kind
        What they share.
    caption
        Similarity of their captions, 0 to 100; None where one has none.
    docket
        Whether they have one docket number; None where one has none.
    days
        Days between their dates, as far as both are known; None where one has none.
    outcomes_differ
        Whether both have an outcome, and not the same one.
    """

    first: int
    second: int
    kind: Kind
    caption: float | None
    docket: bool | None
    days: int | None
    outcomes_differ: bool


def find_links(rows: Sequence[Listed]) -> list[Link]:
    """Return the pairs of rows that are one ruling or of one case.

    Rows of one court are one case if they have one docket number and captions that do not differ
    much, or similar captions and not two docket numbers. They are one ruling if their dates and
    types of motion agree besides. Rows without a court cannot be compared. Where a docket number
    has more rows than `data.pairs.MAX_BLOCK`, each is compared with those next to it by date.

    Parameters
    ----------
    rows
        n rows of one or several sources.
    """
    described = [_Described.of(row) for row in rows]

    def by_date(row: int) -> tuple[str, str]:
        return rows[row].decided or "", rows[row].caption or ""

    pairs = sorted({pair for block in _blocks(described) for pair in pairs_within(block, by_date)})
    links = (_link(first, second, described[first], described[second]) for first, second in pairs)
    return [link for link in links if link]


def large_dockets(rows: Sequence[Listed]) -> dict[str, int]:
    """Return the rows of each docket number that has too many to compare each with each."""
    counts = Counter((_court_id(row), normalized_docket(row.docket_number)) for row in rows)
    return {
        docket: n for (court, docket), n in counts.items() if court and docket and n > MAX_BLOCK
    }


def _court_id(row: Listed) -> str | None:
    """Return the court that a row names: its id where it is known, or as it is named."""
    return row.court and (find_court(row.court).id or row.court)


@dataclass(frozen=True)
class _Described:
    """A row in comparable form."""

    row: Listed
    court: str | None
    docket: str | None
    office: str | None
    sides: tuple[str, ...]

    @classmethod
    def of(cls, row: Listed) -> "_Described":
        office = _OFFICE.match(row.docket_number or "")
        docket = normalized_docket(row.docket_number)
        sides = caption_sides(row.caption)
        return cls(row, _court_id(row), docket, office[1] if office else None, sides)


def _blocks(described: Sequence[_Described]) -> Iterator[list[int]]:
    """Yield rows that may be one case: of one court, and one docket or one word of a party."""
    blocks: Mapping[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(described):
        if not row.court:
            continue
        if row.docket:
            blocks[row.court, "docket", row.docket].append(number)
        # Spellings of a name differ, but hardly ever in the beginnings of all its long words.
        for start in {word[:4] for side in row.sides for word in _longest(side)}:
            blocks[row.court, "word", start].append(number)
    for (_, kind, _), block in blocks.items():
        if kind == "docket" or len(block) <= MAX_WITH_WORD:
            yield block


def _longest(side: str) -> list[str]:
    return sorted(side.split(), key=len)[-2:]


def _link(first: int, second: int, one: _Described, other: _Described) -> Link | None:
    docket = one.docket == other.docket if one.docket and other.docket else None
    if docket and one.office and other.office:
        docket = one.office == other.office
    caption = caption_similarity(one.sides, other.sides)
    if docket is False:
        return None
    least = MIN_CAPTION_ON_DOCKET if docket else MIN_CAPTION
    if caption < least if caption is not None else not docket:
        return None
    days = days_apart(one.row.decided, other.row.decided)
    outcomes = {row.row.outcome for row in (one, other) if row.row.outcome}
    is_ruling = (
        days is not None
        and days <= (MAX_DAYS_ON_DOCKET if docket else 0)
        and _types_agree(one.row.motion_type, other.row.motion_type)
    )
    kind: Kind = "ruling" if is_ruling else "case"
    return Link(first, second, kind, caption, docket, days, len(outcomes) > 1)


def _types_agree(one: MotionType | None, other: MotionType | None) -> bool:
    """Tell whether two types may be of one motion, as a TRO and a TRO with an injunction may."""
    types = {one, other}
    either = {MotionType.TRO, MotionType.PRELIMINARY_INJUNCTION}
    return (
        None in types
        or len(types) == 1
        or (MotionType.TRO_AND_PI in types and bool(types & either))
    )


def days_apart(one: str | None, other: str | None) -> int | None:
    """Return the days between two dates; of dates in part, 0 where one holds the other.

    >>> days_apart("2017-02", "2017-02-11"), days_apart("2017-02-11", "2017-02-13")
    (0, 2)
    """
    if not one or not other:
        return None
    coarse, fine = sorted((one, other), key=len)
    if fine.startswith(coarse):
        return 0
    days = (date.fromisoformat(f"{day}-01-01"[:10]).toordinal() for day in (one, other))
    return abs(next(days) - next(days))


def caption_sides(caption: str | None) -> tuple[str, ...]:
    """Return the names of a caption, one a side, in plain words without corporate forms.

    >>> caption_sides("Acme Mfg. Co., Inc. v. Dep't of Health (In re Acme)")
    ('acme manufacturing', 'department health')
    """
    sides = sides_in_words(caption)
    names = (" ".join(word for word in side if word not in _FORMS) for side in sides)
    return tuple(name for name in names if name)


def caption_similarity(one: Sequence[str], other: Sequence[str]) -> float | None:
    """Return how similar two captions are, 0 to 100: that of the less similar side.

    The sides may be in either order, as an appeal or a removal turns them round.

    Parameters
    ----------
    one, other
        What `caption_sides` gives; None is returned where one has no side.
    """
    if not one or not other:
        return None
    if len(one) != len(other):  # "In re Acme" beside "Acme v. Roe"
        return max(fuzz.token_set_ratio(side, name) for side, name in product(one, other))
    orders = (other, tuple(reversed(other)))
    return max(
        min(fuzz.token_set_ratio(side, name) for side, name in zip(one, order, strict=True))
        for order in orders
    )
