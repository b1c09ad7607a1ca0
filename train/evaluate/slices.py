"""Slices: the model evaluated for one kind of court, circuit, claim or party at a time.

Small slices are noisy, and among many slices some look bad by chance. A slice is flagged only where
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

from data.arrays import Flags, Floats
from data.courts import find_court
from data.describe import MIN_TO_SAY
from data.schema import Ruling
from train.evaluate.bootstrap import bootstrap_weights, interval_table
from train.evaluate.metrics import ranking_scores

MIN_SLICE_SIZE = MIN_TO_SAY
"""Of slices with fewer rulings no figures are shown, and they are never flagged."""
FALSE_DISCOVERY_RATE = 0.05
NOT_SHOWN = "not shown"


def _period(ruling: Ruling) -> str:
    year = ruling.year or 0
    return "1999 or before" if year < 2000 else f"{year // 5 * 5}-{year // 5 * 5 + 4}"


def _counsel(ruling: Ruling) -> str | None:
    if ruling.pro_se is None:
        return None
    return "pro se" if ruling.pro_se else "counsel"


SLICES: dict[str, Callable[[Ruling], str | None]] = {
    "court level": lambda ruling: find_court(ruling.court).level,
    "circuit": lambda ruling: find_court(ruling.court).circuit,
    "claim area": lambda ruling: ruling.claim_area,
    "motion type": lambda ruling: ruling.motion_type,
    "notice": lambda ruling: ruling.notice,
    "counsel": _counsel,
    "movant": lambda ruling: ruling.movant_type,
    "source": lambda ruling: ruling.source_kind,
    "period": _period,
}


def slice_facts(ruling: Ruling) -> dict[str, str]:
    """Return the slice a ruling belongs to in each grouping."""
    return {grouping: str(slice_of(ruling) or NOT_SHOWN) for grouping, slice_of in SLICES.items()}


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
    `low`, `high` (95%, bootstrapped by case) and `off` (significantly miscalibrated).
    """
    tables = []
    for (protocol, mode), rows in predictions.groupby(["protocol", "mode"], sort=False):
        slices, p_values = _score_slices(rows)
        for table, off in zip(slices, _significant(p_values), strict=True):
            tables.append(table.assign(protocol=str(protocol), mode=str(mode), off=bool(off)))
    return pd.concat(tables, ignore_index=True)


def _score_slices(rows: pd.DataFrame) -> tuple[list[pd.DataFrame], Floats]:
    """Return the table of each slice, and the p-values of their calibration in the large.

    The p-value of a slice smaller than `MIN_SLICE_SIZE` is NaN.
    """
    weights = bootstrap_weights(rows["case"].to_numpy())
    granted = rows["granted"].to_numpy(dtype=bool)
    p = rows["p_grant"].to_numpy(dtype=float)
    tables, p_values = [], []
    for grouping in SLICES:
        names = rows[grouping].to_numpy()
        counts = pd.Series(names).value_counts()
        largest_first = sorted(counts.index, key=lambda name: (-counts[name], name))
        for name in sorted(counts.index) if grouping == "period" else largest_first:
            in_slice = names == name
            slice_weights = weights[:, in_slice]
            drawn = slice_weights.sum(axis=1) > 0  # some replicates have no row of the slice
            scores = _scores(granted[in_slice], p[in_slice], slice_weights[drawn])
            facts = {"grouping": grouping, "slice": name, "n": int(in_slice.sum())}
            facts["granted"] = granted[in_slice].mean()
            tables.append(interval_table(scores).assign(**facts))
            gap = scores["calibration_in_the_large"]
            spread = gap[1:].std()
            p_value = 2 * norm.sf(abs(gap[0]) / spread) if spread > 0 else 1.0
            p_values.append(float(p_value) if in_slice.sum() >= MIN_SLICE_SIZE else np.nan)
    return tables, np.array(p_values)


def _scores(granted: Flags, p: Floats, weights: Floats) -> dict[str, Floats]:
    total = weights.sum(axis=1)
    return {
        "roc_auc": ranking_scores(granted, p, weights)["roc_auc"],
        "brier_score": weights @ (p - granted) ** 2 / total,
        "calibration_in_the_large": weights @ (p - granted) / total,
    }


def _significant(p_values: Floats) -> Flags:
    """Return which p-values are significant at `FALSE_DISCOVERY_RATE`; NaN never is."""
    tested = np.isfinite(p_values)
    corrected = np.ones(len(p_values))
    if tested.any():
        corrected[tested] = false_discovery_control(p_values[tested])
    significant: Flags = corrected <= FALSE_DISCOVERY_RATE
    return significant
