"""Compose the conclusion: how often such motions are granted, and what decides this one.

Lawyers read the reasons before the number. Each sentence comes from a template of
`conclusion.toml`; this module chooses which.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from features.indicators import Source
from serve.conclusion.points import say_points
from serve.conclusion.reasons import find_reasons
from serve.conclusion.templates import Templates, templates
from serve.responses import BaseRateAdjustment, Factor, ScorecardRow

WIDE = 0.3
"""Width from which an interval leaves the question open."""


class Estimate(NamedTuple):
    """What the first and the third sentence say.

    Attributes
    ----------
    p, low, high
        The probability and the ends of its interval, after any adjustment.
    adjustment
        The adjustment to another base rate, if any.
    granted
        What counts: "granted" or "granted in full".
    in_scope, is_long_paper
        Whether the motion is like the training rulings; whether it is a long paper read by phrases.
    is_proven
        Whether the model has been shown to beat the base rate with such input.
    """

    p: float
    low: float
    high: float
    adjustment: BaseRateAdjustment | None = None
    granted: str = "granted"
    in_scope: bool = True
    is_long_paper: bool = False
    is_proven: bool = True


def conclude(
    estimate: Estimate,
    factors: Sequence[Factor],
    shown: Mapping[str, Source],
    scorecard: Sequence[ScorecardRow] = (),
    words: Templates | None = None,
) -> list[str]:
    """Return the conclusion: two sentences, and a warning for a motion out of scope.

    Parameters
    ----------
    factors
        The factors of the answer, largest first; only what they show is said.
    shown
        The flags that the motion shows, with their source (see `find_reasons`).
    scorecard
        The Winter factors: where there is a forecast, those given are what it rests on.
    words
        The templates; by default those of `conclusion.toml`.
    """
    words = words or templates()
    found = find_reasons(factors, shown, scorecard, words)
    is_sure = estimate.in_scope and estimate.is_proven
    sentences = [_how_often(estimate, words), say_points(estimate.p, found, words, is_sure)]
    if not estimate.in_scope:
        kind = "long_paper" if estimate.is_long_paper else "unlike"
        sentences.append(words.sentences["warning"][kind])
    return [sentence[0].upper() + sentence[1:] for sentence in sentences]


def _how_often(estimate: Estimate, words: Templates) -> str:
    opening = words.sentences["opening"]
    rate = next(row.words for row in words.rates if estimate.p < row.below)
    rate = rate.format(granted=estimate.granted)
    if estimate.adjustment:
        base_rate = f"{estimate.adjustment.grant_rate:.0%}"
        rate = opening["adjusted"].format(base_rate=base_rate, rate=rate)
    if not estimate.in_scope:
        kind = "out_of_scope"
    elif not estimate.is_proven:
        kind = "unproven"
    else:
        kind = "wide" if estimate.high - estimate.low >= WIDE else "usual"
    low, high = f"{estimate.low:.0%}", f"{estimate.high:.0%}"
    return opening[kind].format(rate=rate, p=f"{estimate.p:.0%}", low=low, high=high)
