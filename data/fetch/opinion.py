"""A fetched opinion: the row that every source of opinions writes."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Opinion:
    """An opinion as its source has it; None means that the source does not say.

    Attributes
    ----------
    id
        Unique among all sources: `courtlistener-CLUSTER-OPINION`, `cap-5678`.
    source
        `courtlistener` or `caselaw_access_project`.
    url
        The page of the opinion; None where it has none.
    court
        CourtListener id of the court that wrote it, such as `ilnd`.
    court_name
        Its name as the source writes it.
    docket_number
        As printed.
    date
        Date of the decision: YYYY-MM-DD, YYYY-MM or YYYY.
    caption
        Name of the case.
    judge
        The judges as the source names them.
    citation
        The reporter citations, joined by "; ".
    status
        Precedential status, such as `Published`.
    text, html
        The words, in plain text or in HTML (or the XML of the Caselaw Access Project): one of the
        two.
    """

    id: str
    source: str
    url: str | None
    court: str | None
    court_name: str | None
    docket_number: str | None
    date: str | None
    caption: str | None
    judge: str | None
    citation: str | None
    status: str | None
    text: str | None
    html: str | None

    def as_row(self) -> dict[str, Any]:
        """Return the opinion as one row of JSONL or Parquet."""
        return asdict(self)


FIELDS = tuple(field.name for field in fields(Opinion))
HTML_FIELDS = (
    "html_with_citations",
    "html_columbia",
    "html_lawbox",
    "xml_harvard",
    "html_anon_2020",
    "html",
)
"""Fields of a CourtListener opinion with its words, best first, as its documentation advises."""
TEXT_FIELD = "plain_text"
NOT_THE_RULING = frozenset(
    {"concurrence", "in-part-opinion", "concurrenceinpart", "dissent", "addendum", "remittitur"}
    | {"rehearing", "on-motion-to-strike", "onmotiontostrike"}
)
"""Types of opinions that are not the court's own ruling, without the digits of `040dissent`."""


def is_the_ruling(opinion_type: str) -> bool:
    """Tell whether an opinion of this type is the court's: no dissent, no concurrence.

    >>> [is_the_ruling(kind) for kind in ("020lead", "lead-opinion", "040dissent", "dissent")]
    [True, True, False, False]
    """
    return opinion_type.lstrip("0123456789").strip().lower() not in NOT_THE_RULING


def words_of(fields_of_opinion: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return text and HTML of a CourtListener opinion: one of the two, or neither."""
    for name in HTML_FIELDS:
        value = fields_of_opinion.get(name)
        if isinstance(value, str) and value.strip():
            return None, value
    text = fields_of_opinion.get(TEXT_FIELD)
    return (text, None) if isinstance(text, str) and text.strip() else (None, None)


def none_if_blank(value: Any) -> str | None:
    """Return a text without white space around it; None if nothing is left."""
    return str(value).strip() or None if value is not None else None
