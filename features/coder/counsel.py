"""The lines that name counsel: above a caption, and below a brief.

A reader of the papers does not need who signed them, and a name, a firm or an address tells the
case. Lines with an e-mail address, a telephone or a bar number are found anywhere.
"""

import re
from collections.abc import Iterator

_CONTACT = re.compile(
    r"(?<![\w.+-])[\w.+-]++@[\w-]++\.\w"
    r"|(?<!\d)(?:\+?1[-. ])?\(?\d{3}\)?[-. ]{1,2}\d{3}[-. ]\d{4}(?!\d)"
    r"|\b(?:SBN|(?:bar|attorney|atty\.?|ARDC|registration|reg\.)(?:\s+(?:id|reg\w*\.?))?\s*"
    r"(?:nos?\b\.?|numbers?|\#|id\b))[:.\s#]*\w*\d|\bstate bar\b.{0,12}\d|\bwww\.\w",
    re.IGNORECASE,
)
_FOR = re.compile(r"\b(?:attorneys?|counsel|solicitors?)\s+for\b|\bpro\s+se\b", re.IGNORECASE)
_SIGNED = re.compile(
    r"^\W*(?:/s/?|s/|(?:and\s+)?respectfully\s+submitted\b|by:|dated?\s*:.{0,40}$)", re.IGNORECASE
)
_PROSE = re.compile(r"(?<![\w.@])[a-z]{2,}\b(?![.@]\w)")
_GOES_ON = re.compile(r"\s*(?!e-?mail|tel|phone|fax|mobile|cell)[a-z]+[,;]?\s+[a-z]")
"""A line in the middle of a sentence."""
_MAX_PROSE, _MAX_LINE = 3, 90
"""Words in lower case, and characters, of a line that is no sentence."""
_MAX_BLOCK, _HEAD_LINES = 16, 40
"""Lines of a signature block, and lines of a paper above which its caption begins."""
_HEADING = re.compile(r"\b(?:certificate|exhibit|proof of service|verification|table of)\b", re.I)


def counsel_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the lines that name counsel, in order."""
    lines = [(line.start(), line.end()) for line in re.finditer(r"[^\n]+", text)]
    texts = [text[start:end] for start, end in lines]
    contacts = {index for index, line in enumerate(texts) if _is_contact(line)}
    named = contacts | set(_above_caption(texts, contacts)) | set(_below_brief(texts, contacts))
    for index in sorted(named):
        yield lines[index]


def _is_contact(line: str) -> bool:
    return (
        len(line) <= 3 * _MAX_LINE
        and _CONTACT.search(line) is not None
        and _GOES_ON.match(line) is None
        and len(_PROSE.findall(line)) <= 1
    )


def _is_prose(line: str) -> bool:
    return len(line) > 3 * _MAX_LINE or len(_PROSE.findall(line)) > _MAX_PROSE


def _above_caption(lines: list[str], contacts: set[int]) -> Iterator[int]:
    """Yield the lines above "Attorneys for Plaintiff" at the head, if they tell how to reach them.

    Pleading paper numbers its lines; the numbers go, too.
    """
    for last, line in enumerate(lines[:_HEAD_LINES]):
        if _FOR.search(line) and not _is_prose(line):
            if contacts & set(range(last)):
                yield from range(last)
            return
        if _is_prose(line) or re.search(r"\bcourt\b", line, re.IGNORECASE):
            return


def _below_brief(lines: list[str], contacts: set[int]) -> Iterator[int]:
    """Yield the lines of signature blocks: signed, or with an address to reach counsel at."""
    end = -1
    for first, line in enumerate(lines):
        if first < end or not _SIGNED.match(line):
            continue
        block = []
        for index in range(first, min(first + _MAX_BLOCK, len(lines))):
            if _is_prose(lines[index]) or _HEADING.search(lines[index]):
                break
            if not (_FOR.search(lines[index]) or re.match(r"\W*(?:dated?|by)\b", lines[index])):
                block.append(index)
            end = index + 1
        if contacts & set(block) or any("/s" in lines[index].lower() for index in block):
            yield from (
                i for i in block if not re.match(r"(?i)\W*(?:dated?\s*:|respectf)", lines[i])
            )
