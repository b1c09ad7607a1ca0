"""The parties as a caption at the head of a paper prints them, in the layouts of US courts.

A caption stands in the left of two columns. The right one, with docket number, judge and title, is
set off by ")", "§", "|", ":" or blanks; text taken from a PDF has its lines beside, between or
after those of the left one. What belongs to the right column is therefore told by its words, too.
"""

import re
from collections.abc import Iterator
from itertools import islice

ROLE = (
    r"\b(?:(?:third|counter|cross|intervenors?|nominal|lead|real|consolidated|party|claim)[-\s/]+)*+"
    r"(?:counter|cross)?(?:plaintiff|petitioner|appellant|appellee|movant|relator|complainant"
    r"|claimant|defendant|respondent|intervenor|debtor|applicant|garnishee|party in interest"
    r"|parties in interest)s?(?:\(s\))?(?![\w'\u2019])"
)
_ROLE = re.compile(ROLE, re.IGNORECASE)
_ROLE_BEFORE_VERSUS = re.compile(
    rf"{ROLE}(?:[-\s,./()\x01]|\b(?:below|cross|counter|and)\b|{ROLE}){{0,40}}\Z", re.IGNORECASE
)
_ADDED = re.compile(rf"(?:[-\s,.;/()]+(?:{ROLE})?)*?\band\b", re.IGNORECASE)
_VERSUS = re.compile(
    r"(?<![^\s,.;:)])(?:[-\u2013\u2014]\s?(?:vs?\.?|versus|against)\s?[-\u2013\u2014]"
    r"|vs?\.|versus|against|vs?(?=[ \t\x01]*$))(?!(?-i:[a-z']))",
    re.IGNORECASE | re.MULTILINE,
)
_MATTER = re.compile(
    r"^[ \t]*(?:in\s+re\b|in\s+the\s+matter\s+of\b|ex\s+parte\b)[ \t:]*",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_NUMBER = re.compile(r"^[ \t]*(?:[1-9]|[12]\d|3[0-2])(?=[ \t]|$)", re.MULTILINE)
_MIN_NUMBERED = 8
"""Numbered lines from which a head is pleading paper."""
_PRINTED_RULE = re.compile(r"(?:[-_=*\u2010-\u2015\u2500-\u257f] ?){5,}(?:[xX](?![a-z])|/)?")
_COURT = re.compile(
    r"\bcourts?\b|\b(?:division|circuit)\b(?!.*,\s*$)"
    r"|\b(?:district|county|parish) of\b(?!.*[,;]\s*$)"
    r"|\b(?:northern|southern|eastern|western|middle|central)\s+district\b"
    r"|\bcounty,\s+\w+\s*$|\b(?:attorneys?|counsel)\s+for\b|@"
    r"|\b(?:bar|sbn)\b.{0,4}\d|^\W*dear\b|\bcase\b.*\bdocument\b",
    re.IGNORECASE,
)
"""Lines above the parties: the court, counsel, and the stamp of the clerk."""
_DOCKET = re.compile(
    r"\b(?:(?:lead|adv\w*\.?|master)\s*)?(?:case|civil(?:\s+action)?|civ\.?|docket|index|cause|action"
    r"|c\.\s?a\.|appeal|file|suit|no)\s*(?:file\s*)?(?:nos?|numbers?|\#)?\s*[.:]*\s*[A-Z0-9:./-]*\d[\w:/.-]*"
    r"(?:\s*\([A-Za-z]{2,4}\))*"
    r"|\b\d{1,2}:\d{2}-?[a-z]{2,4}-?\d+(?:-\w+)*(?:\s*\([A-Za-z]{2,4}\))*"
    r"|\b\d{2,4}[ -]?(?:cv|cr|civ|md|mc|c)\.?[ -]?\d{2,6}(?:-\w+)*(?:\s*\([A-Za-z]{2,4}\))*"
    r"|\b(?:case|civil\s+action|docket|index|cause)\s*nos?\b[.:]*",
    re.IGNORECASE,
)
_FORM = r"(?:inc|l\.?l\.?[cp]|corp|corporation|co|company|ltd|l\.?p|assoc\w*|foundation|union)\b"
_TITLE = re.compile(
    r"(?:\b(?:notice|plaintiffs?['\u2019]s?|defendants?['\u2019]s?|verified|first|second|third|amended"
    r"|original|emergency|joint|ex parte)\s+){0,4}"
    r"\b(?:complaint|petition|motion|memorandum|brief|points and authorities|declaration|affidavit"
    r"|affirmation|application|opposition|response|reply|notice|order(?:\s+to)?|decision|opinion"
    r"|proposed|preliminary|permanent|temporary|restraining|injunction|injunctive|in\s+support"
    r"|support|jury|trial|demand(?:ed)?|hearing|honorable|judge|justice|assigned|courtroom|ctrm|filed"
    r"|dep(?:artmen)?t\.?\s*:?\s*\d+|hon(?=\.)|(?:date|time)s?(?=\s*:)|argued|decided"
    r"|submitted|judicial|oral argument|ecf|document|action\s+filed|relief|requested|equitable"
    r"|verified)\b"
    rf"(?!(?:\s+(?!(?:for|to|in|against|by|of|and)\b)[\w&.-]+){{0,4}},?\s+{_FORM})",
    re.IGNORECASE,
)
"""What the right column says; "Motion Industries, Inc." is a party all the same."""
_CITED = re.compile(r"\bv\.\s.*(?:\([^()]{0,20}\d{4}\)|\d\s+[A-Z][\w.' ]{1,15}\s\d)")
"""A case as a law report heads it, "Acme v. Hale, 12 Cal.App. 34 (1923)"."""
_SMALL = re.compile(r"\b[a-z]{1,3}\b")
_OF_A_PARTY = re.compile(r"['\u2019]s?\s*$", re.IGNORECASE)
_HEAD, _SIDE, _FEW = 8000, 2500, 300
"""Characters in which a caption is looked for, of one side of it, and of a name."""
_MAX_TRIED = 60
"""Places of "v." in a head that are tried."""
_STOP, _LEFT_OUT = "\0", "\x01"
"""What stands for a line above the parties, and for words of the right column."""


def printed_sides(text: str) -> list[str]:
    """Return the sides of the caption at the head of a paper, without its right-hand column.

    The first is the side before "v.", the second the one after it, and a third one holds whoever
    was brought in later. "In re" has one side; a paper without a caption has none.
    """
    head = _left_column(text[:_HEAD])
    for versus in islice(_VERSUS.finditer(head), _MAX_TRIED):
        before = head[: versus.start()].rpartition(_STOP)[2][-_SIDE:]
        after = head[versus.end() :][:_SIDE].partition(_STOP)[0]
        if (second := _second_side(before, versus[0], after)) is not None:
            return [before, second, *_brought_in(after[len(second) :])]
    for matter in _MATTER.finditer(head):
        named = re.split(rf"[{_STOP}{_LEFT_OUT}]|\n\s*\n", head[matter.end() :][:_FEW])[0]
        if role := _ROLE.search(named):
            named = named[: role.start()]
        if _is_name(named):
            return [named]
    return []


def _second_side(before: str, versus: str, after: str) -> str | None:
    """Return the side after a "v.", or None if that is not the one of the caption."""
    above, below = before.rpartition("\n")[2], after.partition("\n")[0]
    is_alone = not (above.strip(" \t\x01-") or below.strip(" \t\x01-"))
    is_word = versus.lower() == "against"
    if is_word and not is_alone:
        return None
    second = _ROLE.search(after)
    is_stated = bool(_ROLE_BEFORE_VERSUS.search(before))
    may_be_named = is_alone and not is_word and (_ROLE.search(before) or _is_name(before))
    if second and (is_stated or (may_be_named and _is_capital(after[: second.start()]))):
        return after[: _end_of_side(after, second.end())]
    named = re.split(rf"{_LEFT_OUT}|(?<=\w)\W*\n\s*\n", after.strip() + "\n\n")[0][:_FEW]
    if not is_alone:
        # A title line such as "ACME PUMPS, INC. v. THOMAS HALE"
        named = below
    is_titled = _is_name(named) and _is_name(before if is_alone else above)
    lines = before.strip("\n ").rpartition("\n")[2] + " " + named
    if is_alone:
        is_printed = all(word[0].isupper() for word in re.findall(r"[^\W\d]\w{3,}", lines))
    else:
        is_printed = _SMALL.sub("", lines).isupper()
    if is_titled and (is_printed or (is_alone and is_stated)):
        return after[: after.find(named) + len(named)]
    return None


def _end_of_side(after: str, end: int) -> int:
    """Return where a side ends: after "Defendant" and what is added by "and"."""
    while added := _ADDED.match(after[end : end + 2 * _FEW]):
        role = _ROLE.search(after, end + added.end(), end + added.end() + 4 * _FEW)
        if role is None or _VERSUS.search(after, end, role.start()):
            break
        end = role.end()
    return end


def _brought_in(rest: str) -> Iterator[str]:
    """Yield whoever stands in the caption after a second "v."."""
    versus = _VERSUS.search(rest[: 2 * _FEW])
    if versus and _ROLE_BEFORE_VERSUS.search(rest[: versus.start()]):
        after = rest[versus.end() :]
        if role := _ROLE.search(after[: 4 * _FEW]):
            yield after[: role.start()]


def _is_name(text: str) -> bool:
    """Tell whether a text may be names alone: without figures, and mostly with capitals."""
    return re.search(r"\d{2}", text) is None and _is_capital(text)


def _is_capital(text: str) -> bool:
    """Tell whether most words of a text have capitals, small words aside."""
    words = re.findall(r"\w+", text.replace(_LEFT_OUT, " "))
    lower = sum(word.islower() and len(word) > 3 for word in words)
    return bool(words) and 3 * lower <= len(words)


def _left_column(head: str) -> str:
    """Return the lines of the left column; a line above the parties becomes a stop."""
    head = re.sub(r"(?i)\b(in\s+re)\s*:", r"\1 ", head.replace("\r", "").replace("\0", " "))
    if len(_LINE_NUMBER.findall(head)) >= _MIN_NUMBERED:
        head = _LINE_NUMBER.sub("", head)
    head = re.sub(r"[ \t\u00a0]+", " ", head)
    lines: list[str] = []
    for line in _PRINTED_RULE.sub(f"\n{_STOP}\n", head).split("\n"):
        pieces = _split_at_rules(line)
        left = pieces[0].strip()
        if _CITED.search(_DOCKET.sub("", left)) and not _ROLE.search(left):
            lines.append(_STOP)
            continue
        if _COURT.search(left):
            if not (_ROLE.search(left) and _VERSUS.search(left)):
                lines.append(_STOP)
                continue
            pieces[0] = left = _COURT.sub(_STOP, left)
        if len(pieces) > 2:  # a whole caption in one line
            lines += [_without_right_column(piece) for piece in pieces if not _COURT.search(piece)]
        elif left or len(pieces) == 1:
            lines.append(_without_right_column(left))
    return "\n".join(lines)


def _split_at_rules(line: str) -> list[str]:
    """Split a line at the characters that set the columns apart."""
    pieces, since, depth = [], 0, 0
    for at, character in enumerate(line):
        before, after = line[:at].rstrip()[-1:], line[at + 1 : at + 3].strip()
        spaced = at == 0 or line[at - 1] in " \t,.;"
        depth += character == "("
        is_rule = (
            (character in ")]}" and depth == 0)
            or character in "|\u2502\u2503\u2551\u00a6"
            or (character == "\u00a7" and not after[:1].isdigit() and before != "\u00a7")
            or (character in ":*" and spaced)
            or (character == "/" and spaced and not line[at + 1 :].strip())
        )
        depth -= character == ")" and depth > 0
        if is_rule:
            pieces.append(line[since:at])
            since = at + 1
    return [*pieces, line[since:]]


def _without_right_column(left: str) -> str:
    """Return what a line says of parties: no docket number, no title, no judge."""
    left = _DOCKET.sub(_LEFT_OUT, left.strip())
    if not (title := _TITLE.search(left)):
        return left
    party = left[: title.start()].rstrip()
    if _OF_A_PARTY.search(party):  # "DEFENDANT HALE'S MOTION"
        party = ""
    return party + _LEFT_OUT
