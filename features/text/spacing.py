"""Blanks, line ends and hyphens: the same words in the same order, however they were laid out.

Words cut at a line end are joined, missing blanks put in, and the lines of a paragraph run on. What
structure says of a paper stays: an empty line between paragraphs, and the line before an item of a
list.
"""

import re
from collections.abc import Callable, Iterator

from features.text.characters import INVISIBLE, SOFT_HYPHEN
from features.text.offsets import UNCHANGED, Edit, Offsets, apply_edits

IsWord = Callable[[str], bool]
_WITHIN_WORD = re.compile(
    rf"(?<=[^\W_])(?P<mark>[{INVISIBLE}]*[-{SOFT_HYPHEN}][{SOFT_HYPHEN}{INVISIBLE}]*)"
    r"(?P<gap>[ \t]*\n[ \t]*|[ \t]+(?=[a-z])|)(?=[^\W_])"
    rf"|[{SOFT_HYPHEN}{INVISIBLE}]+"
)
_MAX_WORD = 40
"""Letters of a word looked at on each side of a hyphen."""
_DASH_BEFORE = re.compile(r"\s-\Z")
_BEFORE, _AFTER = re.compile(r"[A-Za-z]*\Z"), re.compile(r"[A-Za-z]*")
_LINKING = frozenset({"and", "or", "to", "nor", "but", "versus", "v", "than", "in", "as", "of"})
"""Words after a hanging hyphen: "pre- and post-judgment"."""
_GLUED = re.compile(
    # two sentences, two words with a comma between them, a citation and what goes with it
    r"(?<=[a-z]{2}[.?!])(?=[A-Z])(?!\w+\.(?:com|org|net|gov|edu)\b)"
    r"|(?<=[a-z]{2}[.?!][\"')])(?=[A-Z])"
    r"|(?<=[a-z\d)][.?!]\")(?=[A-Z])"
    r"|(?<=\)[.?!;,])(?=[A-Za-z])"
    r"|(?<=\d[.?!;,])(?=[A-Z]?[a-z]{2})"
    r"|(?<=[A-Za-z]{2}[,;])(?=[A-Za-z]{2}|\d)"
    r"|(?<=[a-z]{2}:)(?=[A-Za-z]{2})"
    r"|(?<=[\w.,;])(?=\([^()]{0,40}\b(?:1[89]|20)\d\d\))"
    r"|(?<=\d\d\d\d\))(?=\()"
    r"|(?<=[a-z]\.)(?=(?:1[89]|20)\d\d\))"
    r"|(?<=[\s(]v\.)(?=[A-Z])|(?<=[a-z]\.)(?=v\.\s)|(?<=[a-z]\.)(?=v\.[A-Z])"
    r"|(?<=[\s,]\d)(?=(?:F|U\.S|S\.|L\.|A\.|P\.|N\.|So|Cal|WL)[.\s])"
    r"|(?<=[\s,]\d\d)(?=(?:F|U\.S|S\.|L\.|A\.|P\.|N\.|So|Cal|WL)[.\s])"
    r"|(?<=[\s,]\d\d\d)(?=(?:F|U\.S|S\.|L\.|A\.|P\.|N\.|So|Cal|WL)[.\s])"
    r"|(?<=[\s,]\d\d\d\d)(?=(?:F|U\.S|S\.|L\.|A\.|P\.|N\.|So|Cal|WL)[.\s])"
    r"|(?<=[.\s][23]d)(?=\d)|(?<=\.4th)(?=\d)|(?<=Supp\.)(?=\d{2})|(?<=\dU\.S\.)(?=\d)"
    r"|(?<=\sU\.S\.)(?=\d)|(?<=Ct\.)(?=\d)"
    r"|(?<=\d,)(?=\d{1,4}(?:-\d+)?\s*\([^()]{0,40}\b(?:1[89]|20)\d\d\))"
)
_GLUED_AFTER = re.compile(r"[.?!;,:\"')\ddh](?=[A-Za-z\d(])|\w(?=\()")
"""The character before each such place: what follows it is looked at there alone."""
_BLANKS = re.compile(r"[ \t]*\n\s*|[ \t]{2,}|\t|\A[ ]|[ ]\Z")
_LIST_ITEM = re.compile(r"(?:[-*\u2022\u25cf]|\([a-z\d]{1,3}\)|\d{1,2}[.)])[ \t]+\w")
_SENTENCE_ENDS = ".?!:;\"')"
_EMPTY_LINE = re.compile(r"([^\s])[ \t]*\n[ \t]*\n[ \t]*(?=([^\s]))")
_SINGLE_LINE_END = re.compile(r"(?<=\S)[ \t]*\n[ \t]*(?=\S)")
_HEADING = 50
"""Characters of a heading in capitals at most."""
_MIN_WIDTH = 40
"""Characters of a full line at least."""
_MAX_LINE = 120
"""Characters of a line at most, on average."""
_MIN_EMPTY_LINES, _WITHIN_SENTENCES, _SINGLE_LINES = 2, 0.25, 0.2
"""Empty lines, the share of them within sentences, and the share of other line ends at most, that
show double spacing."""
_NEXT_LINE = re.compile(r"[^\n]*")


def joined_words(text: str, is_word: IsWord) -> tuple[str, Offsets]:
    """Join the words that were cut at a line end, and take out what is not to be seen.

    "informa-" and "tion" are one word, "third-" and "party" two with a hyphen: `is_word` tells.
    Some programs write a soft hyphen wherever a hyphen is seen, others wherever a line might end;
    which of them wrote a text, the words around its soft hyphens show.
    """
    if "-" not in text and text.isascii():
        return text, UNCHANGED
    matches = list(_WITHIN_WORD.finditer(text))
    if not matches:
        return text, UNCHANGED
    soft_hyphens_show = _soft_hyphens_show(matches, is_word)
    edits: list[Edit] = []
    for match in matches:
        words = _between_halves(match, is_word, soft_hyphens_show)
        if words is not None and words != match[0]:
            edits.append((*match.span(), words))
    return apply_edits(text, edits)


def _between_halves(match: re.Match[str], is_word: IsWord, soft_hyphens_show: bool) -> str | None:
    """Return what stands between the halves of a word; None to leave it as it is."""
    mark, gap = match["mark"], match["gap"]
    if mark is None:
        return ""
    before, after = _halves(match)
    one = bool(before and after) and is_word((before + after).lower())
    two = bool(before and after) and is_word(before.lower()) and is_word(after.lower())
    if not gap:
        hyphen = "-" in mark or (two and not one) or (soft_hyphens_show and (two or not one))
        return "-" if hyphen else ""
    if _DASH_BEFORE.search(match.string[max(0, match.start() - len(before) - 2) :][:2]):
        return None  # "-against-"
    if not (before and after):
        digits = match.string[match.start() - 1].isdigit() and match.string[match.end()].isdigit()
        return "-" if digits and "\n" in gap else None
    if "\n" not in gap and after.lower() in _LINKING:
        return "- "  # "pre- and post-judgment"
    # Half a word that is none is of a name: "Frid-" and "ley".
    return "" if one or ("-" not in mark and not two) else "-"


def _halves(match: re.Match[str]) -> tuple[str, str]:
    text, (start, end) = match.string, match.span()
    before = _BEFORE.search(text, max(0, start - _MAX_WORD), start)
    after = _AFTER.match(text, end, end + _MAX_WORD)
    return (before[0] if before else ""), (after[0] if after else "")


def _soft_hyphens_show(matches: list[re.Match[str]], is_word: IsWord) -> bool:
    """Tell whether the soft hyphens within lines are hyphens: most are between two words."""
    shown = hidden = 0
    for match in matches:
        if SOFT_HYPHEN in (match["mark"] or "") and "-" not in match["mark"] and not match["gap"]:
            before, after = _halves(match)
            one = is_word((before + after).lower())
            two = is_word(before.lower()) and is_word(after.lower())
            shown += two and not one
            hidden += one and not two
    return shown > hidden


def separated(text: str) -> tuple[str, Offsets]:
    """Put blanks in where they are missing: after a sentence, a comma, and within citations."""
    return apply_edits(
        text,
        (
            (place, place, " ")
            for place in (match.end() for match in _GLUED_AFTER.finditer(text))
            if _GLUED.match(text, place)
        ),
    )


def running(text: str) -> tuple[str, Offsets]:
    """Let the lines of each paragraph run on, with one blank between two words.

    An empty line stays; so does a line end before an item of a list, unless the line before it was
    full, so that the item may be a number of its sentence.
    """
    if text == text.strip(" ") and not any(blank in text for blank in ("\n", "\t", "  ")):
        return text, UNCHANGED  # an account, or a cell of a table
    return apply_edits(text, _blanks(text))


def _blanks(text: str) -> Iterator[Edit]:
    double_spaced = _is_double_spaced(text)
    for match in _BLANKS.finditer(text):
        start, end = match.span()
        found = match[0]
        ends = found.count("\n")
        if not start or end == len(text):
            blank = ""
        elif ends > 1 and not _runs_on(text, start, end, ends, double_spaced):
            blank = "\n\n"
        elif ends == 1 and _LIST_ITEM.match(text, end) and not _is_full(text, start, end):
            blank = "\n"
        else:
            blank = " "
        if found != blank:
            yield start, end, blank


def _runs_on(text: str, start: int, end: int, ends: int, double_spaced: bool) -> bool:
    """Tell whether a sentence runs on after an empty line, as over the end of a page."""
    before, first = text[max(0, start - _HEADING) : start], text[end]
    # In a paper typed in capitals a heading is told from a cut sentence by its length alone.
    capitals = len(before) == _HEADING and "\n" not in before and before.isupper()
    cut = first.islower() or (capitals and text[end : end + _HEADING].isupper())
    within = cut and text[start - 1] not in _SENTENCE_ENDS
    return within or (double_spaced and ends == 2 and not _LIST_ITEM.match(text, end))


def _is_double_spaced(text: str) -> bool:
    """Tell whether an empty line follows each line: most of them then cut a sentence in two."""
    n_empty = n_within = 0
    for match in _EMPTY_LINE.finditer(text):
        n_empty += 1
        n_within += match[1] not in _SENTENCE_ENDS and match[2].islower()
    n_single = len(_SINGLE_LINE_END.findall(text))
    return (
        n_empty >= _MIN_EMPTY_LINES
        and n_within >= _WITHIN_SENTENCES * n_empty
        and n_single <= _SINGLE_LINES * n_empty
        and len(text) <= _MAX_LINE * (n_empty + 1)
    )


def _is_full(text: str, end: int, following: int) -> bool:
    """Tell whether the next line's first word had no room on the line that ends here."""
    start = text.rfind("\n", 0, end) + 1
    line = _NEXT_LINE.match(text, following)
    words = (line[0] if line else "").split(maxsplit=1)
    width = max(end - start, len((line[0] if line else "").rstrip()))
    return bool(words) and width >= _MIN_WIDTH and end - start + 1 + len(words[0]) > width
