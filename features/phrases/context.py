"""What stands around a phrase: whether it is denied or doubted, and who says it.

The idea is that of ConText: a cue acts on the phrases near it, within its sentence, up to a word
that ends its reach. All phrases of many papers are looked at together, as columns of numbers.

References
----------
Harkema, Dowling, Thornblade and Chapman (2009), J. Biomed. Inform. 42:839-851 (ConText); Chapman
et al. (2001), J. Biomed. Inform. 34:301-310 (NegEx).
"""

from functools import cache
from typing import Literal, NamedTuple

import numpy as np

from features.phrases.cues import KINDS, STOPS, cues
from features.phrases.lexicon import PaperName
from features.phrases.marks import Marks, count_between
from features.phrases.spans import Flags, Numbers, Spans, counted_up, take

Speaker = Literal["movant", "opponent", "record"]
SPEAKERS: tuple[Speaker, ...] = ("movant", "opponent", "record")
# Kinds of cues by number: speakers one after the other, stops last.
_CODES = {kind: code for code, kind in enumerate((*KINDS, *STOPS))}
_FURTHEST = 400
"""Characters beyond which no cue acts: 40 words and more."""


class Context(NamedTuple):
    """What the words around each of n phrases make of it.

    `speakers` holds places in `SPEAKERS`, and -1 where no cue tells who speaks.
    """

    negated: Flags
    hedged: Flags
    speakers: Numbers


class _Table(NamedTuple):
    """The columns of all cues: code of the kind, role, how far they act."""

    kinds: Numbers
    before: Flags
    after: Flags
    decoys: Flags
    reach_words: Numbers


@cache
def _table() -> _Table:
    known = cues()
    return _Table(
        np.array([_CODES[cue.kind] for cue in known]),
        np.array([cue.role == "before" for cue in known]),
        np.array([cue.role == "after" for cue in known]),
        np.array([cue.role == "not_a_cue" for cue in known]),
        np.array([cue.reach_words for cue in known]),
    )


def author_of(paper: PaperName) -> Speaker:
    """Return the party whose paper it is, who speaks where no cue says otherwise."""
    return "movant" if paper == "motion" else "opponent"


def contexts_of(
    marks: Marks, phrases: Spans, deny: Flags, numbers: Numbers, found: Spans
) -> Context:
    """Tell what the cues near it make of each of n phrases.

    Parameters
    ----------
    marks
        Of the papers in reading form.
    phrases
        Where the n phrases stand.
    deny
        Which of them hold a denial of their own; in the gap of another ("offers no evidence") it
        turns the phrase round.
    numbers, found
        The cues in the text: their numbers in `cues()`, and where they stand.
    """
    real = ~_covered(numbers, found) & ~_table().decoys[numbers]
    numbers, found = numbers[real], take(found, real)
    order = np.lexsort((found.ends, found.starts))
    numbers, found = numbers[order], take(found, order)
    mine, cue, speaks = _acting(marks, phrases, deny, numbers, found)
    kinds = _table().kinds[numbers[cue]]
    return Context(
        _any(mine[kinds == _CODES["negation"]], len(phrases.starts)),
        _any(mine[kinds == _CODES["hedge"]], len(phrases.starts)),
        _speakers(phrases, found, mine[speaks], cue[speaks], kinds[speaks]),
    )


def _covered(numbers: Numbers, found: Spans) -> Flags:
    """Tell which cues overlap what only looks like a cue of their kind."""
    table = _table()
    covered = np.zeros(len(numbers), dtype=bool)
    decoys = table.decoys[numbers]
    for kind in set(table.kinds[numbers[decoys]].tolist()):
        mine = table.kinds[numbers] == kind
        order = np.flatnonzero(mine & decoys)
        order = order[found.starts[order].argsort(kind="stable")]
        furthest = np.maximum.accumulate(found.ends[order])
        before = found.starts[order].searchsorted(found.ends[mine]) - 1
        covered[mine] = (before >= 0) & (furthest[before] > found.starts[mine])
    return covered


def _acting(
    marks: Marks, phrases: Spans, deny: Flags, numbers: Numbers, found: Spans
) -> tuple[Numbers, Numbers, Flags]:
    """Return which cue acts on which phrase, as pairs of row numbers, and who of these speak."""
    table = _table()
    kinds = table.kinds[numbers]
    stops = kinds >= len(KINDS)
    first = found.starts.searchsorted(phrases.starts - _FURTHEST)
    last = found.starts.searchsorted(phrases.ends + _FURTHEST, side="right")
    counts = np.maximum(0, last - first)
    mine = np.arange(len(counts)).repeat(counts)
    cue = counted_up(first, counts)
    near = (found.sentences[cue] == phrases.sentences[mine]) & ~stops[cue]
    mine, cue = mine[near], cue[near]
    starts, ends = phrases.starts[mine], phrases.ends[mine]
    cue_starts, cue_ends = found.starts[cue], found.ends[cue]
    speaks = (kinds[cue] >= _CODES[SPEAKERS[0]]) & (kinds[cue] <= _CODES[SPEAKERS[-1]])
    within = speaks & (cue_starts <= starts) & (starts < cue_ends)  # "plaintiff fears": who fears
    inside = (starts < cue_starts) & (cue_ends < ends) & ~deny[mine]
    within |= inside & (kinds[cue] == _CODES["negation"])
    before = table.before[numbers[cue]] & (cue_ends <= starts)
    after = table.after[numbers[cue]] & (ends <= cue_starts)
    # The words between the two, from `left` to `right`.
    left, right = np.where(before, cue_ends, ends), np.where(before, starts, cue_starts)
    left, right = np.where(before | after, (left, right), 0)
    reached = marks.words_between(left, right) <= table.reach_words[numbers[cue]]
    parted = count_between(marks.semicolons, left, right) > 0
    parted |= ~speaks & (count_between(marks.colons, left, right) > 0)
    turns = take(found, kinds == _CODES["turns"])
    parted |= _holds(turns, left, right)
    parted |= ~speaks & _holds(take(found, stops), left, right)
    acts = within | ((before | after) & reached & ~parted)
    return mine[acts], cue[acts], speaks[acts]


def _holds(stops: Spans, left: Numbers, right: Numbers) -> Flags:
    """Tell whether a whole stop, of those in order of their starts, lies between two places."""
    if not len(stops.starts):
        return np.zeros(len(left), dtype=bool)
    earliest = np.minimum.accumulate(stops.ends[::-1])[::-1]
    after = stops.starts.searchsorted(left)
    ends = np.append(earliest, np.iinfo(np.int64).max)[after]
    return np.asarray(ends <= right)


def _any(rows: Numbers, n: int) -> Flags:
    flags = np.zeros(n, dtype=bool)
    flags[rows] = True
    return flags


def _speakers(phrases: Spans, found: Spans, mine: Numbers, cue: Numbers, kinds: Numbers) -> Numbers:
    """Return who speaks each phrase: the nearest cue before it, or else the nearest after it."""
    starts = phrases.starts[mine]
    away = np.abs(found.starts[cue] - starts)
    follows = found.starts[cue] >= phrases.ends[mine]
    order = np.lexsort((cue, away, follows, mine))
    speakers = np.full(len(phrases.starts), -1)
    # The last assignment to a row counts, so the nearest goes last.
    nearest = order[::-1]
    speakers[mine[nearest]] = kinds[nearest] - _CODES[SPEAKERS[0]]
    return speakers
