"""Compare two trained models on the rulings that both predicted without having seen them.

The registered models were fitted on every ruling, so asking them about these again would flatter
both. What is compared is what each training run predicted for unseen cases while it was evaluated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from train.evaluate.metrics import observed_and_drawn
from train.evaluate.protocols import HEADLINE, MODEL
from train.model.calibration import Flags, Floats
from train.modes import MODES

NEEDED = ("id", "case", "granted", "protocol", "mode", "model", "p_grant")
PAPER = "paper"
POOLED = "pooled"
Measure = Literal["Brier score", "calibration distance"]
_NEWTON_STEPS = 25
_FAINT = 1e-3
"""Weight of the pull of a calibration curve to the diagonal: it keeps the fit finite where all
probabilities are alike or outcomes fall apart by them, and is nothing beside a hundred rulings."""


@dataclass(frozen=True)
class Gap:
    """One measure of two models on the same rows, and challenger minus champion with its interval.

    `low` and `high` bound the 95% interval of `difference`; lower is better in every measure.
    """

    measure: Measure
    mode: str
    champion: float
    challenger: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Two models on the rulings they share.

    Attributes
    ----------
    rulings, cases
        Counted over the rulings shared in every mode.
    relabelled
        Rulings left out since the two runs had another label for them.
    namesakes
        Rulings left out since the two runs know another motion by their id.
    gaps
        Brier score in each mode and pooled, then calibration distance in each mode; empty without a
        shared ruling.
    """

    rulings: int
    cases: int
    relabelled: int
    namesakes: int
    gaps: tuple[Gap, ...]


def compare(champion: pd.DataFrame, challenger: pd.DataFrame) -> Comparison:
    """Compare the predictions of two runs, paired by ruling and mode.

    Parameters
    ----------
    champion, challenger
        The `predictions` of two evaluations (see `train.evaluate.protocols.Evaluation`); only the headline
        protocol and the model itself are used. Cases are those of the challenger's run.

    Raises
    ------
    ValueError
        If a table lacks a column or the headline protocol, holds a ruling twice, or a value that
        is no label or no probability.
    """
    old, new = _headline(champion, "champion"), _headline(challenger, "challenger")
    keys = ["id", "mode"]
    both = new.merge(old[[*keys, PAPER, "granted", "p_grant"]], on=keys, suffixes=("", "_champion"))
    told = both[PAPER].notna() & both[f"{PAPER}_champion"].notna()
    same = ~told | (both[PAPER] == both[f"{PAPER}_champion"])
    namesakes = both.loc[~same, "id"].nunique()
    both = both[same]
    changed = both["granted"] != both["granted_champion"]
    relabelled = both.loc[changed, "id"].nunique()
    both = both[~changed]
    # A ruling counts only where all modes have it, so that pooling weighs the modes alike.
    both = both[both.groupby("id")["mode"].transform("size") == len(MODES)]
    gaps = tuple(_gaps(both)) if len(both) else ()
    return Comparison(both["id"].nunique(), both["case"].nunique(), relabelled, namesakes, gaps)


def _headline(predictions: pd.DataFrame, whose: str) -> pd.DataFrame:
    if missing := [name for name in NEEDED if name not in predictions]:
        raise ValueError(f"the {whose}'s predictions have no column {', '.join(missing)}")
    mine = predictions[predictions["protocol"] == HEADLINE]
    if mine.empty:
        found = ", ".join(map(str, predictions["protocol"].unique())) or "nothing"
        raise ValueError(f"the {whose} was tested by {found}, not by {HEADLINE!r} as is needed")
    mine = mine[(mine["model"] == MODEL) & mine["mode"].isin(MODES)]
    if mine.duplicated(["id", "mode"]).any():
        raise ValueError(f"the {whose}'s predictions hold a ruling more than once")
    p = mine["p_grant"].astype(float)
    if mine["granted"].dtype != bool or not p.between(0, 1).all():
        raise ValueError(f"the {whose}'s predictions hold what is no label or no probability")
    papers = mine.get(PAPER)  # runs of older versions do not tell
    return mine[list(NEEDED)].assign(**{PAPER: papers, "p_grant": p})


def _gaps(both: pd.DataFrame) -> Iterator[Gap]:
    weights = observed_and_drawn(both["case"].to_numpy())
    granted = both["granted"].to_numpy(dtype=bool)
    models = both["p_grant_champion"].to_numpy(), both["p_grant"].to_numpy()
    rows_of = {mode: (both["mode"] == mode).to_numpy() for mode in MODES}
    for mode, rows in (rows_of | {POOLED: np.ones(len(both), dtype=bool)}).items():
        counts = weights[:, rows]
        losses = [(p[rows] - granted[rows]) ** 2 for p in models]
        # Row by row, so that twins differ by exactly nothing.
        scores = [counts @ loss / counts.sum(axis=1) for loss in losses]
        yield _gap("Brier score", mode, *scores)
    for mode, rows in rows_of.items():
        errors = [calibration_distance(granted[rows], p[rows], weights[:, rows]) for p in models]
        yield _gap("calibration distance", mode, *errors)


def _gap(measure: Measure, mode: str, champion: Floats, challenger: Floats) -> Gap:
    differences = challenger - champion
    low, high = np.quantile(differences[1:], [0.025, 0.975])
    return Gap(
        measure,
        mode,
        float(champion[0]),
        float(challenger[0]),
        float(differences[0]),
        float(low),
        float(high),
    )


def calibration_distance(granted: Flags, p: Floats, weights: Floats) -> Floats:
    """Return how far probabilities stand from their calibration curve, root mean square.

    The curve is the logistic one, `expit(intercept + slope * logit(p))`: what is wrong in the large
    shows in its intercept, and probabilities too bold or too timid in its slope. Two figures are
    fitted, so that a bootstrap of some hundred rulings is steady, where bins are not.

    Parameters
    ----------
    granted, p
        n outcomes and n probabilities.
    weights
        (replicates, n) row weights, such as bootstrap counts.

    Returns
    -------
    One error per replicate, in probability (0.02 is two percentage points).

    References
    ----------
    Cox (1958), Biometrika 45:562-565 (the curve). Van Hoorde et al. (2015), Journal of Biomedical
    Informatics 54:283-293 (mean squared distance from a calibration curve, whose root this is).
    """
    scores = logit(np.clip(p, 1e-6, 1 - 1e-6))
    intercept, slope = np.zeros(len(weights)), np.zeros(len(weights))
    for _ in range(_NEWTON_STEPS):
        fitted = expit(intercept[:, None] + slope[:, None] * scores)
        miss, spread = weights * (granted - fitted), weights * fitted * (1 - fitted)
        pull = miss.sum(axis=1) - _FAINT * intercept, miss @ scores - _FAINT * (slope - 1)
        a, b, c = spread.sum(axis=1) + _FAINT, spread @ scores, spread @ scores**2 + _FAINT
        bend = a * c - b**2
        steps = (c * pull[0] - b * pull[1]) / bend, (a * pull[1] - b * pull[0]) / bend
        intercept, slope = intercept + steps[0], slope + steps[1]
        if np.abs(steps).max() < 1e-9:
            break
    curve = expit(intercept[:, None] + slope[:, None] * scores)
    error: Floats = np.sqrt((weights * (p - curve) ** 2).sum(axis=1) / weights.sum(axis=1))
    return error
