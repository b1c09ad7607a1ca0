"""The phrase engine: find lexicon phrases in a motion's papers, with their character spans.

Negation follows the idea of NegEx (Chapman et al. 2001, J. Biomed. Inform. 34:301): a cue cancels
a phrase that stands within a few words of it in the same clause.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from features.automaton import phrase_ends
from features.lexicon import PAPERS, Entry, Negation, PaperName, entries, negation, phrases
from features.papers import clean

STRONG = 3
"""How many phrases a strong one counts for."""
_REACH = 300
"""Characters before and after a phrase's end to look at: more than any phrase is long."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: what it speaks for, where it stands, whether negated, how much it counts.

    `start` and `end` are character offsets into the paper (`motion` or `opposition`) as given.
    """

    field: str
    value: str
    paper: PaperName
    start: int
    end: int
    words: str
    negated: bool
    weight: int = 1


def find_phrases(text: str, paper: PaperName) -> list[Hit]:
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
    cleaned = clean(text)
    found: dict[Entry, list[tuple[int, bool, int, bool]]] = {}
    for entry, start, end, strong, negated in _places(cleaned.mended, paper):
        first, last = cleaned.span(start, end)
        found.setdefault(entry, []).append((first, not strong, -last, negated))
    # "third-" at a line's end and "party" may also be two words: a phrase across the break counts.
    for entry, start, end, strong, negated in (
        _places(cleaned.plain, paper) if cleaned.breaks else ()
    ):
        if cleaned.has_break_within(start, end):
            found.setdefault(entry, []).append((start, not strong, -end, negated))
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


def _places(plain: str, paper: PaperName) -> Iterator[tuple[Entry, int, int, bool, bool]]:
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
