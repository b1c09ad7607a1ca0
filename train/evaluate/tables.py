"""Tables that check an evaluation's predictions: by outcome, by interval, by phrase split."""

import numpy as np
import pandas as pd

from data.describe import wilson_interval
from train.evaluate.metrics import score_predictions
from train.evaluate.protocols import MODEL

RULINGS_PER_GROUP = 50
"""Size of the groups on which `interval_coverage` checks the intervals."""


def outcome_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the mean `p_grant` of motions granted, granted in part and denied.

    Columns `protocol`, `mode`, `outcome`, `n`, `mean_p_grant`.
    """
    own = predictions[predictions["model"] == MODEL]
    by_outcome = own.groupby(["protocol", "mode", "outcome"], sort=False)["p_grant"]
    return by_outcome.agg(n="size", mean_p_grant="mean").reset_index()


def interval_coverage(predictions: pd.DataFrame) -> pd.DataFrame:
    """Check the model's intervals, and Venn-Abers', against observed grant rates.

    Rulings are sorted by `p_grant` and cut into groups of about 50. A group is covered when its
    grant rate is between its mean `p_low` and mean `p_high`, and consistent when the 95% Wilson
    interval of that rate overlaps them: the rate of 50 outcomes alone varies by some 7 points.

    Returns
    -------
    Rows of `protocol`, `mode`, `model`, `mean_width`, `groups`, `groups_covered`,
    `groups_consistent`.
    """
    rows = []
    with_bounds = predictions.dropna(subset=["p_low", "p_high"])
    by_model = with_bounds.groupby(["protocol", "mode", "model"], sort=False)
    for (protocol, mode, name), own in by_model:
        ordered = own.sort_values("p_grant", kind="stable")
        n_groups = max(1, len(ordered) // RULINGS_PER_GROUP)
        covered, consistent = 0, 0
        for indices in np.array_split(np.arange(len(ordered)), n_groups):
            group = ordered.iloc[indices]
            low, high = group["p_low"].mean(), group["p_high"].mean()
            rate_low, rate_high = wilson_interval(int(group["granted"].sum()), len(group))
            covered += bool(low <= group["granted"].mean() <= high)
            consistent += bool(rate_low <= high and low <= rate_high)
        rows.append(
            {
                "protocol": protocol,
                "mode": mode,
                "model": name,
                "mean_width": (own["p_high"] - own["p_low"]).mean(),
                "groups": n_groups,
                "groups_covered": covered,
                "groups_consistent": consistent,
            }
        )
    return pd.DataFrame(rows)


def phrase_split_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Score text-only predictions separately for cases that phrase writers may and may not read.

    Writers never see outcomes, but they read papers of some test rulings; better scores on those
    would show that this leaks into the evaluation.

    Returns
    -------
    Rows of `protocol`, `phrase_split`, `n`, `metric`, `value`, `low`, `high`.
    """
    own = predictions[(predictions["model"] == MODEL) & (predictions["mode"] == "text")]
    tables = []
    for (protocol, split), rows in own.groupby(["protocol", "phrase_split"], sort=False):
        table = score_predictions(
            rows["granted"].to_numpy(dtype=bool),
            rows["p_grant"].to_numpy(dtype=float),
            rows["case"].to_numpy(),
        )
        tables.append(table.assign(protocol=protocol, phrase_split=split, n=len(rows)))
    columns = ["protocol", "phrase_split", "n", "metric", "value", "low", "high"]
    return pd.concat(tables, ignore_index=True)[columns]
