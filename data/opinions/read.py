"""Read opinions: plain text, HTML, XML and JSON of the Caselaw Access Project or CourtListener.

The rows that `enjoin fetch` writes, JSON Lines or Parquet, are read too, one at a time.

What is read is a list of paragraphs, and the caption, court, docket number and date where the file
says them. PDF and Word files need a reader of their own (`Extract`), which the command gives.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pyarrow.lib import ArrowException
from pyarrow.parquet import ParquetFile

from data.court_names import court_named
from data.courts import find_court
from data.fetch.opinion import HTML_FIELDS
from data.io.dates import dates_in
from data.io.encodings import find_encoding
from data.io.rows import whole_number
from data.opinions.lines import is_set_in_lines, paragraphs_of_lines
from data.opinions.markup import BrokenMarkup, Markup, parse_markup
from data.states import state_names

Extract = Callable[[bytes, str], str]
"""The text of a PDF or Word file, from its bytes and its name."""
MARKUP, DOCUMENTS = (".html", ".htm", ".xml"), (".pdf", ".docx")
RECORDS = (".json", ".jsonl", ".parquet")
SUFFIXES = (".txt", *MARKUP, *RECORDS, *DOCUMENTS)
_BLANK_LINE = re.compile(r"\n\s*\n|\f")
_INDENT = re.compile(r"\n(?=[ \t]{2,}\S|\t)")
_PAGE_NUMBER = re.compile(r"-?\s*\d{1,4}\s*-?")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_YEAR = re.compile(r"\(([^()]*\b)?((?:1[789]|20)\d\d)\)")
_DOCKET = re.compile(
    r"\b(?:No|Case No|Docket No|Civil Action No)s?\.\s*"
    r"((?:CV|CA|C\.A\.|Civ\.)\s)?([A-Z0-9][\w-]*\d[\w-]*(?:,\d{3})*|\d(?:,\d{3})*)"
)
_APPEAL_FROM = re.compile(
    r"appeal(?:s|ed)?\s+from:?\s+(?:an?\s+\w+\s+of\s+)?(?:the\s+)?([^.;\[\]]{10,120})",
    re.IGNORECASE,
)
_ROLE = r"Plaintiffs?|Petitioners?|Appell\w+|Respondents?|Defendants?|Cross"
_ROLES = re.compile(
    rf",?\s+(?:and\s+)?(?:Third[- ]Party\s+)?(?:{_ROLE}|Intervenors?)"
    rf"(?:[-/,\s]+(?:and\s+)?(?:{_ROLE}|in error))*(?=[\s.,]|$)"
)
"""What parties are, in a caption."""
_BATCH = 64
"""Rows of a Parquet file that are held at once."""
MAX_PARAGRAPHS = 50_000
"""Paragraphs of an opinion; the longest have a few thousand."""
_HEAD_PARAGRAPHS, _HEAD_CHARACTERS = 25, 3_000
_COURT_PARAGRAPHS, _COURT_WORDS = 12, 16
"""Paragraphs of a head, and words of one, among which the line that names the court is."""
_COURT = re.compile(
    r"^\W*(?:in )?(?:the )?(?:united states )?(?:district |bankruptcy )?"
    r"(?:supreme |judicial |superior |circuit |appellate |commonwealth |criminal |district )*"
    r"courts?\b(?: of (?:civil |criminal )?(?:appeals?|chancery|common pleas))?"
    r"(?=\W*$|,| of| for| in| at)",
    re.IGNORECASE,
)
"""The line that names the court: "Appellate Court of Illinois, First District"."""


class UnreadableOpinion(ValueError):
    """A file without a readable opinion; the message says why and what to do."""


@dataclass(frozen=True)
class Opinion:
    """An opinion as its file has it.

    Attributes
    ----------
    id
        The file's name without its ending, or the id of its record.
    paragraphs
        Its paragraphs, in order.
    caption, docket_number, decided, court
        What its head says; None where it does not. `court` is the CourtListener id of the trial
        court, also where the opinion is of a court that reviews it.
    """

    id: str
    paragraphs: tuple[str, ...]
    caption: str | None = None
    docket_number: str | None = None
    decided: str | None = None
    court: str | None = None


def read_opinions(
    path: Path, extract: Extract | None = None
) -> Iterator[Opinion | UnreadableOpinion]:
    """Yield the opinions of a file: one, or one a row of `.jsonl` or `.parquet`.

    A row without a readable opinion yields what is wrong with it, and the others follow.

    Raises
    ------
    UnreadableOpinion
        If the file has no readable opinion.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UnreadableOpinion(f"{path.name}: expected one of {', '.join(SUFFIXES)}")
    if suffix in (".jsonl", ".parquet"):
        yield from _from_rows(path)
        return
    content = path.read_bytes()
    if suffix in DOCUMENTS:
        if extract is None:
            raise UnreadableOpinion(f"{path.name}: save it as plain text first")
        text = extract(content, path.name)
        blocks = paragraphs_of_lines(text) if suffix == ".pdf" else _paragraphs(text)
        yield opinion_of(path.stem, blocks, {})
        return
    text = content.decode(find_encoding(BytesIO(content)), errors="replace").removeprefix("\ufeff")
    if suffix in MARKUP:
        yield _from_markup(path.stem, text)
    elif suffix == ".json":
        yield _from_record(path.stem, _parsed(text, path.name))
    else:
        yield opinion_of(path.stem, _paragraphs(text), {})


def _from_rows(path: Path) -> Iterator[Opinion | UnreadableOpinion]:
    """Yield the opinions of a file with one a row."""
    is_parquet = path.suffix.lower() == ".parquet"
    rows: Iterator[str | Mapping[str, Any]] = _parquet_rows(path) if is_parquet else _lines(path)
    for number, row in enumerate(rows, start=1):
        try:
            where = f"{path.name}, row {number}"
            record = _parsed(row, where) if isinstance(row, str) else row
            yield _from_record(f"{path.stem}-{number}", record)
        except UnreadableOpinion as error:
            yield error


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        yield from filter(str.strip, lines)


def _parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        for batch in ParquetFile(path).iter_batches(batch_size=_BATCH):
            yield from batch.to_pylist()
    except ArrowException:
        raise UnreadableOpinion(f"{path.name} is no readable Parquet file") from None


def opinion_of(name: str, paragraphs: list[str], known: Mapping[str, Any]) -> Opinion:
    """Return an opinion with what its head says, where its record does not.

    Raises
    ------
    UnreadableOpinion
        If there is no text, or more than `MAX_PARAGRAPHS`.
    """
    kept = tuple(" ".join(each.split()) for each in paragraphs if each.strip())
    if not kept:
        raise UnreadableOpinion(f"{name} has no text; a scan must be read by an OCR program first")
    if len(kept) > MAX_PARAGRAPHS:
        raise UnreadableOpinion(
            f"{name} has {len(kept):,} paragraphs; expected at most {MAX_PARAGRAPHS:,}: split a "
            "file of several opinions"
        )
    head = "\n".join(kept[:_HEAD_PARAGRAPHS])[:_HEAD_CHARACTERS]
    docket = _DOCKET.search(str(known.get("docket_number") or "")) or _DOCKET.search(head)
    return Opinion(
        id=str(known.get("id") or name),
        paragraphs=kept,
        caption=_short_caption(str(known.get("caption") or "")) or _caption_in(kept),
        docket_number=_docket_in(docket) if docket else known.get("docket_number"),
        decided=_date_in(str(known.get("decided") or "")) or _date_in(head),
        court=_known_court(known.get("court"))
        or _trial_court(str(known.get("court_name") or "") or _court_line(kept), head),
    )


def _docket_in(found: re.Match[str]) -> str:
    return f"{found[1] or ''}{found[2]}"


def _court_line(paragraphs: tuple[str, ...]) -> str:
    """Return the line of a head that names the court; "" without one."""
    for text in paragraphs[:_COURT_PARAGRAPHS]:
        if len(text.split()) <= _COURT_WORDS and _COURT.search(text):
            return text
        if named := _state_before_court().search(text):
            return named[0]
    return ""


@cache
def _state_before_court() -> re.Pattern[str]:
    """The name of a state's court that begins with the state: "Connecticut Superior Court"."""
    states = "|".join(sorted(state_names(), key=len, reverse=True))
    kinds = "supreme(?: judicial)?|superior|appellate|circuit|district"
    return re.compile(
        rf"(?:^\W*|\bstate of )(?:{states}),? (?:(?:{kinds}) court|court of appeals)\b",
        re.IGNORECASE,
    )


def _known_court(court: object) -> str | None:
    """Return the id that a source gives, if it is that of a trial court."""
    return court if isinstance(court, str) and find_court(court).level else None


def _trial_court(name: str, head: str) -> str | None:
    """Return the trial court: the one that a head names, or the one that it reviews."""
    below = _APPEAL_FROM.search(head)
    is_appellate = re.search(r"appeal|appellate|supreme", name, re.IGNORECASE)
    if name and not is_appellate and (found := court_named(name)):
        return found
    if not below and not (is_appellate and "New York" not in name):
        return court_named(name) if name else None
    state = next(
        (
            state
            for state in sorted(state_names(), key=len, reverse=True)
            if state.lower() in name.lower()
        ),
        "",
    )
    found = None
    if below and state:  # what a state's court reviews is a court of that state
        found = court_named(f"{below[1]}, {state}")
    elif below:
        found = court_named(below[1])
    return found or (court_named(f"circuit court of {state}") if state else None)


def _paragraphs(text: str) -> list[str]:
    """Cut plain text at blank lines, or at indents where it has none."""
    lines = text.replace("\r\n", "\n").split("\n")
    text = "\n".join("" if _PAGE_NUMBER.fullmatch(line.strip()) else line for line in lines)
    blocks = [block for block in _BLANK_LINE.split(text) if block.strip()]
    if len(blocks) < 5 and text.count("\n") > 5:
        blocks = [block for block in _INDENT.split(text) if block.strip()]
    if (len(blocks) < 5 and text.count("\n") > 5) or is_set_in_lines(blocks):
        blocks = paragraphs_of_lines(text)
    return blocks


def _from_markup(name: str, text: str) -> Opinion:
    markup = _parsed_markup(name, text)
    return opinion_of(name, markup.blocks, markup.named)


def _parsed_markup(name: str, text: str) -> Markup:
    try:
        return parse_markup(text)
    except BrokenMarkup as error:
        raise UnreadableOpinion(f"{name} is no readable HTML or XML: {error}") from None


def _parsed(text: str, where: str) -> Mapping[str, Any]:
    try:
        record = json.loads(text, parse_int=whole_number)
    except (ValueError, RecursionError):
        raise UnreadableOpinion(f"{where} is no JSON; expected an opinion's record") from None
    if not isinstance(record, Mapping):
        raise UnreadableOpinion(f"{where}: expected an object with the opinion's text")
    return record


def _from_record(name: str, record: Mapping[str, Any]) -> Opinion:
    """Read a record of CourtListener's or the Caselaw Access Project's, or one with paragraphs."""
    court = record.get("court")
    known = {
        "id": record.get("id") or record.get("slug"),
        "caption": record.get("name_abbreviation")
        or record.get("case_name")
        or record.get("caption")
        or _no_file_name(record.get("name")),
        "docket_number": record.get("docket_number"),
        "decided": record.get("decision_date")
        or record.get("date_filed")
        or record.get("decided")
        or record.get("date"),
        "court": court,
        "court_name": record.get("court_name")
        or (court.get("name") if isinstance(court, Mapping) else court),
    }
    if isinstance(record.get("paragraphs"), list):
        return opinion_of(name, [str(each) for each in record["paragraphs"]], known)
    for key in HTML_FIELDS:
        if record.get(key):
            return opinion_of(name, _parsed_markup(name, str(record[key])).blocks, known)
    for key in ("plain_text", "text", "content"):
        if record.get(key):
            return opinion_of(name, _paragraphs(str(record[key])), known)
    body = record.get("casebody")
    data = body.get("data", body) if isinstance(body, Mapping) else body
    if isinstance(data, str):
        return opinion_of(name, _parsed_markup(name, data).blocks, known)
    if isinstance(data, Mapping):
        head = str(data.get("head_matter") or "")
        texts = [str(each.get("text") or "") for each in data.get("opinions") or []]
        return opinion_of(name, _paragraphs("\n\n".join([head, *texts])), known)
    raise UnreadableOpinion(
        f"{name}: expected paragraphs, plain_text, html_with_citations or casebody"
    )


def _no_file_name(name: object) -> str:
    """Return the name of a case, but not that of the file it was read from."""
    text = str(name or "")
    return "" if re.search(r"\.(?:xml|html?|json|txt|pdf)$", text, re.IGNORECASE) else text


def _date_in(text: str) -> str | None:
    """Return the last date of a head, which is that of the decision, or its year.

    >>> _date_in("Argued May 2, 2003. Decided June 4, 2003.")
    '2003-06-04'
    """
    if iso := _ISO.search(text):
        return iso[0]
    if dates := dates_in(text):
        return dates[-1]
    year_only = _YEAR.search(text)
    return year_only[2] if year_only else (text if re.fullmatch(r"\d{4}(-\d\d)?", text) else None)


def _caption_in(paragraphs: tuple[str, ...]) -> str | None:
    for text in paragraphs[:5]:
        if re.search(r"\bv\.? |\bIn re\b", text, re.IGNORECASE) and len(text) < 200:
            return _short_caption(text)
    return None


def _short_caption(text: str) -> str | None:
    """Return a caption without the reporter and the year that follow it."""
    text = _ROLES.sub("", " ".join(text.split()))
    short = re.split(r",\s*\d|\s*[(\[]|\s+No\.", text)[0]
    return " ".join(short.split())[:150].strip(" .,;") or None
