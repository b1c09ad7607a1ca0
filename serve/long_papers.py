"""Long papers read by phrases: how an answer treats and tells what phrases read badly.

The embedded rulings hold accounts of some 60 words. Phrases are found in a brief of a thousand
words too, but many more of them, and what they are worth there is another matter. So a brief with
neither ratings nor a forecast is out of scope, its interval is as wide as the test on long papers
calls for, and the performance it is told is that of long papers. Codings help too little to change
that; a summary read in place of the papers is short.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.schema import Motion
from serve.performance import Performance, untested_length
from train.model.grant_model import LONG_PAPERS
from train.model.length import count_words, is_long
from train.modes import Mode

LONG_PAPER = "long paper read by phrases"
"""How the reason begins why such a motion is out of scope."""
_REASONS: dict[Mode, str] = {
    "text": f"{LONG_PAPER} only",
    "coded": f"{LONG_PAPER}, besides its codings",
}


@dataclass(frozen=True)
class LongPaperRules:
    """What a model makes of long papers read by phrases.

    Attributes
    ----------
    usual_words
        Median words of the motions of its training rulings; None if unknown.
    performance
        Its test on long papers in each mode that was tested on them.
    spreads
        By mode, the root mean square distance in log-odds, on those papers, from forecast mode.
    """

    usual_words: int | None
    performance: dict[Mode, Performance]
    spreads: dict[Mode, float]

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "LongPaperRules":
        """Return the rules of a model with these facts (`GrantModel.facts`)."""
        tests = {mode: Performance.on_long_papers(facts, mode) for mode in _REASONS}
        performance = {mode: test for mode, test in tests.items() if test is not None}
        records = {mode: facts[LONG_PAPERS]["by_phrases"][mode] for mode in performance}
        spreads = {mode: test["spread"] for mode, test in records.items() if "spread" in test}
        return cls(facts.get("median_words"), performance, spreads)

    def words_read(self, motion: Motion, mode: Mode) -> int | None:
        """Return the words of a long paper read by phrases; None for any other motion."""
        if mode not in _REASONS:
            return None
        words = count_words(motion.texts_read)
        return words if is_long(words, self.usual_words) else None

    def interval_spread(self, mode: Mode, unfamiliar: float, out_of_scope: float) -> float:
        """Return the standard deviation in log-odds that widens the interval of a long paper.

        Parameters
        ----------
        mode
            What the motion gives: text, or codings too.
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
        return max(unfamiliar, self.spreads.get(mode, out_of_scope))

    def remark(self, mode: Mode) -> str:
        """Return what to tell about such a motion: the test, or that there was none."""
        warning = self.performance[mode].warning if mode in self.performance else None
        return warning or untested_length(self.usual_words, mode)


def long_paper_reason(mode: Mode, words: int) -> str:
    """Return the reason why a long paper read by phrases is out of scope."""
    return f"{_REASONS[mode]} ({words:,} words)"
