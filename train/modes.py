"""The three modes a user has, and how training rows are masked so that one model serves all.

Two sets of boosters stand behind the modes. One reads motions with ratings. The other reads the
rest, from fully coded to text only, so that of two motions coded alike but for one more step or
signal that one is never the likelier. (A list that is not coded is read from the text, which may
tell of more steps than a short coded list.)
"""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from data.schema import RATINGS, Motion

Mode = Literal["rated", "coded", "text"]
MODES: tuple[Mode, ...] = get_args(Mode)

Basis = Literal["rated", "unrated"]
BASES: tuple[Basis, ...] = get_args(Basis)
BASIS_OF: dict[Mode, Basis] = {"rated": "rated", "coded": "unrated", "text": "unrated"}

CASE_FACTS = (
    "relief_form",
    "notice",
    "movant_type",
    "respondent_type",
    "pro_se",
    "class_or_mdl",
    "claim_area",
)
"""Codings that a docket clerk could give."""
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
"""Codings that need a reading of the papers."""


def mode_of(motion: Motion) -> Mode:
    """Tell which mode a motion is in: rated if any Winter factor is, coded if any indicator is."""
    if any(getattr(motion, name) is not None for name in RATINGS):
        return "rated"
    if any(getattr(motion, name) is not None for name in INDICATORS):
        return "coded"
    return "text"


def masked(motion: Motion, mode: Mode) -> Motion:
    """Return the motion as a user of that mode would give it.

    `coded` drops the ratings; `text` drops every coding too and leaves the papers, the kind of
    motion, the court and the date, which any docket shows.
    """
    hidden: tuple[str, ...] = ()
    if mode != "rated":
        hidden += RATINGS
    if mode == "text":
        hidden += CASE_FACTS + INDICATORS
    return motion.model_copy(update=dict.fromkeys(hidden))


def partly_masked(motions: Sequence[Motion], mode: Mode, seed: int) -> list[Motion]:
    """Return the motions as half-coded motions of that mode, so that these are learned too.

    Each motion draws a share between 0 and one half, and each coding that the mode would show is
    hidden with that probability; of the ratings, a random number (one to four) is left. Court and
    date are hidden likewise in every mode: all rulings have them, and boosters that never met a
    missing year would take it for the year 0.
    """
    names: tuple[str, ...] = ("court", "decided")
    if mode != "text":
        names += CASE_FACTS + INDICATORS
    rng = np.random.default_rng(seed)
    hide = rng.random((len(motions), len(names))) < 0.5 * rng.random((len(motions), 1))
    order = rng.random((len(motions), len(RATINGS))).argsort(axis=1)
    hide_rating = order >= rng.integers(1, len(RATINGS) + 1, (len(motions), 1))
    return [
        masked(motion, mode).model_copy(
            update={
                name: None
                for name, hidden in zip(names + RATINGS, (*row, *ratings), strict=True)
                if hidden
            }
        )
        for motion, row, ratings in zip(motions, hide, hide_rating, strict=True)
    ]
