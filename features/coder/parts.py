"""Long papers: leave out what is not argument, cut up the rest, merge the readings of the parts."""

import re
from collections.abc import Sequence

from data.schema import allowed_values
from features.coder.messages import CHARACTERS_PER_TOKEN
from features.coder.reading import Coded, Reading
from features.coder.samples import MAX_QUOTES, combine_readings

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
_HEADING = re.compile(r"^[ \t]*[A-Z][A-Z \t,.'&-]{5,80}$", re.MULTILINE)
_MAX_CERTIFICATE = 3_000
"""Characters of a certificate that is followed by no other heading."""
_BREAKS = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"[.!?][\"'\u201d\u2019)]*\s+"),
    re.compile(r"\s+"),
)
"""Where to cut a text: between paragraphs, else between sentences, else between words."""


def leave_out_back_matter(text: str) -> str:
    """Return a paper without tables of contents and authorities, certificates and exhibits.

    A table begins at its heading and goes on while lines end in page numbers. A certificate goes to
    the next heading. Exhibits begin with a cover sheet after the signature, and go to the end of
    the file; a declaration that comes before them stays. What is not clearly one of these stays.
    """
    kept = _without_exhibits(_without_certificates(_without_tables(text)))
    return kept if kept.strip() else text


def _without_tables(text: str) -> str:
    parts, since = [], 0
    for heading in _TABLE.finditer(text):
        if heading.start() >= since and (end := _end_of_table(text, heading.end())):
            parts.append(text[since : heading.start()])
            since = end
    return "".join(parts) + text[since:]


def _end_of_table(text: str, start: int) -> int | None:
    """Return where the last entry of a table ends; None if there are too few to call it one."""
    entries = between = 0
    position = start + 1
    last = None
    while position < len(text) and between <= _MAX_BETWEEN:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end]
        if _ENTRY.search(line[-_MAX_ENDING:]):
            entries, between, last = entries + 1, 0, end
        elif line.strip():
            between += 1
        position = end + 1
    return last if entries >= _MIN_ENTRIES else None


def _without_certificates(text: str) -> str:
    parts, since = [], 0
    for heading in _CERTIFICATE.finditer(text):
        if heading.start() >= since:
            parts.append(text[since : heading.start()])
            following = _HEADING.search(text, heading.end())
            limit = min(len(text), heading.start() + _MAX_CERTIFICATE)
            since = following.start() if following and following.start() < limit else limit
    return "".join(parts) + text[since:]


def _without_exhibits(text: str) -> str:
    signature = _SIGNATURE.search(text)
    cover = _COVER.search(text, signature.end()) if signature else None
    return text[: cover.start()] if cover else text


def split_into_parts(text: str, budget_tokens: int) -> list[str]:
    """Cut a paper into parts that a language model can read one by one.

    Parameters
    ----------
    text
        The paper.
    budget_tokens
        Tokens of a part at most, at four characters a token, which is about right for English.

    Returns
    -------
    The parts in order, cut between paragraphs where that leaves no part below half the budget, else
    between sentences or words. Joined they are the text.

    Raises
    ------
    ValueError
        If the budget is not positive.
    """
    if budget_tokens < 1:
        raise ValueError(f"expected a budget of at least one token, not {budget_tokens}")
    most = budget_tokens * CHARACTERS_PER_TOKEN
    parts, start = [], 0
    while len(text) - start > most:
        end = _cut(text, start, most)
        parts.append(text[start:end])
        start = end
    return [*parts, text[start:]]


def _cut(text: str, start: int, most: int) -> int:
    """Return the last good place to cut in the second half of what fits."""
    first, last = start + most // 2, start + most
    for pattern in _BREAKS:
        places = [match.end() for match in pattern.finditer(text, first, last)]
        if places and places[-1] > start:
            return places[-1]
    return last


def merge_readings(readings: Sequence[Reading]) -> Reading:
    """Merge the readings of the parts of one motion, in their order, without a language model.

    A list holds the values of all parts, and evidence of harm is the strongest of any. Of other
    codings the first that claims something counts, else the first that is shown at all. Ratings and
    forecast are means, and the summary is the first part's.
    """
    merged = {name: _merged(name, [r.coded[name] for r in readings]) for name in readings[0].coded}
    return combine_readings(readings).model_copy(update={"coded": merged})


def _merged(name: str, answers: Sequence[Coded]) -> Coded:
    shown = [answer for answer in answers if answer.value is not None]
    claiming = [answer for answer in shown if not answer.claims_nothing] or shown
    if not claiming:
        return Coded()
    if isinstance(claiming[0].value, tuple):
        lists = [answer.value for answer in claiming if isinstance(answer.value, tuple)]
        value: object = tuple(dict.fromkeys(item for values in lists for item in values))
        agreeing = claiming
    else:
        strength = allowed_values(name) if name == "harm_evidence" else ()
        best = max(claiming, key=lambda a: strength.index(a.value) if a.value in strength else 0)
        value, agreeing = best.value, [a for a in claiming if a.value == best.value]
    quotes = dict.fromkeys(quote for answer in agreeing for quote in answer.quotes)
    kept = tuple(quotes) if isinstance(value, tuple) else tuple(quotes)[:MAX_QUOTES]
    return Coded.model_validate({"value": value, "quotes": kept})
