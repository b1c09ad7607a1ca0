"""The sides of a caption in plain words, with abbreviations spelled out."""

import re
import tomllib
from functools import cache
from importlib.resources import files

_VERSUS = re.compile(r"(?<!\s)\s+(?:v|[vV]s|[vV][sS]?\.)\s+")
_CAPITAL_VERSUS = re.compile(r"(?<!\s)\s+VS?\s+")
"""Only where there is no other: a name may have a V, as in "Vonco V Duluth, LLC v. Saari"."""
_PARENTHESES = re.compile(r"\([^)]*\)")


def sides_in_words(caption: str | None) -> list[list[str]]:
    """Return the words of each side of a caption in lower case, abbreviations spelled out.

    What stands in parentheses is left out. A caption such as "In re Acme" has one side.

    Examples
    --------
    >>> sides_in_words("N.Y. State Nurses Ass'n v. SEC (In re Acme)")
    [['new', 'york', 'state', 'nurses', 'association'], ['securities', 'exchange', 'commission']]
    """
    # An open parenthesis that nothing closes is no part of one: each would be read to the end.
    closed, mark, rest = (caption or "").rpartition(")")
    names = _PARENTHESES.sub("", closed + mark) + rest
    versus = _VERSUS if _VERSUS.search(names) else _CAPITAL_VERSUS
    return [_words(side) for side in versus.split(names, maxsplit=1)]


def _words(side: str) -> list[str]:
    plain = re.findall(r"\w+", re.sub(r"['\u2019.]", "", side.lower()))
    tables = _abbreviations()
    if whole := tables["parties"].get(" ".join(plain)):
        return whole.split()
    return [word for each in plain for word in tables["words"].get(each, each).split()]


@cache
def _abbreviations() -> dict[str, dict[str, str]]:
    text = (files("data") / "caption_abbreviations.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
