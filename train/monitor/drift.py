"""Drift: whether motions to be answered still look like the rulings the model learned from.

At training time each feature's values, and the model's own out-of-fold probabilities, are counted
into fixed bins, mode by mode, and the counts are kept with the model. Later motions are counted
into the same bins, and the population stability index says how far the shares have moved:

    PSI = sum over bins of (share now - share then) * ln(share now / share then)

Of two samples from one population, of n and m rows in B bins, it is about (1/n + 1/m) times a
chi-square variable of B - 1 degrees of freedom: a small sample moves by chance alone. So a feature
counts as moved only where its index is more than chance makes of as many features.

References
----------
Siddiqi (2006), Credit Risk Scorecards, Wiley (the index, and its reading: below 0.1 stable, above
0.25 shifted). Yurdakul and Naranjo (2020), Statistical properties of the population stability
index, Journal of Risk Model Validation (its distribution).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from features.build import COLUMNS
from features.frame import FeatureFrame
from train.model.calibration import Floats
from train.model.encoding import MIN_COURT_ROWS
from train.modes import Mode

P_GRANT = "p_grant"
STABLE, SHIFTED = 0.1, 0.25
FALSE_ALARMS = 0.05
"""Chance that any of the features compared is called moved where none has."""
N_BINS = 10
_NOT_SHOWN, _OTHER = "not shown", "any other"
_SMOOTH = 0.5
"""Rows added to each bin, so that an empty one gives a finite index."""


@dataclass(frozen=True)
class Bins:
    """Fixed bins of one column, and the training rows in each.

    Numbers fall by `edges` (a value at an edge into the lower bin), categories by `values`, and
    those that are rare share a bin. The last bin is for what is not shown.
    """

    edges: tuple[float, ...]
    values: tuple[str, ...] | None
    counts: tuple[int, ...]

    @property
    def labels(self) -> list[str]:
        """Each bin in words."""
        if self.values is not None:
            return [*self.values, _OTHER, _NOT_SHOWN]
        lower = [f"above {edge:.4g}" for edge in self.edges]
        upper = [f"up to {edge:.4g}" for edge in self.edges]
        between = [f"{low}, {up}" for low, up in zip(lower, upper[1:], strict=False)]
        ends = ([upper[0], *between, lower[-1]]) if self.edges else ["any value"]
        return [*ends, _NOT_SHOWN]

    def count(self, values: "pd.Series[Any]") -> Floats:
        """Count values into the bins."""
        shown = values[values.notna()]
        if self.values is not None:
            place = {value: number for number, value in enumerate(self.values)}
            found = np.array([place.get(value, len(self.values)) for value in shown], dtype=int)
        else:
            found = np.searchsorted(self.edges, shown.to_numpy(float), side="left")
        counts = np.bincount(found, minlength=len(self.labels)).astype(float)
        counts[-1] = len(values) - len(shown)
        return counts

    def to_json(self) -> dict[str, Any]:
        """Return it as plain lists."""
        if self.values is not None:
            return {"values": list(self.values), "counts": list(self.counts)}
        return {"edges": list(self.edges), "counts": list(self.counts)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Bins":
        """Read what `to_json` gave.

        Raises
        ------
        ValueError
            If the counts do not fit the bins.
        """
        values = tuple(record["values"]) if "values" in record else None
        edges = tuple(map(float, record.get("edges", ())))
        bins = cls(edges, values, tuple(map(int, record["counts"])))
        if len(bins.counts) != len(bins.labels) or not sum(bins.counts):
            raise ValueError("the stored distribution is damaged: counts do not fit their bins")
        return bins


def fit_bins(values: "pd.Series[Any]") -> Bins:
    """Fix the bins of one column from its n training rows: deciles, or categories as they are."""
    shown = values[values.notna()]
    if values.dtype == object:
        often = shown.value_counts()
        named = tuple(sorted(often.index[often >= MIN_COURT_ROWS]))
        bins = Bins((), named, ())
    else:
        numbers = shown.to_numpy(float)
        at = np.arange(1, N_BINS) / N_BINS
        # Rounded before anything is counted, so that then and now are counted alike.
        edges = np.unique(np.round(np.quantile(numbers, at), 6)) if len(numbers) else np.empty(0)
        below_most = edges[edges < numbers.max()] if len(edges) else edges
        bins = Bins(tuple(map(float, below_most if len(below_most) else edges)), None, ())
    return Bins(bins.edges, bins.values, tuple(map(int, bins.count(values))))


def training_distribution(
    frames: Mapping[Mode, FeatureFrame], predictions: Mapping[Mode, Floats]
) -> dict[str, Any]:
    """Return, for each mode, how the training rows fall into bins, as plain lists for JSON.

    Parameters
    ----------
    frames
        The training rows as the model saw them in each mode, with out-of-fold readings.
    predictions
        Out-of-fold `p_grant` of the same rulings in each mode.
    """
    record: dict[str, Any] = {}
    for mode, frame in frames.items():
        columns = {column.name: fit_bins(frame.values[column.name]) for column in COLUMNS}
        columns[P_GRANT] = fit_bins(pd.Series(predictions[mode]))
        record[mode] = {name: bins.to_json() for name, bins in columns.items()}
    return record


def drift_table(
    then: Mapping[str, Any], now: Mapping[str, "pd.Series[Any]"], compared: int | None = None
) -> pd.DataFrame:
    """Compare columns of n motions with the training rows of the same mode.

    Parameters
    ----------
    then
        One mode of `training_distribution`.
    now
        Columns by name; those that the record lacks are left out.
    compared
        Columns compared in all, where other tables belong to the same look; more of them need a
        larger index to stand out.

    Returns
    -------
    A row per column, largest index first: `feature`, `psi`, `by_chance` (its expectation without
    any drift), `bound` (what chance exceeds in `FALSE_ALARMS` of all looks), `reading` ("stable",
    "watch", "shifted", or "within chance"), `moved` (the bin that moved most), `then` and `now`
    (that bin's shares), `n`, `training_rows`.
    """
    names = [name for name in now if name in then]
    rows = [
        _row(name, Bins.from_json(then[name]), now[name], compared or len(names)) for name in names
    ]
    columns = ("feature", "psi", "by_chance", "bound", "reading", "moved", "then", "now")
    table = pd.DataFrame(rows, columns=[*columns, "n", "training_rows"])
    return table.sort_values("psi", ascending=False, kind="stable", ignore_index=True)


def _row(name: str, bins: Bins, values: "pd.Series[Any]", compared: int) -> dict[str, Any]:
    was, here = np.array(bins.counts, dtype=float), bins.count(values)
    psi, used = stability_index(was, here)
    chance = 1 / was.sum() + 1 / here.sum()
    bound = chance * float(chi2.ppf(1 - FALSE_ALARMS / compared, max(used - 1, 1)))
    shares = was / was.sum(), here / here.sum()
    most = int(np.abs(shares[1] - shares[0]).argmax())
    return {
        "feature": name,
        "psi": psi,
        "by_chance": chance * (used - 1),
        "bound": bound,
        "reading": _reading(psi, bound),
        "moved": bins.labels[most],
        "then": shares[0][most],
        "now": shares[1][most],
        "n": int(here.sum()),
        "training_rows": int(was.sum()),
    }


def stability_index(then: Floats | Sequence[int], now: Floats | Sequence[int]) -> tuple[float, int]:
    """Return the population stability index of two counts over the same bins, and bins in use.

    Bins empty in both are left out; to each of the others half a row is added.
    """
    was, here = np.asarray(then, dtype=float), np.asarray(now, dtype=float)
    used = was + here > 0
    was, here = was[used] + _SMOOTH, here[used] + _SMOOTH
    was, here = was / was.sum(), here / here.sum()
    return float(((here - was) * np.log(here / was)).sum()), int(used.sum())


def _reading(psi: float, bound: float) -> str:
    if psi < STABLE:
        return "stable"
    if psi <= bound:
        return "within chance"
    return "shifted" if psi > SHIFTED else "watch"
