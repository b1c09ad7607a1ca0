"""The promises that every model must keep whatever it was trained on, checked on sample motions.

They are: an interval contains its probability, the same motion gets the same numbers, and the
directions given by doctrine hold (see `features.families.remedial`, `features.families.speculation`
and `features.families.ratings`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.arrays import Flags
from data.embedded import clearview_motion, embedded_rulings
from data.schema import RATINGS, Motion, allowed_values
from features.build import build_features
from train.model.grant_model import GrantModel
from train.modes import MODES, masked, mode_of

SAMPLE_STEP = 40
"""One in so many embedded rulings is in the sample: some thirty-five, in each mode."""
ROUNDING = 1e-9
"""Smaller differences of a probability are rounding error."""
LISTS = {"remedial_steps": "remedial step", "speculation_signals": "speculation signal"}
"""Lists of which every additional value makes a grant less likely."""
FORECASTS = (0.0, 0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.98, 1.0)
"""The forecasts that are tried for one motion."""


@dataclass(frozen=True)
class Chain:
    """Motions that differ in one field, ordered so that the probability never falls."""

    promise: str
    motions: tuple[Motion, ...]


def sample_motions() -> list[Motion]:
    """Return the fixed sample: the Clearview motion and some embedded rulings, in every mode."""
    motions = [clearview_motion()]
    motions += [ruling.as_motion() for ruling in embedded_rulings()[::SAMPLE_STEP]]
    return [masked(motion, mode) for motion in motions for mode in MODES]


def broken_promises(model: GrantModel, motions: Sequence[Motion] | None = None) -> list[str]:
    """Check the promises on a model and describe those that it breaks; empty if it keeps all.

    Parameters
    ----------
    motions
        What to check them on; by default `sample_motions()`.
    """
    sample = sample_motions() if motions is None else list(motions)
    faults = _interval_faults(model, sample)
    for promise, chains in _by_promise(sample).items():
        faults += _direction_faults(model, promise, chains)
    return faults


def _predict(model: GrantModel, motions: Sequence[Motion]) -> pd.DataFrame:
    return model.predict(build_features(motions), [mode_of(motion) for motion in motions])


def _interval_faults(model: GrantModel, motions: Sequence[Motion]) -> list[str]:
    faults = []
    first, again = _predict(model, motions), _predict(model, motions[::-1]).iloc[::-1]
    low, p, high = (first[name].to_numpy() for name in ("p_low", "p_grant", "p_high"))
    # Phrased as what must hold, so that NaN is a fault.
    ordered = (low >= 0) & (low <= p) & (p <= high) & (high <= 1)
    if not ordered.all():
        faults.append(
            f"the interval does not contain the probability in {_share(~ordered)} "
            f"(first: {_name(motions[int(np.argmin(ordered))])})"
        )
    same = np.isclose(
        first.to_numpy(float), again.to_numpy(float), rtol=0, atol=ROUNDING, equal_nan=True
    )
    if not same.all():
        changed = ~same.all(axis=1)
        faults.append(
            f"predicted twice, {_share(changed)} got different numbers "
            f"(first: {_name(motions[int(np.argmax(changed))])})"
        )
    return faults


def _direction_faults(model: GrantModel, promise: str, chains: Sequence[Chain]) -> list[str]:
    p = _predict(model, [motion for chain in chains for motion in chain.motions])["p_grant"]
    ends = np.cumsum([len(chain.motions) for chain in chains])[:-1]
    drops = np.array([-np.diff(part).min(initial=0) for part in np.split(p.to_numpy(), ends)])
    broken = ~(drops <= ROUNDING)  # NaN is a fault too
    if not broken.any():
        return []
    worst = int(np.nanargmax(np.where(broken, drops, 0)))
    return [
        f"{promise}: broken in {_share(broken)}, by at most {100 * drops[worst]:.1f} points "
        f"({_name(chains[worst].motions[0])})"
    ]


def _by_promise(motions: Sequence[Motion]) -> dict[str, list[Chain]]:
    by_promise: dict[str, list[Chain]] = {}
    for motion in motions:
        for chain in _chains(motion):
            by_promise.setdefault(chain.promise, []).append(chain)
    return by_promise


def _chains(motion: Motion) -> list[Chain]:
    chains = []
    for field, noun in LISTS.items():
        # An uncoded list would be read from the text, which may have more values.
        coded = tuple(getattr(motion, field) or ())
        others = [value for value in allowed_values(field) if value not in coded]
        longest_first = [(*coded, *others[:count]) for count in range(len(others), -1, -1)]
        variants = (motion.model_copy(update={field: values}) for values in longest_first)
        chains.append(Chain(f"one more {noun} never raises the probability", tuple(variants)))
    for factor in RATINGS:
        variants = (motion.model_copy(update={factor: rating}) for rating in range(1, 6))
        noun = factor.replace("_", " ")
        chains.append(Chain(f"a higher {noun} never lowers the probability", tuple(variants)))
    variants = (motion.model_copy(update={"forecast": forecast}) for forecast in FORECASTS)
    chains.append(Chain("a higher forecast never lowers the probability", tuple(variants)))
    return chains


def _share(flags: Flags) -> str:
    return f"{int(flags.sum())} of {len(flags)} motions"


def _name(motion: Motion) -> str:
    return f"{motion.id or motion.caption or 'a motion'}, {mode_of(motion)} mode"
