"""Papers laid end to end, so that one pass of the automata and of numpy serves them all."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from features.phrases.spans import Flags, Numbers
from features.text.document import Paper
from features.text.normalize import BLANK


class Laid(NamedTuple):
    """The readings of n papers as one text.

    A paper with words broken at a line's end has two readings, the second with such words apart.

    Attributes
    ----------
    text
        All readings in reading form, a blank between them that no phrase reaches across.
    starts
        Where in `text` each reading starts.
    papers
        The number of each reading's paper.
    apart
        Whether it is a second reading.
    joins, shifts
        A character at or after a join, up to the next, stands `shift` places further on in the
        papers as given, these too laid end to end.
    offsets
        Where each paper as given starts, and where the last ends.
    """

    text: str
    starts: Numbers
    papers: Numbers
    apart: Flags
    joins: Numbers
    shifts: Numbers
    offsets: Numbers

    def origins(self, places: Numbers) -> Numbers:
        """Return where characters of `text` stand in the papers as given, laid end to end."""
        return places + self.shifts[self.joins.searchsorted(places, side="right") - 1]


def lay(papers: Sequence[Paper]) -> Laid:
    """Lay papers end to end."""
    offsets = np.cumsum([0, *(len(paper.plain) for paper in papers)])
    texts, starts, whose, apart = [], [], [], []
    joins: list[int] = []
    shifts: list[int] = []
    at = 0
    for number, paper in enumerate(papers):
        for reading in filter(None, (paper.mended, paper.parted)):
            ahead = int(offsets[number]) - at
            joins += [at, *(at + join for join in reading.joins)]
            shifts += [ahead + shift for shift in reading.shifts]
            apart.append(reading is paper.parted)
            texts.append(reading.text)
            starts.append(at)
            whose.append(number)
            at += len(reading.text) + 1
    return Laid(
        BLANK.join(texts),
        np.array(starts, dtype=np.int64),
        np.array(whose, dtype=np.int64),
        np.array(apart, dtype=bool),
        np.array(joins, dtype=np.int64),
        np.array(shifts, dtype=np.int64),
        offsets,
    )
