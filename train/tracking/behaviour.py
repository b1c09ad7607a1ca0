"""What a model promises whatever it was trained on, tried on a fixed sample of motions.

The promises are those of direction that the doctrine gives (see `features.families.remedial`,
`features.families.speculation` and `features.families.ratings`), that an interval holds its probability, and that the
same motion gives the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.embedded import clearview_motion, embedded_rulings
from data.schema import RATINGS, Motion, allowed_values
from features.build import build_features
from train.model.grant_model import GrantModel
from train.modes import MODES, masked, mode_of

SAMPLE_STEP = 40
"""Every how many embedded rulings one is tried; some thirty-five, in each mode."""
ROUNDING = 1e-9
"""Differences of a probability below this are the machine's, not the model's."""
LISTS = {"remedial_steps": "remedial step", "speculation_signals": "speculation signal"}
"""Lists whose every further value makes a grant less likely."""


@dataclass(frozen=True)
class Chain:
    """Motions that differ in one field, ordered so that the probability never falls along them."""

    promise: str
    motions: tuple[Motion, ...]


def sample_motions() -> list[Motion]:
    """Return the fixed sample: the Clearview motion and some embedded rulings, in every mode."""
    whole = [clearview_motion()]
    whole += [ruling.as_motion() for ruling in embedded_rulings()[::SAMPLE_STEP]]
    return [masked(motion, mode) for motion in whole for mode in MODES]


def behaviour_faults(model: GrantModel, motions: Sequence[Motion] | None = None) -> list[str]:
    """Try the promises on a model and return, in words, those it breaks; empty where it keeps all.

    Parameters
    ----------
    motions
        What to try them on; by default `sample_motions()`.
    """
    tried = sample_motions() if motions is None else list(motions)
    faults = _interval_faults(model, tried)
    for promise, chains in _by_promise(tried).items():
        faults += _direction_faults(model, promise, chains)
    return faults


def _predict(model: GrantModel, motions: Sequence[Motion]) -> pd.DataFrame:
    return model.predict(build_features(motions), [mode_of(motion) for motion in motions])


def _interval_faults(model: GrantModel, motions: Sequence[Motion]) -> list[str]:
    faults = []
    first, again = _predict(model, motions), _predict(model, motions[::-1]).iloc[::-1]
    low, p, high = (first[name].to_numpy() for name in ("p_low", "p_grant", "p_high"))
    # Asked for what holds, so that a NaN counts as a fault.
    ordered = (low >= 0) & (low <= p) & (p <= high) & (high <= 1)
    if not ordered.all():
        faults.append(
            f"the interval does not hold the probability in {_share(~ordered)} "
            f"(first: {_name(motions[int(np.argmin(ordered))])})"
        )
    same = np.isclose(
        first.to_numpy(float), again.to_numpy(float), rtol=0, atol=ROUNDING, equal_nan=True
    )
    if not same.all():
        changed = ~same.all(axis=1)
        faults.append(
            f"asked twice, {_share(changed)} got other numbers "
            f"(first: {_name(motions[int(np.argmax(changed))])})"
        )
    return faults


def _direction_faults(model: GrantModel, promise: str, chains: Sequence[Chain]) -> list[str]:
    p = _predict(model, [motion for chain in chains for motion in chain.motions])["p_grant"]
    ends = np.cumsum([len(chain.motions) for chain in chains])[:-1]
    falls = np.array([-np.diff(part).min(initial=0) for part in np.split(p.to_numpy(), ends)])
    broken = ~(falls <= ROUNDING)  # NaN is a fault too
    if not broken.any():
        return []
    worst = int(np.nanargmax(np.where(broken, falls, 0)))
    return [
        f"{promise}: broken in {_share(broken)}, at most by {100 * falls[worst]:.1f} points "
        f"({_name(chains[worst].motions[0])})"
    ]


def _by_promise(motions: Sequence[Motion]) -> dict[str, list[Chain]]:
    found: dict[str, list[Chain]] = {}
    for motion in motions:
        for chain in _chains(motion):
            found.setdefault(chain.promise, []).append(chain)
    return found


def _chains(motion: Motion) -> list[Chain]:
    chains = []
    for field, words in LISTS.items():
        # A list that is not coded would be read from the text, which may tell of more.
        given = tuple(getattr(motion, field) or ())
        more = [value for value in allowed_values(field) if value not in given]
        lists = [(*given, *more[:count]) for count in range(len(more), -1, -1)]  # shortest last
        shown = (motion.model_copy(update={field: values}) for values in lists)
        chains.append(Chain(f"a {words} more never raises the probability", tuple(shown)))
    for factor in RATINGS:
        rated = (motion.model_copy(update={factor: rating}) for rating in range(1, 6))
        words = factor.replace("_", " ")
        chains.append(Chain(f"a higher {words} never lowers the probability", tuple(rated)))
    return chains


def _share(flags: npt.NDArray[np.bool_]) -> str:
    return f"{int(flags.sum())} of {len(flags)} motions"


def _name(motion: Motion) -> str:
    return f"{motion.id or motion.caption or 'a motion'}, {mode_of(motion)} mode"
