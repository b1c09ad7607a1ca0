"""The phrase engine: find lexicon phrases in a motion's papers, with their character spans.

Negation follows the idea of NegEx (Chapman et al. 2001, J. Biomed. Inform. 34:301): a cue cancels
a phrase that stands within a few words of it in the same clause.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from features.automaton import phrase_ends
from features.citations import without_citations
from features.lexicon import PAPERS, Entry, Negation, Paper, entries, negation, phrases

STRONG = 3
"""How many phrases a strong one counts for."""
_REACH = 300
"""Characters before and after a phrase's end to look at: more than any phrase is long."""

_BROKEN_WORD = re.compile(r"(?<=[a-z])-[ \t]*\r?\n[ \t]*(?=[a-z])", re.IGNORECASE)

# One character for one character, so that spans keep pointing into the text as it was given.
TYPOGRAPHY = str.maketrans("\u2018\u2019\u201b\u201c\u201d\u00a0", "'''\"\" ")


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: what it speaks for, where it stands, whether negated, how much it counts.

    `start` and `end` are character offsets into the paper (`motion` or `opposition`) as given.
    """

    field: str
    value: str
    paper: Paper
    start: int
    end: int
    words: str
    negated: bool
    weight: int = 1


def find_phrases(text: str, paper: Paper) -> list[Hit]:
    """Find every lexicon phrase in one paper, in the order of the lexicon and then of the text.

    Of overlapping phrases of one entry the first is kept; of those that start together a strong
    one, then the longest. Words inside citations are not looked at.

    Parameters
    ----------
    text
        The paper's text, any length; the time taken grows with it in proportion.
    paper
        Which paper it is; entries restricted to the other paper are skipped.
    """
    plain = without_citations(text.translate(TYPOGRAPHY))
    found: dict[Entry, list[tuple[int, bool, int, bool]]] = {}
    for entry, start, end, strong, negated in _places(plain, paper):
        found.setdefault(entry, []).append((start, not strong, -end, negated))
    mended, origin = _mended(plain)
    for entry, start, end, strong, negated in _places(mended, paper) if origin else ():
        place = (origin[start], not strong, -(origin[end - 1] + 1), negated)
        found.setdefault(entry, []).append(place)
    hits = []
    for entry in entries():
        reached = 0
        for start, weak, minus_end, negated in sorted(found.get(entry, ())):
            if start < reached:
                continue
            reached = end = -minus_end
            weight = 1 if weak else STRONG
            words = text[start:end]
            hits.append(Hit(entry.field, entry.value, paper, start, end, words, negated, weight))
    return hits


def _places(plain: str, paper: Paper) -> Iterator[tuple[Entry, int, int, bool, bool]]:
    """Give each phrase's entry, start and end, and whether it is strong and whether negated."""
    cues = negation()
    done: dict[int, int] = {}
    for number, near in phrase_ends(plain):
        phrase = phrases()[number]
        since = done.get(number, 0)
        if paper not in phrase.entry.papers or near <= since:
            continue
        last = min(len(plain), near + _REACH)
        match = _compiled(phrase.pattern).search(plain, max(since, near - _REACH), last)
        if match is None or match.end() == last < len(plain):  # the window must not cut a word
            continue
        start, end = match.span()
        done[number] = end
        negated = phrase.entry.negatable and is_negated(plain, start, end, cues)
        yield phrase.entry, start, end, phrase.strong, negated


def _mended(plain: str) -> tuple[str, list[int]]:
    """Join words that a line's end has hyphenated; give each character's place in `plain`.

    Without such a word the places are empty and the text is as it was.
    """
    kept: list[str] = []
    origin: list[int] = []
    since = 0
    for broken in _BROKEN_WORD.finditer(plain):
        kept.append(plain[since : broken.start()])
        origin += range(since, broken.start())
        since = broken.end()
    if not kept:
        return plain, []
    return "".join(kept) + plain[since:], [*origin, *range(since, len(plain))]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def is_negated(text: str, start: int, end: int, cues: Negation) -> bool:
    """Tell whether a negation cue governs the phrase at `text[start:end]`."""
    # A window of characters bounds the work on long papers; words are counted inside it.
    lead = text[max(0, start - 20 * cues.reach_words) : start]
    clause_starts = [0, *(match.end() for match in cues.breaks.finditer(lead))]
    lead = " ".join(lead[clause_starts[-1] :].split()[-cues.reach_words :])
    if cues.before.search(cues.not_a_cue.sub(" ", lead)):
        return True
    tail = text[end : end + 20 * cues.reach_words]
    stop = cues.breaks.search(tail)
    tail = " ".join((tail[: stop.start()] if stop else tail).split()[: cues.reach_words])
    return bool(cues.after.search(cues.not_a_cue.sub(" ", tail)))


def read_papers(motion: str, opposition: str | None) -> tuple[Hit, ...]:
    """Find the phrases of both papers.

    Short papers are remembered, since training reads each motion once per mode; long ones are
    not, so that memory stays flat.
    """
    if len(motion) + len(opposition or "") > 10_000:
        return _read_papers.__wrapped__(motion, opposition)
    return _read_papers(motion, opposition)


@lru_cache(maxsize=8192)
def _read_papers(motion: str, opposition: str | None) -> tuple[Hit, ...]:
    texts = zip(PAPERS, (motion, opposition), strict=True)
    return tuple(hit for paper, text in texts if text for hit in find_phrases(text, paper))


def fires(entry: Entry, sentence: str) -> bool:
    """Tell whether an entry fires, un-negated, on a sentence (for `matches` and `misses`)."""
    return any(
        (hit.field, hit.value) == (entry.field, entry.value) and not hit.negated
        for hit in find_phrases(sentence, entry.papers[0])
    )
