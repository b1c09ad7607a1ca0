"""The four modes of a motion, and how training rows are masked so that one model serves all.

Three ensembles serve the four modes: one for motions with a forecast, one for motions with ratings
but no forecast, and one for the others, from fully coded to text only, so that of two motions that
differ only in one more remedial step or speculation signal, that one is never the likelier to be
granted. (A list that is not coded is read from the text, which may show more steps than a short
coded list.)
"""

from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from typing import Literal, get_args

import numpy as np

from data.arrays import Flags
from data.schema import RATINGS, Motion

Mode = Literal["forecast", "rated", "coded", "text"]
MODES: tuple[Mode, ...] = get_args(Mode)

Basis = Literal["forecast", "rated", "unrated"]
BASES: tuple[Basis, ...] = get_args(Basis)
BASIS_OF: dict[Mode, Basis] = {
    "forecast": "forecast",
    "rated": "rated",
    "coded": "unrated",
    "text": "unrated",
}

ESTIMATES = ("forecast", "forecast_spread")
"""A reader's own estimate of the outcome."""
READINGS = ("summary", "opposition_summary", "quotes")
"""What a reader writes of the papers, besides codings."""

CASE_FACTS = (
    "relief_form",
    "notice",
    "movant_type",
    "respondent_type",
    "pro_se",
    "class_or_mdl",
    "claim_area",
)
"""Codings that a docket clerk could make."""
INDICATORS = (
    "harm_types",
    "harm_evidence",
    "harm_timing",
    "past_incident",
    "incident_reaches_movant",
    "compensable",
    "delay_months",
    "remedial_steps",
    "remedial_scope",
    "remedial_trigger",
    "speculation_signals",
    "merits_signals",
)
"""Codings that need someone to read the papers."""


BASED_ON: dict[Mode, str] = {
    "forecast": "a reader's forecast",
    "rated": "ratings of the Winter factors",
    "coded": "codings",
    "text": "text",
}
"""What the strongest input of each mode is called, in answers and on pages."""


def based_on(motion: Motion) -> list[str]:
    """Return what a prediction on a motion rests on, the strongest first; always on its text.

    >>> based_on(Motion(motion_type="tro", motion="Stop the sale.", pro_se=True, forecast=0.4))
    ["a reader's forecast", 'text']
    """
    given: dict[Mode, bool] = {
        "forecast": motion.forecast is not None,
        "rated": any(getattr(motion, name) is not None for name in RATINGS),
        "coded": is_coded(motion),
        "text": True,
    }
    return [BASED_ON[mode] for mode, is_given in given.items() if is_given]


def mode_of(motion: Motion) -> Mode:
    """Return a motion's mode, by the strongest input it has: forecast, ratings or indicators."""
    if motion.forecast is not None:
        return "forecast"
    if any(getattr(motion, name) is not None for name in RATINGS):
        return "rated"
    return "coded" if is_coded(motion) else "text"


def is_coded(motion: Motion) -> bool:
    """Return whether someone has coded what the papers show, at least in part."""
    return any(getattr(motion, name) is not None for name in INDICATORS)


def count_by_mode(motions: Iterable[Motion]) -> dict[Mode, int]:
    """Count the motions that can be masked to each mode: all to text, those with ratings to any."""
    counts = Counter(mode_of(motion) for motion in motions)
    return dict(zip(MODES, accumulate(counts[mode] for mode in MODES), strict=True))


def masked(motion: Motion, mode: Mode) -> Motion:
    """Return the motion as a user of that mode would give it.

    `rated` drops the forecast, and `coded` the ratings too; `text` drops every coding, and leaves
    the papers, the motion type, the court and the date, which any docket shows.
    """
    hidden: tuple[str, ...] = ()
    if mode != "forecast":
        hidden += ESTIMATES
    if mode in ("coded", "text"):
        hidden += RATINGS
    if mode == "text":
        hidden += CASE_FACTS + INDICATORS + READINGS
    return motion.model_copy(update=dict.fromkeys(hidden))


HIDEABLE = ("court", "decided", *CASE_FACTS, *INDICATORS)
"""Fields that a partly coded motion may lack, besides ratings."""


def hidden_fields(n: int, seed: int) -> Flags:
    """Draw the fields to hide in n motions, so that the model learns from partly coded ones too.

    Each motion draws a share between 0 and one half, and each coding is hidden with that
    probability; of the ratings, a random number (one to four) is left. Court and date are hidden
    too: all rulings have them, and boosters trained without a missing year treat one as the year 0.

    Returns
    -------
    (n, fields) flags, for `partly_masked`: of `HIDEABLE`, then of the ratings.
    """
    rng = np.random.default_rng(seed)
    hide = rng.random((n, len(HIDEABLE))) < 0.5 * rng.random((n, 1))
    order = rng.random((n, len(RATINGS))).argsort(axis=1)
    hide_rating = order >= rng.integers(1, len(RATINGS) + 1, (n, 1))
    return np.hstack([hide, hide_rating])


def partly_masked(motion: Motion, mode: Mode, hidden: Flags) -> Motion:
    """Return the motion masked to a mode, less the fields hidden by its row of `hidden_fields`."""
    names = [name for name, hide in zip(HIDEABLE + RATINGS, hidden, strict=True) if hide]
    return masked(motion, mode).model_copy(update=dict.fromkeys(names))
