"""Long papers without codings: how an answer treats and tells what phrases alone read badly.

The embedded rulings hold accounts of some 60 words. Phrases are found in a brief of a thousand
words too, but many more of them, and what they are worth there is another matter. So such a motion
is out of scope, its interval is as wide as the test on long papers calls for, and the performance
it is told is that of long papers. A summary read in place of the papers is short, and codings do
not depend on the length.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.schema import Motion
from serve.performance import Performance, untested_length
from train.model.grant_model import LONG_PAPERS
from train.modes import Mode

LONG_WORDS = 250
"""Words of a motion's texts from which they are long.

The longest account among the embedded rulings has 116; the shortest of the long papers that were
tested has some 300.
"""
LONG_PAPER = "long paper read by phrases only"
"""How the reason begins why such a motion is out of scope."""


@dataclass(frozen=True)
class LongPaperRules:
    """What a model makes of long papers without codings.

    Attributes
    ----------
    usual_words
        Median words of the motions of its training rulings; None if unknown.
    performance
        Its test on long papers; None if it was not tested on them.
    spread
        Root mean square distance in log-odds, on those papers, of text mode from forecast mode;
        None if unknown.
    """

    usual_words: int | None
    performance: Performance | None
    spread: float | None

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "LongPaperRules":
        """Return the rules of a model with these facts (`GrantModel.facts`)."""
        performance = Performance.on_long_papers(facts)
        spread = facts[LONG_PAPERS].get("text_spread") if performance else None
        return cls(facts.get("median_words"), performance, spread)

    def words_read(self, motion: Motion, mode: Mode) -> int | None:
        """Return the words of a long paper without codings; None for any other motion.

        To a model trained on papers as long as these, none is long.
        """
        if mode != "text" or (self.usual_words or 0) >= LONG_WORDS:
            return None
        words = sum(len(text.split()) for text in motion.texts_read if text)
        return words if words >= LONG_WORDS else None

    def interval_spread(self, unfamiliar: float, out_of_scope: float) -> float:
        """Return the standard deviation in log-odds that widens the interval of a long paper.

        Parameters
        ----------
        unfamiliar
            What widens it already since the motion is unlike the training rulings; 0 if it is
            like them.
        out_of_scope
            What widens the interval of any motion out of scope.

        Notes
        -----
        The larger of the two, not both: the words of long papers are unfamiliar since they are
        long, and those of the test were so too.
        """
        return max(unfamiliar, out_of_scope if self.spread is None else self.spread)

    @property
    def remark(self) -> str:
        """What to tell about such a motion: the test, or that there was none."""
        warning = self.performance.warning if self.performance else None
        return warning or untested_length(self.usual_words)


def long_paper_reason(words: int) -> str:
    """Return the reason why a long paper without codings is out of scope."""
    return f"{LONG_PAPER} ({words:,} words)"
