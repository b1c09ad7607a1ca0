"""Slices: how the model does for one kind of court, circuit, claim or party at a time.

Small slices scatter, and of many slices some look bad by chance: a slice counts as off only where
its calibration in the large differs from zero after Benjamini and Hochberg's correction over all
slices of a protocol and mode.

References
----------
Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57:289-300.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm

from data.courts import find_court
from data.schema import Ruling
from train.evaluate.metrics import areas, observed_and_drawn, with_intervals
from train.model.calibration import Flags, Floats

FEW = 30
"""Slices with fewer rulings are shown greyed and never judged."""
FALSE_DISCOVERIES = 0.05
NOT_SHOWN = "not shown"


def _period(ruling: Ruling) -> str:
    year = ruling.year or 0
    return "1999 or before" if year < 2000 else f"{year // 5 * 5}-{year // 5 * 5 + 4}"


SLICES: dict[str, Callable[[Ruling], str | None]] = {
    "court level": lambda ruling: find_court(ruling.court).level,
    "circuit": lambda ruling: find_court(ruling.court).circuit,
    "claim area": lambda ruling: ruling.claim_area,
    "motion type": lambda ruling: ruling.motion_type,
    "notice": lambda ruling: ruling.notice,
    "counsel": lambda ruling: (
        None if ruling.pro_se is None else "pro se" if ruling.pro_se else "counsel"
    ),
    "movant": lambda ruling: ruling.movant_type,
    "source": lambda ruling: ruling.source_kind,
    "period": _period,
}


def slice_facts(ruling: Ruling) -> dict[str, str]:
    """Return the slice a ruling belongs to in each grouping."""
    return {name: str(told(ruling) or NOT_SHOWN) for name, told in SLICES.items()}


def slice_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Score the model's predictions slice by slice.

    Parameters
    ----------
    predictions
        Rows of one model, with `protocol`, `mode`, `granted`, `p_grant`, `case` and a column for
        each entry of `SLICES`.

    Returns
    -------
    Rows of `protocol`, `mode`, `grouping`, `slice`, `n`, `granted` (the share), `metric`, `value`,
    `low`, `high` (95%, bootstrapped by case) and `off` (calibration significantly off).
    """
    tables = []
    for (protocol, mode), rows in predictions.groupby(["protocol", "mode"], sort=False):
        tables += _with_verdicts(_sliced(rows), str(protocol), str(mode))
    return pd.concat(tables, ignore_index=True)


def _sliced(rows: pd.DataFrame) -> list[tuple[pd.DataFrame, float]]:
    """Return the table of each slice and the p-value of its calibration in the large."""
    weights = observed_and_drawn(rows["case"].to_numpy())
    granted = rows["granted"].to_numpy(dtype=bool)
    p = rows["p_grant"].to_numpy(dtype=float)
    found = []
    for grouping in SLICES:
        labels = rows[grouping].to_numpy()
        counts = pd.Series(labels).value_counts()
        by_size = sorted(counts.index, key=lambda label: (-counts[label], label))
        for name in sorted(counts.index) if grouping == "period" else by_size:
            mine = labels == name
            # A replicate that drew no row of the slice says nothing about it.
            held = weights[:, mine][weights[:, mine].sum(axis=1) > 0]
            scores = _scores(granted[mine], p[mine], held)
            table = with_intervals(scores)
            facts = {"grouping": grouping, "slice": name, "n": int(mine.sum())}
            table = table.assign(**facts, granted=granted[mine].mean())
            gap = scores["calibration_in_the_large"]
            spread = gap[1:].std()
            chance = 2 * norm.sf(abs(gap[0]) / spread) if spread > 0 else 1.0
            found.append((table, float(chance) if mine.sum() >= FEW else np.nan))
    return found


def _scores(granted: Flags, p: Floats, weights: Floats) -> dict[str, Floats]:
    total = weights.sum(axis=1)
    return {
        "roc_auc": areas(granted, p, weights)["roc_auc"],
        "brier_score": weights @ (p - granted) ** 2 / total,
        "calibration_in_the_large": weights @ (p - granted) / total,
    }


def _with_verdicts(
    sliced: list[tuple[pd.DataFrame, float]], protocol: str, mode: str
) -> list[pd.DataFrame]:
    chances = np.array([chance for _, chance in sliced])
    judged = np.isfinite(chances)
    corrected = np.ones(len(chances))
    if judged.any():
        corrected[judged] = false_discovery_control(chances[judged])
    return [
        table.assign(protocol=protocol, mode=mode, off=bool(chance <= FALSE_DISCOVERIES))
        for (table, _), chance in zip(sliced, corrected, strict=True)
    ]
