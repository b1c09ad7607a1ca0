"""Notes on a motion: what in it the model could not use, and what to give instead."""

from collections.abc import Container, Mapping
from typing import Any

from data.court_lookup import is_appeals_court
from data.courts import court_citation, find_court
from data.schema import Motion
from features.text.cleaning import MAX_CHARACTERS
from serve.field_labels import FIELD_LABELS
from train.modes import INDICATORS, Mode

_INPUTS: dict[Mode, str] = {"forecast": "forecasts", "rated": "Winter ratings"}


def unusable_parts(motion: Motion) -> list[str]:
    """Return a note for each part of a motion that the model cannot use."""
    notes = []
    if motion.court and find_court(motion.court).level is None:
        notes.append(
            f"court {motion.court!r} is not the CourtListener id of a known trial court (such as "
            "ilnd for N.D. Ill.), so the court is ignored"
        )
    elif motion.court and is_appeals_court(motion.court):
        notes.append(
            f"{court_citation(motion.court)} ({motion.court}) hears appeals; give the trial court, "
            "of whose rulings the model was trained"
        )
    for paper, text in (("motion", motion.motion), ("opposition", motion.opposition)):
        if text and len(text) > MAX_CHARACTERS:
            notes.append(
                f"the {paper} has {len(text):,} characters, of which only the first "
                f"{MAX_CHARACTERS:,} were read; leave out the exhibits"
            )
    return notes


def unread_fields(motion: Motion, read: Container[str]) -> list[str]:
    """Return a note that names the fields that are neither coded nor read from text.

    Who codes most fields has read the papers, and needs no such note.

    Parameters
    ----------
    read
        The fields that are read from the papers of this motion.
    """
    uncoded = [field for field in INDICATORS if getattr(motion, field) is None]
    unread = [FIELD_LABELS[field] for field in uncoded if field not in read]
    if not unread or 2 * len(uncoded) < len(INDICATORS):
        return []
    return [
        f"not read from text, since phrases read it wrongly too often: {', '.join(unread)}. Code "
        "it where it matters, or have a language model read the papers"
    ]


def untested_inputs(facts: Mapping[str, Any], mode: Mode) -> list[str]:
    """Return a note if the model was not tested in a mode, for want of such training rulings.

    Parameters
    ----------
    facts
        The facts of the model (`GrantModel.facts`).
    """
    if mode in facts.get("performance", {mode}):
        return []
    inputs = _INPUTS.get(mode, "codings")
    return [
        f"too few training rulings had {inputs} for the model to learn from them or be tested "
        f"with them; the {inputs} given here have little effect"
    ]
