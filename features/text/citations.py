"""Citations: found with Free Law Project's eyecite and blanked before phrases are looked for.

"Smith v. Data Breach Victims, 1 F.4th 2 (7th Cir. 2021) (no injury)" describes another case; its
words are no evidence about this motion.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any

from features.automata import load_or_compile
from features.text.normalize import BLANK

# A volume or title, a reporter or code, and a page or section. A text without these skips eyecite,
# which is slow to load.
_CITATION_LIKE = re.compile(r"\b\d+\s+[A-Z][\w.' ]{0,40}?\s+(?:\d|[aA][tT]\s+\d|§)")
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
_MAX_DENSITY = 0.03
"""Citations a character from which a text is no paper: tables of authorities have up to 0.02."""
_MANY = 20
"""Citations that are always looked at."""
_WINDOW = 300
"""Characters after a citation in which eyecite looks for its court and year."""
_MAX_BRACKETS = 6
"""Opening brackets in a window; at each eyecite tries anew to read court and year."""
_BRACKET = re.compile(r"\[")


def without_citations(text: str) -> str:
    """Return a text of the same length with the citations that eyecite finds blanked.

    A citation includes its case name, reporter, pages and the parentheticals that follow it.
    """
    if not _CITATION_LIKE.search(text):
        return text
    parts = []
    since = 0
    for start, end in _citation_spans(_SURROGATE.sub("?", _as_cited(text))):
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
        spans = _spans_in(text[start:end])
        yield from sorted((start + first, start + last) for first, last in spans)
        start = end


def _spans_in(piece: str) -> list[tuple[int, int]]:
    """Return the spans of the citations in a piece; the time is bounded by the piece's length."""
    matches = [match.span() for match in _CITATION_LIKE.finditer(piece)]
    if not matches:
        return []
    if len(matches) > max(_MANY, _MAX_DENSITY * len(piece)):
        return matches
    get_citations = _eyecite()
    with _LOCK:
        found = get_citations(_with_few_brackets(piece), tokenizer=_tokenizer())
    return [citation.full_span() for citation in found]


def _with_few_brackets(piece: str) -> str:
    """Return a piece with the brackets replaced that would take eyecite too long."""
    starts = [match.start() for match in _BRACKET.finditer(piece)]
    surplus = [
        start
        for before, start in zip(starts, starts[_MAX_BRACKETS:], strict=False)
        if start - before <= _WINDOW
    ]
    letters = list(piece) if surplus else []
    for start in surplus:
        letters[start] = "{"
    return "".join(letters) or piece


@cache
def _eyecite() -> Callable[..., Iterable[Any]]:
    """Load eyecite, slow to import, and leave out what only takes time where spans are wanted.

    Which court is cited, and later mentions of a case by its name alone, took five sixths of the
    time. Of 186,000 characters cited in 126 real opinions, 15 are found no longer. The regular
    expression for court and year takes time with the square of what it is given; eyecite gives it
    1,000 characters, 300 give the same.
    """
    from eyecite import find, get_citations, helpers

    for module, name, value in (
        (helpers, "get_court_by_paren", lambda paren: None),
        (find, "extract_reference_citations", lambda citation, document: []),
        (helpers, "MAX_MATCH_CHARS", _WINDOW),
    ):
        if not hasattr(module, name):
            raise ImportError(f"this version of eyecite has no {module.__name__}.{name}")
        setattr(module, name, value)
    find_all: Callable[..., Iterable[Any]] = get_citations
    return find_all


@cache
def _tokenizer() -> Any:
    """Return eyecite's fast tokenizer; its automaton takes seconds to compile and is cached."""
    from eyecite.tokenizers import HyperscanTokenizer

    # eyecite warns of every pair of overlapping citations.
    logging.getLogger("eyecite").setLevel(logging.ERROR)

    class Tokenizer(HyperscanTokenizer):  # type: ignore[misc]
        @cached_property
        def hyperscan_db(self) -> Any:
            # eyecite's own cache loads whatever is in a file of the right name.
            content = repr([(each.regex, each.flags) for each in self.extractors])
            compile_anew = HyperscanTokenizer.hyperscan_db.fget
            return load_or_compile(
                f"citations-{version('eyecite')}", content, lambda: compile_anew(self)
            )

    tokenizer = Tokenizer(cache_dir=None)
    _ = tokenizer.hyperscan_db
    return tokenizer
