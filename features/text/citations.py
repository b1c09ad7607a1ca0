"""Citations: found with Free Law Project's eyecite and blanked before phrases are looked for.

"Smith v. Data Breach Victims, 1 F.4th 2 (7th Cir. 2021) (no injury)" describes another case; its
words are no evidence about this motion.
"""

import logging
import re
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

from data.io.atomic import cache_dir
from features.text.normalize import BLANK

# A volume or title, a reporter or code, and a page or section. A text without these skips eyecite,
# which is slow to load.
_CITATION_LIKE = re.compile(r"\b\d+\s+[A-Z][\w.' ]{0,40}?\s+(?:\d|at\s+\d|§)")
_PARENTHETICALS = re.compile(r"(?:\s*\([^()]{0,300}\))+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SEEN = 20_000
"""Characters that show whether a text is in capitals."""
_WORD = re.compile(r"[A-Za-z']+")
_LOWERED = re.compile(
    r"(?<=\s)(?:Vs?\.|Of|The|And|For|In|On|To|A|An|At|By|Not|Was|Were|Had|Has|Is|Are)(?=\s)"
    r"|(?<=\d)(?:D|Nd|Rd|Th|St)\b",
)
_KEPT = re.compile(r"(?<=\d )Wl(?= \d)|\b(?:Llc|Llp|Usa)\b")
_LOCK = threading.Lock()  # the tokenizer's scans share one scratch memory
_PIECE = 50_000
"""Characters passed to eyecite at once: its time grows with the square of a text's length."""


def without_citations(text: str) -> str:
    """Return a text of the same length with the citations that eyecite finds blanked.

    A citation includes its case name, reporter, pages and the parentheticals that follow it.
    """
    cased = _as_cited(text)
    if not _CITATION_LIKE.search(cased):
        return text
    parts = []
    since = 0
    for start, end in _citation_spans(_SURROGATE.sub("?", cased)):
        if trailing := _PARENTHETICALS.match(text, end):
            end = trailing.end()
        if end > since:
            start = max(start, since)
            parts += [text[since:start], BLANK * (end - start)]
            since = end
    return "".join(parts) + text[since:]


def _as_cited(text: str) -> str:
    """Return a text typed in capitals, of the same length, with its citations as reporters have it.

    eyecite finds "872 F.2d 497", not "872 F.2D 497", and "v.", not "V.".
    """
    if 10 * sum(map(str.islower, text[:_SEEN])) > sum(map(str.isupper, text[:_SEEN])):
        return text
    titled = _WORD.sub(lambda word: word[0].capitalize(), text)
    return _LOWERED.sub(
        lambda word: word[0].lower(), _KEPT.sub(lambda word: word[0].upper(), titled)
    )


def _citation_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of all citations in order."""
    start = 0
    while start < len(text):
        end = min(len(text), start + _PIECE)
        if end < len(text):
            end = max(text.rfind(" ", start, end), text.rfind("\n", start, end)) + 1 or end
        spans = [citation.full_span() for citation in _citations(text[start:end])]
        yield from sorted((start + first, start + last) for first, last in spans)
        start = end


def _citations(piece: str) -> list[Any]:
    if not _CITATION_LIKE.search(piece):
        return []
    from eyecite import get_citations  # slow to import, and most short papers cite nothing

    with _LOCK:
        return list(get_citations(piece, tokenizer=_tokenizer()))


@cache
def _tokenizer() -> Any:
    """Return eyecite's fast tokenizer; its automaton takes seconds to compile and is cached."""
    from eyecite.tokenizers import HyperscanTokenizer

    # eyecite warns of every pair of overlapping citations.
    logging.getLogger("eyecite").setLevel(logging.ERROR)
    folder = cache_dir() / "eyecite"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # without a cache the answer is the same, only later
        return HyperscanTokenizer(cache_dir=None)
    return HyperscanTokenizer(cache_dir=str(folder))
