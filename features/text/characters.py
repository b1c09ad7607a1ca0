"""Characters: the same words in the same letters, whatever program wrote them.

Ligatures, typographic quotes and blanks, full-width letters, entities of HTML, the escapes of Excel
and the remains of a wrong encoding become what a typist would have typed. Soft hyphens stay: only
the words around one show what it is (`features.text.spacing`).
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from features.text.offsets import UNCHANGED, Edit, Offsets, apply_edits

SOFT_HYPHEN = "\xad"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
"""Zero-width characters: places to break a line, or joints."""
_QUOTES = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u02bc": "'", "\u2032": "'",
    "`": "'", "\xb4": "'", "\u02b9": "'", "\uff07": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"', "\xab": '"',
    "\xbb": '"', "\x91": "'", "\x92": "'", "\x93": '"', "\x94": '"',
}  # fmt: skip
_DASHES = {
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-", "\u2043": "-",
    "\x96": "-", "\x97": "\u2014", "\u2015": "\u2014",
}  # fmt: skip
_SIGNS = {"\u2122": "", "\u2120": "", "\xae": "", "\xa9": "\xa9", "\x85": "...", "\x95": "\u2022"}
_LINE_ENDS = {
    "\v": "\n",
    "\x1c": "\n",
    "\x1d": "\n",
    "\x1e": "\n",
    "\x1f": " ",
    "\u2028": "\n",
    "\u2029": "\n",
}
_PRINTED = _QUOTES | _DASHES | _SIGNS | _LINE_ENDS
# UTF-8 that was read as Windows-1252: "plaintiffâ€™s", "Â§ 7".
_MISREAD = {
    "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "\u2014",
    "\u2026": "...", "\xa7": "\xa7", "\xa0": " ", "\xad": "\xad", "\ufb01": "fi", "\ufb02": "fl",
}  # fmt: skip
_LATIN = map(chr, range(0xA1, 0x100))
_WINDOWS = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in b"\x81\x8d\x8f\x90\x9d"
}
_BLANKS = (*map(chr, range(0x2000, 0x200B)), "\u202f", "\u205f", "\u3000")
_LIGATURES = map(chr, range(0xFB00, 0xFB07))
_MAX_ROUNDS = 6
"""Rounds after which what is escaped over and over stays as it is."""


def _spellings() -> dict[str, str]:
    spellings: dict[str, str] = {}
    # What is printed otherwise is so in the next round.
    known = [*_LATIN, *_WINDOWS.values(), *_PRINTED, *_BLANKS, *_LIGATURES, *INVISIBLE]
    several = {character: character for character in known if not character.isascii()}
    for character, printed in (several | _MISREAD).items():
        misread = character.encode()
        spellings[misread.decode("latin-1")] = printed
        # For the five bytes that Windows-1252 lacks, programs write control characters.
        spellings["".join(_WINDOWS.get(byte) or chr(byte) for byte in misread)] = printed
    return spellings


_MISREAD_SPELLINGS = _spellings()
_ODD = re.compile(
    "|".join(
        [
            r"_x(?P<excel>[0-9A-Fa-f]{4})_",
            r"&(?P<entity>#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});",
            r"(?P<line>\r\n?|[ \t]*\n?\f[\f\n]?)",
            f"(?P<misread>{'|'.join(map(re.escape, sorted(_MISREAD_SPELLINGS, key=len)[::-1]))})",
            r"(?P<lost>(?<=[A-Za-z])\ufffd(?=(?:s|t|re|ve|ll|d|m)\b))",
            r"(?P<doubled>''|``)",
            "(?P<accented>[A-Za-z][\u0300-\u036f]+)",
            "(?P<other>[`\x00-\x08\x0b\x0e-\x1f\x7f-\uffff\U00010000-\U0010ffff][\u0300-\u036f]*)",
        ]
    )
)
_ODD_START = re.compile(r"[_&\r'`\x00-\x08\x0b\x0e-\x1f\x7f-\U0010ffff]")
"""The first character of each such match, but for those of form feeds and combining accents."""
_RARE = re.compile("[\f\u0300-\u036f]")
_ASCII_ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f&`]|_x[0-9A-Fa-f]{4}_|''")
"""What may have to be changed in a text in ASCII."""


def plain_characters(text: str) -> tuple[str, Offsets]:
    """Return a text in plain characters, and their offsets in it.

    Examples
    --------
    >>> plain_characters("The \\u201c\\ufb01ling\\u201d&nbsp;of Smith &amp; Co._x000D_")[0]
    'The "filing" of Smith & Co.\\n'
    """
    offsets = UNCHANGED
    for _ in range(_MAX_ROUNDS):
        if text.isascii() and not _ASCII_ODD.search(text):
            break
        changed, made = apply_edits(text, _edits(text))
        if changed == text:
            break
        text, offsets = changed, made.over(offsets)
    return text, offsets


def _edits(text: str) -> Iterator[Edit]:
    for match in _odd_matches(text):
        plain = _plain(match)
        if plain != match[0]:
            yield *match.span(), plain


def _odd_matches(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of `_ODD`; tried at every character of a brief, it would take 40 ms."""
    if _RARE.search(text):
        yield from _ODD.finditer(text)
        return
    end = 0
    for start in _ODD_START.finditer(text):
        if start.start() >= end and (match := _ODD.match(text, start.start())):
            end = match.end()
            yield match


def _plain(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match[0]
    if kind == "excel":
        return chr(int(match["excel"], 16))
    if kind == "entity":
        return html.unescape(found)
    if kind == "line":
        return "\n"
    if kind == "misread":
        return _MISREAD_SPELLINGS[found]
    if kind == "lost":
        return "'"
    if kind == "doubled":
        return '"'
    return _plain_character(found)  # an accented letter too


@cache
def _plain_character(character: str) -> str:
    """Return the plain spelling of a character, with the accents after it."""
    if len(character) > 1:
        return unicodedata.normalize("NFC", character)
    if character in _PRINTED:
        return _PRINTED[character]
    if character == SOFT_HYPHEN or character in INVISIBLE:
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Mn"):  # controls, marks of direction, lone surrogates
        return ""
    compatible = unicodedata.normalize("NFKC", character)
    return compatible if compatible.isascii() else unicodedata.normalize("NFC", character)
