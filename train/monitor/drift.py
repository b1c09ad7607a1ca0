"""Drift: whether new motions still resemble the rulings that the model was trained on.

At training time the values of each feature, and the model's out-of-fold probabilities, are counted
into fixed bins for each mode, and the counts are kept with the model. New motions are counted into
the same bins, and the population stability index (PSI) measures how far the shares have shifted:

    PSI = sum over bins of (current share - training share) * ln(current share / training share)

For two samples of n and m rows from one population in B bins, the index is about (1/n + 1/m) times
a chi-square variable with B - 1 degrees of freedom: small samples shift by chance alone. So a
feature counts as shifted only where its index exceeds what chance makes of that many features.

References
----------
Siddiqi (2006), Credit Risk Scorecards, Wiley (the index, and its thresholds: below 0.1 stable,
above 0.25 shifted). Yurdakul and Naranjo (2020), Statistical properties of the population stability
index, Journal of Risk Model Validation (its distribution).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import chi2

from data.arrays import Floats
from data.describe import MIN_TO_SAY
from features.build import COLUMNS
from features.frame import FeatureFrame
from train.model.encoding import MIN_COURT_ROWS
from train.modes import Mode

P_GRANT = "p_grant"
STABLE, SHIFTED = 0.1, 0.25
FALSE_ALARM_RATE = 0.05
"""Probability that any of the features compared is flagged although none has shifted."""
N_BINS = 10
NEWLY_FILLED: Literal["newly filled"] = "newly filled"
"""A column that is given more often than in training, while its values have not shifted."""
MIN_SHOWN = MIN_TO_SAY
"""With fewer values in training, those of a newly filled column cannot be compared."""
Status = Literal["stable", "within chance", "watch", "shifted", "newly filled"]
_NOT_SHOWN, _OTHER = "not shown", "any other"
_PSEUDO_ROWS = 0.5
"""Rows added to each bin, so that an empty bin gives a finite index."""


@dataclass(frozen=True)
class Bins:
    """Fixed bins of one column, and the number of training rows in each.

    Attributes
    ----------
    edges
        Bounds between the bins of numbers; a value at an edge belongs to the lower bin.
    values
        The categories, each with a bin of its own before one for all rarer ones; None for numbers.
    counts
        Training rows in each bin. The last bin is for missing values.
    """

    edges: tuple[float, ...]
    values: tuple[str, ...] | None
    counts: tuple[int, ...]

    @property
    def labels(self) -> list[str]:
        """A description of each bin."""
        if self.values is not None:
            return [*self.values, _OTHER, _NOT_SHOWN]
        if not self.edges:
            return ["any value", _NOT_SHOWN]
        above = [f"above {edge:.4g}" for edge in self.edges]
        up_to = [f"up to {edge:.4g}" for edge in self.edges]
        between = [f"{low}, {high}" for low, high in zip(above, up_to[1:], strict=False)]
        return [up_to[0], *between, above[-1], _NOT_SHOWN]

    def count(self, values: "pd.Series[Any]") -> Floats:
        """Return how many values fall into each bin."""
        known = values[values.notna()]
        if self.values is not None:
            index_of = {value: index for index, value in enumerate(self.values)}
            bins = np.array([index_of.get(value, len(self.values)) for value in known], dtype=int)
        else:
            bins = np.searchsorted(self.edges, known.to_numpy(float), side="left")
        counts = np.bincount(bins, minlength=len(self.labels)).astype(float)
        counts[-1] = len(values) - len(known)
        return counts

    def to_json(self) -> dict[str, Any]:
        """Return the bins as plain lists."""
        if self.values is not None:
            return {"values": list(self.values), "counts": list(self.counts)}
        return {"edges": list(self.edges), "counts": list(self.counts)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Bins":
        """Return the bins that `to_json` was called on.

        Raises
        ------
        ValueError
            If the counts do not match the bins.
        """
        values = tuple(record["values"]) if "values" in record else None
        edges = tuple(map(float, record.get("edges", ())))
        bins = cls(edges, values, tuple(map(int, record["counts"])))
        if len(bins.counts) != len(bins.labels) or not sum(bins.counts):
            raise ValueError("the stored distribution is damaged: counts do not match the bins")
        return bins


def fit_bins(values: "pd.Series[Any]") -> Bins:
    """Fit the bins of one column to its n training rows: deciles, or the frequent categories."""
    known = values[values.notna()]
    if values.dtype == object:
        frequency = known.value_counts()
        frequent = sorted(frequency.index[frequency >= MIN_COURT_ROWS])
        bins = Bins((), tuple(frequent), ())
    else:
        bins = Bins(_decile_edges(known.to_numpy(float)), None, ())
    return replace(bins, counts=tuple(map(int, bins.count(values))))


def _decile_edges(numbers: Floats) -> tuple[float, ...]:
    if not len(numbers):
        return ()
    deciles = np.quantile(numbers, np.arange(1, N_BINS) / N_BINS)
    # Rounded before anything is counted, so that training rows and new ones are counted alike.
    edges = np.unique(np.round(deciles, 6))
    below_maximum = edges[edges < numbers.max()]
    return tuple(map(float, below_maximum if len(below_maximum) else edges))


def training_distribution(
    frames: Mapping[Mode, FeatureFrame], predictions: Mapping[Mode, Floats]
) -> dict[str, Any]:
    """Return, for each mode, the counts of the training rows in bins, as plain lists for JSON.

    Parameters
    ----------
    frames
        The training rows as the model saw them in each mode, with out-of-fold inferred ratings.
    predictions
        Out-of-fold `p_grant` of the same rulings in each mode.
    """
    record: dict[str, Any] = {}
    for mode, frame in frames.items():
        bins = {column.name: fit_bins(frame.values[column.name]) for column in COLUMNS}
        bins[P_GRANT] = fit_bins(pd.Series(predictions[mode]))
        record[mode] = {name: column_bins.to_json() for name, column_bins in bins.items()}
    return record


def drift_table(
    training: Mapping[str, Any],
    current: Mapping[str, "pd.Series[Any]"],
    n_compared: int | None = None,
) -> pd.DataFrame:
    """Compare columns of n motions with the training rows of the same mode.

    Parameters
    ----------
    training
        One mode of `training_distribution`.
    current
        Columns by name; those that the training distribution lacks are skipped.
    n_compared
        Number of columns compared in all, if there are other tables: with more of them, an index
        must be larger to be significant.

    Returns
    -------
    A row per column, largest index first: `feature`, `psi`, `expected_by_chance` (without any
    drift), `bound` (which chance exceeds in `FALSE_ALARM_RATE` of all comparisons), `status`
    ("stable", "watch", "shifted", "within chance", or "newly filled"), `bin` (the bin that shifted
    most), `training_share` and `current_share` of that bin, `n`, `training_rows`.
    """
    names = [name for name in current if name in training]
    rows = [
        _compare(name, Bins.from_json(training[name]), current[name], n_compared or len(names))
        for name in names
    ]
    columns = ["feature", "psi", "expected_by_chance", "bound", "status", "bin"]
    columns += ["training_share", "current_share", "n", "training_rows"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("psi", ascending=False, kind="stable", ignore_index=True)


def _compare(name: str, bins: Bins, values: "pd.Series[Any]", n_compared: int) -> dict[str, Any]:
    training, current = np.array(bins.counts, dtype=float), bins.count(values)
    psi, n_bins = stability_index(training, current)
    variance = 1 / training.sum() + 1 / current.sum()
    quantile = chi2.ppf(1 - FALSE_ALARM_RATE / n_compared, max(n_bins - 1, 1))
    bound = variance * float(quantile)
    training_shares, current_shares = training / training.sum(), current / current.sum()
    largest = int(np.abs(current_shares - training_shares).argmax())
    status = _status(psi, bound)
    if status in ("watch", "shifted") and _is_newly_filled(training, current, n_compared):
        status, largest = NEWLY_FILLED, len(training) - 1
    return {
        "feature": name,
        "psi": psi,
        "expected_by_chance": variance * (n_bins - 1),
        "bound": bound,
        "status": status,
        "bin": bins.labels[largest],
        "training_share": training_shares[largest],
        "current_share": current_shares[largest],
        "n": int(current.sum()),
        "training_rows": int(training.sum()),
    }


def _is_newly_filled(training: Floats, current: Floats, n_compared: int) -> bool:
    """Tell whether an index comes only from values that are given more often than in training.

    An analyst who begins to fill a column changes how often it is shown, not what motions are like.
    A column of one value is not told apart: that it is shown is all it says.
    """
    shares = [counts[-1] / counts.sum() for counts in (training, current)]
    before, after = training[:-1], current[:-1]
    n_values = int((before + after > 0).sum())
    if shares[1] >= shares[0] or n_values < 2:
        return False
    if before.sum() < MIN_SHOWN:
        return True
    psi, n_bins = stability_index(before, after)
    quantile = float(chi2.ppf(1 - FALSE_ALARM_RATE / n_compared, max(n_bins - 1, 1)))
    bound = (1 / before.sum() + 1 / after.sum()) * quantile
    return _status(psi, bound) in ("stable", "within chance")


def stability_index(
    training: Floats | Sequence[int], current: Floats | Sequence[int]
) -> tuple[float, int]:
    """Return the PSI of two counts over the same bins, and the number of bins in use.

    Bins that are empty in both are left out; half a row is added to each of the others.
    """
    before, after = np.asarray(training, dtype=float), np.asarray(current, dtype=float)
    used = before + after > 0
    before, after = before[used] + _PSEUDO_ROWS, after[used] + _PSEUDO_ROWS
    before, after = before / before.sum(), after / after.sum()
    return float(((after - before) * np.log(after / before)).sum()), int(used.sum())


def _status(psi: float, bound: float) -> Status:
    if psi < STABLE:
        return "stable"
    if psi <= bound:
        return "within chance"
    return "shifted" if psi > SHIFTED else "watch"
