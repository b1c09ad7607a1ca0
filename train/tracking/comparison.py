"""Compare two trained models on the rulings that both predicted without having seen them.

The registered models were fitted on every ruling, so predicting these again would flatter both.
Compared are the out-of-sample predictions of the evaluation in each training run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from data.arrays import Floats
from train.evaluate.bootstrap import bootstrap_weights
from train.evaluate.metrics import calibration_distance
from train.evaluate.protocols import HEADLINE, MODEL
from train.modes import MODES

COLUMNS = ("id", "case", "granted", "protocol", "mode", "model", "p_grant")
PAPER = "paper"
POOLED = "pooled"
Measure = Literal["Brier score", "calibration distance"]


@dataclass(frozen=True)
class Gap:
    """One measure of two models on the same rulings, and challenger minus champion.

    `low` and `high` are the 95% interval of `difference`; lower is better in every measure.
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
        Number of rulings shared in every mode, and of their cases.
    relabelled
        Number of rulings left out because the two runs labelled them differently.
    mismatched
        Number of rulings left out because their id means another motion in the other run.
    gaps
        Brier score in each mode and pooled, then calibration distance in each mode; empty if no
        ruling is shared.
    """

    rulings: int
    cases: int
    relabelled: int
    mismatched: int
    gaps: tuple[Gap, ...]


def compare(champion: pd.DataFrame, challenger: pd.DataFrame) -> Comparison:
    """Compare the predictions of two runs, paired by ruling and mode.

    Parameters
    ----------
    champion, challenger
        The `predictions` of two evaluations (see `train.evaluate.protocols.Evaluation`); only the
        headline protocol and the model itself are compared. Cases are those of the challenger's
        run.

    Raises
    ------
    ValueError
        If a table lacks a column or the headline protocol, has a ruling twice, or has a value that
        is not a label or a probability.
    """
    old, new = _headline(champion, "champion"), _headline(challenger, "challenger")
    keys = ["id", "mode"]
    shared = new.merge(
        old[[*keys, PAPER, "granted", "p_grant"]], on=keys, suffixes=("", "_champion")
    )
    papers, champion_papers = shared[PAPER], shared[f"{PAPER}_champion"]
    same_motion = papers.isna() | champion_papers.isna() | (papers == champion_papers)
    mismatched = shared.loc[~same_motion, "id"].nunique()
    shared = shared[same_motion]
    same_label = shared["granted"] == shared["granted_champion"]
    relabelled = shared.loc[~same_label, "id"].nunique()
    shared = shared[same_label]
    # Only rulings shared in all modes, so that the pooled score weighs the modes equally.
    shared = shared[shared.groupby("id")["mode"].transform("size") == len(MODES)]
    gaps = tuple(_gaps(shared)) if len(shared) else ()
    return Comparison(
        shared["id"].nunique(), shared["case"].nunique(), relabelled, mismatched, gaps
    )


def _headline(predictions: pd.DataFrame, role: str) -> pd.DataFrame:
    """Return the model's predictions in the headline protocol, once they are checked."""
    if missing := [name for name in COLUMNS if name not in predictions]:
        raise ValueError(f"the {role}'s predictions have no column {', '.join(missing)}")
    rows = predictions[predictions["protocol"] == HEADLINE]
    if rows.empty:
        protocols = ", ".join(map(str, predictions["protocol"].unique())) or "nothing"
        raise ValueError(
            f"the {role} was evaluated by {protocols}, but {HEADLINE!r} is needed to compare"
        )
    rows = rows[(rows["model"] == MODEL) & rows["mode"].isin(MODES)]
    if rows.duplicated(["id", "mode"]).any():
        raise ValueError(f"the {role}'s predictions have a ruling more than once")
    p = rows["p_grant"].astype(float)
    if rows["granted"].dtype != bool or not p.between(0, 1).all():
        raise ValueError(
            f"the {role}'s predictions have a value that is not a label or probability"
        )
    papers = rows.get(PAPER)  # absent in runs of older versions
    return rows[list(COLUMNS)].assign(**{PAPER: papers, "p_grant": p})


def _gaps(shared: pd.DataFrame) -> Iterator[Gap]:
    weights = bootstrap_weights(shared["case"].to_numpy())
    granted = shared["granted"].to_numpy(dtype=bool)
    models = shared["p_grant_champion"].to_numpy(), shared["p_grant"].to_numpy()
    rows_by_mode = {mode: (shared["mode"] == mode).to_numpy() for mode in MODES}
    for mode, rows in (rows_by_mode | {POOLED: np.ones(len(shared), dtype=bool)}).items():
        counts = weights[:, rows]
        losses = [(p[rows] - granted[rows]) ** 2 for p in models]
        scores = [counts @ loss / counts.sum(axis=1) for loss in losses]
        yield _gap("Brier score", mode, *scores)
    for mode, rows in rows_by_mode.items():
        distances = [calibration_distance(granted[rows], p[rows], weights[:, rows]) for p in models]
        yield _gap("calibration distance", mode, *distances)


def _gap(measure: Measure, mode: str, champion: Floats, challenger: Floats) -> Gap:
    """Return a gap from the values as observed (first) and those of the replicates."""
    difference = challenger - champion
    low, high = np.quantile(difference[1:], [0.025, 0.975])
    return Gap(
        measure=measure,
        mode=mode,
        champion=float(champion[0]),
        challenger=float(challenger[0]),
        difference=float(difference[0]),
        low=float(low),
        high=float(high),
    )
