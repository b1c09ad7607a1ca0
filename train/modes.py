"""The three modes a user has, and how training rows are masked so that one model serves all.

Two sets of boosters stand behind the modes. One reads motions with ratings. The other reads the
rest, from fully coded to text only, so that of two motions coded alike but for one more step or
signal that one is never the likelier. (A list that is not coded is read from the text, which may
tell of more steps than a short coded list.)
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from data.schema import RATINGS, Motion

Flags = npt.NDArray[np.bool_]
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


def reaching(motions: Iterable[Motion]) -> dict[Mode, int]:
    """Count the motions that could be given in each mode: any could as text, few have ratings."""
    counts = Counter(mode_of(motion) for motion in motions)
    richer = [sum(counts[mode] for mode in MODES[: place + 1]) for place in range(len(MODES))]
    return dict(zip(MODES, richer, strict=True))


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


HIDEABLE = ("court", "decided", *CASE_FACTS, *INDICATORS)
"""What a half-coded motion may hide besides its ratings."""


def hidden_fields(n: int, seed: int) -> Flags:
    """Draw what n motions hide as half-coded motions, so that these are learned too.

    Each motion draws a share between 0 and one half, and each coding is hidden with that
    probability; of the ratings, a random number (one to four) is left. Court and date are hidden
    likewise: all rulings have them, and boosters that never met a missing year would take it for
    the year 0.

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
    """Return a motion of that mode with the fields that its row of `hidden_fields` names hidden."""
    gone = [name for name, hide in zip(HIDEABLE + RATINGS, hidden, strict=True) if hide]
    return masked(motion, mode).model_copy(update=dict.fromkeys(gone))
