"""What of a paper is no argument: caption, attorney block, tables, signature, certificates.

`features.text.cleaning` blanks all but the exhibits, so that an address or the entries of a table
are not read as words of the motion. `features.coder.parts` leaves out what costs a language model
tokens. What is not clearly one of these is argument.
"""

import re
from collections.abc import Iterable

from data.documents.kinds import title_of
from features.text.caption import find_caption, is_prose, lines

Span = tuple[int, int]
_TABLE = re.compile(
    r"^[ \t]*(?:INDEX|TABLE)[ \t]+OF[ \t]+(?:CONTENTS|(?:CITED[ \t]+)?AUTHORITIES|CITATIONS|CASES"
    r"|EXHIBITS)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ENTRY = re.compile(r"(?:\.[ .]{2,}|[ \t]{2,})(?:\d{1,3}|[ivx]{1,6}|passim)(?:, ?\d{1,3})*[ \t]*$")
"""A line of a table, up to the number of its page."""
_MAX_ENDING = 60
"""Characters of a line in which its page is looked for."""
_MIN_ENTRIES, _MAX_BETWEEN = 2, 4
"""Entries that make a table, and lines of words between two of them."""
_CERTIFICATE = re.compile(
    r"^[ \t]*(?:CERTIFICATE|CERTIFICATION|PROOF|AFFIDAVIT|DECLARATION)[ \t]+OF[ \t]+"
    r"(?:SERVICE|MAILING|COMPLIANCE|CONFERENCE|CONFERRAL|FILING|WORD[ \t]+COUNT)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_COVER = re.compile(
    r"^[ \t]*(?:EXHIBIT|ATTACHMENT|APPENDIX)[ \t]+[\"\u201c]?[A-Z\d]{1,3}[\"\u201d]?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(
    r"respectfully[ \t\n]+submitted|^[ \t]*(?:By:[ \t]*)?/s/|^[ \t]*Dated:",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE_LINE = re.compile(
    r"^[ \t]*(?:Respectfully[ \t]+submitted|(?:By:?[ \t]*)?/s/|DATED:?|Dated:?|Date:)[^\n]*$",
    re.MULTILINE,
)
_COUNSEL = re.compile(
    r"[\w.]+@[\w-]+\.\w+|\bTel(?:ephone|\.)?:?[ \t]*[(\d]|\b(?:Fax|Facsimile)\b"
    r"|\b(?:SBN|Bar[ \t]+(?:No|I\.?D)|State[ \t]+Bar)\b|\b[A-Z]{2}[ \t]+\d{5}\b"
    r"|\b(?:Attorneys?|Counsel|Solicitors?)[ \t]+for\b|\bEsq\b|\bLLP\b|\(\d{3}\)[ \t]*\d{3}-\d{4}",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\S+(?:[ \t]\S+)*")
_MIN_COUNSEL = 2
"""Lines with an address, telephone or the like that make an attorney block."""
_MAX_SIGNATURE = 40
"""Lines of a signature block."""
_HEADING = re.compile(r"^[ \t]*[A-Z][A-Z \t,.'&-]{5,80}$", re.MULTILINE)
_MAX_CERTIFICATE = 3_000
"""Characters of a certificate that is followed by no other heading."""


def blank_matter(text: str) -> str:
    """Return a text of the same length with caption, tables, signature and certificates blanked.

    The title is kept, since it says what is asked for; line ends are kept too.
    """
    if "\n" not in text and "v." not in text and "VS" not in text:
        return text
    spans = [*table_spans(text), *certificate_spans(text), *signature_spans(text)]
    spans += front_spans(without(text, spans, " "))
    return without(text, spans, " ") if spans else text


def without(text: str, spans: Iterable[Span], blank: str = "") -> str:
    """Return a text with spans left out, or with each of their characters but line ends replaced.

    Parameters
    ----------
    text
        The text.
    spans
        The spans, in any order; they may overlap.
    blank
        What replaces each character; "" leaves it out.
    """
    parts, since = [], 0
    for start, end in sorted(spans):
        if end > since:
            parts.append(text[since : max(start, since)])
            if blank:
                parts.append(re.sub(r"[^\n]", blank, text[max(start, since) : end]))
            since = end
    return "".join(parts) + text[since:]


def front_spans(text: str) -> list[Span]:
    """Return the spans of the caption and of the attorney blocks around it, but for the title."""
    caption = find_caption(text)
    if caption is None:
        return []
    title = title_of(text)
    if title is None or title[1].start >= caption.end:
        return [(0, caption.end)]
    spans, since = [], 0
    for words in _WORDS.finditer(title[1].text):  # of its own column only
        spans.append((since, title[1].start + words.start()))
        since = title[1].start + words.end()
    return [*spans, (since, caption.end)]


def table_spans(text: str) -> list[Span]:
    """Return the spans of the tables of contents and authorities.

    A table begins at its heading and goes on while lines end in page numbers.
    """
    spans, since = [], 0
    for heading in _TABLE.finditer(text):
        if heading.start() >= since and (end := _end_of_table(text, heading.end())):
            spans.append((heading.start(), end))
            since = end
    return spans


def _end_of_table(text: str, start: int) -> int | None:
    """Return where the last entry of a table ends; None if there are too few to call it one."""
    entries = between = 0
    last = None
    for line_start, end in lines(text, start + 1, len(text)):
        line = text[line_start:end]
        if _ENTRY.search(line[-_MAX_ENDING:]):
            entries, between, last = entries + 1, 0, end
        elif line.strip():
            between += 1
        if between > _MAX_BETWEEN:
            break
    return last if entries >= _MIN_ENTRIES else None


def certificate_spans(text: str) -> list[Span]:
    """Return the spans of certificates of service and the like, each up to the next heading."""
    spans, since = [], 0
    for heading in _CERTIFICATE.finditer(text):
        if heading.start() >= since:
            following = _HEADING.search(text, heading.end())
            limit = min(len(text), heading.start() + _MAX_CERTIFICATE)
            since = following.start() if following and following.start() < limit else limit
            spans.append((heading.start(), since))
    return spans


def signature_spans(text: str) -> list[Span]:
    """Return the spans of signature blocks: where counsel signs, with name, firm and address.

    A block begins at a line such as "Respectfully submitted," and ends where prose follows. "Dated"
    alone may begin a sentence of the body, so a block needs the address of counsel or "/s/".
    """
    spans, since = [], 0
    for line in _SIGNATURE_LINE.finditer(text):
        if line.start() < since:
            continue
        end = line.end()
        for n_lines, (start, line_end) in enumerate(lines(text, line.end() + 1, len(text))):
            if n_lines == _MAX_SIGNATURE or is_prose(text[start:line_end].split()):
                break
            end = line_end
        block = text[line.start() : end]
        if "/s/" in block or len(_COUNSEL.findall(block)) >= _MIN_COUNSEL:
            spans.append((line.start(), end))
        since = end
    return spans


def exhibits_start(text: str) -> int:
    """Return where the exhibits begin: at a cover sheet after the signature, or at the end."""
    signature = _SIGNATURE.search(text)
    cover = _COVER.search(text, signature.end()) if signature else None
    return cover.start() if cover else len(text)
