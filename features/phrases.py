"""The phrase engine: find lexicon phrases in a motion's papers, with their character spans.

Negation follows the idea of NegEx (Chapman et al. 2001, J. Biomed. Inform. 34:301): a cue cancels
a phrase that stands within a few words of it in the same clause.
"""

from dataclasses import dataclass
from functools import lru_cache

from features.lexicon import PAPERS, Entry, Negation, Paper, entries, negation

STRONG = 3
"""How many phrases a strong one counts for."""

# One character for one character, so that spans keep pointing into the text as it was given.
_TYPOGRAPHY = str.maketrans("\u2018\u2019\u201b\u201c\u201d\u00a0", "'''\"\" ")


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
    """Find every lexicon phrase in one paper, in the order of the lexicon.

    Parameters
    ----------
    text
        The paper's text, any length.
    paper
        Which paper it is; entries restricted to the other paper are skipped.
    """
    plain = text.translate(_TYPOGRAPHY)
    cues = negation()
    return [
        Hit(
            entry.field,
            entry.value,
            paper,
            match.start(),
            match.end(),
            text[match.start() : match.end()],
            entry.negatable and is_negated(plain, match.start(), match.end(), cues),
            STRONG if entry.strong.fullmatch(plain, match.start(), match.end()) else 1,
        )
        for entry in entries()
        if paper in entry.papers
        for match in entry.pattern.finditer(plain)
    ]


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
