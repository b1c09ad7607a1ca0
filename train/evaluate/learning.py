"""Learning curve: how much better the model gets with more training rulings."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from data.splits import temporal_split
from train.dataset import Labelled, fit_rows, read_frames
from train.evaluate.metrics import scored

SHARES = (0.25, 0.5, 0.75, 1.0)
BAGS = 6
"""Boosters per model: enough for the shape of the curve."""


def learning_curve(
    labelled: Labelled,
    first_test_year: int,
    parameters: dict[str, Any] | None = None,
    seed: int = 0,
    tell: Callable[[str], None] = lambda step: None,
) -> pd.DataFrame:
    """Train on growing shares of the cases before a year and test on the rulings from it on.

    Returns
    -------
    Rows of `mode`, `share`, `n_train`, `metric`, `value`, `low`, `high` (95%, bootstrapped by
    case); each larger share holds the smaller ones.
    """
    split = temporal_split(labelled.rulings, labelled.granted, first_test_year)
    cases = np.unique(labelled.groups[split.train])
    order = np.random.default_rng(seed).permutation(cases)
    tables = []
    for share in SHARES:
        tell(f"learning curve, {share:.0%} of the earlier cases")
        kept = order[: max(1, round(share * len(order)))]
        rows = split.train[np.isin(labelled.groups[split.train], kept)]
        try:
            model = fit_rows(labelled, rows, parameters or {}, BAGS, seed).model
        except ValueError:  # too few rulings, or of one outcome only, to learn from
            continue
        for mode, frame in read_frames(labelled, model.readers, split.test).items():
            answer = model.predict(frame, [mode] * len(split.test))
            table = scored(
                labelled.granted[split.test],
                answer["p_grant"].to_numpy(),
                labelled.groups[split.test],
            )
            tables.append(table.assign(mode=mode, share=share, n_train=len(rows)))
    columns = ["mode", "share", "n_train", "metric", "value", "low", "high"]
    return (
        pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
    )
